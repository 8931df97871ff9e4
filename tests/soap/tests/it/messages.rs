//! One message of each kind, full and bare.

use gateway::{
    Call, Data, Reply, kezek, state,
    types::{
        AsyncMessage, AsyncMessageInfo, ChangeStatusNotification, DeliveryNotification,
        DeliveryNotified, DeliveryNotifiedReply, DeliveryStatusInfo, ErrorInfo, GetMessages,
        GetMessagesReply, MessageStatus, MessageStatusInfo, MessageStatusReply, MessageType,
        Password, Property, PushStatus, PushStatusReply, Send, SendReply, SenderInfo, StatusInfo,
        SyncMessageInfo, SyncMessageInfoResponse, SyncSend, SyncSendReply,
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const NUMBER: &str = "02810880051234567890";

/// To the second, as times are compared after a way over the line.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

/// A message of the JSON door, with every member.
pub(crate) fn envelope() -> Value {
    json!({
        "id": "019ab8d5-7c00-7abc-8def-0123456789ab", "kind": "application", "service": "apostille",
        "channel": "front-office", "language": "kk", "classification": "open",
        "applicant": {"iin": "900101300017", "name": "Үлгілі <Айгүл> & Co", "email": "a@mail.test", "phone": "+77000000308", "language": "kk"},
        "representative": {"iin": "900101300017", "power_of_attorney": {"number": "ENIS-0001", "certified": "notary"}},
        "consent": {"form": "paper", "reference": "К-2026/42", "given_at": "2026-02-03T10:00:00+05:00"},
        "receipt": "R-00000001",
        "document": {"media_type": "application/json", "content": "e30="},
        "signatures": [{"format": "cms-detached", "content": "AQID"}, {"format": "xml-enveloped", "content": "BAUG"}],
        "attachments": [{"sha256": "00".repeat(32), "name": "scan.pdf", "media_type": "application/pdf", "size_bytes": 51234}],
    })
}

/// Every document of kezek's own, with all its members.
pub(crate) fn documents() -> Vec<(kezek::Root, Value)> {
    [taken(), given()].concat()
}

/// What kezek takes: messages of each kind.
fn taken() -> Vec<(kezek::Root, Value)> {
    use kezek::Root::Message;
    let report = |kind: &str, report: Value| {
        json!({
            "id": "1", "kind": kind, "service": "apostille", "channel": "provider",
            "document": {"media_type": "application/json", "content": "e30="},
            "signatures": [{"format": "cms-detached", "content": "AQID"}], "report": report,
        })
    };
    let query = |subject: Value| {
        json!({
            "id": "1", "kind": "query", "service": "apostille", "channel": "front-office",
            "document": {"media_type": "application/json", "content": "e30="},
            "signatures": [{"format": "cms-detached", "content": "AQID"}],
            "query": {"register": "gbd-fl", "subject": subject, "purpose": "prefill", "application": NUMBER},
        })
    };
    vec![
        (Message, envelope()),
        (
            Message,
            report("status", json!({"number": NUMBER, "status": "registered"})),
        ),
        (
            Message,
            report(
                "result",
                json!({"number": NUMBER, "outcome": "refused", "reason": "…"}),
            ),
        ),
        (Message, query(json!({"iin": "900101300017"}))),
        (Message, query(json!({"bin": "100140000013"}))),
        (
            Message,
            query(
                json!({"power_of_attorney": "ENIS-0001", "principal": "900101300017", "representative": "900101300017"}),
            ),
        ),
        (
            Message,
            query(
                json!({"receipt": "R-1", "payer": "900101300017", "service": "apostille", "amount_tenge": 2163}),
            ),
        ),
    ]
}

/// What kezek gives: answers, entries of mailboxes, applications; and what a provider answers.
fn given() -> Vec<(kezek::Root, Value)> {
    use kezek::Root::{Accepted, Answer, Application, Event, Registered};
    let at = "2026-11-22T12:00:00+05:00";
    vec![
        (
            Accepted,
            json!({"number": NUMBER, "accepted_at": at, "message_id": "1"}),
        ),
        (
            Answer,
            json!({
                "number": NUMBER, "register": "gbd-fl", "found": true, "cached": false, "source_at": at,
                "record": {"iin": "900101300017", "name": "Айгүл"},
            }),
        ),
        (
            Answer,
            json!({"number": NUMBER, "register": "gbd-fl", "found": false}),
        ),
        (
            Event,
            json!({
                "number": NUMBER, "fact": "result-issued", "at": at, "service": "apostille", "reference": "1",
                "provider": "committee", "registration_number": "К-1", "status": "registered", "outcome": "granted",
                "code": "none", "reason": "…", "document": {"media_type": "application/json", "content": "e30="},
                "signatures": [{"format": "cms-detached", "content": "AQID"}],
            }),
        ),
        (
            Application,
            json!({
                "message_id": "1", "number": NUMBER, "service": "apostille", "channel": "portal", "received_at": at,
                "applicant": {"id": "900101300017", "kind": "person", "name": "Айгүл", "email": "a@mail.test", "phone": "+77000000308"},
                "representative": {"iin": "900101300017", "power_of_attorney": "ENIS-0001", "certified": "notary"},
                "document": {"media_type": "application/json", "content_base64": "e30=", "sha256": "00".repeat(32)},
                "signatures": [{"format": "cms-detached", "content_base64": "AQID"}],
                "attachments": [{"sha256": "00".repeat(32), "name": "scan.pdf", "media_type": "application/pdf", "size_bytes": 1}],
                "findings": [{"register": "gbd-fl", "record": {"iin": "900101300017"}}], "receipt": "R-1",
            }),
        ),
        (
            Registered,
            json!({"registration_number": "К-1", "registered_at": at}),
        ),
    ]
}

pub(crate) fn data() -> Data {
    Data::xml(&kezek::from_json(kezek::Root::Message, &envelope()).unwrap()).unwrap()
}

pub(crate) fn error() -> ErrorInfo {
    let inner = ErrorInfo::new(gateway::code::DATA_WRONG, "the signature is wrong", now());
    ErrorInfo {
        data: Some("document".to_owned()),
        sub_error: Some(Box::new(inner)),
        session_id: Some("s-1".to_owned()),
        ..ErrorInfo::new(gateway::code::FORMAT, "the message is wrong", now())
    }
}

/// Something where the message is full, nothing where it is bare.
fn maybe<T>(full: bool, value: T) -> Option<T> {
    full.then_some(value)
}

fn text(full: bool, text: &str) -> Option<String> {
    maybe(full, text.to_owned())
}

fn sender(full: bool) -> SenderInfo {
    SenderInfo {
        sender_id: "front-office".to_owned(),
        password: maybe(full, Password::new("secret & more")),
    }
}

fn properties(full: bool) -> Vec<Property> {
    let all = [("CONNECTOR_CLIENT", "true"), ("resend", "true")];
    let all = all.into_iter().filter(|_| full);
    all.map(|(key, value)| Property::new(key, value)).collect()
}

fn async_info(full: bool) -> AsyncMessageInfo {
    AsyncMessageInfo {
        message_id: text(full, "m-1"),
        correlation_id: text(full, "c-1"),
        service_id: "KZ-APOSTILLE".to_owned(),
        message_type: MessageType::Request,
        route_id: text(full, "R_1"),
        message_date: now(),
        sender: sender(full),
        properties: properties(full),
        session_id: text(full, "s-1"),
    }
}

fn status_info() -> MessageStatusInfo {
    MessageStatusInfo {
        code: "SCSS001".to_owned(),
        message: "well".to_owned(),
        date: now(),
    }
}

/// A request of each operation.
pub(crate) fn calls(full: bool) -> Vec<Call> {
    let send = || Send {
        info: async_info(full),
        data: data(),
    };
    vec![
        Call::SyncSend(SyncSend {
            info: SyncMessageInfo {
                message_id: "m-1".to_owned(),
                correlation_id: text(full, "c-1"),
                service_id: "KZ-APOSTILLE".to_owned(),
                message_date: now(),
                route_id: text(full, "R_1"),
                sender: sender(full),
                properties: properties(full),
                session_id: text(full, "s-1"),
            },
            data: data(),
        }),
        Call::Send(send()),
        Call::GetMessages(GetMessages {
            message_id: text(full, "m-1"),
            correlation_id: text(full, "c-1"),
            request_date: maybe(full, now()),
            service_id: "KZ-APOSTILLE".to_owned(),
            sender: maybe(full, sender(full)),
            amount: maybe(full, 10),
            properties: properties(full),
        }),
        Call::DeliveryNotification(DeliveryNotified {
            notification: DeliveryNotification {
                message_id: "m-1".to_owned(),
                service_id: "KZ-APOSTILLE".to_owned(),
                notification_date: now(),
                delivery_status: DeliveryStatusInfo {
                    receive_status: "RECEIVED".to_owned(),
                    status_date: now(),
                    resend_message: "false".to_owned(),
                    error: maybe(full, error()),
                },
            },
            request_date: now(),
            sender: maybe(full, sender(full)),
        }),
        Call::MessageStatus(MessageStatus {
            message_id: "m-1".to_owned(),
            request_date: now(),
            sender: sender(full),
            properties: properties(full),
        }),
        Call::PushSend(send()),
        Call::PushStatus(PushStatus {
            notification: ChangeStatusNotification {
                notification_id: "n-1".to_owned(),
                message_id: "m-1".to_owned(),
                notification_date: now(),
                message_state: state::DELIVERED.to_owned(),
                status: status_info(),
                error: maybe(full, error()),
            },
            request_date: now(),
            session_id: text(full, "s-1"),
        }),
    ]
}

/// The answer to each of them, in the same order.
pub(crate) fn replies(full: bool) -> Vec<Reply> {
    let sent = || SendReply {
        message_id: "m-1".to_owned(),
        correlation_id: "c-1".to_owned(),
        response_date: now(),
        session_id: Some("s-1".to_owned()),
    };
    let letter = || AsyncMessage {
        info: async_info(full),
        data: data(),
    };
    let session = || "s-1".to_owned();
    vec![
        Reply::SyncSend(SyncSendReply {
            info: SyncMessageInfoResponse {
                message_id: "a-1".to_owned(),
                correlation_id: text(full, "m-1"),
                response_date: now(),
                status: StatusInfo::success(),
                session_id: text(full, "s-1"),
            },
            data: data(),
        }),
        Reply::Send(sent()),
        Reply::GetMessages(GetMessagesReply {
            response_date: now(),
            session_id: session(),
            messages: if full {
                vec![letter(), letter()]
            } else {
                Vec::new()
            },
        }),
        Reply::DeliveryNotification(DeliveryNotifiedReply {
            notification_id: "n-1".to_owned(),
            response_date: now(),
            session_id: session(),
        }),
        Reply::MessageStatus(MessageStatusReply {
            message_state: state::ON_DELIVERY.to_owned(),
            status: status_info(),
            response_date: now(),
            session_id: text(full, "s-1"),
        }),
        Reply::PushSend(sent()),
        Reply::PushStatus(PushStatusReply {
            response_date: now(),
            session_id: session(),
        }),
    ]
}
