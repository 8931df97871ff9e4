//! The catalogue of error codes, for people and programs: `GET /v1/codes`.
//!
//! In comes a language, or none; out go all codes in it, or in all three. Open to every caller.

use axum::{Json, extract::Query, response::IntoResponse};
use fault::{Again, Code, Text};
use http::HeaderMap;
use message::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::problem::{Problem, in_language, language_of};

/// `?language=kk|ru|en`; without it `Accept-Language` decides, without that all three are given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    language: Option<Language>,
}

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    status: u16,
    again: Again,
    meaning: Value,
    action: Value,
}

/// Answers with the catalogue.
pub async fn list(
    headers: HeaderMap,
    wish: Result<Query<Wish>, axum::extract::rejection::QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Ok(Query(wish)) = wish else {
        let detail = "the only parameter is language, one of: kk, ru, en";
        return Err(Problem::new(&fault::door::MALFORMED, detail).at("language"));
    };
    let asked = headers
        .contains_key(http::header::ACCEPT_LANGUAGE)
        .then(|| language_of(&headers));
    let language = wish.language.or(asked);
    let entries: Vec<_> = fault::catalogue()
        .map(|code| entry(code, language))
        .collect();
    Ok(Json(entries))
}

fn entry(code: &Code, language: Option<Language>) -> Entry {
    let said = |text: &Text| match language {
        Some(language) => json!(in_language(text, language)),
        None => json!(text),
    };
    Entry {
        code: code.name,
        status: code.http_status,
        again: code.again,
        meaning: said(&code.meaning),
        action: said(&code.action),
    }
}
