//! Who signed this, and was it the right person?
//!
//! A message is taken from `signature.verify`; every signature on it is verified against the anchors and the
//! answers of OCSP responders, or revocation lists (G1), and one of the signers must be who the message says (G2, G4, X10). It passes with
//! its signers, or ends in a reasoned refusal (G3), or waits while it cannot be told. The same question is
//! answered by gRPC for the door, and changes nothing.

pub mod app;
pub mod cache;
pub mod config;
pub mod evidence;
pub mod fetch;
pub mod grpc;
pub mod lists;
pub mod responders;
pub mod rules;
pub mod sources;
pub mod trust;
pub mod verify;
