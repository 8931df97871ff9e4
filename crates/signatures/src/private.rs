//! Text about a person, which no log may show by accident: [`Private`] hides it in `Debug`.
//!
//! A certificate carries names, an e-mail address and national numbers. They leave this crate inside
//! this wrapper, and [`Private::reveal`] is the only way out of it.

use std::fmt;

/// A name, number or address of a person. `Debug` shows only that there is one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Private(String);

impl Private {
    /// Wraps text about a person.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Not for logs, spans, metrics or addresses.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Gives up the wrapper.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
