//! What every page has: its language, its place, and how codes, moments and lengths of time are said.

use std::{borrow::Borrow, fmt::Display};

use fault::Text;
use jiff::SignedDuration;
use message::Language;
use regulations::{Allowed, spoken};

use super::{codes, words};
use crate::answers::{self, Moment};

/// The languages of the house, by their own names.
pub(super) const LANGUAGES: [(Language, &str); 3] = [
    (Language::Kk, "Қазақша"),
    (Language::Ru, "Русский"),
    (Language::En, "English"),
];

/// The sections of the pages: path after the language, and title.
const SECTIONS: [(&str, Text); 5] = [
    ("/", words::OVERVIEW),
    ("/applications", words::APPLICATIONS),
    ("/lanes", words::LANES),
    ("/parked", words::PARKED),
    ("/regulations", words::REGULATIONS),
];

/// A page's language and place.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) language: Language,
    /// Path and query after the language, for example `/applications?status=parked`.
    pub(super) place: String,
    pub(super) title: String,
}

/// A link of the navigation.
pub(super) struct Link {
    pub(super) href: String,
    pub(super) text: &'static str,
    pub(super) code: &'static str,
    pub(super) current: bool,
}

impl Frame {
    pub(super) fn new(language: Language, place: impl Into<String>, title: Text) -> Self {
        Self {
            language,
            place: place.into(),
            title: pick(language, &title).to_owned(),
        }
    }

    pub(super) fn code(&self) -> &'static str {
        self.language.as_str()
    }

    /// The address of `place` in the language of this page.
    pub(super) fn to(&self, place: &str) -> String {
        format!("/{}{place}", self.code())
    }

    pub(super) fn sections(&self) -> Vec<Link> {
        let path = self.place.split('?').next().unwrap_or_default();
        let link = |(place, title): (&'static str, Text)| Link {
            href: self.to(place),
            text: pick(self.language, &title),
            code: "",
            current: path == place,
        };
        SECTIONS.into_iter().map(link).collect()
    }

    pub(super) fn languages(&self) -> Vec<Link> {
        let link = |(language, name): (Language, &'static str)| Link {
            href: format!("/{language}{}", self.place),
            text: name,
            code: language.as_str(),
            current: language == self.language,
        };
        LANGUAGES.into_iter().map(link).collect()
    }

    pub(super) fn say(&self, text: impl Borrow<Text>) -> &'static str {
        pick(self.language, text.borrow())
    }

    /// A text that comes from a regulation or the catalogue; empty where there is none.
    #[expect(clippy::ref_option, reason = "templates hand fields by reference")]
    pub(super) fn of<'a>(&self, text: &'a Option<answers::Text>) -> &'a str {
        text.as_ref().map_or("", |text| self.text(text))
    }

    /// A text that every answer has.
    pub(super) fn text<'a>(&self, text: &'a answers::Text) -> &'a str {
        match self.language {
            Language::Kk => &text.kk,
            Language::Ru => &text.ru,
            Language::En => &text.en,
        }
    }

    /// What an error code of the catalogue means; nothing where it is not there.
    pub(super) fn meaning(&self, code: impl AsRef<str>) -> &'static str {
        fault::find(code.as_ref()).map_or("", |code| self.say(code.meaning))
    }

    /// The words for a code, or the code itself.
    pub(super) fn word(&self, code: impl AsRef<str>) -> String {
        let code = code.as_ref();
        let known = codes::of(code);
        known.map_or_else(|| code.to_owned(), |text| self.say(text).to_owned())
    }

    /// An application number as a person reads it, in groups of five.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through the frame"
    )]
    pub(super) fn grouped(&self, number: impl AsRef<str>) -> String {
        let number = number.as_ref();
        let parsed = number.parse::<message::Number>();
        parsed.map_or_else(|_| number.to_owned(), |number| format!("{number:#}"))
    }

    /// A count as it is read in this language: 21 625, 21,625.
    pub(super) fn amount(&self, number: impl Display) -> String {
        let digits = number.to_string();
        let separator = match self.language {
            Language::Kk | Language::Ru => '\u{a0}',
            Language::En => ',',
        };
        let mut amount = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                amount.push(separator);
            }
            amount.push(digit);
        }
        amount
    }

    /// A moment as it is read in this language, to the second.
    pub(super) fn moment(&self, at: impl Borrow<Moment>) -> String {
        let local = regulations::local(at.borrow().0);
        let format = match self.language {
            Language::Kk | Language::Ru => "%d.%m.%Y %H:%M:%S",
            Language::En => "%d %b %Y %H:%M:%S",
        };
        local.strftime(format).to_string()
    }

    /// The same for machines.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through the frame"
    )]
    pub(super) fn datetime(&self, at: impl Borrow<Moment>) -> String {
        at.borrow().local()
    }

    /// A time allowed, written as the tables write it, in words.
    pub(super) fn allowed(&self, written: impl AsRef<str>) -> String {
        let written = written.as_ref();
        let allowed = written.parse::<Allowed>();
        allowed.map_or_else(|_| written.to_owned(), |a| a.spoken(self.language))
    }

    /// Time used of the time allowed: `12 %`, `> 999 %`.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through the frame"
    )]
    pub(super) fn share(&self, percent: impl Borrow<u32>) -> String {
        match *percent.borrow() {
            percent @ 0..=999 => format!("{percent} %"),
            _ => "> 999 %".to_owned(),
        }
    }

    /// A measured time in words.
    pub(super) fn took(&self, millis: impl Borrow<u64>) -> String {
        let millis = i64::try_from(*millis.borrow()).unwrap_or(i64::MAX);
        spoken(SignedDuration::from_millis(millis), self.language)
    }
}

fn pick(language: Language, text: &Text) -> &'static str {
    match language {
        Language::Kk => text.kk,
        Language::Ru => text.ru,
        Language::En => text.en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_threes() {
        let said =
            |language, number: u64| Frame::new(language, "/", words::OVERVIEW).amount(number);
        assert_eq!(said(Language::En, 7), "7");
        assert_eq!(said(Language::En, 1_204_000), "1,204,000");
        assert_eq!(said(Language::Kk, 21_625), "21\u{a0}625");
    }
}
