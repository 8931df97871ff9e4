//! Intake's front door, as a participant's system uses it.
//!
//! In: files and messages. Out: what the door said, shown: the number and the verdict on the signature, or
//! the problem (RFC 9457) in words, with what to do about it. It repeats nothing by itself.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use reqwest::Client;
use serde_json::Value;

use crate::{
    application::{media_type, read, sha256},
    screen::Screen,
};

/// Intake, seen by one participant.
pub(crate) struct Door<'a> {
    pub(crate) client: Client,
    pub(crate) intake: &'a str,
    pub(crate) wait: Option<u32>,
    pub(crate) screen: &'a Screen,
}

impl Door<'_> {
    /// Stores the files that a message will name.
    pub(crate) async fn upload(&self, paths: &[PathBuf]) -> anyhow::Result<()> {
        for path in paths {
            let bytes = read(path)?;
            let url = format!("{}/v1/attachments/{}", self.intake, sha256(&bytes));
            let request = self
                .client
                .put(url)
                .header("Content-Type", media_type(path))
                .body(bytes);
            let answer = request.send().await.with_context(|| self.away())?;
            let status = answer.status();
            let said = answer.text().await?;
            ensure!(
                status.is_success(),
                "{} was not taken: {status} {said}",
                path.display()
            );
        }
        Ok(())
    }

    /// Sends it once; says whether it was taken.
    pub(crate) async fn post(&self, message: &Value) -> anyhow::Result<bool> {
        let mut request = self
            .client
            .post(format!("{}/v1/messages", self.intake))
            .header("Accept-Language", self.screen.language.as_str())
            .json(message);
        if let Some(seconds) = self.wait {
            request = request.header("Prefer", format!("wait={seconds}"));
        }
        let answer = request.send().await.with_context(|| self.away())?;
        let status = answer.status();
        let text = answer.text().await?;
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        self.screen.value(&body)?;
        if status.is_success() {
            self.screen.line(
                body["number"]
                    .as_str()
                    .unwrap_or("taken, but without a number"),
            );
            self.tell_verdict(&body["signature"]);
        } else {
            self.tell_problem(&body);
        }
        Ok(status.is_success())
    }

    fn tell_verdict(&self, signature: &Value) {
        let Some(verdict) = signature["verdict"].as_str() else {
            return;
        };
        let code = signature["code"].as_str().unwrap_or_default();
        self.screen
            .line(format!("  signature: {verdict} {code}").trim_end());
    }

    fn tell_problem(&self, problem: &Value) {
        let part = |name: &str| problem[name].as_str().unwrap_or_default();
        self.screen
            .line(format!("not taken: {} ({})", part("title"), part("code")));
        for (label, text) in [
            ("detail", part("detail")),
            ("field", part("field")),
            ("next", part("action")),
        ] {
            if !text.is_empty() {
                self.screen.line(format!("  {label}: {text}"));
            }
        }
    }

    fn away(&self) -> String {
        format!(
            "intake at {} does not answer; is it running? Say where it is with --intake or KEZEK_INTAKE",
            self.intake
        )
    }
}
