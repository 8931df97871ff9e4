//! A provider on both channels: it takes applications in kezek's own XML and answers with their registration
//! numbers, at once on the sync channel, by its mailbox on the async one.
//!
//! In: `SendMessage` on `/soap/sync`; `sendMessage`, `getMessages`, `sendDeliveryNotification` and `getMessageStatus` on
//! `/soap/async`. Out: `registered`, the same for the same message however often it comes. An answer waits in the
//! mailbox until its delivery is notified; the message again puts it there again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use gateway::{
    Call, Data, Limits, Operation, Reply, code, kezek, state,
    types::{
        AsyncMessage, AsyncMessageInfo, DeliveryNotified, DeliveryNotifiedReply, GetMessages,
        GetMessagesReply, MessageStatus, MessageStatusInfo, MessageStatusReply, MessageType, Send,
        SendReply, SenderInfo, StatusInfo, SyncMessageInfoResponse, SyncSend, SyncSendReply,
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Asked, Seal, answered, correlation, described, fresh, read, refused, stopped};
use crate::{
    fault::{Fault, Setting},
    kept::locked,
    provider::{APPLICATION_BYTES_MAX, Provider},
};

/// Most messages given at once, unless fewer are asked for.
const AMOUNT_MAX: usize = 100;

/// An answer in the mailbox.
struct Letter {
    id: String,
    service: String,
    /// `registered`, as an element.
    element: String,
    at: Timestamp,
    /// Not to be seen earlier.
    from: Instant,
    delivered: bool,
}

/// A provider's own end of the channels.
pub(crate) struct Channel {
    provider: Arc<Provider>,
    seal: Seal,
    /// By the id of the message that each answers.
    letters: Mutex<BTreeMap<String, Letter>>,
}

pub(crate) fn routes(provider: Arc<Provider>, seal: Seal) -> Router {
    let channel = Channel {
        provider,
        seal,
        letters: Mutex::default(),
    };
    let sync = async |headers: HeaderMap, Query(asked): Asked| describe("sync", &headers, &asked);
    let asynchronous =
        async |headers: HeaderMap, Query(asked): Asked| describe("async", &headers, &asked);
    Router::new()
        .route("/soap/sync", get(sync).post(send))
        .route("/soap/async", get(asynchronous).post(send))
        .layer(DefaultBodyLimit::max(APPLICATION_BYTES_MAX))
        .with_state(Arc::new(channel))
}

fn describe(channel: &str, headers: &HeaderMap, asked: &BTreeMap<String, String>) -> Response {
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let (file, path) = (format!("{channel}.wsdl"), format!("/soap/{channel}"));
    described(&file, host.unwrap_or_default(), &path, asked)
}

async fn send(
    State(channel): State<Arc<Channel>>,
    Extension(setting): Extension<Setting>,
    body: Bytes,
) -> Response {
    if let Some(stopped) = stopped(setting, Operation::Send) {
        return stopped;
    }
    let call = match read(&body, Operation::Send) {
        Ok(call) => call,
        Err(refusal) => return *refusal,
    };
    let operation = call.operation();
    let reply = match call {
        Call::SyncSend(call) => channel.at_once(setting, &call),
        Call::Send(call) => channel.take(setting, &call),
        Call::GetMessages(call) => channel.letters(setting, &call),
        Call::DeliveryNotification(call) => Ok(channel.delivered(&call)),
        Call::MessageStatus(call) => Ok(channel.status(&call)),
        Call::PushSend(_) | Call::PushStatus(_) => {
            Err("nothing is pushed to a provider".to_owned())
        }
    };
    match reply {
        Ok(reply) => answered(&channel.seal, setting, &reply),
        Err(why) => refused(code::FORMAT, &why, operation),
    }
}

impl Channel {
    /// Enters an application; the element `registered`.
    fn enter(&self, key: &str, data: &Data) -> Result<String, String> {
        let document = data
            .document(&Limits::default())
            .map_err(|e| e.to_string())?;
        let mut content = kezek::to_json(&document.unverified()).map_err(|e| e.to_string())?;
        // A list without entries is not written in XML; over JSON it is.
        if let Some(members) = content.as_object_mut() {
            for list in ["signatures", "attachments", "findings"] {
                members
                    .entry(list)
                    .or_insert_with(|| Value::Array(Vec::new()));
            }
        }
        let entry = self.provider.take(key, content)?;
        let registered = json!({
            "registration_number": entry.registration_number,
            "registered_at": entry.registered_at,
        });
        kezek::from_json(kezek::Root::Registered, &registered).map_err(|e| e.to_string())
    }

