//! The gateway's channels against SOAP clients and servers that we did not write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod client;
mod messages;
mod register;
mod schemas;
mod security;
mod server;
mod tools;
