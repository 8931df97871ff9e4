//! Mappings, seen from outside.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod anything;
mod reading;
mod registers;
mod strict;
