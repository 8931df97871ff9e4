//! An entry of a mailbox as a message of the async channel.
//!
//! In: an entry. Out: `event`, or `answer` where it is what a register said to a query, under the id it is confirmed
//! by, in correlation to what the system once sent.

use broker::MailboxEntry;
use fault::inside::INTERNAL;
use gateway::{
    Data, kezek,
    types::{AsyncMessage, AsyncMessageInfo, MessageType, SenderInfo},
};
use jiff::Timestamp;
use message::Detail;
use participants::Gateway;
use serde_json::{Map, Value};

use crate::{news, problem::Problem};

/// The entry as the system of `gateway` gets it from `us`.
pub(super) fn message(
    entry: &MailboxEntry,
    gateway: &Gateway,
    us: &str,
) -> Result<AsyncMessage, Problem> {
    let fact = entry.event.facts.last();
    let (root, kind) = match fact.map(|fact| &fact.detail) {
        Some(Detail::QueryAnswered { .. }) => (kezek::Root::Answer, MessageType::Response),
        Some(Detail::ResultIssued { .. }) => (kezek::Root::Event, MessageType::Response),
        _ => (kezek::Root::Event, MessageType::Notification),
    };
    let news = flat(news::json(entry), root);
    let service = entry.event.message.as_ref().map(|message| &message.service);
    Ok(AsyncMessage {
        info: AsyncMessageInfo {
            message_id: Some(entry.id.to_string()),
            correlation_id: news::reference(entry),
            service_id: service
                .map_or("kezek", |service| gateway.service_id(service))
                .to_owned(),
            message_type: kind,
            route_id: None,
            message_date: fact.map_or(Timestamp::UNIX_EPOCH, |fact| fact.at),
            sender: SenderInfo {
                sender_id: us.to_owned(),
                password: None,
            },
            properties: Vec::new(),
            session_id: None,
        },
        data: data(root, &news)?,
    })
}

/// A document of ours, as data.
pub(super) fn data(root: kezek::Root, members: &Value) -> Result<Data, Problem> {
    let broken = |cause: String| Problem::new(&INTERNAL, "").because(&cause);
    let xml = kezek::from_json(root, members).map_err(|unfit| broken(unfit.to_string()))?;
    Data::xml(&xml).map_err(|error| broken(format!("{:?}", error.why)))
}

/// The members that the document has, those of `detail` among the others.
fn flat(mut news: Value, root: kezek::Root) -> Value {
    let detail = news["detail"].take();
    let mut all = Map::new();
    for part in [news, detail] {
        if let Value::Object(members) = part {
            all.extend(members);
        }
    }
    let known: &[&str] = match root {
        kezek::Root::Answer => &[
            "number",
            "register",
            "found",
            "record",
            "source_at",
            "cached",
        ],
        _ => &[
            "number",
            "fact",
            "at",
            "service",
            "reference",
            "provider",
            "registration_number",
            "status",
            "outcome",
            "code",
            "reason",
            "document",
            "signatures",
            "attachments",
        ],
    };
    all.retain(|name, _| known.contains(&name.as_str()));
    Value::Object(all)
}
