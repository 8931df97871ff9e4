//! A provider's report on the async channel of intake.
//!
//! In: the message that the officer signed, as JSON has it. Out: the same as an envelope, and what intake answered,
//! in the words of its JSON door.

use gateway::{
    Call, Data, Limits, Reply, code, kezek, read_reply,
    types::{AsyncMessageInfo, MessageType, Send, SenderInfo},
    write_call,
};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Seal;
use crate::fault::Fault;

/// The envelope of a message, signed by the provider's system.
pub(crate) fn envelope(seal: &Seal, sender: &str, message: &Value) -> Result<Vec<u8>, String> {
    let word = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let element = kezek::from_json(kezek::Root::Message, message).map_err(|e| e.to_string())?;
    let call = Call::Send(Send {
        info: AsyncMessageInfo {
            message_id: Some(word("id")),
            correlation_id: None,
            service_id: word("service"),
            message_type: MessageType::Notification,
            route_id: None,
            message_date: Timestamp::now(),
            sender: SenderInfo {
                sender_id: sender.to_owned(),
                password: None,
            },
            properties: Vec::new(),
            session_id: None,
        },
        data: Data::xml(&element).map_err(|e| e.to_string())?,
    });
    let envelope = seal.envelope(Fault::None, write_call(&call));
    envelope.map_err(|e| e.to_string())
}

/// What intake said: 202 where it took the message, 503 where it may be asked again, 422 where the message is wrong.
pub(crate) fn answer(envelope: &[u8]) -> Option<(StatusCode, Value)> {
    match read_reply(envelope, &Limits::default()).ok()? {
        Ok(Reply::Send(reply)) => Some((
            StatusCode::ACCEPTED,
            json!({"message_id": reply.message_id}),
        )),
        Ok(_) => None,
        Err(fault) => {
            let status = match fault.code() {
                code::INTERNAL => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            Some((
                status,
                json!({"code": fault.code(), "detail": fault.message}),
            ))
        }
    }
}
