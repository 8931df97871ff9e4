//! What the monitor says when it is asked, whether by gRPC or by HTTP: made once here, from nouns.
//!
//! Times are the civil time of Asia/Almaty with their offset (X13). Personal numbers leave this room masked;
//! documents do not leave it at all.

mod pause;

use jiff::Timestamp;
use message::{Detail, Signer};
use serde::{Serialize, Serializer};
use serde_json::Value;

pub use pause::{PauseReason, PauseSaid};

use crate::{
    chain::{Damage, Verification},
    row::Row,
    status::{Reason, Standing, Waiting},
};

/// An instant, written in local time with its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// RFC 3339 with milliseconds, for example `2026-11-22T12:00:00.000+05:00`.
    pub fn local(self) -> String {
        regulations::local(self.0)
            .strftime("%Y-%m-%dT%H:%M:%S%.3f%:z")
            .to_string()
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.local())
    }
}

/// A text in the three languages of the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    pub kk: String,
    pub ru: String,
    pub en: String,
}

impl From<fault::Text> for Text {
    fn from(text: fault::Text) -> Self {
        Self {
            kk: text.kk.to_owned(),
            ru: text.ru.to_owned(),
            en: text.en.to_owned(),
        }
    }
}

impl From<&regulations::Text> for Text {
    fn from(text: &regulations::Text) -> Self {
        Self {
            kk: text.kk.clone(),
            ru: text.ru.clone(),
            en: text.en.clone(),
        }
    }
}

/// Where an application or a query stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Application {
    pub number: String,
    /// application, query.
    pub kind: String,
    pub message_id: String,
    pub service: String,
    pub service_name: Option<Text>,
    pub channel: String,
    pub status: &'static str,
    pub status_text: Text,
    /// Whether nothing more is to come.
    pub r#final: bool,
    pub since: Moment,
    pub received_at: Moment,
    /// Who applies; of a query, whom it is about.
    pub applicant_masked: Option<String>,
    pub provider: Option<String>,
    pub registration_number: Option<String>,
    pub reported: Option<String>,
    pub reason: Option<ReasonSaid>,
    pub waiting: Option<WaitingSaid>,
    /// Of the steps under way, the one that has used most of its time.
    pub deadline: Option<Deadline>,
}

/// How a step under way stands with its time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deadline {
    /// Number of the step.
    pub step: u16,
    pub due: Option<Moment>,
    pub near: bool,
    pub late: bool,
    pub paused: Option<PauseSaid>,
}

/// Why it was refused, set aside or decided so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReasonSaid {
    /// Code of the catalogue; none where the provider decided.
    pub code: Option<String>,
    pub meaning: Option<Text>,
    pub explanation: String,
}

/// What it waits for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WaitingSaid {
    pub lane: String,
    pub code: String,
    pub meaning: Option<Text>,
    pub explanation: String,
    pub attempt: u32,
    pub retry_at: Moment,
}

fn meaning(code: &str) -> Option<Text> {
    fault::find(code).map(|code| code.meaning.into())
}

impl From<&Reason> for ReasonSaid {
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.clone(),
            meaning: reason.code.as_deref().and_then(meaning),
            explanation: reason.explanation.clone(),
        }
    }
}

impl From<&Waiting> for WaitingSaid {
    fn from(waiting: &Waiting) -> Self {
        Self {
            lane: waiting.lane.to_string(),
            code: waiting.code.clone(),
            meaning: meaning(&waiting.code),
            explanation: waiting.explanation.clone(),
            attempt: waiting.attempt,
            retry_at: Moment(waiting.retry_at),
        }
    }
}

impl Application {
    /// What is said of the application that was received as `kept`.
    pub fn new(kept: &crate::kept::Kept, standing: &Standing, service_name: Option<Text>) -> Self {
        Self {
            number: kept.number.clone(),
            kind: kept.kind.clone(),
            message_id: kept.message_id.to_string(),
            service: kept.service.clone(),
            service_name,
            channel: kept.channel.clone(),
            status: standing.status.as_str(),
            status_text: standing.status.text().into(),
            r#final: standing.status.is_final(),
            since: Moment(standing.since),
            received_at: Moment(kept.received_at),
            applicant_masked: kept.applicant().map(|a| a.number.to_string()),
            provider: standing.provider.as_ref().map(ToString::to_string),
            registration_number: standing.registration_number.clone(),
            reported: standing.reported.clone(),
            reason: standing.reason.as_ref().map(Into::into),
            waiting: standing.waiting.as_ref().map(Into::into),
            deadline: None,
        }
    }
}

/// A fact as the journal holds it, personal numbers masked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JournalEntry {
    pub position: i64,
    pub fact_id: String,
    pub name: String,
    pub message_id: Option<String>,
    pub number: Option<String>,
    pub lane: Option<String>,
    pub at: Moment,
    pub by: String,
    pub detail: Value,
    pub hash: String,
}

