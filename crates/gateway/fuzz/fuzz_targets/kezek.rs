//! Any bytes as a document of kezek's own: read or refused, never a panic; its JSON is written as XML that is
//! read as the same JSON.
#![no_main]

use gateway::kezek::{Root, from_json, to_json};
use libfuzzer_sys::fuzz_target;
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
fn without_null(mut json: serde_json::Value) -> serde_json::Value {
    if let Some(object) = json.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    json
}
