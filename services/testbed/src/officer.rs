//! The authorised person of a provider: signs statuses and results and sends them through intake (G4).
//!
//! In: an application's number and what to say about it. Out: one signed message at intake, sent again with
//! the same id while intake is away or busy, and what came of it. It gives up only on an answer that says
//! the message itself is wrong, or when the testbed ends.

use std::{path::Path, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use reqwest::{Certificate, Client, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signatures::sign::{Identity as Signer, Options, sign};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    authority::Error,
    fault::Fault,
    files,
    identity::Identities,
    soap::{Seal, report},
    system::System,
};

/// What an officer says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
pub enum Report {
    /// How far it is: `registered`, `in-progress`, `suspended`, …
    Status { status: String },
    /// How it ended: `granted` or `refused`.
    Result {
        outcome: String,
        #[serde(default)]
        reason: String,
    },
}

impl Report {
    pub fn registered() -> Self {
        Self::Status {
            status: "registered".to_owned(),
        }
    }

    pub fn granted() -> Self {
        Self::Result {
            outcome: "granted".to_owned(),
            reason: String::new(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Result { .. } => "result",
        }
    }

    /// The report object, which is also the document that is signed.
    fn about(&self, number: &str) -> Value {
        match self {
            Self::Status { status } => json!({"number": number, "status": status}),
            Self::Result { outcome, reason } if reason.is_empty() => {
                json!({"number": number, "outcome": outcome})
            }
            Self::Result { outcome, reason } => {
                json!({"number": number, "outcome": outcome, "reason": reason})
            }
        }
    }
}

/// A report and what intake answered for good.
#[derive(Debug, Clone, Serialize)]
pub struct Sending {
    pub id: Uuid,
    pub kind: &'static str,
    /// HTTP status of the final answer; 0 if it could not even be signed.
    pub answer: u16,
    /// The answer's body, or the reason.
    pub body: Value,
    /// Tries until then.
    pub tries: u32,
}

/// Where intake is and how to speak to it.
#[derive(Debug, Clone)]
pub struct Line {
    /// Base address; `None` while nobody knows it.
    pub intake: watch::Receiver<Option<String>>,
    /// Pause before a try is repeated.
    pub retry: Duration,
    /// Time one try may take.
    pub timeout: Duration,
}

/// One provider's authorised person with his provider's client certificate.
pub struct Officer {
    line: Line,
    client: Client,
    signer: Signer,
    /// The provider's own system: while it has the fault `duplicate`, reports are sent twice.
    system: watch::Receiver<Option<Arc<System>>>,
    /// With what it signs on intake's async channel; none where it speaks JSON.
    channel: Option<(&'static str, Seal)>,
}

impl Officer {
    /// The officer `signer` of `provider`, with the certificates in the testbed's folder.
    pub fn new(
        folder: &Path,
        provider: &str,
        signer: &str,
        line: Line,
        system: watch::Receiver<Option<Arc<System>>>,
    ) -> Result<Self, Error> {
        let client = client(folder, provider, line.timeout)?;
        let signer = Identities::load(folder)?.signer(signer)?;
        Ok(Self {
            line,
            client,
            signer,
            system,
            channel: None,
        })
    }

    /// The same, reporting on intake's async channel as `sender`, whose system has this seal.
    #[must_use]
    pub(crate) fn on_the_channel(self, sender: &'static str, seal: Seal) -> Self {
        Self {
            channel: Some((sender, seal)),
            ..self
        }
    }

    /// Signs `report` and sends it until intake answers for good.
    pub async fn send(&self, number: &str, service: &str, report: Report) -> Sending {
        let (id, kind) = (Uuid::now_v7(), report.kind());
        let about = report.about(number);
        let document = about.to_string().into_bytes();
        let options = Options::detached(Timestamp::now());
        let signature = match sign(&document, &[&self.signer], &options) {
            Ok(signature) => signature,
            Err(error) => {
                let body = json!(format!("not signed: {error}"));
                return Sending {
                    id,
                    kind,
                    answer: 0,
                    body,
                    tries: 0,
                };
            }
        };
        let message = json!({
            "id": id, "kind": kind, "service": service, "channel": "provider", "language": "kk",
            "classification": "open",
            "document": {"media_type": "application/json", "content": STANDARD.encode(&document)},
            "signatures": [{"format": "cms-detached", "content": STANDARD.encode(&signature)}],
            "attachments": [],
            "report": about,
        });
        let mut tries = 0;
        let (answer, body) = loop {
            tries += 1;
            match self.post(&message).await {
                Some((status, body)) if !again(status) => break (status.as_u16(), body),
                _ => tokio::time::sleep(self.line.retry).await,
            }
        };
        let twice = self
            .system
            .borrow()
            .as_ref()
            .is_some_and(|s| s.setting().fault == Fault::Duplicate);
        if twice {
            self.post(&message).await;
        }
        Sending {
            id,
            kind,
            answer,
            body,
            tries,
        }
    }

    /// One try; `None` where intake is not known or did not answer.
    async fn post(&self, message: &Value) -> Option<(StatusCode, Value)> {
        let intake = self.line.intake.borrow().clone()?;
        if let Some((sender, seal)) = &self.channel {
            let envelope = match report::envelope(seal, sender, message) {
                Ok(envelope) => envelope,
                Err(reason) => return Some((StatusCode::UNPROCESSABLE_ENTITY, json!(reason))),
            };
            let request = self.client.post(format!("{intake}/soap/async"));
            let request = request.header("content-type", "text/xml; charset=utf-8");
            let answer = request.body(envelope).send().await.ok()?;
            return report::answer(&answer.bytes().await.ok()?);
        }
        let request = self
            .client
            .post(format!("{intake}/v1/messages"))
            .json(message);
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let body = answer.text().await.ok()?;
        Some((
            status,
            serde_json::from_str(&body).unwrap_or(Value::String(body)),
        ))
    }
}

/// Whether an answer asks to try again.
fn again(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        )
}

/// An HTTPS client that trusts the test authority only and shows the certificate of `participant`.
pub fn client(folder: &Path, participant: &str, timeout: Duration) -> Result<Client, Error> {
    let path = |kind: &str| folder.join("tls").join(format!("{participant}.{kind}.pem"));
    let malformed = |path: &Path| {
        let path = path.to_owned();
        move |e: reqwest::Error| Error::Malformed {
            path,
            reason: e.to_string(),
        }
    };
    let pem = files::read_text(&path("cert"))? + &files::read_text(&path("key"))?;
    let identity = reqwest::Identity::from_pem(pem.as_bytes()).map_err(malformed(&path("cert")))?;
    let ca = folder.join("trust/tls/ca.pem");
    let anchor =
        Certificate::from_pem(files::read_text(&ca)?.as_bytes()).map_err(malformed(&ca))?;
    Client::builder()
        .tls_certs_only([anchor])
        .identity(identity)
        .timeout(timeout)
        .build()
        .map_err(malformed(&path("cert")))
}
