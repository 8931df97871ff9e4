//! Traces, metrics and logs, set up once for every process.
//!
//! Names of spans, metrics and attributes stand in [`names`] and nowhere else; spans are made in [`mod@span`]
//! and nowhere else. Trace context travels through HTTP, AMQP headers and gRPC metadata by [`propagation`].
//! Personal numbers cannot get in by accident: their types mask themselves.

pub mod authority;
mod config;
pub mod grpc;
pub mod lane;
mod logs;
pub mod names;
pub mod propagation;
mod setup;
pub mod span;

pub use config::{Config, InvalidConfig, LogFormat};
pub use setup::{SetupError, Telemetry, start};
