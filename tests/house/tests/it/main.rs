//! The whole, from the street: real servers, real processes, and what people do to them.
//!
//! Every test has a rig of its own. `journey` plays applications from the door to their result or
//! refusal; `faults` breaks things and proves that nothing was lost; `shutdown` stops services in
//! good order; `traces` looks at what the house shows of itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "figures for people")]

mod canary;
mod channels;
mod collector;
mod connect;
mod evidence;
mod faults;
mod journey;
mod poison;
mod seen;
mod shutdown;
mod traces;

use std::sync::Arc;
use std::time::Duration;

use rig::{Options, Rig};

/// Long enough for a debug build on two busy cores; a healthy house needs a fraction.
const SOON: Duration = Duration::from_secs(90);

/// A rig with the sample configurations.
async fn house() -> Arc<Rig> {
    Arc::new(Rig::start(Options::default()).await.unwrap())
}
