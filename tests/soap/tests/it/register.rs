//! A register that spyne serves, asked with our codec: all its elements are qualified, and are read.

use gateway::{Call, Data, Fault, Limits, Reply, read_reply, types::SyncSend, write_call};
use serde_json::json;

use crate::{messages::calls, tools::Register};

const IIN: &str = "900101300017";

fn question(iin: &str) -> Call {
    let Some(Call::SyncSend(call)) = calls(true).into_iter().next() else {
        panic!("the first call is of the sync channel");
    };
    let asked = format!(
        "<m:Request xmlns:m=\"http://message.persistence.interactive.nat\"><messageId>q-1</messageId><iin>{iin}</iin></m:Request>"
    );
    Call::SyncSend(SyncSend {
        data: Data::xml(&asked).unwrap(),
        ..call
    })
}

async fn ask(register: &Register, iin: &str) -> (u16, Result<Reply, Fault>) {
    let sent = reqwest::Client::new()
        .post(&register.url)
        .header("content-type", "text/xml; charset=utf-8")
        .header("soapaction", "\"SendMessage\"")
        .body(write_call(&question(iin)))
        .send();
    let answer = sent.await.unwrap();
    let status = answer.status().as_u16();
    let envelope = answer.bytes().await.unwrap();
    (status, read_reply(&envelope, &Limits::default()).unwrap())
}

#[tokio::test]
async fn a_register_of_another_toolkit_understands_us_and_we_understand_it() {
    let register = Register::start(&json!({ IIN: ["ҮЛГІЛІ", "АЙГҮЛ"] }));

    let (_, Ok(Reply::SyncSend(known))) = ask(&register, IIN).await else {
        panic!("no answer");
    };
    assert!(known.info.status.is_success());
    assert_eq!(known.info.correlation_id.as_deref(), Some("m-1"));
    let document = known.data.document(&Limits::default()).unwrap();
    let response = document.unverified();
    assert_eq!(response.only("requestId").unwrap().text(), "q-1");
    let person = response.only("persons").unwrap().only("person").unwrap();
    assert_eq!(person.only("surname").unwrap().text(), "ҮЛГІЛІ");

    let (_, Ok(Reply::SyncSend(unknown))) = ask(&register, "900101300018").await else {
        panic!("no answer");
    };
    let document = unknown.data.document(&Limits::default()).unwrap();
    assert!(document.unverified().only("persons").is_none());

    let (status, Err(fault)) = ask(&register, "000000000000").await else {
        panic!("no fault");
    };
    assert_eq!(
        (status, fault.message.as_str()),
        (500, "the register is being cleaned")
    );
    assert_eq!(fault.code(), "", "it has no detail of the gateway's");
}
