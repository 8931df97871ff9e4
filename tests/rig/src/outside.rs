//! The systems outside our walls, as the test bench plays them: what a test does to them, and what
//! they have seen. Speaks to the bench's control port only.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

/// What `endpoints.json` says.
#[derive(Clone, Debug, Deserialize)]
pub struct Endpoints {
    /// Base address of the control port.
    pub control: String,
    /// Base address of each HTTP system; `host:port` of the mail server.
    pub systems: BTreeMap<String, String>,
}

/// One application in a provider's ledger.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// The idempotency key: the message id.
    pub key: String,
    pub number: String,
    /// How often it came, the first time included.
    pub times_received: u64,
    /// Whether every copy had the content of the first.
    pub copies_equal: bool,
    /// What the provider's officer sent back, and what intake answered.
    pub reports: Vec<Value>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Outside {
    endpoints: Endpoints,
    client: reqwest::Client,
}

impl Outside {
    pub(crate) fn new(endpoints: Endpoints) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { endpoints, client })
    }

    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Where one of the systems listens.
    pub fn address(&self, system: &str) -> anyhow::Result<&str> {
        let address = self.endpoints.systems.get(system);
        address
            .map(String::as_str)
            .with_context(|| format!("the bench plays no {system}"))
    }

    /// Sets a fault: `none`, `down`, `slow`, `error-500`, `garbage`, `hang`, `duplicate`, `late`.
    pub async fn fault(&self, system: &str, fault: &str, delay_ms: u32) -> anyhow::Result<()> {
        let body = json!({ "fault": fault, "delay_ms": delay_ms });
        self.put(&format!("/systems/{system}/fault"), &body).await
    }

    /// Revokes certificates by the names of their owners: on delta lists and by OCSP, not on the full lists.
    pub async fn revoke(&self, names: &[&str]) -> anyhow::Result<()> {
        self.put("/crl", &json!({ "revoke_in_delta": names })).await
    }

    /// Tells the providers' officers where intake is.
    pub async fn intake_is_at(&self, url: &str) -> anyhow::Result<()> {
        self.put("/intake", &json!({ "url": url })).await
    }

    /// Whether a provider answers applications by itself.
    pub async fn auto(&self, provider: &str, auto: bool) -> anyhow::Result<()> {
        self.put(
            &format!("/providers/{provider}/mode"),
            &json!({ "auto": auto }),
        )
        .await
    }

    /// Pays a fee; gives the receipt's number.
    pub async fn pay(&self, payer: &str, service: &str, amount: u64) -> anyhow::Result<String> {
        let body = json!({ "payer": payer, "service": service, "amount_tenge": amount });
        let url = format!("{}/payments", self.endpoints.control);
        let answer = self
            .client
            .post(url)
            .json(&body)
            .send()
            .await?
            .error_for_status()?;
        let answer: Value = answer.json().await?;
        answer["receipt"]
            .as_str()
            .map(str::to_owned)
            .context("no receipt")
    }

    /// Everything a provider has taken.
    pub async fn ledger(&self, provider: &str) -> anyhow::Result<Vec<Entry>> {
        Ok(serde_json::from_value(
            self.get(&format!("/providers/{provider}/applications"))
                .await?,
        )?)
    }

    /// Every mail that was delivered.
    pub async fn mail(&self) -> anyhow::Result<Vec<Value>> {
        Ok(serde_json::from_value(self.get("/mail").await?)?)
    }

    /// Every query that a register was asked.
    pub async fn queries(&self) -> anyhow::Result<Vec<Value>> {
        Ok(serde_json::from_value(self.get("/queries").await?)?)
    }

    /// The requests that an HTTP system got: `method`, `target`, `traceparent`.
    pub async fn requests(&self, system: &str) -> anyhow::Result<Vec<Value>> {
        let heard = self.get(&format!("/systems/{system}/requests")).await?;
        Ok(serde_json::from_value(heard)?)
    }

    /// Lets a provider's officer report on an application now; gives what intake answered.
    pub async fn report(
        &self,
        provider: &str,
        number: &str,
        kind: &str,
        say: &Value,
    ) -> anyhow::Result<Value> {
        let control = &self.endpoints.control;
        let url = format!("{control}/providers/{provider}/applications/{number}/{kind}");
        Ok(self
            .client
            .post(url)
            .json(say)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.endpoints.control);
        Ok(self
            .client
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    async fn put(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("{}{path}", self.endpoints.control);
        self.client
            .put(url)
            .json(body)
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }
}
