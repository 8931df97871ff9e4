//! An access and a check in words, in the three languages of the house.

use jiff::Timestamp;
use message::{Language, ServiceCode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Access, Check};
use crate::{
    answers::{Moment, Text},
    pages::codes,
    questions::Questions,
};

/// A page of accesses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessPage {
    pub accesses: Vec<AccessSaid>,
    /// What to ask after next; none at the end.
    pub next_after: Option<String>,
}

/// A page of checks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckPage {
    pub checks: Vec<CheckSaid>,
    /// What to ask after next; none at the end.
    pub next_after: Option<String>,
}

/// Who looked at whose data, why, on whose consent, and what came back. Names of fields, never values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessSaid {
    pub id: String,
    pub asked_at: Moment,
    pub register: String,
    pub register_name: Option<Text>,
    pub subject_masked: Option<String>,
    /// The official who signed, or the system that asked.
    pub operator: String,
    /// The system that it was asked through, and the organisation that runs it.
    pub participant: Option<String>,
    pub organisation: Option<Text>,
    pub purpose: String,
    /// The purpose in the reader's language, where it is one of the house's own.
    pub purpose_text: Option<Text>,
    /// Where the consent can be found; empty where the applicant himself filed.
    pub consent: String,
    pub consent_text: Text,
    pub application: Option<String>,
    pub service: Option<String>,
    pub service_name: Option<Text>,
    /// Of the message for which it was asked.
    pub message_id: String,
    pub number: String,
    /// answered, not-found, no-answer.
    pub outcome: &'static str,
    pub outcome_text: Text,
    pub answered_at: Option<Moment>,
    pub fields: Vec<String>,
    /// Whether the answer was kept from an earlier question.
    pub cached: bool,
    /// When the register gave the answer.
    pub source_at: Option<Moment>,
    /// The last try that failed, while there is no answer.
    pub failure: Option<Failure>,
    pub checks: Vec<CheckSaid>,
}

/// A try to ask that failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    pub at: Moment,
    pub code: String,
    pub meaning: Option<Text>,
}

/// A check of the purpose of an access (X15).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckSaid {
    pub id: String,
    pub access: String,
    pub register: String,
    /// open, answered, closed.
    pub state: &'static str,
    pub state_text: Text,
    pub opened_by: String,
    pub question: String,
    pub opened_at: Moment,
    pub due_at: Moment,
    /// Not answered although the time is over.
    pub overdue: bool,
    pub answered_by: Option<String>,
    pub answer: Option<String>,
    pub answered_at: Option<Moment>,
    pub closed_by: Option<String>,
    /// justified, unjustified.
    pub outcome: Option<String>,
    pub outcome_text: Option<Text>,
    pub note: Option<String>,
    pub closed_at: Option<Moment>,
}

const fn text(kk: &'static str, ru: &'static str, en: &'static str) -> fault::Text {
    fault::Text { kk, ru, en }
}

const ANSWERED: fault::Text = text(
    "Тізілім жауап берді",
    "Регистр ответил",
    "The register answered",
);
const KEPT: fault::Text = text(
    "Бұрын алынған жауап пайдаланылды",
    "Использован ответ, полученный ранее",
    "An answer kept from an earlier question was used",
);
const NOT_FOUND: fault::Text = text(
    "Тізілімде дерек жоқ",
    "В регистре данных нет",
    "The register holds nothing",
);
const NO_ANSWER: fault::Text = text(
    "Сұралды, жауап алынбады",
    "Запрошено, ответа нет",
    "Asked, without an answer",
);
const HIMSELF: fault::Text = text(
    "Өтінішті тұлғаның өзі берген",
    "Заявление подало само лицо",
    "The person applied himself",
);

/// What the house itself asks registers about, by the words it registers.
const MATTERS: [(&str, fault::Text); 4] = [
    (
        "the applicant, a person",
        text(
            "өтініш беруші туралы деректер",
            "сведения о заявителе",
            "data about the applicant",
        ),
    ),
    (
        "the applicant, an organisation",
        text(
            "өтініш беруші ұйым туралы деректер",
            "сведения об организации-заявителе",
            "data about the organisation that applies",
        ),
    ),
    (
        "the power of attorney of the representative",
        text(
            "өкілдің сенімхаты",
            "доверенность представителя",
            "the power of attorney of the representative",
        ),
    ),
    (
        "the payment of the fee",
        text("ақының төленуі", "оплата услуги", "the payment of the fee"),
    ),
];

impl AccessSaid {
    fn outcome_of(access: &Access) -> (&'static str, fault::Text) {
        match (access.found, access.cached) {
            (Some(true), false) => ("answered", ANSWERED),
            (Some(true), true) => ("answered", KEPT),
            (Some(false), _) => ("not-found", NOT_FOUND),
            (None, _) => ("no-answer", NO_ANSWER),
        }
    }
}

