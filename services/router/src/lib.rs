//! router: brings applications to their providers.
//!
//! An enriched application comes in; its provider is chosen by the regulation, and the provider's own lane
//! hands it over, under the message's id as idempotency key. A provider that is down closes its own lane and
//! no other: its messages wait and go on by themselves (X12). Nothing is kept here.

pub mod app;
pub mod config;
pub mod deliver;
pub mod route;
