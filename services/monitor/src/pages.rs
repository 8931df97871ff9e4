//! What people see: pages made on the server, in Kazakh, Russian and English, that work without scripts and
//! show the same answers as the API.
//!
//! `/kk/…`, `/ru/…`, `/en/…`; `/` leads to the reader's language. A personal number goes in by the body of a
//! form and never stands in an address. For the house and its operators, not for the world.

mod application;
pub(crate) mod codes;
mod files;
mod frame;
mod hints;
mod list;
mod live;
mod overview;
mod regulation;
mod tables;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use fault::Code;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use message::Language;
use tokio::sync::watch;

pub use live::follow;

use crate::{
    app::chain,
    http::around,
    questions::{Questions, Unanswered},
};
use frame::{Frame, LANGUAGES};
use words as w;

/// What the pages are made from. Cloning shares it.
#[derive(Clone)]
pub struct Pages {
    questions: Questions,
    /// Changes when the journal has moved on; closed at shutdown.
    moved: watch::Receiver<i64>,
    /// Where a trace is looked at; `{number}` and `{message_id}` are replaced.
    trace_url: Option<Arc<str>>,
    measured: regulation::Measured,
}

impl Pages {
    pub fn new(
        questions: Questions,
        moved: watch::Receiver<i64>,
        trace_url: Option<String>,
    ) -> Self {
        Self {
            questions,
            moved,
            trace_url: trace_url.map(Into::into),
            measured: regulation::measured(),
        }
    }
}

/// The pages, their files and the live line.
pub fn router(pages: Pages) -> Router {
    let mut router = Router::new()
        .route("/", get(home))
        .route("/live", get(live::line))
        .route("/static/kezek.css", get(files::style))
        .route("/static/live.js", get(files::script))
        .route("/static/mark.svg", get(files::mark));
    for (language, _) in LANGUAGES {
        router = router.nest(&format!("/{language}/"), of_language(language));
    }
    router
        .layer(middleware::from_fn(guard))
        .layer(middleware::from_fn(around))
        .with_state(pages)
}

fn of_language(language: Language) -> Router<Pages> {
    Router::new()
        .route("/", get(overview::page))
        .route("/applications", get(list::page).post(list::search))
        .route("/applications/{number}", get(application::page))
        .route("/lanes", get(tables::lanes))
        .route("/parked", get(tables::parked))
        .route("/regulations", get(regulation::all))
        .route("/regulations/{service}/{channel}", get(regulation::page))
        .layer(middleware::from_fn(remember))
        .layer(Extension(language))
}

const COOKIE: &str = "language";

/// To the overview in the reader's language: the one chosen last, else the browser's, else Kazakh.
async fn home(headers: HeaderMap) -> Redirect {
    let cookies = text(&headers, &header::COOKIE);
    let chosen = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, value)| value.parse::<Language>().ok());
    let accepted = text(&headers, &header::ACCEPT_LANGUAGE);
    let accepted = accepted
        .split(',')
        .find_map(|word| word.trim().get(..2)?.parse::<Language>().ok());
    let language = chosen.or(accepted).unwrap_or(Language::Kk);
    Redirect::to(&format!("/{language}/"))
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    let value = headers.get(name);
    value.and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Keeps the language of the page for the next visit of `/`.
async fn remember(
    Extension(language): Extension<Language>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let cookie = format!("{COOKIE}={language}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Nothing but our own files is loaded, nothing inline is run, nobody frames us.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// Writes a page. A template that fails to write is a fault of ours and says nothing to the reader.
fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A question without an answer, as a page.
#[derive(Template)]
#[template(path = "unanswered.html")]
struct NoAnswer {
    frame: Frame,
    meaning: &'static str,
    action: &'static str,
    code: &'static str,
    /// How to write the field that was wrong.
    hint: Option<&'static str>,
    detail: String,
}

fn unanswered(frame: Frame, error: &Unanswered) -> Response {
    let (code, detail) = (error.code(), error.detail());
    if code.again == fault::Again::Later {
        let error = chain(error);
        tracing::warn!(error, "a page was not answered");
    }
    let detail = match error {
        // The meaning says it already.
        Unanswered::NoApplication(_) | Unanswered::NoMessage => String::new(),
        _ => detail,
    };
    refused(frame, code, detail)
}

fn refused(frame: Frame, code: &'static Code, detail: String) -> Response {
    let frame = Frame {
        title: frame.say(w::NOT_ANSWERED).to_owned(),
        ..frame
    };
    let field = detail.split_once(':').map_or("", |(field, _)| field);
    let hint = hints::of(field).map(|text| frame.say(text));
    let mut response = show(&NoAnswer {
        meaning: frame.say(code.meaning),
        action: frame.say(code.action),
        code: code.name,
        // Repeats the meaning where nothing more may be said.
        detail: Some(detail)
            .filter(|detail| detail != code.meaning.en && hint.is_none())
            .unwrap_or_default(),
        hint,
        frame,
    });
    *response.status_mut() =
        StatusCode::from_u16(code.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

type Asked = State<Pages>;
