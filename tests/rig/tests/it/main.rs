//! The rig's own law: real servers start, survive kill -9 with their data, and leave nothing
//! behind, even when the process that holds them is killed itself.

mod servers;
mod warden;
