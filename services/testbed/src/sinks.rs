//! The SMS gateway and the webhook receiver: HTTP systems that take everything and keep it.
//!
//! In: any POST. Out: 200 with an id, and the body among the kept items: as JSON if it is JSON, else as text.
//! They check nothing, so that a test sees what was really sent.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    routing::get,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::kept::Kept;

/// What a sink was sent.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    at: Timestamp,
    path: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

/// An HTTP sink.
#[derive(Debug)]
pub struct Sink {
    kept: Kept<Delivery>,
    taken: AtomicU64,
}

impl Sink {
    pub fn new(items_max: usize) -> Arc<Self> {
        Arc::new(Self {
            kept: Kept::new(items_max),
            taken: AtomicU64::new(0),
        })
    }

    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/health", get(|| async { "well" }))
            .fallback(take)
            .with_state(Arc::clone(self))
    }

    pub fn all(&self) -> Vec<Delivery> {
        self.kept.all()
    }
}

async fn take(
    State(sink): State<Arc<Sink>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Json<Value> {
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    let shown =
        |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    sink.kept.add(Delivery {
        at: Timestamp::now(),
        path: uri.path().to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.to_string(), shown(value)))
            .collect(),
        body: serde_json::from_slice(&body).unwrap_or_else(|_| text()),
    });
    let id = sink.taken.fetch_add(1, Ordering::Relaxed) + 1;
    Json(json!({"id": id.to_string(), "status": "accepted"}))
}
