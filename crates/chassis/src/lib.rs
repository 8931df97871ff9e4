//! What every process does before its first message and after its last.
//!
//! [`run`] is the whole `main` of a service: arguments → configuration, strictly → telemetry → admin page →
//! the service's own `build` → work until SIGTERM → stop taking, finish what is in hand within
//! `drain_ms_max` → last spans sent → exit code. No port is bound before the configuration is known to be
//! good.

mod admin;
mod configuration;
mod process;
mod readiness;

pub use configuration::{Common, Config, ConfigError, read};
pub use process::{Chassis, EXIT_BAD_CONFIG, EXIT_FAULT, run};
pub use readiness::{Condition, Readiness};
