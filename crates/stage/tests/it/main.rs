//! The decisions of the stage crate: settling, the gate, running without a broker.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod gate;
mod memory;
mod settle;
mod support;
