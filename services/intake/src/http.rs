//! The door itself: paths, methods, bodies, answers.
//!
//! Requests come in with their [`Peer`]; out go answers in JSON and problems. The outermost layer, [`announce`],
//! is the only place where a refusal is written, counted and logged, once, with its code and the participant
//! and nothing of what was sent. A panic becomes a problem; a crowd is told to come again.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{MatchedPath, Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use fault::{door, inside};
use futures::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use message::{Kind, MessageId, Number};
use participants::Participant;
use serde::Serialize;
use telemetry::{
    names,
    span::{self, Side},
};
use tokio::sync::Semaphore;
use tracing::{Instrument as _, Span};

use crate::{
    accept::{Accepted, Desk},
    ask,
    attachments::{Hash, Kept},
    checks::{self, Received},
    codes, collect, envelope, form,
    metrics::Metrics,
    prefer,
    problem::{Problem, language_of, render},
    soap::{self, Told, systems::Systems},
    tls::Peer,
    verdicts::{Said, Verdicts},
};

/// Header that marks an attachment (X1); its values are those of `classification`.
pub const CLASSIFICATION: &str = "kezek-classification";

/// What every request can see.
#[derive(Clone)]
pub struct Door {
    pub desk: Arc<Desk>,
    /// Absent: `Prefer: wait` is not honoured.
    pub verdicts: Option<Arc<dyn Verdicts>>,
    /// Who comes in by the channels of the gateway.
    pub systems: Arc<Systems>,
    pub metrics: Metrics,
    room: Arc<Semaphore>,
}

/// The answer to a message.
#[derive(Debug, Serialize)]
pub(crate) struct Receipt {
    number: Number,
    /// Local time with its offset (X13).
    accepted_at: String,
    message_id: MessageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Said>,
}

impl Receipt {
    pub(crate) fn of(accepted: &Accepted) -> Self {
        Self {
            number: accepted.number,
            accepted_at: local(accepted.accepted_at),
            message_id: accepted.id,
            signature: None,
        }
    }
}

/// What `POST /v1/messages` takes.
pub(crate) const TAKEN: &[Kind] = &[Kind::Application, Kind::Status, Kind::Result];

// === impl Door ===

impl Door {
    pub fn new(desk: Desk, verdicts: Option<Arc<dyn Verdicts>>, systems: Systems) -> Self {
        let room = Arc::new(Semaphore::new(desk.limits.requests_max));
        Self {
            desk: Arc::new(desk),
            verdicts,
            systems: Arc::new(systems),
            metrics: Metrics::new(),
            room,
        }
    }

    /// All paths, and the layers around them.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v1/messages", post(take_message))
            .route("/v1/queries", post(ask::ask))
            .route("/v1/services/{code}/form", get(form::form))
            .route("/v1/services/{code}/prefill", post(form::prefill))
            .route(
                "/v1/attachments/{sha256}",
                put(take_attachment).head(has_attachment),
            )
            .route("/v1/mailbox", get(collect::look))
            .route("/v1/mailbox/{id}", delete(collect::confirm))
            .route("/v1/codes", get(codes::list))
            .route("/v1/openapi.json", get(openapi))
            .merge(soap::router())
            .fallback(async || Problem::new(&door::UNKNOWN_PATH, ""))
            .method_not_allowed_fallback(async || Problem::new(&door::METHOD_NOT_ALLOWED, ""))
            .layer(middleware::from_fn_with_state(self.clone(), make_room))
            .layer(middleware::from_fn_with_state(self.clone(), announce))
            .with_state(self)
    }
}

// === paths ===

/// `POST /v1/messages`
async fn take_message(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let desk = &door.desk;
    let sender = checks::authenticated(&peer, &desk.participants)?;
    let body = read(body, desk.limits.message_bytes_max, desk.limits.body_max()).await?;
    let accepted = desk.accept(sender, body, TAKEN).await?;
    note(&door, sender, &accepted);
    let wait_s = prefer::wait_s(&headers).map(|wait_s| wait_s.min(desk.limits.wait_s_max));
    let signature = match wait_s {
        Some(wait_s) => verdict(&door, &accepted, wait_s).await,
        None => None,
    };
    let wish = wait_s.filter(|_| signature.is_some());
    let receipt = Receipt {
        signature,
        ..Receipt::of(&accepted)
    };
    let mut response = (StatusCode::ACCEPTED, Json(receipt)).into_response();
    applied(&mut response, wish);
    Ok(response)
}

/// Notes in the span and the counters what was accepted.
pub(crate) fn note(door: &Door, sender: &Participant, accepted: &Accepted) {
    let span = Span::current();
    span.record(names::MESSAGE_ID, accepted.id.to_string());
    span.record(names::APPLICATION_NUMBER, accepted.number.to_string());
    if accepted.is_new {
        let message = accepted.message.as_ref();
        door.metrics.accepted(sender.id.as_str(), message);
    }
}

/// Says that the wish to wait was heard.
pub(crate) fn applied(response: &mut Response, wait_s: Option<u64>) {
    if let Some(wait_s) = wait_s
        && let Ok(applied) = HeaderValue::try_from(format!("wait={wait_s}"))
    {
        response.headers_mut().insert("preference-applied", applied);
    }
}

