//! What the other side replied: a status and a body, judged by the adapter that knows what was asked.
//!
//! Its body is never shown in an error: it may hold personal data.

use std::fmt;

use fault::Fault;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use crate::Words;

/// A reply to this question: a success, or a status in the four hundreds that is about the question itself.
pub struct Reply {
    pub status: StatusCode,
    pub(crate) body: Vec<u8>,
    pub(crate) words: Words,
}

impl Reply {
    /// Reads the body of a success. Anything else than a success, or a body that is not a `T`, is an answer
    /// of the wrong form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        if !self.status.is_success() {
            return Err(self.garbled(format!("status {}", self.status.as_u16())));
        }
        serde_json::from_slice(&self.body).map_err(|e| {
            // The text of the error may quote the answer; its place says enough.
            let kind = match e.classify() {
                serde_json::error::Category::Data => "unexpected JSON",
                _ => "not JSON",
            };
            self.garbled(format!(
                "{kind} at byte {} of line {}",
                e.column(),
                e.line()
            ))
        })
    }

    /// Its body, for those who speak another language than JSON.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The fault for an answer of the wrong form. `explanation` without personal data.
    pub fn garbled(&self, explanation: impl Into<String>) -> Fault {
        self.words.garbled(explanation)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}
