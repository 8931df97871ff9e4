//! A bench of its own for each test, in a folder that goes with it.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::{bench::Bench, config::Config, identity::Identities};

pub(crate) struct Play {
    pub(crate) folder: TempDir,
    pub(crate) http: Client,
    bench: Arc<Bench>,
}

impl Play {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// `more` is added to the configuration.
    pub(crate) async fn start_with(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("folder = '{}'\n{more}", folder.path().display());
        let bench = Bench::start(&Config::read(&text).unwrap()).await.unwrap();
        let http = Client::builder()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            folder,
            http,
            bench,
        }
    }

    /// Address of a system; `control` for the control API.
    pub(crate) fn url(&self, system: &str) -> String {
        let endpoints = self.bench.endpoints();
        if system == "control" {
            endpoints.control.clone()
        } else {
            endpoints.systems[system].clone()
        }
    }

    pub(crate) async fn control(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.url("control"));
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn order(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.url("control"));
        let method = if path.ends_with("payments") || path.contains("/applications/") {
            reqwest::Method::POST
        } else {
            reqwest::Method::PUT
        };
        let answer = self
            .http
            .request(method, url)
            .json(&body)
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Gives `system` a fault.
    pub(crate) async fn fault(&self, system: &str, fault: &str, delay_ms: u64) {
        let body = json!({"fault": fault, "delay_ms": delay_ms});
        let (status, body) = self.order(&format!("/systems/{system}/fault"), body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    /// The personal number of one of the cast.
    pub(crate) fn number(&self, name: &str) -> String {
        let identities = Identities::load(self.folder.path()).unwrap();
        let identity = identities.find(name).unwrap();
        identity.iin.as_ref().unwrap().reveal().to_owned()
    }

    /// Asks a register.
    pub(crate) async fn look_up(
        &self,
        register: &str,
        subject: Value,
    ) -> reqwest::Result<Response> {
        let body = json!({
            "request_id": "r1", "register": register, "subject": subject,
            "purpose": {
                "application": "123", "service": "apostille", "operator": "portal", "consent": "",
            },
        });
        self.http
            .post(format!("{}/lookup", self.url(register)))
            .json(&body)
            .send()
            .await
    }

    /// Hands an application to the committee.
    pub(crate) async fn deliver(&self, key: &str, number: &str) -> reqwest::Result<Response> {
        let body = json!({
            "message_id": key, "number": number, "service": "apostille", "channel": "portal",
            "document": {"media_type": "application/json", "content_base64": "e30=", "sha256": "00"},
            "signatures": [],
        });
        let url = format!("{}/applications", self.url("committee"));
        self.http
            .post(url)
            .header("Idempotency-Key", key)
            .json(&body)
            .send()
            .await
    }

    /// The committee's ledger.
    pub(crate) async fn ledger(&self) -> Vec<Value> {
        let ledger = self.control("/providers/committee/applications").await;
        ledger.as_array().unwrap().clone()
    }

    /// Waits until the committee's ledger is as wanted; ends with the ledger when it never is.
    pub(crate) async fn ledger_when(&self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        for _ in 0..500 {
            let ledger = self.ledger().await;
            if wanted(&ledger) {
                return ledger;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "the ledger never became as wanted: {:?}",
            self.ledger().await
        );
    }
}