async fn verdict(door: &Door, accepted: &Accepted, wait_s: u64) -> Option<Said> {
    let verdicts = door.verdicts.as_ref()?;
    let message = accepted.message.as_ref()?;
    Some(verdicts.on(message, Duration::from_secs(wait_s)).await)
}

/// `PUT /v1/attachments/{sha256}`
async fn take_attachment(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    checks::authenticated(&peer, &door.desk.participants)?;
    if headers
        .get_all(CLASSIFICATION)
        .iter()
        .any(|mark| mark != "open" && mark != "official-use")
    {
        return Err(Problem::new(&door::STATE_SECRET, "").at(CLASSIFICATION));
    }
    let hash = hash(&sha256)?;
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse().ok());
    Ok(
        match door.desk.attachments.keep(&hash, length, body).await? {
            Kept::Now => StatusCode::CREATED,
            Kept::Before => StatusCode::OK,
        },
    )
}

/// `HEAD /v1/attachments/{sha256}`
async fn has_attachment(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    checks::authenticated(&peer, &door.desk.participants)?;
    let size = door.desk.attachments.size_bytes(&hash(&sha256)?).await?;
    let size = size.ok_or_else(|| Problem::new(&door::UNKNOWN_PATH, "it was never uploaded"))?;
    Ok((
        [(header::CONTENT_LENGTH, HeaderValue::from(size))],
        Body::empty(),
    )
        .into_response())
}

fn hash(sha256: &str) -> Result<Hash, Problem> {
    envelope::hash(sha256).ok_or_else(|| {
        let detail = "the address must end in the SHA-256 of the file, 64 lower-case hex digits";
        Problem::new(&door::MALFORMED, detail).at("sha256")
    })
}

/// Reads a body up to `bytes_max` bytes, within `limit`.
pub(crate) async fn read(
    body: Body,
    bytes_max: usize,
    limit: Duration,
) -> Result<Received, Problem> {
    let mut bytes = Vec::new();
    let reading = async {
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| {
                Problem::new(&door::MALFORMED, "the body broke off").because(&error)
            })?;
            let room = bytes_max - bytes.len();
            bytes.extend_from_slice(&chunk[..room.min(chunk.len())]);
            if chunk.len() > room {
                return Ok::<bool, Problem>(false);
            }
        }
        Ok(true)
    };
    let Ok(whole) = tokio::time::timeout(limit, reading).await else {
        let detail = format!("a message has {} s to arrive", limit.as_secs());
        return Err(Problem::new(&door::TOO_SLOW, detail));
    };
    Ok(Received {
        whole: whole?,
        bytes,
        any_id: false,
    })
}

/// Local time with its offset (X13).
pub fn local(at: Timestamp) -> String {
    regulations::local(at)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// What this door takes and says, as OpenAPI 3.1; a test holds it against the code. Open to every caller.
async fn openapi() -> impl IntoResponse {
    let json = HeaderValue::from_static("application/json");
    let document = include_str!("../static/openapi.json");
    ([(header::CONTENT_TYPE, json)], document)
}

// === layers ===

/// Lets in as many requests as there is room for; a handler that panics becomes a problem.
async fn make_room(State(door): State<Door>, request: Request, next: Next) -> Response {
    let Ok(_place) = door.room.try_acquire() else {
        return Problem::new(&door::BUSY, "").into_response();
    };
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    handled.unwrap_or_else(|_| Problem::new(&inside::INTERNAL, "").into_response())
}

/// The outermost layer: the span, and one announcement of every refusal.
async fn announce(
    State(door): State<Door>,
    peer: Option<Extension<Peer>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let language = language_of(request.headers());
    let (address, headers) = (request.uri().path().to_owned(), request.headers().clone());
    let route = path.as_ref().map(MatchedPath::as_str);
    let peer = peer.map(|Extension(peer)| peer).unwrap_or_default();
    let sender = checks::authenticated(&peer, &door.desk.participants).ok();
    let participant = sender.map_or("nobody", |sender| sender.id.as_str());
    let span = span::http_server("https", request.method(), route, request.headers());
    span.record(names::PARTICIPANT, participant);
    let mut response = next.run(request).instrument(span.clone()).await;
    span::http_answered(&span, Side::Server, response.status());
    let told = response.extensions_mut().remove::<Told>();
    let is_told = told.is_some();
    let untold = response.extensions_mut().remove::<Problem>();
    let Some(problem) = told.map(|Told(problem)| problem).or(untold) else {
        return response;
    };
    span.record(names::ERROR_CODE, problem.code.name);
    door.metrics.refused(participant, problem.code.name);
    span.in_scope(|| {
        let (code, cause) = (
            problem.code.name,
            problem.cause.as_deref().unwrap_or_default(),
        );
        let took_ms = begun.elapsed().as_millis();
        if problem.code.http_status >= 500 {
            tracing::warn!(
                code,
                participant,
                cause,
                took_ms,
                "a request could not be taken"
            );
        } else {
            tracing::info!(code, participant, cause, took_ms, "a request was refused");
        }
    });
    if is_told {
        return response;
    }
    if address.starts_with(soap::PATH) {
        let operation = soap::operation_of(&address);
        return soap::fault(problem, &headers, operation, None);
    }
    render(response, &problem, language)
}
