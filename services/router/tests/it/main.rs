//! The router service, seen from its lanes.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod deliver;
mod fixture;
mod process;
mod route;
