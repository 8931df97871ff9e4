//! The house seen from the street: what the tests of the whole share.
//!
//! A [`Crowd`] sends many applications at once, as patient systems do, and remembers what was
//! accepted; [`proof`] then holds providers, journal and queues against that memory; [`faults`] lists what is
//! done to the house meanwhile, [`Trials`] does it, [`Table`] keeps the figures. It looks only at what anybody
//! outside could see.

mod crowd;
mod dice;
mod doubler;
pub mod faults;
mod harm;
pub mod proof;
mod sink;
mod table;
mod trial;

pub use crowd::{Accepted, Crowd, Sending};
pub use dice::Dice;
pub use table::{End, Figures, Row, Table};
pub use trial::Trials;
