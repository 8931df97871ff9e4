//! `GET /v1/services/{code}/form`: the form of a service, for those who show it. `POST /v1/services/{code}/prefill`:
//! what a register knows of its fields, asked with a signed query.
//!
//! Out of the form: its JSON Schema with titles and choices in words, the order of its fields, which register knows
//! which, what else the channel wants. Open to every caller. Prefilling is a query like any other (X2, X15).

use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use fault::door::{MALFORMED, UNKNOWN_CHANNEL, UNKNOWN_SERVICE};
use http::HeaderMap;
use message::{Channel, Language, ServiceCode};
use regulations::{Regulation, Text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    ask::{self, Asked},
    http::Door,
    problem::Problem,
    tls::Peer,
};

/// `?channel=portal|provider|front-office&lang=kk|ru|en`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    channel: Channel,
    /// Without it, every text is given in all three.
    lang: Option<Language>,
}

/// Answers with the form.
pub async fn form(
    State(door): State<Door>,
    Path(code): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Ok(Query(wish)) = wish else {
        let detail =
            "must be portal, provider or front-office; lang, which may be left out, kk, ru or en";
        return Err(Problem::new(&MALFORMED, detail).at("channel"));
    };
    let regulation = regulation(&door, &code)?;
    let unknown = || Problem::new(&UNKNOWN_CHANNEL, "").at("channel");
    let rules = regulation.channel(wish.channel).ok_or_else(unknown)?;
    let mut schema = regulation.schema(wish.channel).ok_or_else(unknown)?.clone();
    if let Some(language) = wish.lang {
        speak(&mut schema, language);
    }
    let said = |text: &Text| match wish.lang {
        Some(language) => json!(text.get(language)),
        None => json!({ "kk": text.kk, "ru": text.ru, "en": text.en }),
    };
    let order: Vec<&String> = rules.form.all().collect();
    let attachments = &rules.attachments;
    Ok(Json(json!({
        "service": regulation.code,
        "name": said(&regulation.name),
        "channel": wish.channel,
        "schema": schema,
        "order": order,
        "result": said(&rules.result),
        "consent_required": rules.consent_required,
        "fee_tenge": regulation.fee_tenge,
        "attachments": {
            "count_min": attachments.count_min,
            "count_max": attachments.count_max,
            "bytes_max": attachments.bytes_max,
            "media_types": attachments.media_types,
        },
    })))
}

/// Asks what the query asks, and answers with the fields of the form that are known by it.
pub async fn prefill(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let regulation = regulation(&door, &code)?;
    let asked = ask::asked(&door, &peer, &headers, body, Some(&regulation.code)).await?;
    let Asked::Answered(mut answer) = asked else {
        return Ok(asked.into_response());
    };
    let fields = match (&answer.query, &answer.record) {
        (Some((channel, register)), Some(record)) => {
            regulation.prefilled(*channel, register, record)
        }
        _ => Map::new(),
    };
    answer.fields = Some(fields);
    Ok(Asked::Answered(answer).into_response())
}

fn regulation<'a>(door: &'a Door, code: &str) -> Result<&'a Regulation, Problem> {
    let code = ServiceCode::new(code).ok();
    let found = code.and_then(|code| door.desk.regulations.get(&code));
    found.ok_or_else(|| Problem::new(&UNKNOWN_SERVICE, "").at("service"))
}

/// Leaves of every text in a schema the one in `language`.
fn speak(schema: &mut Value, language: Language) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                let text = member
                    .get(language.as_str())
                    .filter(|_| name == "x-title" || name == "text");
                match text.cloned() {
                    Some(text) => *member = text,
                    None => speak(member, language),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| speak(item, language)),
        _ => {}
    }
}
