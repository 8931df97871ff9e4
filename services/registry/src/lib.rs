//! registry: asks state registers about applications, and on behalf of operators.
//!
//! One lane for each register; a verified application comes in, an enriched one or a refusal goes out (X2); a
//! query comes in, and goes on with what the register said (X6). The same is asked by gRPC. Every query is
//! journalled with its purpose, every answer with the names of what came back (X15, X16).
//! A register that is down closes its own lane and no other; nothing is kept here that may not be lost.

pub mod answers;
pub mod app;
pub mod ask;
pub mod config;
pub mod grpc;
pub mod inquiry;
pub mod look_up;
pub mod question;
