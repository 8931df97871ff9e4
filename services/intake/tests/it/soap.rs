//! The channels of the e-government gateway: the same messages by another door, and a clear fault for everything
//! that is wrong with an envelope.

mod bad;
mod mail;
mod signed;

use axum::body::Body;
use gateway::{
    Call, Data, Fault, Limits, Reply, kezek, read_reply,
    types::{AsyncMessageInfo, MessageType, Password, Send, SenderInfo, SyncMessageInfo, SyncSend},
    write_call,
};
use http::{Request, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    bench::{Bench, Said},
    letters::{front_office, query},
    queries::{self, known, unanswered, valid},
};

const SYNC: &str = "/soap/sync";
const ASYNC: &str = "/soap/async";
const CLIENT: &str = "/soap/async/client";

fn office() -> SenderInfo {
    SenderInfo {
        sender_id: "STATE-CORPORATION".to_owned(),
        password: Some(Password::new("front-office-of-the-bench")),
    }
}

/// A message of the JSON door as the data of a channel.
fn data(message: &Value) -> Data {
    Data::xml(&kezek::from_json(kezek::Root::Message, message).unwrap()).unwrap()
}

fn service_of(message: &Value) -> String {
    message["service"].as_str().unwrap().to_owned()
}

fn sync(message: &Value, id: &str) -> SyncSend {
    SyncSend {
        info: SyncMessageInfo {
            message_id: id.to_owned(),
            correlation_id: None,
            service_id: service_of(message),
            message_date: Timestamp::now(),
            route_id: None,
            sender: office(),
            properties: Vec::new(),
            session_id: Some("{7c2f}".to_owned()),
        },
        data: data(message),
    }
}

fn send(message: &Value, id: Option<&str>) -> Send {
    Send {
        info: AsyncMessageInfo {
            message_id: id.map(str::to_owned),
            correlation_id: None,
            service_id: service_of(message),
            message_type: MessageType::Request,
            route_id: None,
            message_date: Timestamp::now(),
            sender: office(),
            properties: Vec::new(),
            session_id: None,
        },
        data: data(message),
    }
}

async fn post(bench: &Bench, path: &str, san: &str, envelope: impl Into<Body>) -> Said {
    let request = Request::post(path)
        .header("content-type", "text/xml")
        .header("accept-language", "en")
        .body(envelope.into());
    bench.knock(san, request.unwrap()).await
}

fn reply(said: &Said) -> Result<Reply, Box<Fault>> {
    match read_reply(&said.bytes, &Limits::default()) {
        Ok(reply) => reply.map_err(Box::new),
        Err(refusal) => panic!("{refusal}: {}", String::from_utf8_lossy(&said.bytes)),
    }
}

async fn call(bench: &Bench, path: &str, call: Call) -> Result<Reply, Box<Fault>> {
    let said = post(bench, path, "", write_call(&call)).await;
    let answer = reply(&said);
    let status = if answer.is_ok() { 200 } else { 500 };
    assert_eq!(said.status.as_u16(), status);
    assert_eq!(said.headers["content-type"], "text/xml; charset=utf-8");
    answer
}

/// The gateway's code, ours, and the place that is wrong.
fn told(fault: &Fault) -> (String, String, String) {
    let error = fault.error.clone().unwrap();
    let inner = error.sub_error.unwrap();
    assert_eq!(error.data.as_ref(), Some(&inner.code));
    (error.code, inner.code, inner.data.unwrap_or_default())
}

async fn fault(bench: &Bench, path: &str, envelope: impl Into<Body>) -> (String, String, String) {
    let said = post(bench, path, "", envelope).await;
    assert_eq!(said.status, StatusCode::INTERNAL_SERVER_ERROR);
    told(&reply(&said).unwrap_err())
}

fn kezek_of(data: &Data) -> (kezek::Root, Value) {
    let document = data.document(&Limits::default()).unwrap();
    let root = document.unverified();
    (
        kezek::Root::of(&root).unwrap(),
        kezek::to_json(&root).unwrap(),
    )
}

#[tokio::test]
async fn an_application_over_the_sync_channel_is_the_same_message_as_at_the_other_door() {
    let bench = Bench::new();
    let message = front_office();
    let id = message["id"].as_str().unwrap();
    let answer = call(&bench, SYNC, Call::SyncSend(sync(&message, id)))
        .await
        .unwrap();
    let Reply::SyncSend(answer) = answer else {
        panic!("{answer:?}")
    };
    assert!(answer.info.status.is_success());
    assert_eq!(answer.info.correlation_id.as_deref(), Some(id));
    assert_eq!(answer.info.session_id.as_deref(), Some("7c2f"));
    let (root, accepted) = kezek_of(&answer.data);
    let over_soap = bench.last();
    assert_eq!(root, kezek::Root::Accepted);
    assert_eq!(accepted["number"], over_soap.number.to_string());

    let other = Bench::new();
    assert_eq!(other.post_as("front-office", &message).await.status, 202);
    let mut over_json = other.last();
    over_json.received_at = over_soap.received_at;
    assert_eq!(over_json, over_soap);
}

