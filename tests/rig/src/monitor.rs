//! The monitor's HTTP door, as a test reads it: one application, its timeline, the journal, the lanes.

use std::time::Duration;

use serde_json::Value;

use crate::wait_for;

/// See the module.
#[derive(Clone, Debug)]
pub struct Monitor {
    url: String,
    client: reqwest::Client,
}

impl Monitor {
    pub(crate) fn new(url: String) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { url, client })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// One application; none while the monitor has not heard of it.
    pub async fn application(&self, number: &str) -> anyhow::Result<Option<Value>> {
        self.get(&format!("/v1/applications/{number}")).await
    }

    /// Its way through the steps of its regulation.
    pub async fn timeline(&self, number: &str) -> anyhow::Result<Option<Value>> {
        self.get(&format!("/v1/applications/{number}/timeline"))
            .await
    }

    /// Rows of the journal after a sequence number.
    pub async fn journal(&self, after: u64, limit: u32) -> anyhow::Result<Value> {
        let page = self
            .get(&format!("/v1/journal?after={after}&limit={limit}"))
            .await?;
        Ok(page.unwrap_or(Value::Null))
    }

    pub async fn lanes(&self) -> anyhow::Result<Value> {
        Ok(self.get("/v1/lanes").await?.unwrap_or(Value::Null))
    }

    /// Who looked at the data of this person, newest first, in this language.
    pub async fn accesses(&self, iin: &str, language: &str) -> anyhow::Result<Value> {
        let page = self
            .get(&format!("/v1/persons/{iin}/accesses?lang={language}"))
            .await?;
        Ok(page.unwrap_or(Value::Null))
    }

    /// Waits until an application has the status; gives the application as it is then.
    pub async fn status(
        &self,
        number: &str,
        status: &str,
        limit: Duration,
    ) -> anyhow::Result<Value> {
        wait_for(
            &format!("application {number} {status}"),
            limit,
            async || {
                let application = self.application(number).await?;
                let there = application.filter(|application| application["status"] == status);
                Ok(there)
            },
        )
        .await
    }

    async fn get(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let answer = self
            .client
            .get(format!("{}{path}", self.url))
            .send()
            .await?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(answer.error_for_status()?.json().await?))
    }
}
