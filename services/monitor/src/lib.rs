//! The monitor: keeps the journal of everything that happened (X11), knows where each application stands and
//! how long each step took (X17), and binds a provider's reports to the application they answer (X5, X7).

pub mod batch;
pub mod chain;
pub mod follow;
pub mod ingest;
pub mod kept;
pub mod metrics;
pub mod row;
pub mod status;
pub mod store;
