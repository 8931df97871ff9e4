//! The map: which lanes there are, which queues they need, how messages get from one to the next.
//!
//! Data only. It is read from `deploy/flow.toml` by every service, drawn by [`Map::mermaid`], and turned into
//! what the broker has to know by [`Map::definitions`]. No service knows its neighbours; they all know this.

mod definitions;
mod lane;
mod map;
mod picture;
mod routing;
mod topology;
mod ways;

pub use lane::{Delay, Lane, LaneKind};
pub use map::{InvalidMap, Map, OtherLanes};
pub use topology::{
    Argument, DEAD, EXCHANGE, JOURNAL, QueueArguments, QueueDeclaration, RETURN, again_key,
    end_key, failed_key, filed_key, lane_of_key, parked_key, pass_key,
};
pub use ways::Way;
