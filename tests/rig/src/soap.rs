//! The systems of participants at intake's SOAP doors, signed both ways as `channels` has set it.
//!
//! In: messages as the JSON door takes them. Out: what intake answered, as JSON has it, or its fault.

use anyhow::{Context, bail, ensure};
use gateway::security::{Guard, Security};
use gateway::types::{
    DeliveryNotification, DeliveryNotified, DeliveryStatusInfo, GetMessages, SenderInfo,
    SyncMessageInfo, SyncSend,
};
use gateway::{Call, Data, Fault, Limits, Naming, Reply, kezek, read_reply, write_call};
use jiff::Timestamp;
use serde_json::Value;
use signatures::Certificate;

use crate::channels::{PARTICIPANTS, SERVICE_ID};
use crate::rig::Rig;

/// What waits in a mailbox.
#[derive(Clone, Debug)]
pub struct Letter {
    pub id: String,
    pub correlation: Option<String>,
    /// `event` or `answer` of kezek's own XML, as JSON.
    pub document: Value,
}

impl Rig {
    /// Hands a message in by `SendMessage` of the sync channel; gives what stood in the answer.
    pub async fn send_by_soap(
        &self,
        participant: &str,
        message: &Value,
    ) -> anyhow::Result<Result<Value, Fault>> {
        let element = kezek::from_json(kezek::Root::Message, message)?;
        let id = message["id"].as_str().context("a message without an id")?;
        let call = Call::SyncSend(SyncSend {
            info: SyncMessageInfo {
                message_id: id.to_owned(),
                correlation_id: None,
                service_id: SERVICE_ID.to_owned(),
                message_date: Timestamp::now(),
                route_id: None,
                sender: sender(participant),
                properties: Vec::new(),
                session_id: None,
            },
            data: Data::xml(&element)?,
        });
        match self.call_by_soap(participant, "sync", &call).await? {
            Ok(Reply::SyncSend(reply)) => {
                ensure!(reply.info.status.is_success(), "{:?}", reply.info.status);
                Ok(Ok(json(&reply.data)?))
            }
            Ok(other) => bail!("another answer: {other:?}"),
            Err(fault) => Ok(Err(fault)),
        }
    }

    /// What waits for the participant, oldest first; it stays until it is confirmed.
    pub async fn mailbox_by_soap(&self, participant: &str) -> anyhow::Result<Vec<Letter>> {
        let call = Call::GetMessages(GetMessages {
            message_id: None,
            correlation_id: None,
            request_date: Some(Timestamp::now()),
            service_id: SERVICE_ID.to_owned(),
            sender: Some(sender(participant)),
            amount: Some(100),
            properties: Vec::new(),
        });
        match self.call_by_soap(participant, "async", &call).await? {
            Ok(Reply::GetMessages(reply)) => {
                let letters = reply.messages.into_iter().map(|message| {
                    Ok(Letter {
                        id: message.info.message_id.context("a letter without an id")?,
                        correlation: message.info.correlation_id,
                        document: json(&message.data)?,
                    })
                });
                letters.collect()
            }
            other => bail!("no letters: {other:?}"),
        }
    }

    /// Confirms a letter, which then comes no more.
    pub async fn confirm_by_soap(&self, participant: &str, id: &str) -> anyhow::Result<()> {
        let now = Timestamp::now();
        let call = Call::DeliveryNotification(DeliveryNotified {
            notification: DeliveryNotification {
                message_id: id.to_owned(),
                service_id: SERVICE_ID.to_owned(),
                notification_date: now,
                delivery_status: DeliveryStatusInfo {
                    receive_status: "RECEIVED".to_owned(),
                    status_date: now,
                    resend_message: "false".to_owned(),
                    error: None,
                },
            },
            request_date: now,
            sender: Some(sender(participant)),
        });
        match self.call_by_soap(participant, "async", &call).await? {
            Ok(Reply::DeliveryNotification(_)) => Ok(()),
            other => bail!("not confirmed: {other:?}"),
        }
    }

    /// One exchange on a channel; the answer must be signed by kezek, a fault need not be.
    pub async fn call_by_soap(
        &self,
        participant: &str,
        channel: &str,
        call: &Call,
    ) -> anyhow::Result<Result<Reply, Fault>> {
        let (_, signer) = PARTICIPANTS
            .iter()
            .find(|(known, _)| *known == participant)
            .with_context(|| format!("{participant} does not come in by the channels"))?;
        let kezek = std::fs::read(self.people.file("identities/kezek-rsa-system.cert.pem"))?;
        let identity = (self.people.identity(signer)?, Naming::BinarySecurityToken);
        let guard = Guard::new(
            Security::Required,
            Some(identity),
            Certificate::all_in_file(&kezek)?,
        )?;
        let envelope = guard.seal(write_call(call), &format!("id-{}", uuid::Uuid::now_v7()))?;
        let url = format!("{}/soap/{channel}", self.addresses().intake_url());
        let request = self.people.client(participant)?.post(url);
        let request = request.header("content-type", "text/xml; charset=utf-8");
        let answer = request
            .body(envelope)
            .send()
            .await
            .context("intake did not answer")?;
        let bytes = answer.bytes().await?;
        let limits = Limits::default();
        let body = match guard.open(&bytes, &limits, Timestamp::now()) {
            Ok(opened) => opened.body,
            Err(refusal) => match read_reply(&bytes, &limits) {
                Ok(Err(fault)) => return Ok(Err(fault)),
                _ => bail!("{refusal}: {}", String::from_utf8_lossy(&bytes)),
            },
        };
        read_reply(body.as_bytes(), &limits).map_err(anyhow::Error::from)
    }
}

fn sender(participant: &str) -> SenderInfo {
    SenderInfo {
        sender_id: participant.to_owned(),
        password: None,
    }
}

fn json(data: &Data) -> anyhow::Result<Value> {
    let document = data.document(&Limits::default())?;
    Ok(kezek::to_json(&document.unverified())?)
}
