//! What the signature service says of a message while its sender waits (`Prefer: wait=N`, RFC 7240).
//!
//! A question by gRPC, which changes nothing: the message is already accepted and goes its way whatever is said
//! here. An answer that cannot be had in time is simply not given.

use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use message::Message;
use serde::{Deserialize, Serialize};
use telemetry::grpc::{self, Client};
use tonic::transport::{Channel, Endpoint};
use wire::{
    proto::signature::signatures_client::SignaturesClient,
    signature::{Opinion, question, read_answer},
};

/// Pause before the same question is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// The `[signature]` section: where verdicts are asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The gRPC address of the signature service, for example `http://127.0.0.1:9202`.
    pub url: String,
}

/// What is known of a signature, as it stands in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Said {
    Valid,
    /// A code of the catalogue.
    Invalid {
        code: String,
    },
    /// It cannot be told just now; the message waits.
    Undetermined {
        code: String,
    },
    /// No answer came in time.
    Pending,
}

/// Asks for verdicts.
#[async_trait]
pub trait Verdicts: Send + Sync {
    /// What is thought of `message`, asked for until it is final or `limit` is over; none if no answer came.
    async fn opinion(&self, message: &Message, limit: Duration) -> Option<Opinion>;

    /// The same, as it stands in an answer.
    async fn on(&self, message: &Message, limit: Duration) -> Said {
        match self.opinion(message, limit).await {
            Some(Opinion::Valid { .. }) => Said::Valid,
            Some(Opinion::Invalid { code, .. }) => Said::Invalid { code },
            Some(Opinion::Undetermined { code, .. }) => Said::Undetermined { code },
            None => Said::Pending,
        }
    }
}

/// The signature service.
#[derive(Debug, Clone)]
pub struct OfService(Client<Channel>);

impl OfService {
    /// Connects at the first question; the service need not be there yet.
    pub fn open(config: &Config) -> Result<Self> {
        let endpoint = Endpoint::from_shared(config.url.clone())
            .with_context(|| format!("signature.url: {} is not an address", config.url))?;
        let endpoint = endpoint.connect_timeout(Duration::from_secs(1));
        Ok(Self(grpc::client(endpoint.connect_lazy(), endpoint.uri())))
    }

    async fn ask(&self, message: &Message) -> Result<Opinion> {
        let mut client = SignaturesClient::new(self.0.clone());
        let response = client.verify(question(message)).await?;
        Ok(read_answer(response.into_inner())?.opinion)
    }
}

#[async_trait]
impl Verdicts for OfService {
    async fn opinion(&self, message: &Message, limit: Duration) -> Option<Opinion> {
        let mut said = None;
        let asking = async {
            loop {
                match self.ask(message).await {
                    Ok(unsure @ Opinion::Undetermined { .. }) => said = Some(unsure),
                    Ok(sure) => return sure,
                    Err(error) => tracing::debug!(%error, "no verdict on a signature yet"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(limit, asking).await {
            Ok(sure) => Some(sure),
            Err(_) => said,
        }
    }
}
