//! Asking the monitor over HTTP.
//!
//! In: a path. Out: the answer as JSON, exactly as it came, and read as far as the commands show it. Fields
//! that this version does not know are left alone, so an older `kezekctl` reads a newer monitor.

use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::screen::Screen;

/// Where the monitor is.
#[derive(Debug, clap::Args)]
pub(crate) struct At {
    /// Address of the monitor.
    #[arg(long = "monitor", global = true, env = "KEZEK_MONITOR", value_name = "URL", default_value = DEFAULT)]
    url: String,
}

const DEFAULT: &str = "http://127.0.0.1:18405";

impl At {
    /// The answer to `GET path`; `None` if the monitor knows nothing of the kind. No error repeats the path, in
    /// which somebody's number may stand.
    pub(crate) async fn get(&self, path: &str, limit: Duration) -> anyhow::Result<Option<Value>> {
        let client = Client::builder().timeout(limit).build()?;
        let answer = self.asked(client.get(self.address(path))).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read(answer).await.map(Some)
    }

    /// The answer to `POST path` of this JSON.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: &Value,
        limit: Duration,
    ) -> anyhow::Result<Value> {
        let client = Client::builder().timeout(limit).build()?;
        read(
            self.asked(client.post(self.address(path)).json(body))
                .await?,
        )
        .await
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    async fn asked(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let answer = request.send().await.map_err(reqwest::Error::without_url);
        answer.with_context(|| {
            format!(
                "the monitor at {} does not answer; is it running? Say where it is with --monitor or \
                 KEZEK_MONITOR",
                self.url
            )
        })
    }
}

/// What the monitor says, or its problem in words.
async fn read(answer: Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.text().await.map_err(reqwest::Error::without_url)?;
    if !status.is_success() {
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let part = |name: &str| problem[name].as_str().unwrap_or_default();
        let (title, detail, action) = (part("title"), part("detail"), part("action"));
        bail!("the monitor says {status}: {title} {detail}\n  next: {action}");
    }
    serde_json::from_str(&text).context("the monitor's answer is not JSON")
}

/// A text in three languages.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Text {
    kk: String,
    ru: String,
    en: String,
}

impl Text {
    pub(crate) fn shown(&self, screen: &Screen) -> &str {
        screen.pick(&self.kk, &self.ru, &self.en)
    }
}

/// Where an application stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Application {
    pub(crate) number: String,
    pub(crate) message_id: String,
    pub(crate) service: String,
    pub(crate) service_name: Option<Text>,
    pub(crate) channel: String,
    pub(crate) status: String,
    pub(crate) status_text: Option<Text>,
    #[serde(rename = "final")]
    pub(crate) is_final: bool,
    /// RFC 3339, local time, as all times of the monitor.
    pub(crate) since: String,
    pub(crate) received_at: String,
    pub(crate) provider: Option<String>,
    pub(crate) registration_number: Option<String>,
    pub(crate) reported: Option<String>,
    pub(crate) reason: Option<Reason>,
    pub(crate) waiting: Option<Waiting>,
}

/// Why it was refused, set aside or decided so.
#[derive(Debug, Deserialize)]
pub(crate) struct Reason {
    pub(crate) code: Option<String>,
    pub(crate) explanation: String,
}

/// The failed try that will be repeated.
#[derive(Debug, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) lane: String,
    pub(crate) code: String,
    pub(crate) explanation: String,
    pub(crate) attempt: u32,
    pub(crate) retry_at: String,
}

/// Its facts and its regulation's steps.
#[derive(Debug, Deserialize)]
pub(crate) struct Timeline {
    pub(crate) application: Application,
    pub(crate) facts: Vec<Fact>,
    pub(crate) steps: Vec<Step>,
}

/// A row of the journal.
#[derive(Debug, Deserialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    /// Of a provider's report, another than the application's.
    pub(crate) message_id: Option<String>,
    pub(crate) at: String,
    pub(crate) by: String,
    #[serde(default)]
    pub(crate) detail: Value,
}

/// A step: time allowed, time used.
#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    pub(crate) number: u16,
    pub(crate) unit: Option<Text>,
    pub(crate) action: Option<Text>,
    /// outside, not-begun, open, done, dropped.
    pub(crate) progress: String,
    pub(crate) allowed: String,
    pub(crate) due: Option<String>,
    pub(crate) used_ms: Option<u64>,
    #[serde(default)]
    pub(crate) near: bool,
    pub(crate) late: bool,
    #[serde(default)]
    pub(crate) pauses: Vec<Pause>,
    pub(crate) paused: Option<Pause>,
}

/// A time in which a step's time stood still.
#[derive(Debug, Deserialize)]
pub(crate) struct Pause {
    pub(crate) from: String,
    pub(crate) to: Option<String>,
    pub(crate) reasons: Vec<PauseReason>,
}

/// What stopped it.
#[derive(Debug, Deserialize)]
pub(crate) struct PauseReason {
    pub(crate) lane: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) status: Option<String>,
}

/// A lane and what waits in it.
#[derive(Debug, Deserialize)]
pub(crate) struct Lane {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) waiting: u64,
    pub(crate) parked: u64,
    pub(crate) oldest_s: Option<u64>,
    pub(crate) consumers: u32,
    pub(crate) closed: bool,
    pub(crate) since: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) explanation: Option<String>,
}

/// An instant (RFC 3339) as people read it: local time of Kazakhstan (X13), milliseconds.
pub(crate) fn moment(at: &str) -> String {
    match at.parse::<Timestamp>() {
        Ok(instant) => regulations::local(instant)
            .strftime("%Y-%m-%d %H:%M:%S%.3f")
            .to_string(),
        Err(_) => at.to_owned(),
    }
}
