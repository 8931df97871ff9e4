//! The registry service, seen from its lanes and its gRPC door.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod cache;
mod fixture;
mod grpc;
mod lanes;
mod process;
mod traces;