#[tokio::test]
async fn an_id_of_any_kind_is_one_message_however_often_it_comes() {
    let bench = Bench::new();
    let message = front_office();
    for id in [Some("КЗ-2026/42"), Some("КЗ-2026/42"), None] {
        let answer = call(&bench, ASYNC, Call::Send(send(&message, id)))
            .await
            .unwrap();
        let Reply::Send(answer) = answer else {
            panic!("{answer:?}")
        };
        let own = message["id"].as_str();
        assert_eq!(Some(answer.message_id.as_str()), id.or(own));
    }
    assert_eq!(bench.keys().len(), 2);
    let mut other = message;
    other["language"] = "kk".into();
    let twice = call(&bench, ASYNC, Call::Send(send(&other, Some("КЗ-2026/42")))).await;
    let (sce, ours, _) = told(&twice.unwrap_err());
    assert_eq!(
        (sce.as_str(), ours.as_str()),
        ("SCE001", "message-id-reused")
    );
}

#[tokio::test]
async fn a_service_is_called_as_the_participant_calls_it_and_no_other_is_taken() {
    let (bench, register) = queries::door(valid(), Some(Ok(known())), |_| ());
    let mut asked = sync(&query(), "7");
    asked.info.service_id = "KZ-APOSTILLE".to_owned();
    call(&bench, SYNC, Call::SyncSend(asked.clone()))
        .await
        .unwrap();
    assert_eq!(
        register.asked.lock().unwrap()[0].service.as_str(),
        "apostille"
    );
    for (service, code, place) in [
        ("НЕТ", ("SCE004", "unknown-service"), "serviceId"),
        (
            "archive-certificate",
            ("SCE001", "malformed"),
            "data/message/service",
        ),
    ] {
        asked.info.service_id = service.to_owned();
        let fault = call(&bench, SYNC, Call::SyncSend(asked.clone()))
            .await
            .unwrap_err();
        let (sce, ours, at) = told(&fault);
        assert_eq!(((sce.as_str(), ours.as_str()), at.as_str()), (code, place));
    }
}

#[tokio::test]
async fn a_query_is_answered_in_the_same_exchange_or_by_the_mailbox() {
    let (bench, _) = queries::door(valid(), Some(Ok(known())), |_| ());
    let answer = call(&bench, SYNC, Call::SyncSend(sync(&query(), "7")))
        .await
        .unwrap();
    let Reply::SyncSend(answer) = answer else {
        panic!("{answer:?}")
    };
    let (root, said) = kezek_of(&answer.data);
    assert_eq!(root, kezek::Root::Answer);
    assert_eq!(said["record"]["surname"], "Үлгі");
    let down = Some(Err(unanswered(&fault::registers::REGISTER_UNREACHABLE)));
    let (bench, register) = queries::door(valid(), down, |_| ());
    let answer = call(&bench, SYNC, Call::SyncSend(sync(&query(), "8")))
        .await
        .unwrap();
    let Reply::SyncSend(answer) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(kezek_of(&answer.data).0, kezek::Root::Accepted);
    call(&bench, ASYNC, Call::Send(send(&query(), Some("9"))))
        .await
        .unwrap();
    assert_eq!(
        register.asked.lock().unwrap().len(),
        1,
        "async is not waited for"
    );
    assert_eq!(
        bench.last().plan.lanes()[2].as_str(),
        "mailbox.front-office"
    );
}

#[tokio::test]
async fn a_message_that_is_pushed_is_taken_like_any_other() {
    let bench = Bench::new();
    let pushed = Call::PushSend(send(&front_office(), Some("7")));
    call(&bench, CLIENT, pushed).await.unwrap();
    assert_eq!(bench.keys(), ["received.signature.verify"]);
}

#[tokio::test]
async fn each_channel_describes_itself_at_its_own_address() {
    let bench = Bench::new();
    let get = async |path: &str, host: &str| {
        let request = Request::get(path).header("host", host).body(Body::empty());
        let said = bench.knock("", request.unwrap()).await;
        (said.status.as_u16(), String::from_utf8(said.bytes).unwrap())
    };
    for path in [SYNC, ASYNC, CLIENT] {
        let (status, text) = get(&format!("{path}?wsdl"), "kezek.example.kz:18443").await;
        assert_eq!(status, 200);
        let address = format!("https://kezek.example.kz:18443{path}");
        assert!(text.contains(&format!("location=\"{address}\"")), "{text}");
        let (status, text) = get(&format!("{path}?xsd=kezek.xsd"), "localhost").await;
        assert!(status == 200 && text.contains("urn:kezek:message:v1"));
        assert_eq!(
            get(&format!("{path}?xsd=../Cargo.toml"), "localhost")
                .await
                .0,
            500
        );
        assert_eq!(get(path, "localhost").await.0, 500);
    }
    let (_, text) = get("/soap/sync?wsdl", "\"><x").await;
    assert!(text.contains("https://localhost/soap/sync"), "{text}");
}
