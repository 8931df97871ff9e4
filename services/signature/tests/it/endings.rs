//! Every way a message can leave this stage, by the keys that a broker would see.

use std::sync::Arc;

use fault::Refusal;
use flow::Map;
use message::{Detail, Message, Signature, SignatureFormat};
use signatures::sign::Options;
use stage::memory::{Run, Told};
use stage::{Stage, Verdict};
use xmldsig::sign::Layout;

use crate::ca::Leaf;
use crate::ca::{Authority, REVOKED_SERIAL};
use crate::world::{
    AIGUL, DOCUMENT, HEAD, PERSON, World, application, as_report, event, received, signature_of,
};

fn map() -> Arc<Map> {
    Arc::new(Map::parse(include_str!("../../../../deploy/flow.toml")).unwrap())
}

async fn told(world: &World, message: Message) -> Told {
    let (verify, lists) = world.service();
    lists.renew_all().await;
    let mut run = Run::new(map())
        .at(received())
        .with("signature.verify", verify);
    run.feed("signature.verify", event(message)).await
}

#[track_caller]
fn refused(told: &Told, code: &str, explanation: &str) {
    assert_eq!(told.keys(), ["refused"]);
    let facts = told.facts();
    let [fact] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    let Detail::Refused {
        code: said,
        explanation: why,
        ..
    } = &fact.detail
    else {
        panic!("{fact:?}")
    };
    assert_eq!((said.as_str(), why.as_str()), (code, explanation));
    assert!(!format!("{fact:?}").contains(AIGUL));
}

#[tokio::test]
async fn a_good_message_passes_to_the_next_lane_of_its_plan_with_its_signers() {
    let world = World::new().await;
    let told = told(&world, world.signed_by(PERSON)).await;
    assert_eq!(told.keys(), ["verified.registry.gbd-fl"]);
    let message = told.last().event.message.clone().unwrap();
    let [signer] = message.signers.as_slice() else {
        panic!("one signer")
    };
    assert_eq!(signer.iin.as_ref().map(message::Iin::reveal), Some(AIGUL));
    assert_eq!(signer.roles, ["person"]);
    assert_eq!(signer.algorithm, "ECDSA-P256-SHA256");
    assert_eq!(signer.certificate_serial, "01");
    assert_eq!(signer.signed_at, Some(received()));
    assert_eq!(message.document.content, DOCUMENT);
    assert!(matches!(&told.facts()[0].detail, Detail::Verified { signers } if signers.len() == 1));
}

#[tokio::test]
async fn an_attached_streamed_signature_passes_too() {
    let world = World::new().await;
    let options = Options {
        streamed: true,
        ..Options::attached(received())
    };
    let mut message = application();
    message.signatures = vec![signature_of(&world.issue(PERSON), &options)];
    assert_eq!(
        told(&world, message).await.keys(),
        ["verified.registry.gbd-fl"]
    );
}

#[tokio::test]
async fn a_report_goes_to_whoever_follows_applications() {
    let world = World::new().await;
    let told = told(&world, as_report(world.signed_by(HEAD))).await;
    assert_eq!(told.keys(), ["verified.monitor.follow"]);
}

