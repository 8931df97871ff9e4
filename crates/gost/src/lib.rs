#![doc = include_str!("../README.md")]

mod curve;
mod equation;
mod error;
mod field;
mod key;
mod ladder;
mod multiple;
mod point;
mod scheme;

pub use error::Error;
pub use key::{PreparedKey, PublicKey, SigningKey};
pub use scheme::{Scheme, gost_95, streebog_256, streebog_512};

#[cfg(test)]
mod examples;
