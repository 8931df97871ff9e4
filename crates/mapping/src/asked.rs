//! What is asked: the values that stand in for the names of a template.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// What a register is asked about; the same words as in the configuration of `registry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    Person,
    Organisation,
    PowerOfAttorney,
    Payment,
}

/// The names that every question has.
const EVERY: &[&str] = &[
    "request.id",
    "request.at",
    "request.date",
    "purpose.application",
    "purpose.service",
    "purpose.operator",
    "purpose.consent",
];

impl About {
    /// The names that a template may use.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let of_subject: &[&str] = match self {
            Self::Person => &["subject.iin"],
            Self::Organisation => &["subject.bin"],
            Self::PowerOfAttorney => &[
                "subject.number",
                "subject.principal",
                "subject.representative",
            ],
            Self::Payment => &[
                "subject.receipt",
                "subject.payer",
                "subject.service",
                "subject.amount_tenge",
            ],
        };
        of_subject.iter().chain(EVERY).copied()
    }
}

/// The values of one question, by name. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Asked(BTreeMap<&'static str, String>);

impl Asked {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<T: Into<String>> FromIterator<(&'static str, T)> for Asked {
    fn from_iter<I: IntoIterator<Item = (&'static str, T)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(n, v)| (n, v.into())).collect())
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
