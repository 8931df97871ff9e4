//! Handing a message to the broker: stored for good, or not taken.
//!
//! In: a publication. Out: confirmed, or [`Away`], which leaves open whether it was stored. The trait lets tests
//! stand in for the broker; [`ToBroker`] is what runs.

use std::time::Duration;

use async_trait::async_trait;
use broker::{Health, Publisher};
use stage::Publication;
use tokio::sync::watch;

/// The broker cannot store a message just now, or did not say so in time.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Away(pub String);

/// Stores publications for good.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Whether storing can be expected to work. Asked before anything of a message is kept.
    fn ready(&self) -> Result<(), Away>;

    /// Resolves once the publication is stored for good.
    async fn carry(&self, publication: Publication) -> Result<(), Away>;
}

/// The real broker.
#[derive(Debug, Clone)]
pub struct ToBroker {
    publisher: Publisher,
    health: watch::Receiver<Health>,
    /// True once the queues were found to be what the map says.
    is_safe: watch::Receiver<bool>,
    confirm_max: Duration,
}

impl ToBroker {
    /// Publishes through `publisher` once `is_safe` says so, and waits `confirm_max` for each confirm.
    pub fn new(
        publisher: Publisher,
        is_safe: watch::Receiver<bool>,
        confirm_max: Duration,
    ) -> Self {
        let health = publisher.health();
        Self {
            publisher,
            health,
            is_safe,
            confirm_max,
        }
    }
}

#[async_trait]
impl Carrier for ToBroker {
    fn ready(&self) -> Result<(), Away> {
        let health = *self.health.borrow();
        let lacking = match health {
            Health::Connected if *self.is_safe.borrow() => return Ok(()),
            Health::Connected => "the broker's queues have not been checked yet",
            Health::Blocked => "the broker is short of memory or disk and takes nothing",
            Health::Down(_) => "there is no connection to the broker",
        };
        Err(Away(lacking.to_owned()))
    }

    async fn carry(&self, publication: Publication) -> Result<(), Away> {
        let stored = self
            .publisher
            .publish_within(publication, self.confirm_max)
            .await;
        stored.map_err(|error| Away(error.to_string()))
    }
}
