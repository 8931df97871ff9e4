//! Faults of SOAP 1.1 with the gateway's ErrorInfo, and what this codec refuses.

use std::{borrow::Cow, fmt};

use jiff::Timestamp;

use crate::names::{Operation, code};
use crate::types::ErrorInfo;

/// Whose fault it is, by SOAP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The message is wrong: the same again fails again.
    Client,
    /// The receiver failed.
    Server,
    /// Another word, such as `VersionMismatch`.
    Other(String),
}

/// A fault of SOAP.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    pub side: Side,
    /// `faultstring`: one sentence.
    pub message: String,
    /// None where the other side's fault has no detail that could be read.
    pub error: Option<ErrorInfo>,
}

/// What was sent is refused. Says what is wrong and never repeats what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {why}")]
pub struct Refusal {
    /// One of [`crate::code`].
    pub code: &'static str,
    pub why: Cow<'static, str>,
    /// The operation that was meant, where so much could be read.
    pub operation: Option<Operation>,
}

// === impl Fault ===

impl Fault {
    /// A fault with this code. [`code::INTERNAL`] is the receiver's own failure, all others the message's.
    pub fn new(code: &str, message: impl Into<String>, at: Timestamp) -> Self {
        let message = message.into();
        Self {
            side: if code == code::INTERNAL {
                Side::Server
            } else {
                Side::Client
            },
            error: Some(ErrorInfo::new(code, message.clone(), at)),
            message,
        }
    }

    /// The code of the error that lies deepest, which is where it began; empty if there is none.
    pub fn code(&self) -> &str {
        let mut error = self.error.as_ref();
        let mut code = "";
        while let Some(one) = error {
            if !one.code.is_empty() {
                code = &one.code;
            }
            error = one.sub_error.as_deref();
        }
        code
    }
}

impl fmt::Debug for Fault {
    /// Words of the other side may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("side", &self.side)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

// === impl Refusal ===

impl Refusal {
    pub fn new(code: &'static str, why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            why: why.into(),
            operation: None,
        }
    }

    /// It does not match the format.
    pub(crate) fn format(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::FORMAT, why)
    }

    pub(crate) fn of(self, operation: Operation) -> Self {
        Self {
            operation: Some(operation),
            ..self
        }
    }

    /// The fault to answer, as of now.
    pub fn fault(&self, now: Timestamp) -> Fault {
        Fault::new(self.code, self.why.clone(), now)
    }
}
