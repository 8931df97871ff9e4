//! The control API: how a test or a demonstration plays with the bench, and looks at what it received.
//!
//! In: HTTP/JSON on a loopback port (the README lists every path). Out: the state of the played systems.
//! Bodies are strict, names that do not exist are 404 with the ones that do, and a change is in effect when
//! its answer comes. It never shows a personal number that a register was asked about.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    bench::Bench,
    fault::Setting,
    lists::Order,
    ocsp,
    officer::{Report, Sending},
    provider::{Acceptance, Provider},
    register::Payment,
};

/// Serves the control API until `stop`.
pub(crate) async fn serve(listener: TcpListener, bench: Arc<Bench>, stop: CancellationToken) {
    let served =
        axum::serve(listener, routes(bench)).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "the control API is gone");
    }
}

fn routes(bench: Arc<Bench>) -> Router {
    Router::new()
        .route("/systems", get(systems))
        .route("/systems/{name}/fault", put(set_fault))
        .route("/systems/{name}/requests", get(requests))
        .route("/queries", get(queries))
        .route("/payments", post(pay))
        .route("/providers/{name}/applications", get(ledger))
        .route("/providers/{name}/accepted", get(accepted))
        .route("/providers/{name}/applications/{number}", get(application))
        .route(
            "/providers/{name}/applications/{number}/{kind}",
            post(report),
        )
        .route("/providers/{name}/mode", put(set_mode))
        .route("/mail", get(mails).delete(forget_mails))
        .route("/sms", get(sms))
        .route("/webhooks", get(webhooks))
        .route("/crl", put(order_lists))
        .route("/ocsp", put(order_ocsp))
        .route("/intake", put(set_intake))
        .with_state(bench)
}

/// Why the control API does not do what it was asked.
enum Refused {
    /// What was asked for does not exist; these do.
    Unknown(String),
    Bad(String),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, reason) = match self {
            Self::Unknown(reason) => (StatusCode::NOT_FOUND, reason),
            Self::Bad(reason) => (StatusCode::UNPROCESSABLE_ENTITY, reason),
        };
        (status, Json(json!({"reason": reason}))).into_response()
    }
}

fn named<'a, T>(all: &'a BTreeMap<&'static str, T>, name: &str) -> Result<&'a T, Refused> {
    let there = || all.keys().copied().collect::<Vec<_>>().join(", ");
    all.get(name)
        .ok_or_else(|| Refused::Unknown(format!("`{name}` is none of: {}", there())))
}

type At = State<Arc<Bench>>;

async fn systems(State(bench): At) -> Json<Value> {
    Json(json!(
        bench.systems.values().map(|s| s.view()).collect::<Vec<_>>()
    ))
}

async fn set_fault(
    State(bench): At,
    Path(name): Path<String>,
    Json(setting): Json<Setting>,
) -> Result<Json<Value>, Refused> {
    setting.check().map_err(Refused::Bad)?;
    let system = named(&bench.systems, &name)?;
    system.set(setting).await;
    Ok(Json(json!(system.view())))
}

async fn requests(State(bench): At, Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    Ok(Json(json!(named(&bench.systems, &name)?.heard())))
}

async fn queries(State(bench): At) -> Json<Value> {
    Json(json!(bench.registers.queries()))
}

async fn pay(State(bench): At, Json(payment): Json<Payment>) -> (StatusCode, Json<Value>) {
    (
        StatusCode::CREATED,
        Json(json!({"receipt": bench.registers.pay(payment)})),
    )
}

async fn ledger(State(bench): At, Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    Ok(Json(json!(named(&bench.providers, &name)?.entries())))
}

/// From where on acceptances are told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    after: usize,
}

async fn accepted(
    State(bench): At,
    Path(name): Path<String>,
    Query(since): Query<Since>,
) -> Result<Json<Vec<Acceptance>>, Refused> {
    let provider = named(&bench.providers, &name)?;
    Ok(Json(provider.acceptances(since.after)))
}

async fn application(
    State(bench): At,
    Path((name, number)): Path<(String, String)>,
) -> Result<Json<Value>, Refused> {
    let content = named(&bench.providers, &name)?.content(&number);
    content
        .map(Json)
        .ok_or_else(|| Refused::Unknown(format!("{name} has no application {number}")))
}

/// What the officer is to say; an absent field is what auto mode says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    status: Option<String>,
    outcome: Option<String>,
    reason: Option<String>,
}

impl Say {
    fn report(self, kind: &str) -> Result<Report, Refused> {
        match (kind, self) {
            (
                "status",
                Self {
                    status,
                    outcome: None,
                    reason: None,
                },
            ) => Ok(status.map_or_else(Report::registered, |status| Report::Status { status })),
            (
                "result",
                Self {
                    status: None,
                    outcome,
                    reason,
                },
            ) => Ok(Report::Result {
                outcome: outcome.unwrap_or_else(|| "granted".to_owned()),
                reason: reason.unwrap_or_default(),
            }),
            ("status" | "result", _) => Err(Refused::Bad(
                "a status has `status`, a result has `outcome` and `reason`".to_owned(),
            )),
            _ => Err(Refused::Unknown(format!(
                "`{kind}` is none of: status, result"
            ))),
        }
    }
}

async fn report(
    State(bench): At,
    Path((name, number, kind)): Path<(String, String, String)>,
    Json(say): Json<Say>,
) -> Result<Json<Sending>, Refused> {
    let report = say.report(&kind)?;
    let provider: Arc<Provider> = Arc::clone(named(&bench.providers, &name)?);
    let unknown = format!("{name} has no application {number}");
    // In a task of its own, so that it is sent and entered even if the one who asked has gone.
    let sent = tokio::spawn(async move { provider.report(&number, report).await }).await;
    sent.ok()
        .flatten()
        .map(Json)
        .ok_or(Refused::Unknown(unknown))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mode {
    auto: bool,
}

async fn set_mode(
    State(bench): At,
    Path(name): Path<String>,
    Json(mode): Json<Mode>,
) -> Result<Json<Value>, Refused> {
    named(&bench.providers, &name)?.set_auto(mode.auto);
    Ok(Json(json!({"auto": mode.auto})))
}

async fn mails(State(bench): At) -> Json<Value> {
    Json(json!(bench.mails.all()))
}

async fn forget_mails(State(bench): At) -> StatusCode {
    bench.mails.clear();
    StatusCode::NO_CONTENT
}

async fn sms(State(bench): At) -> Json<Value> {
    Json(json!(bench.sms.all()))
}

async fn webhooks(State(bench): At) -> Json<Value> {
    Json(json!(bench.webhooks.all()))
}

async fn order_lists(State(bench): At, Json(order): Json<Order>) -> Result<StatusCode, Refused> {
    order.check().map_err(Refused::Bad)?;
    bench
        .lists
        .obey(order)
        .map_err(|e| Refused::Bad(e.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn order_ocsp(
    State(bench): At,
    Json(order): Json<ocsp::Order>,
) -> Result<StatusCode, Refused> {
    order.check().map_err(Refused::Bad)?;
    bench
        .ocsp
        .obey(order)
        .map_err(|e| Refused::Bad(e.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IntakeAt {
    url: String,
}

async fn set_intake(State(bench): At, Json(intake): Json<IntakeAt>) -> Result<StatusCode, Refused> {
    if !intake.url.starts_with("https://") {
        return Err(Refused::Bad("url begins with https://".to_owned()));
    }
    bench
        .intake
        .send_replace(Some(intake.url.trim_end_matches('/').to_owned()));
    Ok(StatusCode::NO_CONTENT)
}
