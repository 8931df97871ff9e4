//! What an answer comes down to.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    Format,
    bad::{BadMapping, Unreadable},
    file::{self, Means},
    here::Here,
    path::Path,
};

/// What an answer comes down to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    Known(Found),
    /// The register holds nothing about the subject.
    Unknown,
    /// The register failed on this question; it may be asked again. Its own code, if it has told one.
    Later(Option<String>),
    /// The register is down for everybody.
    Down(Option<String>),
    /// The register will not answer this question.
    Refused(Option<String>),
}

/// What the register holds. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    pub members: Map<String, Value>,
    /// What the register calls its answer.
    pub number: Option<String>,
    /// When it answered, by its own clock.
    pub answered_at: Option<Timestamp>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Found({} members)", self.members.len())
    }
}

/// One of the outcomes of a mapping, with all that must hold for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) means: Means,
    field: String,
    when: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    path: Path,
    holds: Holds,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    /// One of these texts stands there.
    Equals(Vec<String>),
    /// Something stands there, or nothing does.
    Exists(bool),
}

impl Outcome {
    pub(crate) fn parse(
        written: file::Outcome,
        format: Format,
        field: &str,
    ) -> Result<Self, BadMapping> {
        let mut when = Vec::new();
        for (number, written) in written.when.into_iter().enumerate() {
            let field = format!("{field}.when[{number}]");
            let holds = match (written.equals, written.exists) {
                (Some(texts), None) if !texts.0.is_empty() => Holds::Equals(texts.0),
                (None, Some(exists)) => Holds::Exists(exists),
                _ => {
                    let problem = "write one of `equals` (a text or a list) and `exists`";
                    return Err(BadMapping::new(field, problem));
                }
            };
            let path = Path::parse(&written.path, format, &format!("{field}.path"))?;
            when.push(Condition { path, holds });
        }
        Ok(Self {
            means: written.means,
            field: field.to_owned(),
            when,
        })
    }

    /// Whether every condition of it holds.
    pub(crate) fn holds(&self, here: Here<'_>) -> Result<bool, Unreadable> {
        for Condition { path, holds } in &self.when {
            let found = path.all(here, &self.field)?;
            let fits = match holds {
                Holds::Exists(exists) => found.is_empty() != *exists,
                Holds::Equals(texts) => {
                    let mut fits = false;
                    for place in found {
                        let text = place.text(&self.field)?.unwrap_or_default();
                        fits |= texts.contains(&text);
                    }
                    fits
                }
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
