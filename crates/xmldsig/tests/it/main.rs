//! The crate from outside: own authority, own forgeries, and xmllint and xmlsec1 as oracles.
//!
//! Every refusal is tested with everything else in order, so that the reason is the only one there is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests may"
)]

mod algorithms;
mod alone;
mod canonical;
mod gost;
mod limits;
mod properties;
mod report;
mod seeds;
mod signing;
mod text;
mod world;
mod wrapping;
mod wsse;
mod xmlsec;
