//! `POST /v1/queries`: what a register holds, at once (200), or a receipt (202), and the answer by the mailbox.
//!
//! In: a message of kind `query`, and how long its sender waits. Out: the answer as JSON, or a problem.

use std::time::Duration;

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use fault::door::MALFORMED;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use message::{Channel, MessageId, Number, RegisterName, ServiceCode};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    accept::Accepted,
    checks, head,
    http::{Door, Receipt, applied, local, note, read},
    prefer,
    problem::Problem,
    query::Queried,
    registers::Reply,
    tls::Peer,
};

/// What a register said to a query.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub number: Number,
    pub message_id: MessageId,
    /// Local time with its offset (X13), as all times here.
    pub accepted_at: String,
    pub register: String,
    pub found: bool,
    pub answered_at: String,
    /// When the register gave it, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_at: Option<String>,
    /// Whether it is an answer that was given before.
    pub cached: bool,
    /// What it holds, where it knows the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Value>,
    /// What of it belongs into the form, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Map<String, Value>>,
    /// Where and whom it asked.
    #[serde(skip)]
    pub query: Option<(Channel, RegisterName)>,
}

/// What is answered to a query.
pub(crate) enum Asked {
    Answered(Answer),
    Later(Receipt, Option<u64>),
}

impl Answer {
    /// The answer `reply` to the query `accepted`, given at `at`.
    pub fn of(accepted: &Accepted, reply: Reply, at: Timestamp) -> Self {
        let message = accepted.message.as_ref();
        let query = message.and_then(|message| {
            let register = &message.query.as_ref()?.register;
            Some((message.channel, register.clone()))
        });
        Self {
            number: accepted.number,
            message_id: accepted.id,
            accepted_at: local(accepted.accepted_at),
            register: query
                .as_ref()
                .map(|(_, name)| name.to_string())
                .unwrap_or_default(),
            found: reply.record.is_some(),
            answered_at: local(at),
            source_at: reply.source_at.map(local),
            cached: reply.cached,
            record: reply.record,
            fields: None,
            query,
        }
    }
}

impl IntoResponse for Asked {
    fn into_response(self) -> Response {
        match self {
            Self::Answered(answer) => {
                let fresh = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
                (fresh, Json(answer)).into_response()
            }
            Self::Later(receipt, wish) => {
                let mut response = (StatusCode::ACCEPTED, Json(receipt)).into_response();
                applied(&mut response, wish);
                response
            }
        }
    }
}

/// Answers a query.
pub async fn ask(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Ok(asked(&door, &peer, &headers, body, None)
        .await?
        .into_response())
}

/// What is answered to the query in `body`, which must be for `service`, where one is named.
pub(crate) async fn asked(
    door: &Door,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
    service: Option<&ServiceCode>,
) -> Result<Asked, Problem> {
    let desk = &door.desk;
    let sender = checks::authenticated(peer, &desk.participants)?;
    let body = read(body, desk.limits.message_bytes_max, desk.limits.body_max()).await?;
    if let (Some(service), Some(said)) = (service, head::read(&body.bytes).service)
        && said != *service
    {
        let detail = "is another service than the address names";
        return Err(Problem::new(&MALFORMED, detail).at("service"));
    }
    let wish = prefer::wait_s(headers).map(|wish| wish.min(desk.waiting.wait_max.as_secs()));
    let wait = wish.map_or(desk.waiting.wait_max, Duration::from_secs);
    let verdicts = door.verdicts.as_deref();
    Ok(match desk.query(sender, body, verdicts, wait).await? {
        Queried::Answered {
            accepted,
            reply,
            at,
        } => {
            note(door, sender, &accepted);
            Asked::Answered(Answer::of(&accepted, reply, at))
        }
        Queried::Later(accepted) => {
            note(door, sender, &accepted);
            Asked::Later(Receipt::of(&accepted), wish)
        }
    })
}
