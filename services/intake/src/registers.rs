//! What a register says to a query while its sender waits: a question by gRPC to the registry service, which
//! registers it before it asks (X15) and what came back after.
//!
//! In: a message whose signature was verified. Out: what the register holds, or why it cannot be told. Never asks
//! twice: past the first failure a query goes by the lanes.

use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use fault::{Again, Code, inside, registers};
use jiff::Timestamp;
use message::Message;
use serde::Deserialize;
use serde_json::Value;
use telemetry::grpc::{self, Client};
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use wire::proto::registry::{lookup_response::Answer, registry_client::RegistryClient};

/// The `[registry]` section: where queries are answered at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The gRPC address of the registry service, for example `http://127.0.0.1:18303`.
    pub url: String,
}

/// What a register said.
#[derive(Clone, PartialEq)]
pub struct Reply {
    /// What it holds; none if it knows nothing of the subject.
    pub record: Option<Value>,
    /// Whether it is an answer that was given before.
    pub cached: bool,
    /// When the register gave it, if it says so.
    pub source_at: Option<Timestamp>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply(found: {})", self.record.is_some())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {cause}")]
pub struct Unanswered {
    pub code: &'static Code,
    /// What is beneath, for the log.
    pub cause: String,
}

impl Unanswered {
    /// Whether asking again later can help.
    pub fn is_for_now(&self) -> bool {
        self.code.again == Again::Later
    }
}

/// Answers queries.
#[async_trait]
pub trait Registers: Send + Sync {
    /// What the register says to the query that `message` is. Its signers must be known.
    async fn ask(&self, message: &Message) -> Result<Reply, Unanswered>;
}

/// The registry service.
#[derive(Debug, Clone)]
pub struct OfService(Client<Channel>);

impl OfService {
    /// Connects at the first question; the service need not be there yet.
    pub fn open(config: &Config) -> Result<Self> {
        let endpoint = Endpoint::from_shared(config.url.clone())
            .with_context(|| format!("registry.url: {} is not an address", config.url))?;
        let endpoint = endpoint.connect_timeout(Duration::from_secs(1));
        Ok(Self(grpc::client(endpoint.connect_lazy(), endpoint.uri())))
    }
}

#[async_trait]
impl Registers for OfService {
    async fn ask(&self, message: &Message) -> Result<Reply, Unanswered> {
        let request = wire::registry::lookup(message).ok_or_else(|| Unanswered {
            code: &inside::INTERNAL,
            cause: "the message is no verified query".to_owned(),
        })?;
        let mut client = RegistryClient::new(self.0.clone());
        let response = client.lookup(request).await;
        let response = response.map_err(|status| unanswered(&status))?.into_inner();
        let record = match response.answer {
            Some(Answer::RecordJson(text)) => {
                Some(serde_json::from_str(&text).map_err(|error| garbled(&error))?)
            }
            Some(Answer::Unknown(_)) => None,
            None => return Err(garbled(&"there is no answer in it")),
        };
        let source_at = response.source.and_then(|source| source.answered_at);
        Ok(Reply {
            record,
            cached: response.cached,
            source_at: source_at.and_then(|at| Timestamp::new(at.seconds, at.nanos).ok()),
        })
    }
}

fn garbled(cause: &impl ToString) -> Unanswered {
    Unanswered {
        code: &registers::REGISTER_GARBLED,
        cause: cause.to_string(),
    }
}

/// The text of a refusal begins with a code of the catalogue; one that has none comes from between us.
fn unanswered(status: &Status) -> Unanswered {
    let (name, _) = status.message().split_once(':').unwrap_or_default();
    Unanswered {
        code: fault::find(name).unwrap_or(&registers::REGISTER_UNREACHABLE),
        cause: format!("{:?}: {}", status.code(), status.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_the_catalogue_is_found_and_any_other_failure_is_for_now() {
        let said = Status::failed_precondition("register-garbled: could not ask: no JSON");
        assert_eq!(unanswered(&said).code, &registers::REGISTER_GARBLED);
        let said = Status::failed_precondition("consent-missing: nobody is asked about");
        assert!(!unanswered(&said).is_for_now());
        for said in [
            Status::unavailable("tcp connect error"),
            Status::cancelled("x: y"),
        ] {
            assert_eq!(unanswered(&said).code, &registers::REGISTER_UNREACHABLE);
            assert!(unanswered(&said).is_for_now());
        }
    }
}