impl CheckSaid {
    /// What is said of `check` at `now`.
    pub fn new(check: Check, now: Timestamp) -> Self {
        let (state, state_text) = match (check.closed_at, check.answered_at) {
            (Some(_), _) => ("closed", text("Аяқталды", "Завершена", "Closed")),
            (None, Some(_)) => ("answered", text("Жауап берілді", "Дан ответ", "Answered")),
            (None, None) => (
                "open",
                text("Жауап күтілуде", "Ожидает ответа", "Awaits an answer"),
            ),
        };
        let outcome_text = check.outcome.as_deref().and_then(|outcome| match outcome {
            "justified" => Some(text("Негізді", "Обоснован", "Justified").into()),
            "unjustified" => Some(text("Негізсіз", "Не обоснован", "Not justified").into()),
            _ => None,
        });
        Self {
            id: check.id.to_string(),
            access: check.access.to_string(),
            register: check.register,
            overdue: state == "open" && check.due_at <= now,
            state,
            state_text: state_text.into(),
            opened_by: check.opened_by,
            question: check.question,
            opened_at: Moment(check.opened_at),
            due_at: Moment(check.due_at),
            answered_by: check.answered_by,
            answer: check.answer,
            answered_at: check.answered_at.map(Moment),
            closed_by: check.closed_by,
            outcome: check.outcome,
            outcome_text,
            note: check.note,
            closed_at: check.closed_at.map(Moment),
        }
    }
}

impl Questions {
    pub(super) fn said_access(
        &self,
        access: Access,
        checks: Vec<Check>,
        now: Timestamp,
    ) -> AccessSaid {
        let (outcome, outcome_text) = AccessSaid::outcome_of(&access);
        let service_name = access.service.as_deref().and_then(|s| self.name_of(s));
        let failed = access.failed_at.zip(access.failed_code.as_deref());
        let failed = failed.filter(|_| access.found.is_none());
        AccessSaid {
            purpose_text: purpose_text(&access, service_name.as_ref()),
            consent_text: consent_text(&access.consent),
            organisation: access
                .participant
                .as_deref()
                .and_then(|p| self.organisation(p)),
            register_name: codes::of(&access.register).map(Into::into),
            subject_masked: access.subject.as_ref().map(ToString::to_string),
            failure: failed.map(|(at, code)| Failure {
                at: Moment(at),
                meaning: fault::find(code).map(|code| code.meaning.into()),
                code: code.to_owned(),
            }),
            id: access.id.to_string(),
            asked_at: Moment(access.asked_at),
            register: access.register,
            operator: access.operator,
            participant: access.participant,
            purpose: access.purpose,
            consent: access.consent,
            application: access.application,
            service: access.service,
            service_name,
            message_id: access.message.to_string(),
            number: access.number,
            outcome,
            outcome_text: outcome_text.into(),
            answered_at: access.answered_at.map(Moment),
            fields: access.fields,
            cached: access.cached,
            source_at: access.source_at.map(Moment),
            checks: checks
                .into_iter()
                .map(|one| CheckSaid::new(one, now))
                .collect(),
        }
    }

    fn name_of(&self, service: &str) -> Option<Text> {
        let code = ServiceCode::new(service).ok()?;
        self.regulations().get(&code).map(|r| Text::from(&r.name))
    }

    /// What people call the system `participant`.
    fn organisation(&self, participant: &str) -> Option<Text> {
        let names = &self.participants.as_ref()?.by_id(participant)?.name;
        Some(Text {
            kk: names.kk.clone(),
            ru: names.ru.clone(),
            en: names.en.clone(),
        })
    }
}

/// The house writes `<service>: <matter>` for what a regulation tells it to ask; queries have their own words.
fn purpose_text(access: &Access, service: Option<&Text>) -> Option<Text> {
    let (code, matter) = access.purpose.split_once(": ")?;
    let (_, matter) = MATTERS.iter().find(|(words, _)| *words == matter)?;
    let named = |name: fn(&Text) -> &String, matter: &str| {
        let service = service.map_or(code, |text| name(text).as_str());
        format!("{service}: {matter}")
    };
    Some(Text {
        kk: named(|text| &text.kk, matter.kk),
        ru: named(|text| &text.ru, matter.ru),
        en: named(|text| &text.en, matter.en),
    })
}

fn consent_text(consent: &str) -> Text {
    if consent.is_empty() {
        return HIMSELF.into();
    }
    Text {
        kk: format!("Келісім: {consent}"),
        ru: format!("Согласие: {consent}"),
        en: format!("Consent: {consent}"),
    }
}

/// The answer with its texts in `language` alone.
pub fn in_language(answer: Value, language: Language) -> Value {
    match answer {
        Value::Object(mut members) if is_text(&members) => {
            members.retain(|name, _| name == language.as_str());
            Value::Object(members)
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, in_language(value, language)))
            .collect::<Map<String, Value>>()
            .into(),
        Value::Array(values) => values
            .into_iter()
            .map(|value| in_language(value, language))
            .collect(),
        other => other,
    }
}

fn is_text(members: &Map<String, Value>) -> bool {
    let languages = Language::ALL.iter();
    members.len() == Language::ALL.len()
        && languages
            .into_iter()
            .all(|(name, _)| members.get(*name).is_some_and(Value::is_string))
}
