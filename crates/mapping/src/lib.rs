#![doc = include_str!("../README.md")]

mod asked;
mod bad;
mod file;
mod here;
mod kind;
mod mapping;
mod member;
mod outcome;
mod path;
mod template;

pub use asked::{About, Asked};
pub use bad::{BadMapping, Doubt, Unreadable};
pub use here::Answer;
pub use mapping::{Format, Mapping, Values};
pub use outcome::{Found, Reading};
