//! The list of applications: a form to search by, and pages that follow each other by key.
//!
//! The form is always posted, because it may hold an IIN or BIN. A search without one leads to an address that
//! can be kept; a search with one is answered at once, and its next page is posted too.

use askama::Template;
use axum::{
    Extension,
    body::Bytes,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use message::Language;

use super::{Asked, Frame, Pages, show, unanswered, words as w};
use crate::{
    overview::{Found, Summary},
    questions::Unanswered,
    search::Typed,
    status::Status,
};

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    frame: Frame,
    typed: Typed,
    services: Vec<Choice>,
    providers: Vec<Choice>,
    statuses: Vec<Choice>,
    applications: Vec<Summary>,
    next: Option<Next>,
}

/// One value of a field with choices.
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// The way to the next page: an address, or the fields of a form where a personal number is among them.
struct Next {
    address: Option<String>,
    fields: Vec<(&'static str, String)>,
}

pub(super) async fn page(
    State(pages): Asked,
    Extension(language): Extension<Language>,
    typed: Result<Query<Typed>, QueryRejection>,
) -> Response {
    let frame = Frame::new(language, "/applications", w::APPLICATIONS);
    let typed = typed.map_err(|e| Unanswered::Malformed(e.body_text()));
    let typed = typed.and_then(|Query(typed)| {
        if typed.applicant.is_empty() {
            Ok(typed)
        } else {
            let why = "applicant: is sent in the body of a form, never in an address";
            Err(Unanswered::Malformed(why.to_owned()))
        }
    });
    let (typed, frame) = match typed {
        Ok(typed) => {
            let place = address(&typed);
            (typed, Frame { place, ..frame })
        }
        Err(error) => return unanswered(frame, &error),
    };
    answer(&pages, frame, typed).await
}

pub(super) async fn search(
    State(pages): Asked,
    Extension(language): Extension<Language>,
    body: Bytes,
) -> Response {
    let frame = Frame::new(language, "/applications", w::APPLICATIONS);
    match serde_urlencoded::from_bytes::<Typed>(&body) {
        Ok(typed) if typed.applicant.trim().is_empty() => {
            Redirect::to(&frame.to(&address(&typed))).into_response()
        }
        Ok(typed) => answer(&pages, frame, typed).await,
        Err(_) => {
            let why = "the form has a field that is not known here".to_owned();
            unanswered(frame, &Unanswered::Malformed(why))
        }
    }
}

async fn answer(pages: &Pages, frame: Frame, typed: Typed) -> Response {
    match pages.questions.search(&typed).await {
        Ok(found) => show(&list(pages, frame, typed, found)),
        Err(error) => unanswered(frame, &error),
    }
}

fn list(pages: &Pages, frame: Frame, typed: Typed, found: Found) -> List {
    let regulations = pages.questions.regulations();
    let services = regulations.iter().map(|regulation| {
        let name = regulation.name.get(frame.language).to_owned();
        (regulation.code.to_string(), name)
    });
    let mut providers: Vec<String> = regulations
        .iter()
        .flat_map(|regulation| regulation.providers.all())
        .map(ToString::to_string)
        .collect();
    providers.sort();
    providers.dedup();
    let providers = providers.into_iter().map(|code| {
        let text = frame.word(&code);
        (code, text)
    });
    // An application never ends as a query does.
    let statuses = Status::ALL
        .iter()
        .filter(|(status, ..)| *status != Status::Answered)
        .map(|(_, name, text)| ((*name).to_owned(), frame.say(*text).to_owned()));
    List {
        services: choices(services, &typed.service),
        providers: choices(providers, &typed.provider),
        statuses: choices(statuses, &typed.status),
        next: found.next_after.map(|after| next(&frame, &typed, after)),
        applications: found.applications,
        typed,
        frame,
    }
}

fn choices(all: impl Iterator<Item = (String, String)>, chosen: &str) -> Vec<Choice> {
    all.map(|(value, text)| Choice {
        chosen: value == chosen,
        value,
        text,
    })
    .collect()
}

fn next(frame: &Frame, typed: &Typed, after: String) -> Next {
    let typed = Typed {
        after,
        ..typed.clone()
    };
    if typed.applicant.is_empty() {
        return Next {
            address: Some(frame.to(&address(&typed))),
            fields: Vec::new(),
        };
    }
    let mut fields = shown(&typed);
    fields.push(("applicant", typed.applicant));
    Next {
        address: None,
        fields,
    }
}

/// Path and query of a search without a personal number.
fn address(typed: &Typed) -> String {
    let query = serde_urlencoded::to_string(shown(typed)).unwrap_or_default();
    if query.is_empty() {
        "/applications".to_owned()
    } else {
        format!("/applications?{query}")
    }
}

/// The fields that may stand in an address, those that say something.
fn shown(typed: &Typed) -> Vec<(&'static str, String)> {
    let late = if typed.late { "true" } else { "" }.to_owned();
    let fields = [
        ("number", &typed.number),
        ("service", &typed.service),
        ("provider", &typed.provider),
        ("status", &typed.status),
        ("from", &typed.from),
        ("to", &typed.to),
        ("late", &late),
        ("after", &typed.after),
    ];
    let said = fields
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty());
    said.map(|(name, value)| (name, value.trim().to_owned()))
        .collect()
}
