//! The faults a played system can be told to have, and the switch that holds the present one.
//!
//! In: a [`Setting`] from the control API. Out: what the system does with the next connection or request.
//! A switch never acts by itself: the door closes the listener, the HTTP layer and the mail dialogue ask
//! the switch before they answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What is wrong with a system just now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Nothing: it answers as it should.
    #[default]
    None,
    /// The listener is closed and its connections are cut: new ones are refused.
    Down,
    /// It waits `delay_ms`, then does its work and answers.
    Slow,
    /// It answers 500 (SMTP: 451) without doing its work.
    #[serde(rename = "error-500")]
    Error500,
    /// It answers 503 (SMTP: 421) without doing its work.
    #[serde(rename = "error-503")]
    Error503,
    /// It answers 422 (SMTP: 554): the message itself is not to its liking.
    Reject,
    /// It answers 200 with bytes that mean nothing, without doing its work.
    Garbage,
    /// It takes the request and never answers.
    Hang,
    /// It does its work and sends the same answer twice; a provider also sends its reports twice.
    Duplicate,
    /// It does its work, then waits `delay_ms` before it says so.
    Late,
    /// Over SOAP: it answers with a fault of the channel (SCE909), without doing its work.
    SoapFault,
    /// Over SOAP: it answers 200 with half an envelope, without doing its work.
    GarbageXml,
    /// Over SOAP: it answers another message than the one that was sent.
    WrongCorrelation,
    /// Over SOAP, async: it takes the message at once; its answer is in the mailbox `delay_ms` later.
    AnswerLate,
    /// Over SOAP: it signs nothing.
    Unsigned,
    /// Over SOAP: it signs with the certificate of another system.
    WrongSigner,
}

/// A fault with its measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub fault: Fault,
    /// For `slow`, `late` and `answer-late`: how long to wait, in milliseconds, 0 to [`Setting::DELAY_MS_MAX`].
    #[serde(default)]
    pub delay_ms: u64,
}

impl Setting {
    /// Ten minutes: longer than any caller waits.
    pub const DELAY_MS_MAX: u64 = 600_000;

    /// Whether the numbers make sense together.
    pub fn check(self) -> Result<(), String> {
        let waits = matches!(self.fault, Fault::Slow | Fault::Late | Fault::AnswerLate);
        if self.delay_ms > Self::DELAY_MS_MAX {
            return Err(format!("delay_ms is at most {}", Self::DELAY_MS_MAX));
        }
        if waits && self.delay_ms == 0 {
            return Err("slow, late and answer-late need a delay_ms above 0".to_owned());
        }
        if !waits && self.delay_ms != 0 {
            return Err("delay_ms belongs to slow, late and answer-late only".to_owned());
        }
        Ok(())
    }

    /// The wait of `slow`, `late` and `answer-late`.
    pub fn delay(self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }
}

/// Holds the present fault of one system; copies share it.
#[derive(Debug, Clone)]
pub struct Switch(watch::Sender<Setting>);

impl Default for Switch {
    fn default() -> Self {
        Self(watch::Sender::new(Setting::default()))
    }
}

impl Switch {
    pub fn set(&self, setting: Setting) {
        self.0.send_replace(setting);
    }

    pub fn now(&self) -> Setting {
        *self.0.borrow()
    }

    /// Returns once the system is to be down, or (with `false`) once it is to be up again.
    pub async fn until_down(&self, down: bool) {
        let mut seen = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot end with an error.
        let _setting = seen.wait_for(|s| (s.fault == Fault::Down) == down).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_asked_of_slow_and_late_and_of_no_other() {
        let setting = |fault, delay_ms| Setting { fault, delay_ms };
        assert!(setting(Fault::Slow, 0).check().is_err());
        assert!(setting(Fault::Late, 100).check().is_ok());
        assert!(setting(Fault::Hang, 100).check().is_err());
        assert!(
            setting(Fault::Slow, Setting::DELAY_MS_MAX + 1)
                .check()
                .is_err()
        );
    }

    #[test]
    fn faults_are_written_as_the_control_api_names_them() {
        for (fault, word) in [
            (Fault::Error500, "error-500"),
            (Fault::None, "none"),
            (Fault::GarbageXml, "garbage-xml"),
        ] {
            assert_eq!(
                serde_json::to_string(&fault).unwrap(),
                format!("\"{word}\"")
            );
        }
        assert!(serde_json::from_str::<Setting>(r#"{"fault":"down","colour":1}"#).is_err());
    }
}
