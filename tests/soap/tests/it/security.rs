//! Signatures of others hold with us, and ours with others.

use gateway::{Limits, Operation, read_call, write_call, write_reply};
use serde_json::{Value, json};
use signatures::{Policy, algorithm::ALGORITHMS, format::Rules};
use xmldsig::{
    Document, Refused,
    sign::{Layout, enveloped},
    wsse::{self, Naming},
};

use crate::{
    messages::{calls, replies},
    server::Channel,
    tools::{Signer, xmlsec1, zeep},
};

/// Opens an envelope that this signer must have signed; the name of what stands in its Body.
fn opened(envelope: &[u8], by: &Signer) -> Result<String, Refused> {
    let document = Document::parse(envelope, &Limits::default()).unwrap();
    let policy = Policy::default();
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    let trusted = std::slice::from_ref(&by.certificate);
    let verified = wsse::open(&document, &[], &rules)?.pinned(trusted)?;
    let inside = verified.element().children().next().unwrap();
    Ok(inside.name().to_owned())
}

/// Asks with zeep, which signs and wants the answer signed by `answer_by`.
async fn asked(channel: &Channel, signer: &Signer, answer_by: &Signer) -> Value {
    let task = json!({
        "wsdl": format!("{}?wsdl", channel.url), "operation": Operation::MessageStatus.name(),
        "request": {
            "messageId": "m-1", "requestDate": "2026-11-22T12:00:00+05:00", "sender": {"senderId": "front-office"},
        },
        "sign": {"key": signer.key_file(), "certificate": signer.certificate_file()},
        "answer_by": answer_by.certificate_file(),
    });
    tokio::task::spawn_blocking(move || zeep(&task))
        .await
        .unwrap()
}

#[tokio::test]
async fn what_zeep_signs_opens_and_zeep_verifies_what_we_sign() {
    let (theirs, ours) = (Signer::new("front-office"), Signer::new("kezek"));
    for naming in [Naming::BinarySecurityToken, Naming::KeyIdentifier] {
        let reply = write_reply(&replies(true)[4]);
        let signed = wsse::sign(reply.as_bytes(), "id-1", &ours.identity, naming).unwrap();
        let channel = Channel::serve("async.wsdl", move |_| (200, signed.clone())).await;
        let said = asked(&channel, &theirs, &ours).await;
        assert_eq!(said["answer"]["messageState"], "ON_DELIVERY", "{said}");

        let heard = channel.heard();
        assert_eq!(opened(&heard, &theirs).unwrap(), "getMessageStatus");
        opened(&heard, &ours).unwrap_err();
        let text = String::from_utf8(heard.clone()).unwrap();
        assert!(
            text.contains("BinarySecurityToken") && text.contains("rsa-sha256"),
            "{text}"
        );
        let changed = text.replace("m-1", "m-2");
        opened(changed.as_bytes(), &theirs).unwrap_err();
        // Read as it stands, the security header is in nobody's way.
        assert_eq!(
            read_call(&heard, &Limits::default()).unwrap().operation(),
            Operation::MessageStatus
        );
    }
}

#[test]
fn xmlsec1_verifies_what_we_sign_and_nothing_that_was_changed() {
    let ours = Signer::new("kezek");
    for call in calls(true) {
        let envelope = write_call(&call);
        let signed = wsse::sign(
            envelope.as_bytes(),
            "id-1",
            &ours.identity,
            Naming::KeyIdentifier,
        );
        let signed = signed.unwrap();
        assert!(
            xmlsec1(&signed, &ours, true),
            "{}",
            String::from_utf8_lossy(&signed)
        );
        let changed = String::from_utf8(signed)
            .unwrap()
            .replace("KZ-APOSTILLE", "KZ-OTHER");
        let changed = changed.replace("m-1", "m-2");
        assert!(!xmlsec1(changed.as_bytes(), &ours, true));
    }
    let data = b"<Request xmlns=\"urn:a\"><iin>900101300017</iin></Request>";
    let signed = enveloped(data, &ours.identity, Layout::Compact).unwrap();
    assert!(xmlsec1(&signed, &ours, false));
    let changed = String::from_utf8(signed)
        .unwrap()
        .replace("900101300017", "900101300018");
    assert!(!xmlsec1(changed.as_bytes(), &ours, false));
}
