//! `/live`, `/ready`, `/metrics`: for the platform.
//!
//! Live says only that the process answers; a dependency that is away makes it unready, never dead.

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use telemetry::Telemetry;

use crate::Readiness;

#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) readiness: Readiness,
    pub(crate) telemetry: Arc<Telemetry>,
}

pub(crate) fn router(admin: Admin) -> Router {
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(admin)
}

async fn ready(State(admin): State<Admin>) -> (StatusCode, String) {
    let missing = admin.readiness.missing();
    if missing.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {}\n", missing.join(", ")),
        )
    }
}

async fn metrics(State(admin): State<Admin>) -> impl IntoResponse {
    let kind = [("content-type", "text/plain; version=0.0.4; charset=utf-8")];
    match admin.telemetry.page() {
        Ok(page) => (StatusCode::OK, kind, page),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            kind,
            format!("{error}\n"),
        ),
    }
}