#[tokio::test]
async fn the_same_message_twice_ends_twice_the_same_way() {
    let world = World::new().await;
    let (verify, lists) = world.service();
    lists.renew_all().await;
    for message in [
        world.signed_by(PERSON),
        world.signed_by(HEAD),
        application(),
    ] {
        let event = event(message);
        let once = verify.handle(&event).await.unwrap();
        assert_eq!(verify.handle(&event).await.unwrap(), once);
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_code() {
    let world = World::new().await;
    refused(&told(&world, application()).await, "signature-missing", "");

    let mut garbage = world.signed_by(PERSON);
    garbage.signatures[0].content = b"{\"signature\":1}".to_vec();
    refused(
        &told(&world, garbage).await,
        "signature-malformed",
        "signature 1: format-unknown",
    );

    let mut changed = world.signed_by(PERSON);
    changed.document.content = b"{}".to_vec();
    let why = "signature 1, signer 1: digest-mismatch";
    refused(&told(&world, changed).await, "signature-wrong", why);

    let plain = Options {
        signing_certificate: false,
        ..Options::detached(received())
    };
    let mut message = application();
    message.signatures = vec![signature_of(&world.issue(PERSON), &plain)];
    let why = "signature 1, signer 1: signing-certificate-missing";
    refused(&told(&world, message).await, "signature-malformed", why);
}

#[tokio::test]
async fn a_bad_certificate_is_refused_with_its_code() {
    let world = World::new().await;
    let revoked = world.signed_by(Leaf {
        serial: REVOKED_SERIAL,
        ..PERSON
    });
    let why = "signature 1, signer 1: revoked";
    refused(&told(&world, revoked).await, "certificate-revoked", why);

    let expired = world.signed_by(Leaf {
        until_year: 2026,
        ..PERSON
    });
    let why = "signature 1, signer 1: expired";
    refused(&told(&world, expired).await, "certificate-expired", why);

    let stranger = Authority::root()
        .below()
        .issue(PERSON, "http://127.0.0.1:1/");
    let mut message = application();
    message.signatures = vec![signature_of(&stranger, &Options::detached(received()))];
    let why = "signature 1, signer 1: untrusted-issuer";
    refused(&told(&world, message).await, "certificate-untrusted", why);
}

#[tokio::test]
async fn one_bad_signature_beside_a_good_one_spoils_both() {
    let world = World::new().await;
    let mut message = world.signed_by(PERSON);
    let other = world.issue(Leaf {
        serial: REVOKED_SERIAL,
        ..HEAD
    });
    message
        .signatures
        .push(signature_of(&other, &Options::detached(received())));
    let why = "signature 2, signer 1: revoked";
    refused(&told(&world, message).await, "certificate-revoked", why);
}

#[tokio::test]
async fn an_event_without_a_message_is_set_aside() {
    let world = World::new().await;
    let (verify, _) = world.service();
    let nothing = message::Event {
        facts: vec![],
        message: None,
    };
    let fault = verify.handle(&nothing).await.unwrap_err();
    assert_eq!(
        (fault.code.name, fault.again),
        ("message-unreadable", fault::Again::Never)
    );
}

#[tokio::test]
async fn a_refusal_leaves_the_message_as_it_was() {
    let world = World::new().await;
    let (verify, _) = world.service();
    let message = application();
    let Verdict::Refuse {
        message: after,
        facts,
        refusal: Refusal { .. },
    } = verify.handle(&event(message.clone())).await.unwrap()
    else {
        panic!("not refused")
    };
    assert_eq!((after, facts), (message, vec![]));
}

/// An application whose only signature is this XML.
fn with_xml(content: Vec<u8>) -> Message {
    let mut message = application();
    message.signatures = vec![Signature {
        format: SignatureFormat::XmlEnveloped,
        content,
        timestamp: None,
    }];
    message
}

#[tokio::test]
async fn a_document_that_is_the_text_of_signed_xml_passes() {
    let world = World::new().await;
    let document = std::str::from_utf8(DOCUMENT).unwrap();
    let who = world.issue(PERSON);
    for layout in [Layout::Wrapped, Layout::Compact] {
        let signed = xmldsig::sign::text(document, &who, layout).unwrap();
        let told = told(&world, with_xml(signed)).await;
        assert_eq!(told.keys(), ["verified.registry.gbd-fl"]);
        let message = told.last().event.message.clone().unwrap();
        assert_eq!(message.document.content, DOCUMENT);
        assert_eq!(message.signers.len(), 1);
    }
}

#[tokio::test]
async fn xml_that_was_signed_for_another_document_is_refused() {
    let world = World::new().await;
    let who = world.issue(PERSON);
    let other = xmldsig::sign::text("{}", &who, Layout::Compact).unwrap();
    let told_of_other = told(&world, with_xml(other.clone())).await;
    refused(
        &told_of_other,
        "signature-wrong",
        "signature 1: content-differs",
    );

    // The document in place of what was signed; and what was signed moved to where nobody reads.
    let document = std::str::from_utf8(DOCUMENT).unwrap();
    let other = String::from_utf8(other).unwrap();
    let changed = other.replace(">{}<", &format!(">{document}<"));
    let told_of_changed = told(&world, with_xml(changed.into_bytes())).await;
    refused(
        &told_of_changed,
        "signature-wrong",
        "signature 1, signer 1: digest-mismatch",
    );
    let by_id = br#"<document Id="a">{}</document>"#;
    let by_id = xmldsig::sign::by_id(by_id, "a", &who, Layout::Compact).unwrap();
    let wrapped = String::from_utf8(by_id)
        .unwrap()
        .replace(r#"<document Id="a">{}"#, &format!("<document>{document}"))
        .replace(
            "</ds:KeyInfo>",
            r#"<document Id="a">{}</document></ds:KeyInfo>"#,
        );
    let told_of_wrapped = told(&world, with_xml(wrapped.into_bytes())).await;
    refused(
        &told_of_wrapped,
        "signature-wrong",
        "signature 1, signer 1: reference-wrong",
    );
}
