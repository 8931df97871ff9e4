//! The signature service from outside: real certificates, real lists over HTTP, no broker.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod ca;
mod endings;
mod evidence;
mod grpc;
mod persons;
mod real;
mod responders;
mod revocation;
mod stamps;
mod start;
mod world;
