#![doc = include_str!("../README.md")]

#[cfg(feature = "client")]
pub mod client;
mod codec;
mod data;
mod fault;
pub mod kezek;
mod names;
pub mod security;
pub mod time;
pub mod types;
pub mod wsdl;
mod xml;

pub use codec::{read_call, read_reply, write_call, write_fault, write_reply};
pub use data::{Data, Kind};
pub use fault::{Fault, Refusal, Side};
pub use names::{Operation, code, state};
pub use types::{Call, Reply};
pub use xmldsig::{Limits, wsse::Naming};
