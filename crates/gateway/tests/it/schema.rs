//! Every message that is written is valid by our own schemas, judged by `xmllint`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use gateway::{Fault, Operation, Side, write_call, write_fault, write_reply, wsdl};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use xmldsig::{Document, Limits};

use crate::messages::{call, fault, reply};

/// The schemas as files that find each other in one folder.
pub(crate) fn schemas(folder: &Path) {
    for (name, text) in wsdl::FILES {
        fs::write(folder.join(name), text.replace("{address}?xsd=", "")).unwrap();
    }
}

/// Demands that `xmllint` takes all these documents by one schema.
pub(crate) fn valid(folder: &Path, schema: &str, documents: &[String]) {
    let mut command = Command::new("xmllint");
    command
        .args(["--noout", "--nonet", "--schema", schema])
        .current_dir(folder);
    for (number, document) in documents.iter().enumerate() {
        let name = format!("{schema}-{number}.xml");
        fs::write(folder.join(&name), document).unwrap();
        command.arg(name);
    }
    let output = command.output().unwrap_or_else(|error| {
        panic!("this test needs xmllint (Debian: apt install libxml2-utils): {error}")
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{schema}: {told}");
    assert_eq!(
        told.matches(" validates").count(),
        documents.len(),
        "{told}"
    );
}

fn schema_of(operation: Operation) -> &'static str {
    match operation {
        Operation::SyncSend => "sync-types.xsd",
        Operation::PushSend | Operation::PushStatus => "async-client-types.xsd",
        _ => "async-types.xsd",
    }
}

/// What stands in the Body, or in the detail of its fault.
fn inside(envelope: &str) -> String {
    let document = Document::parse(envelope.as_bytes(), &Limits::default()).unwrap();
    let body = document.unverified().only("Body").unwrap();
    let element = body.children().next().unwrap();
    let element = element
        .only("detail")
        .map_or(element, |detail| detail.children().next().unwrap());
    element.alone()
}

#[test]
fn every_message_that_is_written_is_valid_by_the_schemas() {
    let folder = tempfile::tempdir().unwrap();
    schemas(folder.path());
    let mut runner = TestRunner::deterministic();
    let mut documents: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for number in 0..280 {
        let call = call().new_tree(&mut runner).unwrap().current();
        let reply = reply().new_tree(&mut runner).unwrap().current();
        let operation = Operation::ALL[number % Operation::ALL.len()];
        let fault = fault().new_tree(&mut runner).unwrap().current();
        let fault = match fault {
            Fault { error: Some(_), .. } => fault,
            _ => Fault::new("SCE909", "no", jiff::Timestamp::UNIX_EPOCH),
        };
        for (operation, envelope) in [
            (call.operation(), write_call(&call)),
            (reply.operation(), write_reply(&reply)),
            (operation, write_fault(&fault, operation)),
        ] {
            let of_schema = documents.entry(schema_of(operation)).or_default();
            of_schema.push(inside(&envelope));
        }
    }
    for (schema, documents) in documents {
        assert!(documents.len() > 60, "{schema}");
        valid(folder.path(), schema, &documents);
    }
}

#[test]
fn a_fault_says_whose_it_is() {
    let at = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(Fault::new("SCE909", "", at).side, Side::Server);
    assert_eq!(Fault::new("SCE001", "", at).side, Side::Client);
}
