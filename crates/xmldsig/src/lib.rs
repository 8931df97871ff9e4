#![doc = include_str!("../README.md")]

mod algorithms;
mod alone;
mod canon;
mod element;
pub mod format;
mod guard;
mod key_info;
mod name;
mod open;
mod parse;
mod refused;
pub mod sign;
mod signature;
mod text;
mod verified;
pub mod wsse;

pub use canon::Method;
pub use element::Element;
pub use open::{Demand, IDS, Name, Signed, open, open_by};
pub use parse::{Document, Limits, ParseError, Position, Why};
pub use refused::{Refused, Unverified};
pub use text::text;
pub use verified::{Opened, Verified};
