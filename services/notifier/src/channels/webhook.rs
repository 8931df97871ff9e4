//! The system of the participant that filed the application, told over HTTP and signed.
//!
//! `POST {endpoint}/notifications` with JSON and the headers `webhook-id`, `webhook-timestamp` and
//! `webhook-signature` of [`crate::signing`]. A success takes it; 410 and 422 reject it for good. `GET
//! {endpoint}/health` says whether it is up. `outside::Peer` reads the other failures. Nothing personal is said:
//! the receiver knows whose application it filed under its own `reference`.

use async_trait::async_trait;
use fault::{
    Fault,
    delivery::{RECEIVER_FAILED, RECEIVER_GARBLED, RECEIVER_UNREACHABLE},
    inside::INTERNAL,
};
use message::{Detail, Message, ParticipantId};
use outside::{HttpSettings, Peer, Words};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Adapter, Answer, BadSettings, Channel, Note, own_settings};
use crate::{occasion::Form, signing::Secrets};

pub(super) const ADAPTER: Adapter = Adapter {
    name: "webhook",
    build,
};

const DOING: &str = "tell the participant's system";

const WORDS: Words = Words {
    unreachable: &RECEIVER_UNREACHABLE,
    failed: &RECEIVER_FAILED,
    garbled: &RECEIVER_GARBLED,
    doing: DOING,
};

/// The fields besides [`HttpSettings`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Whose system it is, as in `participants.toml`; it hears of the applications that it filed.
    participant: ParticipantId,
    /// What the two of us sign with: `whsec_` and 24 to 64 bytes in base64; while it is being changed, the new
    /// one and the one before, parted by a space.
    secret: String,
}

#[derive(Debug)]
struct Webhook {
    peer: Peer,
    participant: ParticipantId,
    secrets: Secrets,
}

fn build(table: &toml::Table) -> Result<Box<dyn Channel>, BadSettings> {
    let (own, http) = own_settings(table, &["participant", "secret"]);
    let settings: Settings = outside::read(&own)?;
    let secrets = Secrets::parse(&settings.secret);
    let secrets = secrets.map_err(|problem| BadSettings::new("secret", problem))?;
    let http: HttpSettings = outside::read(&http)?;
    Ok(Box::new(Webhook {
        peer: Peer::new(&http, WORDS)?,
        participant: settings.participant,
        secrets,
    }))
}

#[async_trait]
impl Channel for Webhook {
    fn form(&self) -> Form {
        Form::Webhook
    }

    fn address<'a>(&'a self, message: &'a Message) -> Option<&'a str> {
        let filed = message.filing()?;
        (filed.participant == self.participant).then(|| self.participant.as_str())
    }

    fn filed_by(&self) -> Option<&ParticipantId> {
        Some(&self.participant)
    }

    /// The name of a system is nobody's secret.
    fn mask(&self, address: &str) -> String {
        address.to_owned()
    }

    async fn send(&self, note: Note<'_>) -> Result<Answer, Fault> {
        let body = serde_json::to_vec(&body(&note))
            .map_err(|_| Fault::never(&INTERNAL, DOING).because("put the notification together"))?;
        let id = note.fact.id.to_string();
        let time = note.at.as_second().to_string();
        let signature = self.secrets.sign(&id, note.at, &body);
        let headers = [
            ("webhook-id", id.as_str()),
            ("webhook-timestamp", &time),
            ("webhook-signature", &signature),
        ];
        let reply = self
            .peer
            .post_bytes("notifications", &headers, body)
            .await?;
        match reply.status.as_u16() {
            200..=299 => Ok(Answer::Taken),
            410 | 422 => Ok(Answer::Rejected),
            status => Err(reply.garbled(format!("status {status}"))),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.peer.probe().await
    }
}

/// What the receiver reads. Members are added, never changed.
fn body(note: &Note<'_>) -> Value {
    let at = regulations::local(note.fact.at).strftime("%Y-%m-%dT%H:%M:%S%:z");
    json!({
        "id": note.fact.id,
        "fact": note.fact.name().as_str(),
        "at": at.to_string(),
        "number": note.case.number.to_string(),
        "reference": note.case.filed.as_ref().map(|filed| &filed.reference),
        "service": note.case.service,
        "language": note.case.language,
        "subject": note.letter.subject,
        "text": note.letter.text,
        "detail": detail(&note.fact.detail),
    })
}

/// What the fact says besides its name; explanations are for operators and stay here.
fn detail(detail: &Detail) -> Value {
    match detail {
        Detail::Refused { code, .. } => json!({ "code": code }),
        Detail::Delivered {
            provider,
            registration_number,
        } => json!({ "provider": provider, "registration_number": registration_number }),
        Detail::StatusReported { provider, status } => {
            json!({ "provider": provider, "status": status })
        }
        Detail::ResultIssued {
            provider,
            outcome,
            reason,
        } => json!({ "provider": provider, "outcome": outcome, "reason": reason }),
        _ => json!({}),
    }
}
