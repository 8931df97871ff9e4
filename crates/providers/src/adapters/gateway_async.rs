//! A provider's system on the async channel of the e-government gateway (`crates/gateway`).
//!
//! The hand-over pulls, and remembers nothing: whatever was done before, in another process or another life, is
//! asked of the channel. First `getMessages`: is the answer there? Else `getMessageStatus`: does the channel know
//! the message? Else `sendMessage`, then `getMessages` again every `poll_ms` until `wait_ms` are over, and then the
//! message is tried again later. The message's id is `messageId` and `correlationId`; a message that was tried
//! before is sent with the property `resend`, since an answer that was confirmed comes only to one who sends again.
//! `sendDeliveryNotification` goes out only once the answer was read.

use std::time::Duration;

use async_trait::async_trait;
use fault::{Again, Fault, delivery::PROVIDER_FAILED};
use gateway::{
    client::{Client, Settings},
    state,
    types::{
        AsyncMessage, AsyncMessageInfo, DeliveryNotification, DeliveryNotified, DeliveryStatusInfo,
        GetMessages, MessageStatus, MessageType, Property, Send,
    },
};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::{
    Acceptance, Adapter, BadSettings, Handover, Provider,
    channel::{NAMED, Said, data, refused, said},
    handed::DOING,
};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "gateway-async",
    build,
};

/// Messages that are taken from the channel at once: one answer and its copies.
const AMOUNT: i32 = 10;

/// Settings beside those of the channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    /// How often the channel is asked for the answer, milliseconds, 10 to 60,000. Default 1,000.
    #[serde(default = "poll_ms")]
    poll_ms: u64,
    /// How long an answer is waited for before the message is tried again later, milliseconds, 0 to 300,000.
    /// Default 5,000.
    #[serde(default = "wait_ms")]
    wait_ms: u64,
}

fn poll_ms() -> u64 {
    1_000
}
fn wait_ms() -> u64 {
    5_000
}

#[derive(Debug)]
struct GatewayAsync {
    client: Client,
    service_id: String,
    route_id: Option<String>,
    poll: Duration,
    wait: Duration,
}

fn build(settings: &toml::Table) -> Result<Box<dyn Provider>, BadSettings> {
    let (settings, own) = Settings::beside::<Own>(settings, &["poll_ms", "wait_ms"])?;
    if !(10..=60_000).contains(&own.poll_ms) {
        return Err(BadSettings::new("poll_ms", "must be 10 to 60000"));
    }
    if own.wait_ms > 300_000 {
        return Err(BadSettings::new("wait_ms", "must be 0 to 300000"));
    }
    Ok(Box::new(GatewayAsync {
        client: settings.client(NAMED, Timestamp::now)?,
        service_id: settings.service_id,
        route_id: settings.route_id,
        poll: Duration::from_millis(own.poll_ms),
        wait: Duration::from_millis(own.wait_ms),
    }))
}

#[async_trait]
impl Provider for GatewayAsync {
    async fn hand_over(&self, handover: &Handover<'_>) -> Result<Acceptance, Fault> {
        let data = data(handover)?;
        let id = handover.message.id.to_string();
        let end = Instant::now() + self.wait;
        let mut answers = self.answers(&id).await?;
        if answers.is_empty() {
            let tried = handover.message.attempts.failed > 0;
            if tried || !self.is_known(&id).await? {
                self.send(handover, data, tried).await?;
            }
            loop {
                answers = self.answers(&id).await?;
                if !answers.is_empty() {
                    break;
                }
                if Instant::now() + self.poll > end {
                    return Err(Fault::later(&PROVIDER_FAILED, DOING).because("no answer yet"));
                }
                sleep(self.poll).await;
            }
        }
        self.take(answers).await
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.client.probe().await
    }
}

impl GatewayAsync {
    /// The answers to this message that wait on the channel. Others, which a channel may give too, are let be.
    async fn answers(&self, id: &str) -> Result<Vec<AsyncMessage>, Fault> {
        let call = GetMessages {
            message_id: None,
            correlation_id: Some(id.to_owned()),
            request_date: Some(self.client.now()),
            service_id: self.service_id.clone(),
            sender: Some(self.client.sender().clone()),
            amount: Some(AMOUNT),
            properties: Vec::new(),
        };
        let mut messages = self.client.get_messages(call).await?.messages;
        messages.retain(|one| {
            one.info.correlation_id.as_deref() == Some(id)
                && one.info.message_type == MessageType::Response
        });
        Ok(messages)
    }

    /// Whether the channel has the message and is about to deliver it, or did.
    async fn is_known(&self, id: &str) -> Result<bool, Fault> {
        let call = MessageStatus {
            message_id: id.to_owned(),
            request_date: self.client.now(),
            sender: self.client.sender().clone(),
            properties: Vec::new(),
        };
        let status = self.client.status(call).await?;
        Ok(status.is_some_and(|status| {
            matches!(
                status.message_state.as_str(),
                state::ON_DELIVERY | state::DELIVERED
            )
        }))
    }

    async fn send(
        &self,
        handover: &Handover<'_>,
        data: gateway::Data,
        again: bool,
    ) -> Result<(), Fault> {
        let id = handover.message.id.to_string();
        let call = Send {
            info: AsyncMessageInfo {
                message_id: Some(id.clone()),
                correlation_id: Some(id),
                service_id: self.service_id.clone(),
                message_type: MessageType::Request,
                route_id: self.route_id.clone(),
                message_date: handover.message.received_at,
                sender: self.client.sender().clone(),
                properties: again
                    .then(|| Property::new("resend", "true"))
                    .into_iter()
                    .collect(),
                session_id: None,
            },
            data,
        };
        self.client.send(call).await.map(drop)
    }

    /// Reads the answer, and confirms it and its copies once it was read.
    async fn take(&self, answers: Vec<AsyncMessage>) -> Result<Acceptance, Fault> {
        let first = answers.first().map(|answer| said(&answer.data));
        let first = first.unwrap_or_else(|| Err("no answer".to_owned()));
        let said = first.map_err(|why| self.client.garbled(why))?;
        for answer in answers {
            if let Some(id) = answer.info.message_id {
                self.confirm(id).await?;
            }
        }
        match said {
            Said::Registered(acceptance) => Ok(acceptance),
            Said::Refused => Err(refused("its document says so")),
        }
    }

    async fn confirm(&self, message_id: String) -> Result<(), Fault> {
        let now = self.client.now();
        let call = DeliveryNotified {
            notification: DeliveryNotification {
                message_id,
                service_id: self.service_id.clone(),
                notification_date: now,
                delivery_status: DeliveryStatusInfo {
                    receive_status: state::DELIVERED.to_owned(),
                    status_date: now,
                    resend_message: "false".to_owned(),
                    error: None,
                },
            },
            request_date: now,
            sender: Some(self.client.sender().clone()),
        };
        match self.client.notify(call).await {
            Ok(_) => Ok(()),
            // The channel does not take the confirmation, and never will. The answer is ours all the same.
            Err(fault) if fault.again == Again::Never => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}
