//! What the monitor knows of a message that was taken before: asked only while Redis is away.
//!
//! A question by gRPC, best effort: the monitor may be away too, or a moment behind. Without its answer the
//! message is published again under the same ids, which is absorbed further on.

use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use jiff::Timestamp;
use message::MessageId;
use serde::Deserialize;
use telemetry::grpc::{self, Client};
use tonic::transport::{Channel, Endpoint};
use wire::proto::monitor::{GetReceiptRequest, monitor_client::MonitorClient};

/// The `[monitor]` section: where receipts are asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The gRPC address of the monitor, for example `http://127.0.0.1:18305`.
    pub url: String,
    /// How long it may take to answer, milliseconds, 10 to 5000. Default 300.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
}

fn timeout_ms() -> u64 {
    300
}

/// Knows when messages were first taken.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// When the message was first taken; `None` if that is not known.
    async fn accepted_at(&self, id: MessageId) -> Option<Timestamp>;
}

/// The monitor.
#[derive(Debug, Clone)]
pub struct OfMonitor(Client<Channel>);

impl Config {
    /// Checks what parsing alone cannot.
    pub fn check(&self) -> Result<()> {
        let bounds = 10..=5000;
        anyhow::ensure!(
            bounds.contains(&self.timeout_ms),
            "monitor.timeout_ms: {} is not within 10 to 5000",
            self.timeout_ms
        );
        Ok(())
    }
}

impl OfMonitor {
    /// Connects at the first question; the monitor need not be there yet.
    pub fn open(config: &Config) -> Result<Self> {
        let limit = Duration::from_millis(config.timeout_ms);
        let endpoint = Endpoint::from_shared(config.url.clone())
            .with_context(|| format!("monitor.url: {} is not an address", config.url))?;
        let endpoint = endpoint.connect_timeout(limit).timeout(limit);
        Ok(Self(grpc::client(endpoint.connect_lazy(), endpoint.uri())))
    }
}

#[async_trait]
impl Receipts for OfMonitor {
    async fn accepted_at(&self, id: MessageId) -> Option<Timestamp> {
        let mut client = MonitorClient::new(self.0.clone());
        let message_id = id.as_uuid().as_bytes().to_vec();
        let answer = client.get_receipt(GetReceiptRequest { message_id }).await;
        let at = answer.ok()?.into_inner().accepted_at?.utc?;
        Timestamp::new(at.seconds, at.nanos).ok()
    }
}