impl From<&Row> for JournalEntry {
    fn from(row: &Row) -> Self {
        Self {
            position: row.position,
            fact_id: row.fact_id.to_string(),
            name: row.name.clone(),
            message_id: row.message_id.map(|id| id.to_string()),
            number: row.number.clone(),
            lane: row.lane.clone(),
            at: Moment(row.at),
            by: row.by.clone(),
            detail: masked(&row.detail),
            hash: row.hash.to_string(),
        }
    }
}

/// The detail as JSON, without the name it repeats, personal numbers masked. What cannot be read is not shown.
fn masked(detail: &str) -> Value {
    let Ok(detail) = serde_json::from_str::<Detail>(detail) else {
        return Value::Null;
    };
    let mut value = serde_json::to_value(&detail).unwrap_or(Value::Null);
    if let (Detail::Verified { signers }, Some(shown)) = (&detail, value.get_mut("signers")) {
        *shown = signers.iter().map(signer).collect();
    }
    if let (Detail::QueryMade { subject, .. }, Some(members)) = (&detail, value.as_object_mut()) {
        members.remove("subject");
        let masked = subject.as_ref().map(ToString::to_string);
        members.extend(masked.map(|masked| ("subject_masked".to_owned(), masked.into())));
    }
    if let Some(members) = value.as_object_mut() {
        members.remove("fact");
    }
    value
}

fn signer(signer: &Signer) -> Value {
    serde_json::json!({
        "name": signer.name,
        "iin_masked": signer.iin.as_ref().map(ToString::to_string),
        "bin_masked": signer.bin.as_ref().map(ToString::to_string),
        "roles": signer.roles,
        "certificate_serial": signer.certificate_serial,
        "algorithm": signer.algorithm,
        "signed_at": signer.signed_at.map(Moment),
    })
}

/// An application, all its facts, and its regulation's steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    pub application: Application,
    pub facts: Vec<JournalEntry>,
    pub steps: Vec<Step>,
}

/// A step of the regulation: time allowed, time used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub number: u16,
    pub unit: Option<Text>,
    pub action: Option<Text>,
    /// outside, not-begun, open, done, dropped.
    pub progress: &'static str,
    pub allowed: String,
    pub began: Option<Moment>,
    pub due: Option<Moment>,
    pub ended: Option<Moment>,
    /// Without the pauses.
    pub used_ms: Option<u64>,
    /// Of the time allowed.
    pub used_percent: Option<u32>,
    /// Past a warning of its regulation, and not late.
    pub near: bool,
    pub late: bool,
    pub pauses: Vec<PauseSaid>,
    /// The pause that lasts, if its time stands still now.
    pub paused: Option<PauseSaid>,
}

impl Step {
    /// Whether it is under way, and late or near it.
    pub fn presses(&self) -> bool {
        self.progress == "open" && (self.late || self.near)
    }
}

/// A page of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JournalPage {
    pub entries: Vec<JournalEntry>,
    /// What to ask after next; none at the end.
    pub next_after: Option<i64>,
}

/// Number and time of a message that was taken before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    pub number: String,
    pub accepted_at: Moment,
}

/// A lane: what waits in it, and whether its outside system is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lane {
    pub name: String,
    /// stage, register, provider, notification.
    pub kind: &'static str,
    pub waiting: u64,
    pub parked: u64,
    /// For how many seconds the message that came first stands in the lane; 0: none does. Not known of lanes of
    /// notifications.
    pub oldest_s: Option<u64>,
    pub consumers: u32,
    pub closed: bool,
    pub since: Option<Moment>,
    pub code: Option<String>,
    pub explanation: Option<String>,
}

/// What the walk over the journal found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    pub whole: bool,
    pub rows: i64,
    /// `position:hash`; belongs outside of the database.
    pub head: String,
    pub damage_count: usize,
    pub damage: Vec<DamageSaid>,
}

/// One thing that is wrong, by its kind, its place and in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DamageSaid {
    pub kind: &'static str,
    pub first: i64,
    pub last: i64,
    pub text: String,
}

impl From<Verification> for Verified {
    fn from(found: Verification) -> Self {
        Self {
            whole: found.is_whole(),
            rows: found.rows,
            head: found.head.to_string(),
            damage_count: found.damage_count,
            damage: found.damage.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Damage> for DamageSaid {
    fn from(damage: Damage) -> Self {
        let (kind, first, last) = match damage {
            Damage::Missing { first, last } => ("missing", first, last),
            Damage::Changed { position } => ("changed", position, position),
            Damage::Unlinked { position } => ("unlinked", position, position),
            Damage::MessageMissing { position } => ("message-missing", position, position),
            Damage::MessageChanged { position } => ("message-changed", position, position),
            Damage::MessagesAdded { .. } => ("messages-added", 0, 0),
            Damage::Truncated { head, expected } => ("truncated", head + 1, expected),
            Damage::Rewritten { position } => ("rewritten", position, position),
        };
        Self {
            kind,
            first,
            last,
            text: damage.to_string(),
        }
    }
}
