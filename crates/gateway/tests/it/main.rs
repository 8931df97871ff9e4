//! The crate from outside: recorded variants, round trips, and `xmllint` with our schemas as the judge.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::result_large_err,
    reason = "helpers of tests may panic as tests may"
)]

mod cases;
#[cfg(feature = "client")]
mod client;
mod documents;
mod limits;
mod messages;
mod properties;
mod schema;
mod security;
mod seeds;
mod world;
