//! The monitor: keeps the journal of everything that happened (X11), knows where each application stands and
//! how long each step took (X17), and binds a provider's reports to the application they answer (X5, X7).
//!
//! The only service with a database. Its journal is appended by one writer in the order of the broker's
//! stream, each row chained to the one before by hash.

pub mod accesses;
pub mod answers;
pub mod app;
pub mod batch;
pub mod chain;
pub mod checks;
pub mod clock;
pub mod config;
pub mod deadlines;
pub mod follow;
mod gauges;
pub mod grpc;
pub mod http;
pub mod ingest;
pub mod kept;
pub mod metrics;
pub mod overview;
pub mod pages;
pub mod questions;
pub mod row;
pub mod search;
pub mod status;
pub mod store;
pub mod whereabouts;
