//! What is done to the house, as data; [`all`] is the list, from which the tests and `scripts/faults` take and from
//! nowhere else.
//! What a [`Harm`] does is in `harm`; what must come of it is in `proof`.

mod list;
mod soap;

use rig::{Channels, Mode, Shape};

pub use list::all;

/// One thing that goes wrong while a crowd is sending.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// For `--only`.
    pub name: &'static str,
    /// For people who read the table.
    pub what: &'static str,
    /// The broker that it needs.
    pub broker: Shape,
    /// Who speaks over the gateway's channels.
    pub channels: Channels,
    /// Whether it belongs to the short form.
    pub is_short: bool,
    pub harm: Harm,
}

/// What is done. Times are in seconds, from shortest to longest; the dice choose.
#[derive(Clone, Copy, Debug)]
pub enum Harm {
    /// kill -9, away so long, started again.
    Killed(Part, Seconds),
    /// Stopped in good order, away so long, started again.
    Stopped(Part, Seconds),
    /// SIGSTOP, then SIGCONT.
    Hung(Part, Seconds),
    /// Redis is emptied three times while it goes on.
    Flushed,
    /// The line to something behaves badly for so long.
    Line(&'static str, Mode, Seconds),
    /// A system outside has one trouble after the other, each for so long.
    Outside(&'static str, &'static [&'static str], Seconds),
    /// A register answers garbage until something is parked for a person, who releases it.
    Parked,
    /// The broker is short of memory and takes nothing.
    MemoryAlarm(Seconds),
    /// The node that leads the queues is killed, and comes back.
    LeaderKilled(Seconds),
    /// The node that leads the queues falls off the network, and comes back.
    LeaderIsolated(Seconds),
    /// The collector of traces is gone, then silent.
    CollectorGone(Seconds),
    /// Every message comes twice: from the sender, in every lane, and from the providers.
    Doubled,
}

/// What can be killed, stopped and hung.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    Service(&'static str),
    /// One of them; the dice choose.
    AnyService,
    Broker,
    Redis,
    Postgres,
}

/// Shortest and longest.
pub type Seconds = (u64, u64);
