//! Documents that are signed as XML: what is inside must be the document and nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::StatusCode;
use message::SignatureFormat;
use serde_json::json;

use crate::{
    bench::Bench,
    letters::{application, as_xml, form},
};

#[tokio::test]
async fn a_document_may_be_the_text_of_signed_xml() {
    let bench = Bench::new();
    let mut message = application();
    let document = form().to_string();
    message["document"]
        .as_object_mut()
        .unwrap()
        .remove("content");
    let signed = json!([{ "format": "xml-enveloped", "content": as_xml(&document) }]);
    message["signatures"] = signed;
    let said = bench.post(&message).await;
    assert_eq!(said.status, StatusCode::ACCEPTED, "{said:?}");
    let last = bench.last();
    assert_eq!(last.document.content, document.as_bytes());
    assert_eq!(last.signatures[0].format, SignatureFormat::XmlEnveloped);

    message["document"]["content"] = json!(STANDARD.encode(b"{}"));
    let said = bench.post(&message).await;
    assert_eq!(
        (said.code(), said.field()),
        ("signature-wrong", "signatures[0].content")
    );
    message["signatures"][0]["format"] = json!("cms-detached");
    assert_eq!(bench.post(&message).await.code(), "signature-malformed");
    for odd in [
        "<document><field>1</field></document>",
        "<document kind='form'>{}</document>",
        "<!DOCTYPE document><document>{}</document>",
        "{}",
    ] {
        let content = STANDARD.encode(odd);
        message["signatures"] = json!([{ "format": "xml-enveloped", "content": content }]);
        assert_eq!(
            bench.post(&message).await.code(),
            "signature-malformed",
            "{odd}"
        );
    }
}
