use proptest::prelude::*;
use serde_json::json;
use xmldsig::{Document, Limits};

use super::*;

/// Any document of these members, whatever its values mean.
fn object(members: &'static [Member]) -> BoxedStrategy<Value> {
    let mut whole = Just(Map::new()).boxed();
    for member in members {
        let value = if member.list {
            prop::collection::vec(value(member.kind), 1..3)
                .prop_map(Value::Array)
                .boxed()
        } else {
            value(member.kind)
        };
        whole = (whole, prop::option::of(value))
            .prop_map(|(mut object, value)| {
                if let Some(value) = value {
                    object.insert(member.json.to_owned(), value);
                }
                object
            })
            .boxed();
    }
    whole.prop_map(Value::Object).boxed()
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => "[ \t\r\n<&\\]\\PC]{0,12}".prop_map(Value::String).boxed(),
        Kind::Word => "[A-Za-z0-9<&>-]{0,12}".prop_map(Value::String).boxed(),
        Kind::Bytes => "([A-Za-z0-9+/]{4}){0,4}".prop_map(Value::String).boxed(),
        Kind::Number => any::<u64>().prop_map(Value::from).boxed(),
        Kind::Truth => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Json => "[ \\PC]{0,12}"
            .prop_map(|text| json!({ "name": text, "none": null, "list": [1, true] }))
            .boxed(),
        Kind::Object(members) => object(members),
    }
}

fn back(root: Root, json: &Value) -> Value {
    let xml = from_json(root, json).unwrap();
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let element = document.unverified();
    assert_eq!(Root::of(&element), Some(root));
    to_json(&element).unwrap()
}

fn refusal(xml: &str) -> String {
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    to_json(&document.unverified()).unwrap_err().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_it_was(
        (root, json) in prop::sample::select(&Root::ALL[..])
            .prop_flat_map(|root| (Just(root), object(root.members())))
    ) {
        prop_assert_eq!(back(root, &json), json);
    }
}

#[test]
fn null_and_empty_lists_are_left_out() {
    let json =
        json!({ "id": "1", "receipt": null, "signatures": [], "document": { "content": null } });
    assert_eq!(
        back(Root::Message, &json),
        json!({ "id": "1", "document": {} })
    );
}

#[test]
fn base64_is_read_with_white_space_and_order_does_not_matter() {
    let xml = "<k:message xmlns:k='urn:kezek:message:v1'><k:signature><k:content>AQ\n ID</k:content></k:signature>\
               <!-- a comment --><k:id> 1 </k:id><k:signature/></k:message>";
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let json = to_json(&document.unverified()).unwrap();
    assert_eq!(
        json,
        json!({ "id": "1", "signatures": [{ "content": "AQID" }, {}] })
    );
}

#[test]
fn a_signature_over_the_whole_document_is_no_member_of_it() {
    let signature = "<s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'/>";
    let xml = of(&format!("<id>1</id>{signature}"));
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(
        to_json(&document.unverified()).unwrap(),
        json!({ "id": "1" })
    );
    assert_eq!(
        refusal(&of(&format!("<document>{signature}</document>"))),
        "`document` holds an element that is not known there"
    );
}

#[test]
fn the_typed_data_of_the_gateway_is_the_document_itself() {
    let xml = "<data xmlns:k='urn:kezek:message:v1' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
               xsi:type='k:Message'><k:id>1</k:id></data>";
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(
        to_json(&document.unverified()).unwrap(),
        json!({ "id": "1" })
    );
}

#[test]
fn what_is_unknown_is_refused_with_its_place_and_without_its_value() {
    for (xml, told) in [
        (
            "<message/>".to_owned(),
            "is no document of urn:kezek:message:v1",
        ),
        (
            of("<consent><iin>900101300017</iin></consent>"),
            "`consent` holds an element that is not known there",
        ),
        (
            of("<consent><givenAt/><givenAt/></consent>"),
            "`consent/givenAt` stands twice",
        ),
        (
            of("<id><b>900101300017</b></id>"),
            "`id` has elements inside, and must be text",
        ),
        (
            of("<attachment><sizeBytes>-1</sizeBytes></attachment>"),
            "`attachment/sizeBytes` is not a whole number",
        ),
        (
            of("<document>900101300017</document>"),
            "`document` has text between its elements",
        ),
    ] {
        assert_eq!(refusal(&xml), told);
    }
    for (json, told) in [
        (json!([]), "is not an object"),
        (
            json!({ "iin": "900101300017" }),
            "holds a member that is not known there",
        ),
        (
            json!({ "signatures": [{}, { "content": 1 }] }),
            "`signatures[1].content` is not text",
        ),
        (
            json!({ "attachments": [{ "size_bytes": 1.5 }] }),
            "`attachments[0].size_bytes` is not a whole number",
        ),
        (
            json!({ "receipt": "a\u{1}" }),
            "`receipt` holds a character that XML cannot carry",
        ),
    ] {
        assert_eq!(
            from_json(Root::Message, &json).unwrap_err().to_string(),
            told
        );
    }
}

fn of(inside: &str) -> String {
    format!("<message xmlns=\"{NAMESPACE}\">{inside}</message>")
}
