//! What is asked, and why.
//!
//! `Debug` shows neither numbers nor names.

use std::fmt;

pub use message::Subject;
use message::{MessageId, Number, RegisterName, ServiceCode};

/// A question to a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The message on whose behalf it is asked; the same at every try.
    pub request_id: MessageId,
    pub register: RegisterName,
    pub subject: Subject,
    pub purpose: Purpose,
}

/// What the body that owns the register may ask to see about any query (X15).
#[derive(Clone, PartialEq, Eq)]
pub struct Purpose {
    pub application: Number,
    pub service: ServiceCode,
    /// Who asks: the official who signed, or the system that sent the message.
    pub operator: String,
    /// Where the consent can be found (X10); empty where the applicant himself files.
    pub consent: String,
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Purpose({} {})", self.service, self.application)
    }
}
