//! The first page: how much is under way, what is late, which lanes need somebody, how each service flows.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use jiff::{SignedDuration, Timestamp};
use message::Language;

use super::{Asked, Frame, Pages, show, unanswered, words as w};
use crate::{
    answers::Lane,
    overview::{Flow, Pressing},
    questions::Unanswered,
    status::Status,
};

/// Steps that are shown; the figure counts all.
const PRESSING_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    under_way: i64,
    late: i64,
    near: i64,
    set_aside: usize,
    /// None while the broker does not answer.
    lanes: Option<Lanes>,
    pressing: Vec<Pressing>,
    flows: Vec<Row>,
}

struct Lanes {
    waiting: u64,
    closed: usize,
    /// Closed, or with messages waiting or set aside.
    need: Vec<Lane>,
}

/// A service: what is under way by status, and what came in the last day.
struct Row {
    service: String,
    name: String,
    under_way: i64,
    parts: Vec<Part>,
    received: i64,
    granted: i64,
    refused: i64,
}

struct Part {
    status: &'static str,
    text: &'static str,
    count: i64,
}

pub(super) async fn page(
    State(pages): Asked,
    Extension(language): Extension<Language>,
) -> Response {
    let frame = Frame::new(language, "/", w::OVERVIEW);
    match made(&pages, frame.clone()).await {
        Ok(page) => show(&page),
        Err(error) => unanswered(frame, &error),
    }
}

async fn made(pages: &Pages, frame: Frame) -> Result<Overview, Unanswered> {
    let questions = &pages.questions;
    let now = Timestamp::now();
    let open = questions.under_way().await?;
    let day = questions
        .received_since(now - SignedDuration::from_hours(24))
        .await?;
    let mut pressing = questions.pressing(now).await?;
    let pressed = questions.pressed(now).await?;
    pressing.truncate(PRESSING_SHOWN);
    let lanes = match questions.lanes(Timestamp::now()).await {
        Ok(lanes) => Some(summed(lanes)),
        Err(Unanswered::Broker(_)) => None,
        Err(error) => return Err(error),
    };
    let flows = open.iter().map(|flow| {
        let name = questions.service_name(&flow.service);
        let name = Some(frame.of(&name).to_owned()).filter(|name| !name.is_empty());
        let received = day.iter().find(|other| other.service == flow.service);
        row(&frame, flow, received, name)
    });
    Ok(Overview {
        under_way: open.iter().map(Flow::total).sum(),
        late: pressed.late,
        near: pressed.near,
        set_aside: questions.set_aside().await?.len(),
        lanes,
        pressing,
        flows: flows.collect(),
        frame,
    })
}

fn summed(lanes: Vec<Lane>) -> Lanes {
    let needs = |lane: &Lane| lane.closed || lane.waiting > 0 || lane.parked > 0;
    Lanes {
        waiting: lanes.iter().map(|lane| lane.waiting).sum(),
        closed: lanes.iter().filter(|lane| lane.closed).count(),
        need: lanes.into_iter().filter(needs).collect(),
    }
}

fn row(frame: &Frame, flow: &Flow, day: Option<&Flow>, name: Option<String>) -> Row {
    let came = |status: Status| {
        let count = day.and_then(|flow| flow.counts.get(&status));
        count.copied().unwrap_or(0)
    };
    let part = |(status, count): (&Status, &i64)| Part {
        status: status.as_str(),
        text: frame.say(status.text()),
        count: *count,
    };
    Row {
        name: name.unwrap_or_else(|| flow.service.clone()),
        service: flow.service.clone(),
        under_way: flow.total(),
        parts: flow.counts.iter().map(part).collect(),
        received: day.map_or(0, Flow::total),
        granted: came(Status::Granted),
        refused: came(Status::Refused) + came(Status::RefusedByProvider),
    }
}
