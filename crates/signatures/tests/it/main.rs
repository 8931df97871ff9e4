//! The crate from outside: own authority, own forgeries, and the openssl program as an oracle.
//!
//! Every refusal is tested with everything else in order, so that the reason is the only one there is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests may"
)]
#![allow(clippy::similar_names, reason = "a verdict of a verifier")]

mod attributes;
mod bundles;
mod ca;
mod certificates;
mod chains;
mod delta;
mod forge;
mod gost;
mod lists;
mod ocsp;
mod openssl;
mod openssl_proofs;
mod parsing;
mod parties;
mod pins;
mod readme;
mod report;
mod responses;
mod revocation;
mod seeds;
mod sources;
mod statements;
mod tokens;
mod tsp;
mod verdicts;
