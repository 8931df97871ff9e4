//! The words about one fact: what happened and to which application go in, a letter comes out.
//!
//! Pure. A letter has the application number, the service and the time, and what the fact says; never the
//! applicant's name or number, because mail is open to whoever carries it.

use message::{Channel, Detail, Fact, Filing, Language, Message, Number, ServiceCode};
use regulations::Regulations;

use crate::{
    occasion::{Form, Occasion},
    texts::{Book, Texts, Values},
};

/// A letter, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line: what it is about.
    pub subject: String,
    pub text: String,
}

/// The application that something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub number: Number,
    pub service: ServiceCode,
    /// What the applicant is told in.
    pub language: Language,
    /// How it came in, as far as that is known.
    pub filed: Option<Filing>,
}

impl Case {
    pub fn of(message: &Message) -> Self {
        Self {
            number: message.number,
            service: message.service.clone(),
            language: message.language(),
            filed: message.filing(),
        }
    }
}

/// Words for the statuses that providers report; another one is shown as it came.
pub const STATUSES: &[&str] = &["registered", "in-progress", "suspended", "ready"];

/// The letter about `fact` in `form`, in the language of the applicant; `None` where we keep silent.
pub fn write(
    texts: &Texts,
    regulations: &Regulations,
    case: &Case,
    fact: &Fact,
    form: Form,
) -> Option<Letter> {
    let occasion = Occasion::of(&fact.detail).filter(|occasion| !occasion.is_silent(form))?;
    let book = texts.book(case.language);
    let mut values = Values::new();
    values.set("number", case.number.to_string());
    let service = regulations.get(&case.service);
    let service = service.map_or(case.service.as_str(), |s| s.name.get(case.language));
    values.set("service", service.to_owned());
    let time = regulations::local(fact.at).strftime("%d.%m.%Y %H:%M:%S, UTC%:z");
    values.set("time", time.to_string());
    for (place, value) in own(book, regulations, case, &fact.detail) {
        values.set(place, plain(&value, form.foreign_chars_max()));
    }
    let text = book.say(occasion.name(), form.name(), &values);
    let text = match form {
        Form::Email => {
            let below = ["details", "footer"].map(|part| book.say("letter", part, &values));
            [&[text][..], &below].concat().join("\n\n") + "\n"
        }
        Form::Sms | Form::Webhook => text,
    };
    Some(Letter {
        subject: book.say(occasion.name(), "subject", &values),
        text,
    })
}

/// What the fact itself fills in.
fn own(
    book: &Book,
    regulations: &Regulations,
    case: &Case,
    detail: &Detail,
) -> Vec<(&'static str, String)> {
    let language = case.language;
    match detail {
        Detail::Refused { code, .. } => {
            let known = fault::find(code);
            let reason = known.map_or(code.as_str(), |c| in_language(c.meaning, language));
            let action = known.map_or("1414", |c| in_language(c.action, language));
            vec![("reason", reason.to_owned()), ("action", action.to_owned())]
        }
        Detail::Delivered {
            registration_number,
            ..
        } => vec![("registration", registration_number.clone())],
        Detail::StatusReported { status, .. } => {
            let words = if STATUSES.contains(&status.as_str()) {
                book.say("status", status, &Values::new())
            } else {
                status.clone()
            };
            vec![("status", words)]
        }
        Detail::ResultIssued { reason, .. } => {
            // Kinds of result differ by door; by the portal's where the door is not known.
            let door = case.filed.as_ref().map_or(Channel::Portal, |f| f.channel);
            let rules = regulations.get(&case.service).and_then(|s| s.channel(door));
            let result = rules.map_or("", |rules| rules.result.get(language));
            vec![("reason", reason.clone()), ("result", result.to_owned())]
        }
        _ => Vec::new(),
    }
}

fn in_language(text: fault::Text, language: Language) -> &'static str {
    match language {
        Language::Kk => text.kk,
        Language::Ru => text.ru,
        Language::En => text.en,
    }
}

/// What others wrote, without control characters and not longer than `chars_max`.
fn plain(text: &str, chars_max: usize) -> String {
    let printable = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    let mut rest = text.chars().map(printable);
    let mut plain: String = rest.by_ref().take(chars_max).collect();
    if rest.next().is_some() {
        plain.pop();
        plain.push('…');
    }
    plain
}
