//! A register on the async channel of the e-government gateway (`crates/gateway`).
//!
//! Asking pulls, and remembers nothing: what was done before, in another process or another life, is asked of
//! the channel. First `getMessages`: is the answer there? Else `getMessageStatus`: does the channel know the
//! question? Else `sendMessage`; then `getMessages` again every `poll_ms` until `wait_ms` are over, and then the
//! question is tried again later. A question that the channel knows and that stays unanswered is sent once more, with
//! the property `resend`: its answer may have been confirmed by a process that died of it. `messageId` and
//! `correlationId` are the same at every try; `sendDeliveryNotification` goes out only for what was read and taken.

use std::time::Duration;

use async_trait::async_trait;
use fault::{Again, Fault, registers::REGISTER_FAILED};
use gateway::{
    state,
    types::{
        AsyncMessage, AsyncMessageInfo, DeliveryNotification, DeliveryNotified, DeliveryStatusInfo,
        GetMessages, MessageStatus, MessageType, Property, Send,
    },
};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::{
    Adapter, Answer, BadSettings, Question, Registry,
    channel::{Channel, DOING},
};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "gateway-async",
    build,
};

/// Messages that are taken from the channel at once: an answer and its copies.
const AMOUNT: i32 = 10;

/// Settings beside those of the channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    /// How often the channel is asked for the answer, milliseconds, 10 to 60,000. Default 1,000.
    #[serde(default = "poll_ms")]
    poll_ms: u64,
    /// How long an answer is waited for before the question is tried again later, milliseconds, 0 to 300,000.
    /// Default 5,000. Keep it below the lane's `handle_ms_max`.
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
    channel: Channel,
    poll: Duration,
    wait: Duration,
}

/// What the channel says of a question that was sent before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It does not know it.
    Unknown,
    /// It has it, and delivers it or did.
    Underway,
    /// It has it and did not bring it to the register.
    Undelivered,
}

fn build(settings: &toml::Table) -> Result<Box<dyn Registry>, BadSettings> {
    let (channel, own) = Channel::open::<Own>(settings, &["poll_ms", "wait_ms"])?;
    if !(10..=60_000).contains(&own.poll_ms) {
        return Err(BadSettings::new("poll_ms", "must be 10 to 60000"));
    }
    if own.wait_ms > 300_000 {
        return Err(BadSettings::new("wait_ms", "must be 0 to 300000"));
    }
    Ok(Box::new(GatewayAsync {
        channel,
        poll: Duration::from_millis(own.poll_ms),
        wait: Duration::from_millis(own.wait_ms),
    }))
}

#[async_trait]
impl Registry for GatewayAsync {
    async fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        let id = question.exchange_id().to_string();
        if let Some(answer) = self.look(question, &id).await? {
            return Ok(answer);
        }
        let standing = self.standing(&id).await?;
        match standing {
            Standing::Unknown => self.send(question, &id, false).await?,
            Standing::Undelivered => self.send(question, &id, true).await?,
            Standing::Underway => {}
        }
        let end = Instant::now() + self.wait;
        while Instant::now() + self.poll <= end {
            sleep(self.poll).await;
            if let Some(answer) = self.look(question, &id).await? {
                return Ok(answer);
            }
        }
        if standing == Standing::Underway {
            self.send(question, &id, true).await?;
        }
        Err(Fault::later(&REGISTER_FAILED, DOING).because("no answer yet"))
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.channel.client.probe().await
    }
}

impl GatewayAsync {
    /// The answer, if it is there and to be believed: the first of its copies that is. All of them are confirmed
    /// then. One that is not to be believed stays where it is.
    async fn look(&self, question: &Question, id: &str) -> Result<Option<Answer>, Fault> {
        let messages = self.messages(id).await?;
        let now = self.channel.client.now();
        let mut read = messages
            .iter()
            .map(|one| self.channel.read(&one.data, question, now));
        let Some(first) = read.next() else {
            return Ok(None);
        };
        let answer = match first {
            Ok(answer) => answer,
            Err(fault) => read.find_map(Result::ok).ok_or(fault)?,
        };
        for id in messages.into_iter().filter_map(|one| one.info.message_id) {
            self.confirm(id).await?;
        }
        Ok(Some(answer))
    }

    /// The answers to this question that wait on the channel. Others, which a channel may give too, are let be.
    async fn messages(&self, id: &str) -> Result<Vec<AsyncMessage>, Fault> {
        let client = &self.channel.client;
        let call = GetMessages {
            message_id: None,
            correlation_id: Some(id.to_owned()),
            request_date: Some(client.now()),
            service_id: self.channel.service_id.clone(),
            sender: Some(client.sender().clone()),
            amount: Some(AMOUNT),
            properties: Vec::new(),
        };
        let mut messages = client.get_messages(call).await?.messages;
        messages.retain(|one| {
            one.info.correlation_id.as_deref() == Some(id)
                && one.info.message_type == MessageType::Response
        });
        Ok(messages)
    }

    async fn standing(&self, id: &str) -> Result<Standing, Fault> {
        let client = &self.channel.client;
        let call = MessageStatus {
            message_id: id.to_owned(),
            request_date: client.now(),
            sender: client.sender().clone(),
            properties: Vec::new(),
        };
        let told = client.status(call).await?;
        Ok(
            match told.as_ref().map(|told| told.message_state.as_str()) {
                None => Standing::Unknown,
                Some(state::ON_DELIVERY | state::DELIVERED) => Standing::Underway,
                Some(_) => Standing::Undelivered,
            },
        )
    }

    async fn send(&self, question: &Question, id: &str, again: bool) -> Result<(), Fault> {
        let client = &self.channel.client;
        let now = client.now();
        let resend = again.then(|| Property::new("resend", "true"));
        let call = Send {
            info: AsyncMessageInfo {
                message_id: Some(id.to_owned()),
                correlation_id: Some(id.to_owned()),
                service_id: self.channel.service_id.clone(),
                message_type: MessageType::Request,
                route_id: self.channel.route_id.clone(),
                message_date: now,
                sender: client.sender().clone(),
                properties: resend.into_iter().collect(),
                session_id: None,
            },
            data: self.channel.data(question, now)?,
        };
        client.send(call).await.map(drop)
    }

    async fn confirm(&self, message_id: String) -> Result<(), Fault> {
        let client = &self.channel.client;
        let now = client.now();
        let call = DeliveryNotified {
            notification: DeliveryNotification {
                message_id,
                service_id: self.channel.service_id.clone(),
                notification_date: now,
                delivery_status: DeliveryStatusInfo {
                    receive_status: state::DELIVERED.to_owned(),
                    status_date: now,
                    resend_message: "false".to_owned(),
                    error: None,
                },
            },
            request_date: now,
            sender: Some(client.sender().clone()),
        };
        match client.notify(call).await {
            // It does not take the confirmation and never will. The answer is ours all the same.
            Err(fault) if fault.again == Again::Later => Err(fault),
            _ => Ok(()),
        }
    }
}
