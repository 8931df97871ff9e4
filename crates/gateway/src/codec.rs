//! Envelopes in, messages out, and the other way. Written in the strict order of the schemas with unqualified
//! children; read by local names, in any order, with what is known to vary.

mod fields;
mod read;
mod write;

pub(crate) use read::{body, parse};
pub use read::{read_call, read_reply};
pub use write::{write_call, write_fault, write_reply};
