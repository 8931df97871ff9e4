//! Two pages that are tables: every lane, and every message that waits for a person.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use jiff::Timestamp;
use message::Language;

use super::{Asked, Frame, show, unanswered, words as w};
use crate::{answers::Lane, overview::SetAside};

#[derive(Template)]
#[template(path = "lanes.html")]
struct Lanes {
    frame: Frame,
    lanes: Vec<Lane>,
}

#[derive(Template)]
#[template(path = "parked.html")]
struct Parked {
    frame: Frame,
    messages: Vec<SetAside>,
}

pub(super) async fn lanes(
    State(pages): Asked,
    Extension(language): Extension<Language>,
) -> Response {
    let frame = Frame::new(language, "/lanes", w::LANES);
    match pages.questions.lanes(Timestamp::now()).await {
        Ok(lanes) => show(&Lanes { frame, lanes }),
        Err(error) => unanswered(frame, &error),
    }
}

pub(super) async fn parked(
    State(pages): Asked,
    Extension(language): Extension<Language>,
) -> Response {
    let frame = Frame::new(language, "/parked", w::PARKED);
    match pages.questions.set_aside().await {
        Ok(messages) => show(&Parked { frame, messages }),
        Err(error) => unanswered(frame, &error),
    }
}
