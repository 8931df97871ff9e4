//! A provider: takes applications once per idempotency key, keeps a ledger of them, and has an officer who
//! answers them.
//!
//! In: `POST /applications` from the router. Out: a registration number, the same for the same key however
//! often it comes; the ledger for the control API; and, in auto mode, a signed status and a signed result on
//! their way to intake. It decides nothing: every application is granted.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    kept::locked,
    officer::{Officer, Report, Sending},
};

/// Largest application taken: two documents of 10 MiB in base64 and change.
pub(crate) const APPLICATION_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Acceptances told at once, at most.
const ACCEPTANCES_MAX: usize = 10_000;

/// How a provider answers by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// Whether it answers by itself from the start. Default true.
    #[serde(default = "yes")]
    pub auto: bool,
    /// Milliseconds from acceptance to the status `registered`, at most an hour. Default 100.
    #[serde(default = "status_after_ms")]
    pub status_after_ms: u32,
    /// Milliseconds from that status, once intake has it, to the result, at most an hour. Default 200.
    #[serde(default = "result_after_ms")]
    pub result_after_ms: u32,
    /// Providers whose officers report on the async channel of intake. Default: none, they speak JSON.
    #[serde(default)]
    pub report_by_soap: Vec<String>,
}

fn yes() -> bool {
    true
}

fn status_after_ms() -> u32 {
    100
}

fn result_after_ms() -> u32 {
    200
}

impl Default for Answering {
    fn default() -> Self {
        Self {
            auto: yes(),
            status_after_ms: status_after_ms(),
            result_after_ms: result_after_ms(),
            report_by_soap: Vec::new(),
        }
    }
}

/// What has to be in an application; what else is in it is kept too.
#[derive(Debug, Deserialize)]
struct Application {
    message_id: String,
    number: String,
    service: String,
    #[serde(rename = "document")]
    _document: Document,
    #[serde(rename = "signatures")]
    _signatures: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(rename = "media_type")]
    _media_type: String,
    #[serde(rename = "sha256")]
    _sha256: String,
}

/// One application in the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    pub key: String,
    pub number: String,
    pub service: String,
    pub registration_number: String,
    /// Local time with offset (X13).
    pub registered_at: String,
    /// How often it came, the first time included.
    pub times_received: u64,
    /// Whether every copy had the content of the first, the time of its receipt apart.
    pub copies_equal: bool,
    /// What the officer said, in order.
    pub reports: Vec<Sending>,
    #[serde(skip)]
    content: Arc<Value>,
}

/// When an application was taken for the first time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Acceptance {
    pub number: String,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
}

#[derive(Debug, Default)]
struct Ledger {
    entries: BTreeMap<String, Entry>,
    key_by_number: BTreeMap<String, String>,
    /// In the order of their acceptance.
    acceptances: Vec<Acceptance>,
}

/// A provider with its ledger.
pub struct Provider {
    name: &'static str,
    answering: Answering,
    auto: AtomicBool,
    ledger: Mutex<Ledger>,
    officer: Officer,
}

