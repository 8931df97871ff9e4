//! What can be wrong: with a mapping, before anything is asked, and with an answer.

/// A mapping that cannot be used. Names the field, says what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {problem}")]
pub struct BadMapping {
    /// The field with those above it: `members.documents.members.type.path`; `.` where the file is meant.
    pub field: String,
    pub problem: String,
}

impl BadMapping {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// An answer that is not taken. Names the field of the mapping, never a value of the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {why}")]
pub struct Unreadable {
    pub doubt: Doubt,
    pub field: String,
    pub why: String,
}

/// What is doubtful about an answer that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is not of the agreed form.
    Form,
    /// It is about something else than was asked, or says two things at once.
    Contradiction,
}

impl Unreadable {
    pub(crate) fn form(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            doubt: Doubt::Form,
            field: field.into(),
            why: why.into(),
        }
    }

    pub(crate) fn contradiction(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            doubt: Doubt::Contradiction,
            field: field.into(),
            why: why.into(),
        }
    }
}
