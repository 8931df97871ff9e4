//! zeep, made from our WSDL, and our codec understand each other in every operation.

use gateway::{
    Call, Fault, Limits, Operation, kezek, read_call,
    types::{Property, SyncSend},
    write_fault, write_reply,
};
use serde_json::{Value, json};

use crate::{
    messages::{calls, envelope, error, now, replies},
    server::Channel,
    tools::zeep,
};

fn file(operation: Operation) -> &'static str {
    match operation {
        Operation::SyncSend => "sync.wsdl",
        Operation::PushSend | Operation::PushStatus => "async-client.wsdl",
        _ => "async.wsdl",
    }
}

/// The full request of each operation, as zeep is told it.
fn asked(operation: Operation) -> Value {
    let at = gateway::time::local(now());
    let sender = json!({"senderId": "front-office", "password": "secret & more"});
    let properties = json!([
        {"key": "CONNECTOR_CLIENT", "value": "true"}, {"key": "resend", "value": "true"},
    ]);
    let data = kezek::from_json(kezek::Root::Message, &envelope()).unwrap();
    let error = json!({
        "errorCode": "SCE001", "errorMessage": "the message is wrong", "errorData": "document", "errorDate": at,
        "subError": {"errorCode": "SCE016", "errorMessage": "the signature is wrong", "errorDate": at},
        "sessionId": "s-1",
    });
    let info = json!({
        "messageId": "m-1", "correlationId": "c-1", "serviceId": "KZ-APOSTILLE", "messageDate": at, "routeId": "R_1",
        "sender": sender, "properties": properties, "sessionId": "s-1",
    });
    match operation {
        Operation::SyncSend => json!({"requestInfo": info, "requestData": {"data": data}}),
        Operation::Send | Operation::PushSend => {
            let mut info = info;
            info["messageType"] = json!("REQUEST");
            json!({"messageInfo": info, "messageData": {"data": data}})
        }
        Operation::GetMessages => json!({
            "messageId": "m-1", "correlationId": "c-1", "requestDate": at, "serviceId": "KZ-APOSTILLE", "sender": sender,
            "amount": 10, "properties": properties,
        }),
        Operation::DeliveryNotification => json!({
            "notification": {
                "messageId": "m-1", "serviceId": "KZ-APOSTILLE", "notificationDate": at,
                "deliveryStatus": {"receiveStatus": "RECEIVED", "statusDate": at, "resendMessage": "false", "error": error},
            },
            "requestDate": at, "sender": sender,
        }),
        Operation::MessageStatus => {
            json!({"messageId": "m-1", "requestDate": at, "sender": sender, "properties": properties})
        }
        Operation::PushStatus => json!({
            "notification": {
                "notificationId": "n-1", "messageId": "m-1", "notificationDate": at, "messageState": "DELIVERED",
                "status": {"statusCode": "SCSS001", "statusMessage": "well", "statusDate": at}, "error": error,
            },
            "requestDate": at, "sessionId": "s-1",
        }),
    }
}

async fn told(task: Value) -> Value {
    tokio::task::spawn_blocking(move || zeep(&task))
        .await
        .unwrap()
}

#[tokio::test]
async fn what_zeep_sends_is_what_it_was_told_in_every_operation_and_it_reads_the_answer() {
    for (call, reply) in calls(true).into_iter().zip(replies(true)) {
        let operation = call.operation();
        let written = write_reply(&reply).into_bytes();
        let channel = Channel::serve(file(operation), move |_| (200, written.clone())).await;
        let said = told(json!({
            "wsdl": format!("{}?wsdl", channel.url),
            "operation": operation.name(),
            "request": asked(operation),
        }))
        .await;
        let read = read_call(&channel.heard(), &Limits::default()).unwrap();
        assert_eq!(read, call, "{}", said["sent"]);
        let answer = &said["answer"];
        match operation {
            Operation::SyncSend => {
                assert_eq!(answer["responseInfo"]["status"]["code"], "SCSS001");
                let data = answer["responseData"]["data"][0].as_str().unwrap();
                assert!(data.contains("urn:kezek:message:v1"), "{data}");
            }
            Operation::Send | Operation::PushSend => assert_eq!(answer["correlationId"], "c-1"),
            Operation::GetMessages => {
                assert_eq!(answer["messages"].as_array().unwrap().len(), 2);
                assert_eq!(
                    answer["messages"][1]["messageInfo"]["messageType"],
                    "REQUEST"
                );
            }
            Operation::DeliveryNotification => assert_eq!(answer["notificationId"], "n-1"),
            Operation::MessageStatus => assert_eq!(answer["messageState"], "ON_DELIVERY"),
            Operation::PushStatus => assert_eq!(answer["sessionId"], "s-1"),
        }
    }
}

#[tokio::test]
async fn a_message_that_zeep_makes_of_our_schema_is_the_message_that_was_meant() {
    let written = write_reply(&replies(false)[0]).into_bytes();
    let channel = Channel::serve("sync.wsdl", move |_| (200, written.clone())).await;
    let mut request = asked(Operation::SyncSend);
    request["requestData"]["data"] = json!({
        "type": "{urn:kezek:message:v1}Message",
        "value": {
            "id": "019ab8d5-7c00-7abc-8def-0123456789ab", "kind": "status", "service": "apostille",
            "channel": "provider", "document": {"mediaType": "application/json", "content": "e30="},
            "signature": [{"format": "cms-detached", "content": "AQID"}],
            "report": {"number": crate::messages::NUMBER, "status": "registered"},
        },
    });
    told(json!({
        "wsdl": format!("{}?wsdl", channel.url), "operation": "SendMessage", "request": request,
    }))
    .await;
    let Ok(Call::SyncSend(SyncSend { info, data })) =
        read_call(&channel.heard(), &Limits::default())
    else {
        panic!("not read");
    };
    assert!(info.properties.contains(&Property::new("resend", "true")));
    let document = data.document(&Limits::default()).unwrap();
    let read = kezek::to_json(&document.unverified()).unwrap();
    let meant = json!({
        "id": "019ab8d5-7c00-7abc-8def-0123456789ab", "kind": "status", "service": "apostille",
        "channel": "provider", "document": {"media_type": "application/json", "content": "e30="},
        "signatures": [{"format": "cms-detached", "content": "AQID"}],
        "report": {"number": crate::messages::NUMBER, "status": "registered"},
    });
    assert_eq!(read, meant);
}

#[tokio::test]
async fn zeep_reads_our_faults_with_their_codes() {
    let fault = Fault {
        error: Some(error()),
        ..Fault::new("SCE001", "the message is wrong", now())
    };
    let written = write_fault(&fault, Operation::SyncSend).into_bytes();
    let channel = Channel::serve("sync.wsdl", move |_| (500, written.clone())).await;
    let said = told(json!({
        "wsdl": format!("{}?wsdl", channel.url), "operation": "SendMessage", "request": asked(Operation::SyncSend),
    }))
    .await;
    assert_eq!(said["fault"]["text"], "the message is wrong");
    let detail = said["fault"]["detail"].as_str().unwrap();
    for code in [
        "<errorCode>SCE001</errorCode>",
        "<errorCode>SCE016</errorCode>",
    ] {
        assert!(detail.contains(code), "{detail}");
    }
}
