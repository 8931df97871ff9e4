//! registry: asks state registers about applications.
//!
//! One lane for each register; a verified application comes in, an enriched one or a refusal goes out (X2).
//! The same is asked by gRPC on behalf of operators. Every query is journalled with its purpose (X15, X16).
//! A register that is down closes its own lane and no other; nothing is kept here that may not be lost.

pub mod answers;
pub mod app;
pub mod ask;
pub mod config;
pub mod grpc;
pub mod look_up;
pub mod question;
