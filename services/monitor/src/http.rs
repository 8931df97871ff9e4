//! Questions over HTTP, answered as JSON; nothing is changed by asking. `GET`, but for the search: a personal
//! number never stands in an address.
//!
//! What cannot be answered is a problem (RFC 9457) of type `urn:kezek:problem:<code>`, its title in the
//! language of the request. For the house and its operators, not for the world.

pub mod accesses;

use axum::{
    Json, Router,
    extract::{
        MatchedPath, Path, Query, Request, State,
        rejection::{JsonRejection, QueryRejection},
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fault::{Again, Code, Text, door};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use telemetry::{
    names,
    span::{self, Side},
};
use tracing::{Instrument, warn};

use crate::{
    questions::{Questions, Unanswered},
    search::Typed,
};

const RETRY_AFTER_S: u64 = 5;

/// The HTTP door over `questions`.
pub fn router(questions: Questions) -> Router {
    Router::new()
        .route("/v1/applications/search", post(search))
        .route("/v1/applications/{number}", get(application))
        .route("/v1/applications/{number}/timeline", get(timeline))
        .route("/v1/journal", get(journal))
        .route("/v1/journal/verify", get(verify))
        .route("/v1/lanes", get(lanes))
        .route("/v1/openapi.json", get(openapi))
        .fallback(async || problem(&door::UNKNOWN_PATH, ""))
        .method_not_allowed_fallback(async || problem(&door::METHOD_NOT_ALLOWED, ""))
        .layer(middleware::from_fn(around))
        .with_state(questions)
}

/// A problem on its way out: [`around`] writes it in the language of the request.
#[derive(Debug, Clone)]
struct Problem {
    code: &'static Code,
    detail: String,
}

fn problem(code: &'static Code, detail: &str) -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Problem {
        code,
        detail: detail.to_owned(),
    });
    response
}

impl IntoResponse for Unanswered {
    fn into_response(self) -> Response {
        let (code, detail) = (self.code(), self.detail());
        if code.again == Again::Later {
            let error = format!("{:#}", anyhow::Error::from(self));
            warn!(error, "a question was not answered");
        }
        problem(code, &detail)
    }
}

/// Opens a span in the caller's trace, forbids caching, and writes problems.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    let span = span::http_server("http", request.method(), route, request.headers());
    let titled = title_of(request.headers());
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        span.record(names::ERROR_CODE, problem.code.name);
        response = written(&problem, titled);
    }
    span::http_answered(&span, Side::Server, response.status());
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

fn written(problem: &Problem, titled: fn(&Text) -> &'static str) -> Response {
    let code = problem.code;
    let status =
        StatusCode::from_u16(code.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({
        "type": format!("urn:kezek:problem:{}", code.name),
        "title": titled(&code.meaning),
        "status": status.as_u16(),
        "detail": problem.detail,
        "code": code.name,
        "action": titled(&code.action),
    });
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/problem+json");
    headers.insert(header::CONTENT_TYPE, kind);
    if status == StatusCode::SERVICE_UNAVAILABLE && code.again == Again::Later {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER_S.into());
    }
    response
}

/// The first language of `Accept-Language` that we have; English otherwise.
fn title_of(headers: &HeaderMap) -> fn(&Text) -> &'static str {
    let wanted = headers.get(header::ACCEPT_LANGUAGE);
    let wanted = wanted.and_then(|value| value.to_str().ok()).unwrap_or("");
    for word in wanted.split(',') {
        match word.trim().get(..2) {
            Some("kk") => return |text| text.kk,
            Some("ru") => return |text| text.ru,
            Some("en") => break,
            _ => {}
        }
    }
    |text| text.en
}

type Answer<T> = Result<Json<T>, Unanswered>;

async fn application(
    State(questions): State<Questions>,
    Path(number): Path<String>,
) -> Answer<impl Serialize> {
    Ok(Json(
        questions.application(&number, Timestamp::now()).await?,
    ))
}

async fn search(
    State(questions): State<Questions>,
    typed: Result<Json<Typed>, JsonRejection>,
) -> Answer<impl Serialize> {
    // What was typed may be a personal number: the rejection would repeat it.
    let unread = |_| Unanswered::Malformed("the body is not a search in JSON".to_owned());
    let Json(typed) = typed.map_err(unread)?;
    Ok(Json(questions.search(&typed).await?))
}

async fn timeline(
    State(questions): State<Questions>,
    Path(number): Path<String>,
) -> Answer<impl Serialize> {
    Ok(Json(questions.timeline(&number, Timestamp::now()).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageWanted {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    limit: u32,
}

async fn journal(
    State(questions): State<Questions>,
    wanted: Result<Query<PageWanted>, QueryRejection>,
) -> Answer<impl Serialize> {
    let Query(wanted) = wanted.map_err(|e| Unanswered::Malformed(e.body_text()))?;
    Ok(Json(questions.journal(wanted.after, wanted.limit).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalkWanted {
    #[serde(default)]
    checkpoint: String,
}

async fn verify(
    State(questions): State<Questions>,
    wanted: Result<Query<WalkWanted>, QueryRejection>,
) -> Answer<impl Serialize> {
    let Query(wanted) = wanted.map_err(|e| Unanswered::Malformed(e.body_text()))?;
    Ok(Json(questions.verify(&wanted.checkpoint).await?))
}

async fn lanes(State(questions): State<Questions>) -> Answer<impl Serialize> {
    Ok(Json(
        json!({ "lanes": questions.lanes(Timestamp::now()).await? }),
    ))
}

/// What this door can be asked, as OpenAPI 3.1; a test holds it against the answers.
async fn openapi() -> impl IntoResponse {
    let json = HeaderValue::from_static("application/json");
    let document = include_str!("../static/openapi.json");
    ([(header::CONTENT_TYPE, json)], document)
}
