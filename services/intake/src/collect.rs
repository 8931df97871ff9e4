//! `GET /v1/mailbox` and `DELETE /v1/mailbox/{id}`: a system comes for what waits for it, and confirms.
//!
//! In: who comes, how much he takes. Out: entries as JSON, oldest first, or a problem.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::IntoResponse,
};
use fault::door::MALFORMED;
use http::{HeaderValue, StatusCode, header};
use message::{FactId, Number};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{checks, http::Door, mailbox::Wanted, news, problem::Problem, tls::Peer};

/// Entries in one answer, where the system does not say.
pub const AMOUNT: usize = 20;
/// The most entries in one answer.
pub const AMOUNT_MAX: usize = 500;

/// `?amount=N&number=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    amount: Option<usize>,
    number: Option<Number>,
}

/// Answers with the oldest entries; they come again until they are confirmed.
pub async fn look(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let desk = &door.desk;
    let reader = checks::authenticated(&peer, &desk.participants)?;
    let Ok(Query(wish)) = wish else {
        let detail = "the only parameters are amount, a whole number, and number, 20 digits";
        return Err(Problem::new(&MALFORMED, detail).at("amount"));
    };
    let amount = wish.amount.unwrap_or(AMOUNT);
    if !(1..=AMOUNT_MAX).contains(&amount) {
        let detail = format!("must be 1 to {AMOUNT_MAX}");
        return Err(Problem::new(&MALFORMED, detail).at("amount"));
    }
    let wanted = Wanted {
        number: wish.number,
        ..Wanted::default()
    };
    let looked = desk.mailboxes.look(&reader.id, amount, wanted).await?;
    let entries: Vec<Value> = looked.iter().map(news::json).collect();
    let fresh = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((fresh, Json(json!({ "entries": entries }))))
}

/// Takes the entry out for good.
pub async fn confirm(
    State(door): State<Door>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let desk = &door.desk;
    let reader = checks::authenticated(&peer, &desk.participants)?;
    desk.mailboxes.confirm(&reader.id, entry(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads the id of an entry.
pub fn entry(id: &str) -> Result<FactId, Problem> {
    let given: Result<FactId, serde_json::Error> = serde_json::from_value(json!(id));
    given.map_err(|_| Problem::new(&MALFORMED, "is not the id of an entry").at("id"))
}
