//! Any message of any operation, for properties.

use gateway::types::{
    AsyncMessage, AsyncMessageInfo, ChangeStatusNotification, DeliveryNotification,
    DeliveryNotified, DeliveryNotifiedReply, DeliveryStatusInfo, ErrorInfo, GetMessages,
    GetMessagesReply, MessageStatus, MessageStatusInfo, MessageStatusReply, MessageType, Password,
    Property, PushStatus, PushStatusReply, Send, SendReply, SenderInfo, StatusInfo,
    SyncMessageInfo, SyncMessageInfoResponse, SyncSend, SyncSendReply,
};
use gateway::{Call, Data, Fault, Reply, Side};
use jiff::Timestamp;
use proptest::option::of;
use proptest::prelude::*;

const WORD: &str = "[A-Za-z0-9<&>_ҚазақшаРу-]{1,12}";

fn text() -> impl Strategy<Value = String> {
    "[ \t\r\n<&\\]\\PC]{0,12}"
}

fn some_text() -> impl Strategy<Value = String> {
    "[ \t\r\n<&\\]\\PC]{1,12}"
}

fn time() -> impl Strategy<Value = Timestamp> {
    // From 1990 to 2100, to the nanosecond.
    (631_152_000_i64..4_102_444_800, 0..1_000_000_000)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

pub(crate) fn data() -> impl Strategy<Value = Data> {
    prop_oneof![
        Just(Data::empty()),
        "[ -~\\PC]{0,20}[!-~][ -~\\PC]{0,20}".prop_map(Data::text),
        ("[a-z]{1,6}", "[a-zа-я ]{0,12}").prop_map(|(name, text)| {
            let xml = format!("<p:{name} xmlns:p=\"urn:p\"><q a='1'>{text}</q><!-- c --></p:{name}>");
            Data::xml(&xml).unwrap()
        }),
        "[a-z ]{0,12}".prop_map(|text| {
            let xml = format!(
                "<data xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:c=\"http://bip.bee.kz/common/v10/Types\" x:type=\"c:SenderInfo\"><senderId>{text}</senderId></data>"
            );
            Data::xml(&xml).unwrap()
        }),
    ]
}

fn sender() -> impl Strategy<Value = SenderInfo> {
    (WORD, of(some_text())).prop_map(|(sender_id, password)| SenderInfo {
        sender_id,
        password: password.map(Password::new),
    })
}

fn properties() -> impl Strategy<Value = Vec<Property>> {
    prop::collection::vec(
        (WORD, text()).prop_map(|(key, value)| Property::new(key, value)),
        0..3,
    )
}

fn error() -> impl Strategy<Value = ErrorInfo> {
    let one = (WORD, text(), of(some_text()), time(), of(WORD)).prop_map(
        |(code, message, data, date, session_id)| ErrorInfo {
            code,
            message,
            data,
            date: Some(date),
            sub_error: None,
            session_id,
        },
    );
    one.prop_recursive(3, 4, 1, |inner| {
        (WORD, text(), time(), inner).prop_map(|(code, message, date, inner)| ErrorInfo {
            sub_error: Some(Box::new(inner)),
            ..ErrorInfo::new(&code, message, date)
        })
    })
}

fn message_type() -> impl Strategy<Value = MessageType> {
    prop_oneof![
        Just(MessageType::Request),
        Just(MessageType::Response),
        Just(MessageType::Notification),
        "[A-Z]{3}".prop_map(MessageType::Other),
    ]
}

fn message_status() -> impl Strategy<Value = MessageStatusInfo> {
    (WORD, text(), time()).prop_map(|(code, message, date)| MessageStatusInfo {
        code,
        message,
        date,
    })
}

fn sync_send() -> impl Strategy<Value = SyncSend> {
    let ids = (WORD, of(WORD), WORD, of(WORD), of(WORD));
    (ids, time(), sender(), properties(), data()).prop_map(
        |(ids, message_date, sender, properties, data)| {
            let (message_id, correlation_id, service_id, route_id, session_id) = ids;
            let info = SyncMessageInfo {
                message_id,
                correlation_id,
                service_id,
                message_date,
                route_id,
                sender,
                properties,
                session_id,
            };
            SyncSend { info, data }
        },
    )
}

fn async_info() -> impl Strategy<Value = AsyncMessageInfo> {
    let ids = (of(WORD), of(WORD), WORD, of(WORD), of(WORD));
    (ids, message_type(), time(), sender(), properties()).prop_map(
        |(ids, message_type, message_date, sender, properties)| {
            let (message_id, correlation_id, service_id, route_id, session_id) = ids;
            AsyncMessageInfo {
                message_id,
                correlation_id,
                service_id,
                message_type,
                route_id,
                message_date,
                sender,
                properties,
                session_id,
            }
        },
    )
}

fn send() -> impl Strategy<Value = Send> {
    (async_info(), data()).prop_map(|(info, data)| Send { info, data })
}

fn get_messages() -> impl Strategy<Value = GetMessages> {
    let ids = (of(WORD), of(WORD), WORD);
    (
        ids,
        of(time()),
        of(sender()),
        of(any::<i32>()),
        properties(),
    )
        .prop_map(|(ids, request_date, sender, amount, properties)| {
            let (message_id, correlation_id, service_id) = ids;
            GetMessages {
                message_id,
                correlation_id,
                request_date,
                service_id,
                sender,
                amount,
                properties,
            }
        })
}

fn delivery() -> impl Strategy<Value = DeliveryNotified> {
    let status = (WORD, time(), "(true|false)", of(error())).prop_map(
        |(receive_status, status_date, resend_message, error)| DeliveryStatusInfo {
            receive_status,
            status_date,
            resend_message,
            error,
        },
    );
    let notification = (WORD, WORD, time(), status).prop_map(
        |(message_id, service_id, notification_date, delivery_status)| DeliveryNotification {
            message_id,
            service_id,
            notification_date,
            delivery_status,
        },
    );
    (notification, time(), of(sender())).prop_map(|(notification, request_date, sender)| {
        DeliveryNotified {
            notification,
            request_date,
            sender,
        }
    })
}

fn push_status() -> impl Strategy<Value = PushStatus> {
    let notification = (
        (WORD, WORD, WORD),
        time(),
        message_status(),
        of(error()),
        of(WORD),
        time(),
    );
    notification.prop_map(
        |(ids, notification_date, status, error, session_id, request_date)| {
            let (notification_id, message_id, message_state) = ids;
            PushStatus {
                notification: ChangeStatusNotification {
                    notification_id,
                    message_id,
                    notification_date,
                    message_state,
                    status,
                    error,
                },
                request_date,
                session_id,
            }
        },
    )
}

pub(crate) fn call() -> impl Strategy<Value = Call> {
    let status = (WORD, time(), sender(), properties()).prop_map(
        |(message_id, request_date, sender, properties)| MessageStatus {
            message_id,
            request_date,
            sender,
            properties,
        },
    );
    prop_oneof![
        sync_send().prop_map(Call::SyncSend),
        send().prop_map(Call::Send),
        send().prop_map(Call::PushSend),
        get_messages().prop_map(Call::GetMessages),
        delivery().prop_map(Call::DeliveryNotification),
        status.prop_map(Call::MessageStatus),
        push_status().prop_map(Call::PushStatus),
    ]
}

fn sync_reply() -> impl Strategy<Value = SyncSendReply> {
    let status = (WORD, text()).prop_map(|(code, message)| StatusInfo { code, message });
    (WORD, of(WORD), time(), status, of(WORD), data()).prop_map(
        |(message_id, correlation_id, response_date, status, session_id, data)| SyncSendReply {
            info: SyncMessageInfoResponse {
                message_id,
                correlation_id,
                response_date,
                status,
                session_id,
            },
            data,
        },
    )
}

fn send_reply() -> impl Strategy<Value = SendReply> {
    (WORD, WORD, time(), of(WORD)).prop_map(
        |(message_id, correlation_id, response_date, session_id)| SendReply {
            message_id,
            correlation_id,
            response_date,
            session_id,
        },
    )
}

pub(crate) fn reply() -> impl Strategy<Value = Reply> {
    let messages = prop::collection::vec(
        (async_info(), data()).prop_map(|(info, data)| AsyncMessage { info, data }),
        0..3,
    );
    prop_oneof![
        sync_reply().prop_map(Reply::SyncSend),
        send_reply().prop_map(Reply::Send),
        send_reply().prop_map(Reply::PushSend),
        (time(), WORD, messages).prop_map(|(response_date, session_id, messages)| {
            Reply::GetMessages(GetMessagesReply {
                response_date,
                session_id,
                messages,
            })
        }),
        (WORD, time(), WORD).prop_map(|(notification_id, response_date, session_id)| {
            Reply::DeliveryNotification(DeliveryNotifiedReply {
                notification_id,
                response_date,
                session_id,
            })
        }),
        (WORD, message_status(), time(), of(WORD)).prop_map(
            |(message_state, status, response_date, session_id)| {
                Reply::MessageStatus(MessageStatusReply {
                    message_state,
                    status,
                    response_date,
                    session_id,
                })
            }
        ),
        (time(), WORD).prop_map(|(response_date, session_id)| {
            Reply::PushStatus(PushStatusReply {
                response_date,
                session_id,
            })
        }),
    ]
}

pub(crate) fn fault() -> impl Strategy<Value = Fault> {
    let side = prop_oneof![
        Just(Side::Client),
        Just(Side::Server),
        "[A-Z][a-z]{3}".prop_map(Side::Other),
    ];
    (side, text(), of(error())).prop_map(|(side, message, error)| Fault {
        side,
        message,
        error,
    })
}
