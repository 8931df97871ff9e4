//! The mailbox over the async channel, and what became of a message.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gateway::{
    Call, Reply, kezek, state,
    types::{
        DeliveryNotification, DeliveryNotified, DeliveryStatusInfo, ErrorInfo, GetMessages,
        MessageStatus, MessageType,
    },
};
use jiff::Timestamp;

use super::{ASYNC, call, kezek_of, office, send, told};
use crate::{bench::Bench, collecting::granted, letters::front_office};

pub(super) fn wish(correlation_id: Option<&str>) -> GetMessages {
    GetMessages {
        message_id: None,
        correlation_id: correlation_id.map(str::to_owned),
        request_date: None,
        service_id: "mailbox".to_owned(),
        sender: Some(office()),
        amount: Some(10),
        properties: Vec::new(),
    }
}

fn confirmed(id: &str, resend: &str, error: Option<ErrorInfo>) -> Call {
    let now = Timestamp::now();
    Call::DeliveryNotification(DeliveryNotified {
        notification: DeliveryNotification {
            message_id: id.to_owned(),
            service_id: "archive-certificate".to_owned(),
            notification_date: now,
            delivery_status: DeliveryStatusInfo {
                receive_status: "RECEIVED".to_owned(),
                status_date: now,
                resend_message: resend.to_owned(),
                error,
            },
        },
        request_date: now,
        sender: Some(office()),
    })
}

#[tokio::test]
async fn what_waits_is_taken_with_what_was_signed_and_comes_again_until_it_is_confirmed() {
    let bench = Bench::new();
    bench.shelf.entries.lock().unwrap().push(granted());
    let look = async |correlation_id: Option<&str>| {
        let answer = call(&bench, ASYNC, Call::GetMessages(wish(correlation_id))).await;
        let Ok(Reply::GetMessages(answer)) = answer else {
            panic!("{answer:?}")
        };
        answer.messages
    };
    let first = look(None).await;
    let entry = &first[0];
    assert_eq!(entry.info.message_type, MessageType::Response);
    assert_eq!(entry.info.service_id, "KZ-APOSTILLE");
    let reference = entry.info.correlation_id.as_deref();
    assert_eq!(reference, Some("019ab8d5-7c00-7abc-8def-0123456789ab"));
    let (root, news) = kezek_of(&entry.data);
    assert_eq!(
        (root, &news["outcome"]),
        (kezek::Root::Event, &"granted".into())
    );
    assert_eq!(news["document"]["content"], STANDARD.encode(b"{}"));
    assert_eq!(news["signatures"][0]["content"], STANDARD.encode(b"signed"));
    assert_eq!(look(reference).await.len(), 1);
    assert!(look(Some("another")).await.is_empty());

    let id = entry.info.message_id.clone().unwrap();
    let broken = ErrorInfo::new("SCE001", "it was not understood", Timestamp::now());
    for kept in [
        confirmed(&id, "true", None),
        confirmed(&id, "false", Some(broken)),
    ] {
        call(&bench, ASYNC, kept).await.unwrap();
        assert_eq!(look(None).await.len(), 1);
    }
    call(&bench, ASYNC, confirmed(&id, "false", None))
        .await
        .unwrap();
    assert!(look(None).await.is_empty());
    let twice = call(&bench, ASYNC, confirmed(&id, "false", None)).await;
    assert_eq!(told(&twice.unwrap_err()).1, "not-in-mailbox");
}

#[tokio::test]
async fn whether_a_message_was_taken_can_be_asked_by_the_id_it_was_sent_under() {
    let bench = Bench::new();
    call(
        &bench,
        ASYNC,
        Call::Send(send(&front_office(), Some("КЗ-42"))),
    )
    .await
    .unwrap();
    for (id, expected) in [("КЗ-42", state::DELIVERED), ("КЗ-43", state::NOT_DELIVERED)] {
        let asked = Call::MessageStatus(MessageStatus {
            message_id: id.to_owned(),
            request_date: Timestamp::now(),
            sender: office(),
            properties: Vec::new(),
        });
        let Ok(Reply::MessageStatus(answer)) = call(&bench, ASYNC, asked).await else {
            panic!("{id}");
        };
        assert_eq!(answer.message_state, expected);
    }
}
