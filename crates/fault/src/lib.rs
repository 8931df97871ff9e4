//! Why a step failed, whether trying again helps, and what the operator does: the meaning of "error code"
//! in rule X12.
//!
//! A [`Fault`] says that a step could not be done; a [`Refusal`] is an answer, reasoned, that the applicant
//! receives (G3). Both name a [`Code`] of the catalogue, which is stable, translated, and printed in the
//! documentation. No personal data belongs in an explanation.

use std::{error::Error, fmt};

use serde::Serialize;

pub mod accesses;
pub mod asking;
pub mod channel;
pub mod delivery;
pub mod door;
pub mod inside;
pub mod registers;
pub mod signing;

/// A text in the three languages of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text {
    pub kk: &'static str,
    pub ru: &'static str,
    pub en: &'static str,
}

/// Whether trying the same again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Again {
    /// Yes, when time has passed.
    Later,
    /// No: something has to be changed first.
    Never,
}

/// An entry of the catalogue of error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Code {
    /// Stable, kebab-case; the tail of the problem type `urn:kezek:problem:<name>`.
    pub name: &'static str,
    pub again: Again,
    /// The HTTP status where the code is said over HTTP.
    pub http_status: u16,
    pub meaning: Text,
    /// What the one who can act does about it.
    pub action: Text,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The whole catalogue, in the order of the documentation.
pub fn catalogue() -> impl Iterator<Item = &'static Code> {
    [
        door::ALL,
        asking::ALL,
        channel::ALL,
        signing::ALL,
        registers::ALL,
        delivery::ALL,
        accesses::ALL,
        inside::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Whether the code tells of a failure of our own, and not of an outside system or a message.
pub fn is_inside(name: &str) -> bool {
    inside::ALL.iter().any(|code| code.name == name)
}

/// Whether the code tells of a signature under a document.
pub fn is_signing(code: &Code) -> bool {
    signing::ALL.iter().any(|one| one.name == code.name)
}

/// The entry called `name`.
pub fn find(name: &str) -> Option<&'static Code> {
    catalogue().find(|code| code.name == name)
}

/// Whom a fault that may pass is blamed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The outside system as a whole: its lane closes until a probe finds it back.
    Lane,
    /// This message alone: it is delayed, and parked past its attempts; the others go on.
    Message,
}

/// A step could not be done. A refusal is not a fault.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing}: {}{}", code.name, told(explanation))]
pub struct Fault {
    pub code: &'static Code,
    pub again: Again,
    pub blame: Blame,
    /// Tries after which the message is parked although its lane would try on; none where the lane decides.
    pub tries_max: Option<u32>,
    /// What was being done, fitting "could not …".
    pub doing: &'static str,
    /// What is particular to this case; journalled, so free of personal data.
    pub explanation: String,
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

fn told(explanation: &str) -> String {
    if explanation.is_empty() {
        String::new()
    } else {
        format!(" ({explanation})")
    }
}

impl Fault {
    /// Trying this message again can help.
    pub fn later(code: &'static Code, doing: &'static str) -> Self {
        Self::new(code, Again::Later, Blame::Message, doing)
    }

    /// The outside system is down for everybody; trying again helps when it is back.
    pub fn outage(code: &'static Code, doing: &'static str) -> Self {
        Self::new(code, Again::Later, Blame::Lane, doing)
    }

    /// Trying again cannot help: the message is parked for a person at once.
    pub fn never(code: &'static Code, doing: &'static str) -> Self {
        Self::new(code, Again::Never, Blame::Message, doing)
    }

    fn new(code: &'static Code, again: Again, blame: Blame, doing: &'static str) -> Self {
        Self {
            code,
            again,
            blame,
            tries_max: None,
            doing,
            explanation: String::new(),
            source: None,
        }
    }

    /// Adds what is particular to this case. No personal data.
    #[must_use]
    pub fn because(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = explanation.into();
        self
    }

    /// After so many tries it will not help any more, however patient the lane is.
    #[must_use]
    pub fn at_most(mut self, tries: u32) -> Self {
        self.tries_max = Some(tries);
        self
    }

    /// Adds the error beneath.
    #[must_use]
    pub fn from_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// A reasoned refusal (G3): an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static Code,
    /// What is particular to this case, without personal data.
    pub explanation: String,
}

impl Refusal {
    pub fn new(code: &'static Code, explanation: impl Into<String>) -> Self {
        Self {
            code,
            explanation: explanation.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_and_every_text_in_three_languages() {
        let mut names = HashSet::new();
        for code in catalogue() {
            assert!(names.insert(code.name), "{} stands twice", code.name);
            assert!(
                code.name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{code}"
            );
            assert_eq!(find(code.name), Some(code));
            for text in [code.meaning, code.action] {
                for words in [text.kk, text.ru, text.en] {
                    assert!(
                        words.len() > 10 && words.ends_with('.'),
                        "{code}: {words:?}"
                    );
                }
                assert!(text.kk != text.ru && text.ru != text.en, "{code}");
            }
        }
    }

    #[test]
    fn a_server_side_status_says_whether_to_come_again() {
        for code in catalogue().filter(|code| code.http_status == 503) {
            assert_eq!(code.again, Again::Later, "{code}");
        }
    }

    #[test]
    fn a_fault_reads_as_a_sentence() {
        let fault = Fault::outage(&registers::REGISTER_UNREACHABLE, "ask the register")
            .because("connection refused");
        let said = "could not ask the register: register-unreachable (connection refused)";
        assert_eq!(fault.to_string(), said);
    }
}
