//! The house seen from the street: what the tests of the whole share.
//!
//! A [`Crowd`] sends many applications at once, as patient systems do, and remembers what was
//! accepted; [`proof`] then holds providers, journal and queues against that memory; [`Table`] keeps
//! the figures for people to read. It looks only at what anybody outside could see.

mod crowd;
pub mod proof;
mod table;

pub use crowd::{Accepted, Crowd, Sending};
pub use table::{Row, Table};
