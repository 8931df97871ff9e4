//! The regulations: which there are, and the steps of one channel, drawn, with the medians of what was measured.

use std::{str::FromStr, sync::Arc, time::Duration};

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use fault::door::UNKNOWN_PATH;
use jiff::Timestamp;
use message::{Channel, Language, ServiceCode};
use moka::future::Cache;
use regulations::{Medians, Regulation, draw, spoken};

use super::{Asked, Frame, Pages, refused, show, unanswered, words as w};
use crate::questions::Unanswered;

/// How long medians are shown before they are measured again.
const FRESH: Duration = Duration::from_secs(10);

/// The medians of each service and channel, and of how many applications they are: measured once for all who ask
/// at the same time.
pub(super) type Measured = Cache<(ServiceCode, Channel), Arc<(Medians, usize)>>;

pub(super) fn measured() -> Measured {
    Cache::builder()
        .time_to_live(FRESH)
        .max_capacity(1000)
        .build()
}

#[derive(Template)]
#[template(path = "regulations.html")]
struct All {
    frame: Frame,
    services: Vec<Service>,
}

struct Service {
    code: String,
    name: String,
    fee: Option<u32>,
    channels: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "regulation.html")]
struct One {
    frame: Frame,
    service: Service,
    channel: &'static str,
    drawing: String,
    steps: Vec<Step>,
    measured: usize,
}

/// A step in words: the drawing for those who read it.
struct Step {
    number: u16,
    unit: String,
    action: String,
    allowed: String,
    median: Option<String>,
}

pub(super) async fn all(State(pages): Asked, Extension(language): Extension<Language>) -> Response {
    let frame = Frame::new(language, "/regulations", w::REGULATIONS);
    let regulations = pages.questions.regulations().iter();
    show(&All {
        services: regulations.map(|r| service(r, language)).collect(),
        frame,
    })
}

pub(super) async fn page(
    State(pages): Asked,
    Extension(language): Extension<Language>,
    Path((code, channel)): Path<(String, String)>,
) -> Response {
    let named = ServiceCode::new(&code)
        .ok()
        .zip(Channel::from_str(&channel).ok());
    let frame = Frame::new(language, "/regulations", w::REGULATIONS);
    let Some((code, channel)) = named else {
        return refused(frame, &UNKNOWN_PATH, String::new());
    };
    match made(&pages, frame.clone(), &code, channel).await {
        Ok(Some(page)) => show(&page),
        Ok(None) => refused(frame, &UNKNOWN_PATH, String::new()),
        Err(error) => unanswered(frame, &error),
    }
}

fn service(regulation: &Regulation, language: Language) -> Service {
    Service {
        code: regulation.code.to_string(),
        name: regulation.name.get(language).to_owned(),
        fee: regulation.fee_tenge,
        channels: regulation.channels.keys().map(|c| c.as_str()).collect(),
    }
}

/// None where there is no such service or channel.
async fn made(
    pages: &Pages,
    frame: Frame,
    code: &ServiceCode,
    channel: Channel,
) -> Result<Option<One>, Arc<Unanswered>> {
    let questions = &pages.questions;
    let words = &questions.regulations().words;
    let language = frame.language;
    let Some(regulation) = questions.regulations().get(code) else {
        return Ok(None);
    };
    let Some(rules) = regulation.channel(channel) else {
        return Ok(None);
    };
    let measure = async {
        let now = Timestamp::now();
        questions.medians(code, channel, now).await.map(Arc::new)
    };
    let key = (code.clone(), channel);
    let measured = pages.measured.try_get_with(key, measure).await?;
    let (medians, measured) = (&measured.0, measured.1);
    let drawing = draw(regulation, words, channel, language, Some(medians));
    let said = |medians: &Medians, number| medians.get(number).map(|time| spoken(*time, language));
    let steps = rules.steps.iter().map(|step| {
        let unit = words.units.get(&step.unit);
        Step {
            number: step.number,
            unit: unit
                .map_or(step.unit.as_str(), |unit| unit.get(language))
                .to_owned(),
            action: step.action.get(language).to_owned(),
            allowed: step.allowed.spoken(language),
            median: said(medians, &step.number),
        }
    });
    let service = service(regulation, language);
    Ok(Some(One {
        drawing: drawing.unwrap_or_default(),
        steps: steps.collect(),
        measured,
        channel: channel.as_str(),
        frame: Frame {
            place: format!("/regulations/{code}/{channel}"),
            title: format!("{} · {}", service.name, frame.word(channel.as_str())),
            ..frame
        },
        service,
    }))
}
