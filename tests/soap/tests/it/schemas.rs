//! Everything that we write is valid by our schemas, and the schemas are not so lax that anything would be.

use gateway::{Fault, Limits, Operation, kezek, write_call, write_fault, write_reply};
use xmldsig::Document;

use crate::{
    messages::{calls, documents, error, now, replies},
    tools::Schemas,
};

/// What stands in the Body, as a document; in the detail of a fault, where it is one.
fn inside(envelope: &str) -> String {
    let document = Document::parse(envelope.as_bytes(), &Limits::default()).unwrap();
    let body = document.unverified().only("Body").unwrap();
    let mut element = body.children().next().unwrap();
    if let Some(detail) = element.only("detail") {
        element = detail.children().next().unwrap();
    }
    element.alone()
}

fn schema(operation: Operation) -> &'static str {
    match operation {
        Operation::SyncSend => "sync-types.xsd",
        Operation::PushSend | Operation::PushStatus => "async-client-types.xsd",
        _ => "async-types.xsd",
    }
}

#[test]
fn every_request_answer_and_fault_that_we_write_is_valid() {
    let schemas = Schemas::new();
    for full in [true, false] {
        for call in calls(full) {
            let written = inside(&write_call(&call));
            schemas.check(schema(call.operation()), &written).unwrap();
        }
        for reply in replies(full) {
            let written = inside(&write_reply(&reply));
            schemas.check(schema(reply.operation()), &written).unwrap();
        }
    }
    for operation in Operation::ALL {
        let fault = Fault {
            error: Some(error()),
            ..Fault::new("SCE001", "the message is wrong", now())
        };
        let written = inside(&write_fault(&fault, operation));
        schemas.check(schema(operation), &written).unwrap();
    }
}

#[test]
fn every_document_of_kezeks_own_is_valid() {
    let schemas = Schemas::new();
    for (root, json) in documents() {
        let written = kezek::from_json(root, &json).unwrap();
        schemas.check("kezek.xsd", &written).unwrap();
    }
}

#[test]
fn what_stands_in_the_wrong_order_lacks_a_part_or_is_spelled_otherwise_is_not_valid() {
    let schemas = Schemas::new();
    let call = inside(&write_call(&calls(true)[0]));
    let wrong = |schema: &str, whole: &str, from: &str, to: &str| {
        let spoilt = whole.replacen(from, to, 1);
        assert_ne!(spoilt, whole, "{from} does not occur");
        schemas.check(schema, &spoilt).unwrap_err();
    };
    wrong(
        "sync-types.xsd",
        &call,
        "<serviceId>KZ-APOSTILLE</serviceId>",
        "",
    );
    wrong(
        "sync-types.xsd",
        &call,
        "<messageId>m-1</messageId>",
        "<messageID>m-1</messageID>",
    );
    wrong(
        "sync-types.xsd",
        &call,
        "<messageId>m-1</messageId><correlationId>c-1</correlationId>",
        "<correlationId>c-1</correlationId><messageId>m-1</messageId>",
    );
    let (root, json) = documents().remove(0);
    let message = kezek::from_json(root, &json).unwrap();
    wrong(
        "kezek.xsd",
        &message,
        "<kind>application</kind>",
        "<kind>letter</kind>",
    );
    wrong(
        "kezek.xsd",
        &message,
        "<id>019ab8d5-7c00-7abc-8def-0123456789ab</id>",
        "",
    );
    wrong("kezek.xsd", &message, "900101300017", "9001");
    wrong(
        "kezek.xsd",
        &message,
        "<content>e30=</content>",
        "<content>e3</content>",
    );
}