impl Provider {
    pub fn new(name: &'static str, answering: Answering, officer: Officer) -> Arc<Self> {
        let auto = AtomicBool::new(answering.auto);
        Arc::new(Self {
            name,
            answering,
            auto,
            ledger: Mutex::default(),
            officer,
        })
    }

    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/health", get(|| async { "well" }))
            .route("/applications", post(take))
            .layer(DefaultBodyLimit::max(APPLICATION_BYTES_MAX))
            .with_state(Arc::clone(self))
    }

    /// Whether it answers by itself from now on.
    pub fn set_auto(&self, auto: bool) {
        self.auto.store(auto, Ordering::Relaxed);
    }

    /// The ledger, ordered by key.
    pub fn entries(&self) -> Vec<Entry> {
        self.ledger().entries.values().cloned().collect()
    }

    /// The acceptances after the first `after`, `ACCEPTANCES_MAX` of them at most: for those who follow a
    /// load and ask again and again.
    pub fn acceptances(&self, after: usize) -> Vec<Acceptance> {
        let ledger = self.ledger();
        let rest = ledger.acceptances.iter().skip(after);
        rest.take(ACCEPTANCES_MAX).cloned().collect()
    }

    /// An application by its number, with everything that was delivered.
    pub fn content(&self, number: &str) -> Option<Value> {
        let ledger = self.ledger();
        let entry = ledger.entries.get(ledger.key_by_number.get(number)?)?;
        Some(json!({"entry": entry, "content": *entry.content}))
    }

    /// Lets the officer report on the application `number` now; returns when intake has answered for good.
    pub async fn report(&self, number: &str, report: Report) -> Option<Sending> {
        let (key, service) = {
            let ledger = self.ledger();
            let key = ledger.key_by_number.get(number)?;
            (key.clone(), ledger.entries.get(key)?.service.clone())
        };
        let sending = self.officer.send(number, &service, report).await;
        if let Some(entry) = self.ledger().entries.get_mut(&key) {
            entry.reports.push(sending.clone());
        }
        Some(sending)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        locked(&self.ledger)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Takes an application under its idempotency key, and lets the officer answer a new one in auto mode. An
    /// error says what it lacks.
    pub(crate) fn take(self: &Arc<Self>, key: &str, content: Value) -> Result<Entry, String> {
        let application = Application::deserialize(&content).map_err(|error| error.to_string())?;
        if application.message_id != key {
            return Err("the idempotency key is not the message's id".to_owned());
        }
        let (entry, new) = self.enter(key, application, content);
        if new && self.auto.load(Ordering::Relaxed) {
            tokio::spawn(Arc::clone(self).answer(entry.number.clone()));
        }
        Ok(entry)
    }

    /// Enters an application; says whether it is new.
    fn enter(&self, key: &str, application: Application, content: Value) -> (Entry, bool) {
        let mut ledger = self.ledger();
        if let Some(entry) = ledger.entries.get_mut(key) {
            entry.times_received += 1;
            entry.copies_equal &= order(&entry.content) == order(&content);
            return (entry.clone(), false);
        }
        let now = Timestamp::now();
        let entry = Entry {
            key: key.to_owned(),
            number: application.number,
            service: application.service,
            registration_number: format!("{}-{:06}", self.name, ledger.entries.len() + 1),
            registered_at: local_time(now),
            times_received: 1,
            copies_equal: true,
            reports: Vec::new(),
            content: Arc::new(content),
        };
        ledger
            .key_by_number
            .insert(entry.number.clone(), key.to_owned());
        ledger.acceptances.push(Acceptance {
            number: entry.number.clone(),
            at_us: now.as_microsecond(),
        });
        ledger.entries.insert(key.to_owned(), entry.clone());
        (entry, true)
    }

    /// What the officer does with a new application in auto mode.
    async fn answer(self: Arc<Self>, number: String) {
        let wait = |ms: u32| tokio::time::sleep(Duration::from_millis(ms.into()));
        wait(self.answering.status_after_ms).await;
        self.report(&number, Report::registered()).await;
        wait(self.answering.result_after_ms).await;
        self.report(&number, Report::granted()).await;
    }
}

/// Kazakhstan's time with its offset of that day (X13).
fn local_time(instant: Timestamp) -> String {
    let zone = TimeZone::get("Asia/Almaty").unwrap_or(TimeZone::UTC);
    instant
        .to_zoned(zone)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

async fn take(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Json(content): Json<Value>,
) -> Response {
    let Some(key) = headers.get("idempotency-key").and_then(|k| k.to_str().ok()) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "the header Idempotency-Key is missing",
        );
    };
    let entry = match provider.take(key, content) {
        Ok(entry) => entry,
        Err(reason) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    };
    let status = if entry.times_received == 1 {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let answer = json!({
        "registration_number": entry.registration_number,
        "registered_at": entry.registered_at,
    });
    (status, Json(answer)).into_response()
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({"reason": reason}))).into_response()
}
/// What is ordered: everything but the time of receipt. Each receipt has its own where a sender repeats himself
/// while intake's memory is away; the first is the one that counts.
fn order(content: &Value) -> Value {
    let mut order = content.clone();
    if let Some(order) = order.as_object_mut() {
        order.remove("received_at");
    }
    order
}
