//! The letter about one fact: a fact and the message it happened to go in, words come out.
//!
//! Pure. A letter has the application number, the service and the time, and what the fact says; never the
//! applicant's name or number, because mail is open to whoever carries it.

use message::{Detail, Fact, FactName, Kind, Language, Message, Outcome};
use regulations::Regulations;

use crate::texts::{Template, Texts, fill};

/// A letter, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub body: String,
}

/// The longest text of a provider that is put into a letter, characters.
const FOREIGN_CHARS_MAX: usize = 2000;

/// Whether `fact` is one of which an applicant is told, should there be one.
pub fn is_told(fact: FactName) -> bool {
    matches!(
        fact,
        FactName::Received
            | FactName::Refused
            | FactName::Delivered
            | FactName::StatusReported
            | FactName::ResultIssued
    )
}

/// Whether `fact` about `message` concerns the applicant. That a provider's report was received or refused
/// does not: only what it reports.
pub fn concerns_applicant(fact: FactName, message: &Message) -> bool {
    let reported = matches!(fact, FactName::StatusReported | FactName::ResultIssued);
    is_told(fact) && (message.kind == Kind::Application || reported)
}

/// The letter about `fact`, in the language of the applicant; `None` where there is nothing to tell.
pub fn write(
    texts: &Texts,
    regulations: &Regulations,
    message: &Message,
    fact: &Fact,
) -> Option<Letter> {
    let language = message.language();
    let book = texts.book(language);
    let (template, own) = content(texts, regulations, message, &fact.detail)?;
    let own: Vec<_> = own
        .iter()
        .map(|(place, value)| (*place, plain(value)))
        .collect();
    let number = message.number.to_string();
    let service = regulations.get(&message.service);
    let service = service.map_or(message.service.as_str(), |s| s.name.get(language));
    let time = regulations::local(fact.at)
        .strftime("%d.%m.%Y %H:%M:%S, UTC%:z")
        .to_string();
    let mut values = vec![("service", service), ("number", &number), ("time", &time)];
    values.extend(own.iter().map(|(place, value)| (*place, value.as_str())));
    let parts = [&template.text, &book.details, &book.footer];
    let parts = parts.map(|part| fill(part.trim_start(), &values));
    Some(Letter {
        subject: fill(&template.subject, &values),
        body: parts.join("\n\n") + "\n",
    })
}

/// The template for what happened, and what it fills in.
fn content<'a>(
    texts: &'a Texts,
    regulations: &Regulations,
    message: &Message,
    detail: &Detail,
) -> Option<(&'a Template, Vec<(&'static str, String)>)> {
    let language = message.language();
    let book = texts.book(language);
    let letters = &book.letters;
    Some(match detail {
        Detail::Received => (&letters.received, vec![]),
        Detail::Refused { code, .. } => {
            let known = fault::find(code);
            let reason = known.map_or(code.as_str(), |c| in_language(c.meaning, language));
            let action = known.map_or("1414", |c| in_language(c.action, language));
            let own = vec![("reason", reason.to_owned()), ("action", action.to_owned())];
            (&letters.refused, own)
        }
        Detail::Delivered {
            registration_number,
            ..
        } => (
            &letters.delivered,
            vec![("registration_number", registration_number.clone())],
        ),
        Detail::StatusReported { status, .. } => {
            let words = book.statuses.get(status).unwrap_or(status);
            (&letters.status_reported, vec![("status", words.clone())])
        }
        Detail::ResultIssued {
            outcome: Outcome::Granted,
            ..
        } => {
            let result = regulations
                .get(&message.service)
                .and_then(|service| service.channel(message.channel))
                .map_or("", |rules| rules.result.get(language));
            (&letters.granted, vec![("result", result.to_owned())])
        }
        Detail::ResultIssued {
            outcome: Outcome::Refused,
            reason,
            ..
        } => (&letters.declined, vec![("reason", reason.clone())]),
        _ => return None,
    })
}

fn in_language(text: fault::Text, language: Language) -> &'static str {
    match language {
        Language::Kk => text.kk,
        Language::Ru => text.ru,
        Language::En => text.en,
    }
}

/// What others wrote, without control characters and not too long.
fn plain(text: &str) -> String {
    let printable = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.chars()
        .map(printable)
        .take(FOREIGN_CHARS_MAX)
        .collect()
}
