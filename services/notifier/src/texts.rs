//! What people are told: one Fluent file for each language under `texts/`, part of the program.
//!
//! [`Texts::read`] sees to it, at start, that every language has a text for every occasion and form (see
//! [`crate::occasion`]), that each fills in exactly the places it must, and that none is there where we keep
//! silent. Values are put in as they are: Fluent's marks around them would be seen in plain text.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use fluent_bundle::{FluentArgs, FluentAttribute, FluentResource, concurrent::FluentBundle};
use message::Language;

use crate::{
    letter::STATUSES,
    occasion::{Form, Occasion},
};

/// The texts of all languages.
#[derive(Debug)]
pub struct Texts {
    kk: Book,
    ru: Book,
    en: Book,
}

/// The texts of one language.
pub struct Book(FluentBundle<FluentResource>);

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Book").field(&self.0.locales).finish()
    }
}

/// What is filled in, by place.
#[derive(Debug)]
pub struct Values(FluentArgs<'static>);

impl Values {
    #[expect(clippy::new_without_default, reason = "nobody needs a default")]
    pub fn new() -> Self {
        Self(FluentArgs::new())
    }

    pub fn set(&mut self, place: &'static str, value: String) {
        self.0.set(Cow::Borrowed(place), value);
    }
}

/// Every place that any text may fill in.
const PLACES: &[&str] = &[
    "action",
    "number",
    "reason",
    "registration",
    "result",
    "service",
    "status",
    "time",
];

/// What is wrong with the texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("texts/{language}.ftl: {place}: {problem}")]
pub struct BadTexts {
    pub language: Language,
    /// Message and attribute, as in the file.
    pub place: String,
    pub problem: String,
}

impl Texts {
    /// Reads and checks the texts that are part of the program.
    pub fn read() -> Result<Self, BadTexts> {
        Ok(Self {
            kk: Book::parse(Language::Kk, include_str!("../texts/kk.ftl"))?,
            ru: Book::parse(Language::Ru, include_str!("../texts/ru.ftl"))?,
            en: Book::parse(Language::En, include_str!("../texts/en.ftl"))?,
        })
    }

    pub fn book(&self, language: Language) -> &Book {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

impl Book {
    fn parse(language: Language, source: &str) -> Result<Self, BadTexts> {
        let bad = |place: String, problem: String| BadTexts {
            language,
            place,
            problem,
        };
        let whole = |problem: String| bad("the file".to_owned(), problem);
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let first = errors.first().map(ToString::to_string);
            whole(first.unwrap_or_default())
        })?;
        let locale = language.as_str().parse();
        let locale = locale.map_err(|_| whole("is in no language".to_owned()))?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).map_err(|errors| {
            let first = errors.first().map(ToString::to_string);
            whole(first.unwrap_or_default())
        })?;
        let book = Self(bundle);
        for (message, attribute, places) in demanded() {
            book.has(message, attribute, places)
                .map_err(|problem| bad(format!("{message}.{attribute}"), problem))?;
        }
        for (name, occasion) in Occasion::ALL {
            for (form_name, form) in Form::ALL {
                if occasion.is_silent(*form) && book.find(name, form_name).is_some() {
                    let problem = "is there although nothing is said of it in this form";
                    return Err(bad(format!("{name}.{form_name}"), problem.to_owned()));
                }
            }
        }
        Ok(book)
    }

    /// The text, filled in. It is there: [`Texts::read`] has seen to it.
    pub fn say(&self, message: &str, attribute: &str, values: &Values) -> String {
        self.format(message, attribute, values).unwrap_or_default()
    }

    /// Checks that a text is there, is not empty, and has exactly these places to fill in.
    fn has(&self, message: &str, attribute: &str, places: &[&str]) -> Result<(), String> {
        let mut marks = Values::new();
        for place in PLACES {
            marks.set(place, mark(place));
        }
        let text = self.format(message, attribute, &marks)?;
        let found: BTreeSet<_> = PLACES
            .iter()
            .copied()
            .filter(|place| text.contains(&mark(place)))
            .collect();
        let wanted: BTreeSet<_> = places.iter().copied().collect();
        if text.trim().is_empty() {
            Err("is empty".to_owned())
        } else if found == wanted {
            Ok(())
        } else {
            Err(format!("must fill in {wanted:?}, not {found:?}"))
        }
    }

    fn format(&self, message: &str, attribute: &str, values: &Values) -> Result<String, String> {
        let found = self.find(message, attribute).ok_or("is missing")?;
        let mut errors = Vec::new();
        let text = self
            .0
            .format_pattern(found.value(), Some(&values.0), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(error.to_string()),
        }
    }

    fn find(&self, message: &str, attribute: &str) -> Option<FluentAttribute<'_>> {
        self.0.get_message(message)?.get_attribute(attribute)
    }
}

fn mark(place: &str) -> String {
    format!("\u{1}{place}\u{1}")
}

/// Every text there must be: message, attribute, places.
fn demanded() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    let mut all: Vec<(_, _, &[_])> = vec![
        ("letter", "details", &["service", "number", "time"]),
        ("letter", "footer", &[]),
    ];
    all.extend(STATUSES.iter().map(|status| ("status", *status, &[][..])));
    for (name, occasion) in Occasion::ALL {
        all.push((name, "subject", &["number"]));
        let spoken = Form::ALL
            .iter()
            .filter(|(_, form)| !occasion.is_silent(*form));
        all.extend(spoken.map(|(form_name, form)| (*name, *form_name, occasion.places(*form))));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../texts/en.ftl");

    fn refused(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        let bad = Book::parse(Language::En, &GOOD.replacen(from, to, 1));
        bad.unwrap_err().to_string()
    }

    #[test]
    fn every_text_is_there_in_every_language_with_its_places() {
        Texts::read().unwrap();
        assert_eq!(demanded().len(), 2 + STATUSES.len() + 6 + 6 * 3 - 1);
    }

    #[test]
    fn a_text_left_out_made_up_or_in_the_wrong_place_is_refused() {
        for (from, to, says) in [
            (
                "Result: { $result }.",
                "",
                "granted.email: must fill in {\"result\"}, not {}",
            ),
            ("{ $status }", "{ $state }", "status-reported.email: "),
            (
                "    .sms = Application { $number } has been received",
                "    .text = Received",
                "received.sms: is missing",
            ),
            (
                ".subject = Application { $number } has been received",
                ".subject = Received",
                "received.subject: must fill in",
            ),
            ("Time: { $time }", "", "letter.details: must fill in"),
            ("declined =", "other =", "declined.subject: is missing"),
            (
                ".registered = ",
                ".entered = ",
                "status.registered: is missing",
            ),
            (
                ".webhook = { delivered.email }",
                ".webhook = { delivered.email }\n    .sms = Delivered",
                "delivered.sms: is there although",
            ),
            (".footer =\n", ".footer = {\n", "the file: "),
            ("received =", "status =", "the file: "),
        ] {
            let said = refused(from, to);
            let wanted = format!("texts/en.ftl: {says}");
            assert!(said.starts_with(&wanted), "{wanted}: {said}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_looked_at_again_and_stands_without_marks() {
        let texts = Texts::read().unwrap();
        let mut values = Values::new();
        values.set("reason", "{ $number } {\"x\"}".to_owned());
        let text = texts.book(Language::En).say("declined", "email", &values);
        assert!(text.ends_with("Reason: { $number } {\"x\"}"), "{text:?}");
        assert!(!text.contains(['\u{2068}', '\u{2069}']));
    }
}
