//! The seeds of the fuzz targets: one message of each operation and all recorded cases, and kezek's own documents.
//! `KEZEK_SEEDS=folder` writes them there: `KEZEK_SEEDS=$PWD/fuzz/corpus cargo test -p gateway seeds`.

use std::path::Path;

use gateway::kezek::{from_json, to_json};
use gateway::{Limits, Operation, read_call, read_reply, write_call, write_fault, write_reply};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use xmldsig::Document;

use crate::documents::samples;
use crate::messages::{call, fault, reply};

fn keep(target: &str, name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("KEZEK_SEEDS") {
        let folder = Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn every_seed_of_the_codec_is_read() {
    let mut runner = TestRunner::deterministic();
    let mut seeds = Vec::new();
    for number in 0..24 {
        let call = call().new_tree(&mut runner).unwrap().current();
        let reply = reply().new_tree(&mut runner).unwrap().current();
        let fault = fault().new_tree(&mut runner).unwrap().current();
        let operation = Operation::ALL[number % Operation::ALL.len()];
        seeds.push((format!("call-{number}"), write_call(&call)));
        seeds.push((format!("reply-{number}"), write_reply(&reply)));
        seeds.push((format!("fault-{number}"), write_fault(&fault, operation)));
    }
    let cases = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases")).unwrap();
    for case in cases {
        let path = case.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        seeds.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    for (name, seed) in seeds {
        let limits = Limits::default();
        let (call, reply) = (
            read_call(seed.as_bytes(), &limits),
            read_reply(seed.as_bytes(), &limits),
        );
        assert!(call.is_ok() != reply.is_ok(), "{name}: {call:?} {reply:?}");
        keep("codec", &name, seed.as_bytes());
    }
}

#[test]
fn every_seed_of_kezeks_own_documents_is_read() {
    for (number, (root, json)) in samples().into_iter().enumerate() {
        let xml = from_json(root, &json).unwrap();
        let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        to_json(&document.unverified()).unwrap();
        keep(
            "kezek",
            &format!("{}-{number}", root.name()),
            xml.as_bytes(),
        );
    }
}
