//! Starts the house for real: RabbitMQ, Redis, PostgreSQL and our own services, from installed
//! binaries, on free ports of 127.0.0.1, in a folder of their own. Tests and the demonstration
//! stand on it.
//!
//! In: which parts to start. Out: handles with addresses, and the means to kill, stop and restart
//! each part. Whatever ends the process that holds a rig, even kill -9, ends all its servers
//! (see [`warden`]). It never touches an instance that it did not start.

mod addresses;
mod application;
mod broker;
mod channels;
mod folder;
mod line;
mod lines;
mod monitor;
mod outside;
mod people;
mod postgres;
mod process;
mod redis;
mod rig;
mod seat;
mod services;
mod settings;
mod soap;
mod spaces;
mod terms;
mod wait;
mod warden;

pub use addresses::Addresses;
pub use application::{Application, SignedAs, query};
pub use broker::{Broker, Shape};
pub use channels::Channels;
pub use folder::Folder;
pub use line::{Line, Mode};
pub use lines::Lines;
pub use monitor::Monitor;
pub use outside::{Endpoints, Entry, Outside};
pub use people::{People, Person};
pub use postgres::Postgres;
pub use process::{Command, Server};
pub use redis::Redis;
pub use rig::{Answer, Options, Rig};
pub use services::{Services, Settings, binaries};
pub use soap::Letter;
pub use spaces::can_isolate;
pub use terms::Term;
pub use wait::wait_for;
pub use warden::free_port;

/// The repository's root folder, from where samples and definitions are read.
pub fn repository() -> &'static std::path::Path {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
