//! The monitor's own law, against a private PostgreSQL: the journal holds every fact once and unchanged, and
//! what is said of an application follows from its facts alone.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod accesses;
mod asking;
mod browser;
mod chain;
mod checks;
mod clockwork;
mod deadlines;
mod flood;
mod following;
mod journal;
mod openapi;
mod paging;
mod process;
mod samples;
mod seen;
mod standing;
mod status;
mod support;
mod tampering;
mod terms;
mod writing;