    fn at_once(&self, setting: Setting, call: &SyncSend) -> Result<Reply, String> {
        let element = self.enter(&call.info.message_id, &call.data)?;
        Ok(Reply::SyncSend(SyncSendReply {
            info: SyncMessageInfoResponse {
                message_id: fresh(),
                correlation_id: Some(correlation(setting, &call.info.message_id)),
                response_date: Timestamp::now(),
                status: StatusInfo::success(),
                session_id: call.info.session_id.clone(),
            },
            data: Data::xml(&element).map_err(|e| e.to_string())?,
        }))
    }

    fn take(&self, setting: Setting, call: &Send) -> Result<Reply, String> {
        let key = call
            .info
            .message_id
            .clone()
            .ok_or("the message has no messageId")?;
        let element = self.enter(&key, &call.data)?;
        let wait = match setting.fault {
            Fault::AnswerLate => setting.delay(),
            _ => Duration::ZERO,
        };
        let mut letters = locked(&self.letters);
        let letter = letters.entry(key.clone()).or_insert_with(|| Letter {
            id: fresh(),
            service: call.info.service_id.clone(),
            element,
            at: Timestamp::now(),
            from: Instant::now() + wait,
            delivered: false,
        });
        letter.delivered = false;
        Ok(Reply::Send(SendReply {
            message_id: key.clone(),
            correlation_id: key,
            response_date: Timestamp::now(),
            session_id: Some(fresh()),
        }))
    }

    /// What waits for the one who asks; with the fault `duplicate` each of it twice.
    fn letters(&self, setting: Setting, call: &GetMessages) -> Result<Reply, String> {
        let is_meant = |asked: &Option<String>, is: &str| asked.as_deref().is_none_or(|a| a == is);
        let now = Instant::now();
        let letters = locked(&self.letters);
        let waiting = letters.iter().filter(|(key, letter)| {
            !letter.delivered
                && letter.from <= now
                && letter.service == call.service_id
                && is_meant(&call.correlation_id, key)
                && is_meant(&call.message_id, &letter.id)
        });
        let amount = call.amount.and_then(|amount| usize::try_from(amount).ok());
        let mut messages = Vec::new();
        for (key, letter) in waiting.take(amount.unwrap_or(AMOUNT_MAX).min(AMOUNT_MAX)) {
            let message = self.message(setting, key, letter)?;
            if setting.fault == Fault::Duplicate {
                messages.push(message.clone());
            }
            messages.push(message);
        }
        Ok(Reply::GetMessages(GetMessagesReply {
            response_date: Timestamp::now(),
            session_id: fresh(),
            messages,
        }))
    }

    fn message(
        &self,
        setting: Setting,
        key: &str,
        letter: &Letter,
    ) -> Result<AsyncMessage, String> {
        let data = Data::xml(&letter.element);
        Ok(AsyncMessage {
            info: AsyncMessageInfo {
                message_id: Some(letter.id.clone()),
                correlation_id: Some(correlation(setting, key)),
                service_id: letter.service.clone(),
                message_type: MessageType::Response,
                route_id: None,
                message_date: letter.at,
                sender: SenderInfo {
                    sender_id: self.provider.name().to_owned(),
                    password: None,
                },
                properties: Vec::new(),
                session_id: None,
            },
            data: data.map_err(|e| e.to_string())?,
        })
    }

    fn delivered(&self, call: &DeliveryNotified) -> Reply {
        let mut letters = locked(&self.letters);
        let id = &call.notification.message_id;
        if let Some(letter) = letters.values_mut().find(|letter| letter.id == *id) {
            letter.delivered = true;
        }
        Reply::DeliveryNotification(DeliveryNotifiedReply {
            notification_id: fresh(),
            response_date: Timestamp::now(),
            session_id: fresh(),
        })
    }

    fn status(&self, call: &MessageStatus) -> Reply {
        let known = locked(&self.letters).contains_key(&call.message_id);
        let (code, said, state) = if known {
            (code::SUCCESS, "the message is known", state::DELIVERED)
        } else {
            (
                code::NOT_DONE,
                "the message is not known",
                state::NOT_DELIVERED,
            )
        };
        Reply::MessageStatus(MessageStatusReply {
            message_state: state.to_owned(),
            status: MessageStatusInfo {
                code: code.to_owned(),
                message: said.to_owned(),
                date: Timestamp::now(),
            },
            response_date: Timestamp::now(),
            session_id: None,
        })
    }
}
