//! Publishing: what is confirmed is stored, what is not confirmed may be (sre.md: and is repeated, under the
//! same id, on a new channel).
//!
//! [`Publisher`] is a handle; one task behind it owns the connection and the channel. That is a law, not a
//! convenience: a confirm channel shared between threads numbers its publishes in one order and sends them in
//! another, and then confirms are booked to the wrong message.

mod in_flight;
mod owner;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use flow::EXCHANGE;
use stage::Publication;
use telemetry::span;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{Config, parcel::Parcel};

/// Why a publish did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// No queue is bound for the key: the broker handed the message back, it is not stored.
    #[error(
        "nothing is bound to `{exchange}` for the key `{key}`; load the broker's definitions made from flow.toml"
    )]
    Unroutable { exchange: String, key: String },
    /// Not confirmed in time. It may be stored and it may not.
    #[error("not confirmed within {0:?}; it may be stored")]
    Unconfirmed(Duration),
    /// The publisher was closed before the publish was confirmed. It may be stored and it may not.
    #[error("the publisher is closed; what was not confirmed may be stored")]
    Closed,
}

impl PublishError {
    /// One word for it, for a span.
    fn kind(&self) -> &'static str {
        match self {
            Self::Unroutable { .. } => "unroutable",
            Self::Unconfirmed(_) => "unconfirmed",
            Self::Closed => "closed",
        }
    }
}

/// How the publisher stands with the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Connected,
    /// The broker is short of memory or disk and takes nothing.
    Blocked,
    /// There is no connection, since then.
    Down(Instant),
}

impl Health {
    pub fn is_connected(self) -> bool {
        self == Self::Connected
    }
}

/// A publish waiting for its confirm.
#[derive(Debug)]
struct Request {
    parcel: Arc<Parcel>,
    /// Who is told how it ended; he may have stopped waiting.
    caller: oneshot::Sender<Result<(), PublishError>>,
}

/// Publishes with confirms. Cheap to clone; all clones share one connection.
#[derive(Debug, Clone)]
pub struct Publisher {
    requests: mpsc::Sender<Request>,
    health: watch::Receiver<Health>,
    closing: CancellationToken,
}

impl Publisher {
    /// Starts the task that owns the connection. `name` is seen in the broker's list of connections. Returns
    /// at once: [`Publisher::health`] says when the broker is there.
    pub fn start(config: &Config, name: &str) -> Self {
        let (requests, received) = mpsc::channel(usize::from(config.unconfirmed_max));
        let (told, health) = watch::channel(Health::Down(Instant::now()));
        let closing = CancellationToken::new();
        let name = format!("{name} publisher");
        let owner = owner::Owner::new(config.clone(), name, received, told, closing.clone());
        tokio::spawn(owner.run());
        Self {
            requests,
            health,
            closing,
        }
    }

    /// Resolves when the broker has stored it, however long that takes: the broker may be away meanwhile. A
    /// caller who stops waiting leaves it open whether it is stored; it is not repeated for him.
    pub async fn publish(&self, publication: Publication) -> Result<(), PublishError> {
        let id = publication
            .event
            .facts
            .last()
            .map(|fact| fact.id.to_string());
        let span = span::send(EXCHANGE, &publication.key, id.as_deref());
        let parcel = Parcel::of(&publication, &span);
        let sent = self.send(parcel).instrument(span.clone()).await;
        if let Err(error) = &sent {
            span::failed(&span, error.kind());
        }
        sent
    }

    /// [`Publisher::publish`], but gives up waiting after `limit`: [`PublishError::Unconfirmed`].
    pub async fn publish_within(
        &self,
        publication: Publication,
        limit: Duration,
    ) -> Result<(), PublishError> {
        tokio::time::timeout(limit, self.publish(publication))
            .await
            .unwrap_or(Err(PublishError::Unconfirmed(limit)))
    }

    pub(crate) async fn send(&self, parcel: Parcel) -> Result<(), PublishError> {
        let (caller, confirmed) = oneshot::channel();
        let parcel = Arc::new(parcel);
        let request = Request { parcel, caller };
        let handed_in = self.requests.send(request).await;
        handed_in.map_err(|_| PublishError::Closed)?;
        confirmed.await.unwrap_or(Err(PublishError::Closed))
    }

    /// How it stands with the broker, now and whenever that changes.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Takes nothing new, waits up to `limit` until what is under way is confirmed, and disconnects.
    /// True if nothing was left over.
    pub async fn close(&self, limit: Duration) -> bool {
        self.closing.cancel();
        let mut health = self.health();
        // The owner's end of the channel goes when the owner has finished.
        let finished = async { while health.changed().await.is_ok() {} };
        tokio::time::timeout(limit, finished).await.is_ok()
    }
}
