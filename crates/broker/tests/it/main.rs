//! The broker crate against a real RabbitMQ of its own: what it promises when all goes well, and when not.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod check;
mod closed;
mod faults;
mod floor;
mod hearing;
mod journal;
mod lane;
mod mailbox;
mod parked;
mod publisher;
mod support;
