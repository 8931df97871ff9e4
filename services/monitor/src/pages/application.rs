//! One application: where it stands and why, its steps against the time allowed, its failed attempts with their
//! codes in words, who signed, and everything that happened.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use message::Language;
use serde_json::Value;

use super::{Asked, Frame, Pages, show, unanswered, words as w};
use crate::answers::{Application, JournalEntry, Moment, Step, Text, Timeline};

#[derive(Template)]
#[template(path = "application.html")]
struct Page {
    frame: Frame,
    application: Application,
    steps: Vec<Row>,
    attempts: Vec<Attempt>,
    signers: Vec<Signer>,
    facts: Vec<Happened>,
    trace: Option<String>,
}

/// A step and the picture of it.
struct Row {
    step: Step,
    percent: Option<u32>,
    /// How it looks: done, late, open, near, idle.
    look: &'static str,
}

impl Row {
    /// Length of the bar; the line of 100 % stands at two thirds, and what is longer is cut there.
    fn bar(&self) -> u32 {
        let percent = self.percent.unwrap_or(0).min(150);
        if percent == 0 && self.percent.is_some() {
            1
        } else {
            percent
        }
    }
}

/// A failed try.
struct Attempt {
    at: Moment,
    lane: String,
    code: String,
    meaning: Option<Text>,
    action: Option<Text>,
    explanation: String,
    tries: u64,
}

/// Who signed, by the certificate.
struct Signer {
    name: String,
    masked: String,
    roles: String,
    serial: String,
    algorithm: String,
    signed_at: Option<String>,
}

/// A fact with what is particular to it.
struct Happened {
    entry: JournalEntry,
    notes: Vec<Note>,
}

/// A word or a phrase of a fact.
struct Note {
    text: String,
    /// A code or somebody else's words, in no language of ours.
    foreign: bool,
}

pub(super) async fn page(
    State(pages): Asked,
    Extension(language): Extension<Language>,
    Path(number): Path<String>,
) -> Response {
    // What is no number is not repeated in an address.
    let place = match number.parse::<message::Number>() {
        Ok(number) => format!("/applications/{number}"),
        Err(_) => "/applications".to_owned(),
    };
    let frame = Frame::new(language, place, w::APPLICATION);
    match pages.questions.timeline(&number, Timestamp::now()).await {
        Ok(timeline) => show(&made(&pages, frame, timeline)),
        Err(error) => unanswered(frame, &error),
    }
}

fn made(pages: &Pages, frame: Frame, timeline: Timeline) -> Page {
    let Timeline {
        application,
        facts,
        steps,
    } = timeline;
    let title = format!("{} {}", frame.title, frame.grouped(&application.number));
    let trace = pages.trace_url.as_ref().map(|url| {
        url.replace("{number}", &application.number)
            .replace("{message_id}", &application.message_id)
    });
    Page {
        attempts: facts.iter().filter_map(attempt).collect(),
        signers: facts
            .iter()
            .flat_map(|fact| signers(&frame, fact))
            .collect(),
        steps: steps.into_iter().map(row).collect(),
        facts: facts
            .into_iter()
            .map(|entry| happened(&frame, entry))
            .collect(),
        trace,
        application,
        frame: Frame { title, ..frame },
    }
}

fn row(step: Step) -> Row {
    let (percent, near) = (step.used_percent, step.near);
    let look = match (step.progress, step.late) {
        (_, true) => "late",
        ("open", _) if near => "near",
        ("open", _) => "open",
        ("done", _) => "done",
        _ => "idle",
    };
    Row {
        step,
        percent,
        look,
    }
}

fn said(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

fn attempt(entry: &JournalEntry) -> Option<Attempt> {
    if entry.name != "attempt-failed" {
        return None;
    }
    let detail = &entry.detail;
    let code = said(detail, "code");
    let known = fault::find(&code);
    Some(Attempt {
        at: entry.at,
        lane: said(detail, "lane"),
        meaning: known.map(|code| code.meaning.into()),
        action: known.map(|code| code.action.into()),
        code,
        explanation: said(detail, "explanation"),
        tries: detail["attempt"].as_u64().unwrap_or(0),
    })
}

fn signers(frame: &Frame, entry: &JournalEntry) -> Vec<Signer> {
    let signers = entry.detail["signers"].as_array();
    let signer = |value: &Value| {
        let masked = [said(value, "iin_masked"), said(value, "bin_masked")];
        let masked: Vec<String> = masked.into_iter().filter(|one| !one.is_empty()).collect();
        let roles = value["roles"].as_array().into_iter().flatten();
        let roles: Vec<String> = roles
            .filter_map(Value::as_str)
            .map(|role| frame.word(role))
            .collect();
        let signed_at = said(value, "signed_at").parse::<Timestamp>().ok();
        Signer {
            name: said(value, "name"),
            masked: masked.join(" · "),
            roles: roles.join(", "),
            serial: said(value, "certificate_serial"),
            algorithm: said(value, "algorithm"),
            signed_at: signed_at.map(|at| frame.moment(Moment(at))),
        }
    };
    signers.map_or_else(Vec::new, |signers| signers.iter().map(signer).collect())
}

/// Members of a fact's detail that are codes, and those that are somebody's words.
const CODES: [&str; 7] = [
    "register", "provider", "lane", "status", "outcome", "channel", "code",
];
const WORDS: [&str; 8] = [
    "registration_number",
    "explanation",
    "reason",
    "recipient_masked",
    "operator",
    "question",
    "answer",
    "note",
];

fn happened(frame: &Frame, entry: JournalEntry) -> Happened {
    let mut notes = Vec::new();
    for member in CODES {
        let code = said(&entry.detail, member);
        if code.is_empty() {
            continue;
        }
        let meaning = fault::find(&code).map(|code| frame.say(code.meaning).to_owned());
        let word = frame.word(&code);
        notes.push(Note {
            foreign: meaning.is_none() && word == code,
            text: meaning.unwrap_or(word),
        });
    }
    for member in WORDS {
        let text = said(&entry.detail, member);
        if !text.is_empty() {
            notes.push(Note {
                text,
                foreign: true,
            });
        }
    }
    Happened { entry, notes }
}
