//! Who looked at whose data, and the checks of purpose, over HTTP. Carries; decides nothing.
//!
//! A person's number stands in the path because the portal's cabinet asks so; spans and logs know the route alone,
//! and no answer repeats what was typed.

use axum::{
    Json, Router,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fault::door;
use http::StatusCode;
use jiff::Timestamp;
use message::Language;
use serde::{Deserialize, Serialize};

use super::{around, problem};
use crate::{
    accesses::{CheckTyped, PageTyped, in_language},
    checks::{Answering, Checks, Closing, Opening},
    questions::{Questions, Unanswered},
};

/// What this door needs.
#[derive(Clone)]
struct Desk {
    questions: Questions,
    checks: Checks,
}

/// The HTTP door to accesses and their checks.
pub fn router(questions: Questions, checks: Checks) -> Router {
    Router::new()
        .route("/v1/persons/{iin}/accesses", get(of_person))
        .route("/v1/registers/{register}/accesses", get(of_register))
        .route("/v1/accesses/{id}", get(one))
        .route("/v1/accesses/{id}/checks", post(open))
        .route("/v1/checks", get(list))
        .route("/v1/checks/{id}/answer", post(answer))
        .route("/v1/checks/{id}/close", post(close))
        .method_not_allowed_fallback(async || problem(&door::METHOD_NOT_ALLOWED, ""))
        .layer(middleware::from_fn(around))
        .with_state(Desk { questions, checks })
}

type Asked<T> = Result<Query<T>, QueryRejection>;
type Typed<T> = Result<Json<T>, JsonRejection>;

/// The rejection of a query would repeat what was typed.
fn asked<T>(typed: Asked<T>) -> Result<T, Unanswered> {
    let unread =
        |_| Unanswered::Malformed("the query has an unknown or wrong parameter".to_owned());
    typed.map(|Query(typed)| typed).map_err(unread)
}

fn typed<T>(typed: Typed<T>) -> Result<T, Unanswered> {
    let unread = |rejected: JsonRejection| Unanswered::Malformed(rejected.body_text());
    typed.map(|Json(typed)| typed).map_err(unread)
}

/// The answer, its texts in the language that was asked for, or in all three.
fn said(answer: impl Serialize, lang: &str, status: StatusCode) -> Result<Response, Unanswered> {
    let unread = |_| Unanswered::Malformed("lang: is not one of kk, ru, en".to_owned());
    let language = match lang {
        "" => None,
        lang => Some(lang.parse::<Language>().map_err(unread)?),
    };
    let value = serde_json::to_value(answer).map_err(|e| Unanswered::Malformed(e.to_string()))?;
    let value = match language {
        Some(language) => in_language(value, language),
        None => value,
    };
    Ok((status, Json(value)).into_response())
}

async fn of_person(
    State(desk): State<Desk>,
    Path(iin): Path<String>,
    page: Asked<PageTyped>,
) -> Result<Response, Unanswered> {
    let page = asked(page)?;
    let answer = desk.questions.accesses_of(&iin, &page, Timestamp::now());
    said(answer.await?, &page.lang, StatusCode::OK)
}

async fn of_register(
    State(desk): State<Desk>,
    Path(register): Path<String>,
    page: Asked<PageTyped>,
) -> Result<Response, Unanswered> {
    let page = asked(page)?;
    let now = Timestamp::now();
    let answer = desk.questions.accesses_in(&register, &page, now);
    said(answer.await?, &page.lang, StatusCode::OK)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InLanguage {
    #[serde(default)]
    lang: String,
}

async fn one(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    wanted: Asked<InLanguage>,
) -> Result<Response, Unanswered> {
    let wanted = asked(wanted)?;
    let answer = desk.questions.access(&id, Timestamp::now());
    said(answer.await?, &wanted.lang, StatusCode::OK)
}

async fn list(State(desk): State<Desk>, wanted: Asked<CheckTyped>) -> Result<Response, Unanswered> {
    let wanted = asked(wanted)?;
    let answer = desk.questions.checks(&wanted, Timestamp::now());
    said(answer.await?, &wanted.lang, StatusCode::OK)
}

async fn open(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    opening: Typed<Opening>,
) -> Result<Response, Unanswered> {
    let opening = typed(opening)?;
    let answer = desk.checks.open(&id, &opening, Timestamp::now());
    said(answer.await?, "", StatusCode::CREATED)
}

async fn answer(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    answering: Typed<Answering>,
) -> Result<Response, Unanswered> {
    let answering = typed(answering)?;
    let answer = desk.checks.answer(&id, &answering, Timestamp::now());
    said(answer.await?, "", StatusCode::OK)
}

async fn close(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    closing: Typed<Closing>,
) -> Result<Response, Unanswered> {
    let closing = typed(closing)?;
    let answer = desk.checks.close(&id, &closing, Timestamp::now());
    said(answer.await?, "", StatusCode::OK)
}
