//! What applicants are told: one file for each language under `texts/`, part of the program.
//!
//! Every language has the same letters (the type sees to it) with the same places to fill in ([`Texts::read`]
//! sees to it, at start). All letters may name `{service}`, `{number}` and `{time}`; what else each may name
//! stands in [`LETTERS`].

use std::collections::{BTreeMap, BTreeSet};

use message::Language;
use serde::Deserialize;

/// The letters of all languages.
#[derive(Debug)]
pub struct Texts {
    kk: Book,
    ru: Book,
    en: Book,
}

/// The letters of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// Stands under the text of every letter: which service, which number, when.
    pub details: String,
    /// Stands at the end of every letter.
    pub footer: String,
    pub letters: Letters,
    /// Words for the statuses that providers report; another one is shown as it came.
    pub statuses: BTreeMap<String, String>,
}

/// One letter for each fact that concerns an applicant; `result-issued` has two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Letters {
    pub received: Template,
    pub refused: Template,
    pub delivered: Template,
    pub status_reported: Template,
    pub granted: Template,
    pub declined: Template,
}

/// A letter with places to fill in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub subject: String,
    pub text: String,
}

/// Places that every letter has.
const COMMON: &[&str] = &["service", "number", "time"];

type Pick = fn(&Letters) -> &Template;

/// Each letter, and the places its text fills in besides the common ones: all of them, in every language.
const LETTERS: &[(&str, Pick, &[&str])] = &[
    ("received", |l| &l.received, &[]),
    ("refused", |l| &l.refused, &["reason", "action"]),
    ("delivered", |l| &l.delivered, &["registration_number"]),
    ("status-reported", |l| &l.status_reported, &["status"]),
    ("granted", |l| &l.granted, &["result"]),
    ("declined", |l| &l.declined, &["reason"]),
];

/// What is wrong with the texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("texts/{language}.toml: {place}: {problem}")]
pub struct BadTexts {
    pub language: Language,
    pub place: String,
    pub problem: String,
}

impl Texts {
    /// Reads and checks the texts that are part of the program.
    pub fn read() -> Result<Self, BadTexts> {
        let texts = Self {
            kk: Book::parse(Language::Kk, include_str!("../texts/kk.toml"))?,
            ru: Book::parse(Language::Ru, include_str!("../texts/ru.toml"))?,
            en: Book::parse(Language::En, include_str!("../texts/en.toml"))?,
        };
        for (_, language) in Language::ALL {
            if !texts
                .book(*language)
                .statuses
                .keys()
                .eq(texts.en.statuses.keys())
            {
                let problem = "must have the same words in every language".to_owned();
                return Err(BadTexts {
                    language: *language,
                    place: "statuses".to_owned(),
                    problem,
                });
            }
        }
        Ok(texts)
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
    fn parse(language: Language, text: &str) -> Result<Self, BadTexts> {
        let bad = |place: String, problem: String| BadTexts {
            language,
            place,
            problem,
        };
        let toml = toml::Deserializer::parse(text)
            .map_err(|e| bad("the file".to_owned(), e.message().to_owned()))?;
        let book: Self = serde_path_to_error::deserialize(toml)
            .map_err(|e| bad(e.path().to_string(), e.inner().message().to_owned()))?;
        for (name, pick, own) in LETTERS {
            let template = pick(&book.letters);
            let place = |part: &str| format!("letters.{name}.{part}");
            has(&template.subject, &["number"]).map_err(|p| bad(place("subject"), p))?;
            has(&template.text, own).map_err(|p| bad(place("text"), p))?;
        }
        has(&book.details, COMMON).map_err(|p| bad("details".to_owned(), p))?;
        has(&book.footer, &[]).map_err(|p| bad("footer".to_owned(), p))?;
        Ok(book)
    }
}

/// Checks that `text` is there and has exactly these places to fill in.
fn has(text: &str, places: &[&str]) -> Result<(), String> {
    let found: BTreeSet<_> = pieces(text).filter_map(|(_, place)| place).collect();
    let wanted: BTreeSet<_> = places.iter().copied().collect();
    if text.trim().is_empty() {
        Err("is empty".to_owned())
    } else if found == wanted {
        Ok(())
    } else {
        Err(format!("must fill in {wanted:?}, not {found:?}"))
    }
}

/// Puts `values` into the places of `text`. What is put in is not looked at again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    for (plain, place) in pieces(text) {
        filled.push_str(plain);
        let value = place.and_then(|place| values.iter().find(|(name, _)| *name == place));
        filled.push_str(value.map_or("", |(_, value)| value));
    }
    filled
}

/// Plain text, each piece with the place that follows it; the last has none.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.split_inclusive('}').map(|piece| {
        match piece
            .strip_suffix('}')
            .and_then(|piece| piece.split_once('{'))
        {
            Some((plain, place)) => (plain, Some(place)),
            None => (piece, None),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_there_in_every_language_with_its_places() {
        Texts::read().unwrap();
    }

    #[test]
    fn a_place_left_out_or_made_up_is_refused() {
        let good = include_str!("../texts/en.toml");
        for (from, to, place) in [
            (
                "Result: {result}.",
                "",
                "letters.granted.text: must fill in {\"result\"}, not {}",
            ),
            (
                "{status}",
                "{state}",
                "letters.status-reported.text: must fill in",
            ),
            (
                "Application {number} has been received",
                "Received",
                "letters.received.subject",
            ),
            ("Time: {time}", "", "details: must fill in"),
            (
                "[letters.declined]",
                "[letters.other]",
                "letters.other: unknown field",
            ),
        ] {
            assert!(good.contains(from));
            let bad = Book::parse(Language::En, &good.replace(from, to))
                .unwrap_err()
                .to_string();
            assert!(bad.starts_with(&format!("texts/en.toml: {place}")), "{bad}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        let filled = fill("a {x} b {y}{x} } c", &[("x", "{y}"), ("y", "1")]);
        assert_eq!(filled, "a {y} b 1{y} } c");
        assert_eq!(fill("{z}", &[]), "");
    }
}
