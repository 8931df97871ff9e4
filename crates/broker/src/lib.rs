//! RabbitMQ: the only crate that knows AMQP.
//!
//! [`Publisher`] stores events for good; [`run_lanes`] waits for a broker on which nothing can get lost and works the lanes
//! of a service, [`run_lane`] one of them: decode → span → handle, with a deadline → publish, confirmed →
//! acknowledge, last. [`check`] refuses a broker that could lose something. [`Mailbox`] is a queue that its owner looks into and confirms. The rest is for those who look: the journal, the parked messages, the counts. Nothing here
//! decides what a message means.

mod check;
mod config;
mod connect;
mod counts;
mod dead;
mod journal;
mod lane;
mod lanes;
mod mailbox;
mod parcel;
mod parked;
mod publisher;

pub use check::{CheckError, check, check_when_up};
pub use config::{Config, InvalidConfig};
pub use connect::Unavailable;
pub use counts::{QueueCount, counts};
pub use dead::DeadLetter;
pub use journal::{Entry, Reader, read_journal, recent_offset};
pub use lane::{Arrival, Clock, Floor, FloorError, run_lane};
pub use lanes::{LanesError, run_lanes};
pub use mailbox::{ConfirmError, Mailbox, MailboxEntry, Wish};
pub use parked::{Parked, ReleaseError, parked, release};
pub use publisher::{Health, PublishError, Publisher};
