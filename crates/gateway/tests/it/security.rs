//! The transport signature: whatever is read was verified, and what is not signed as agreed has the gateway's code.

use gateway::security::{Guard, Opened, Security, Unguarded};
use gateway::types::{GetMessages, SenderInfo};
use gateway::{Call, Limits, Naming, Refusal, code, read_call, write_call};

use crate::world::{System, WORLD, now};

const NAMINGS: [Naming; 3] = [
    Naming::KeyIdentifier,
    Naming::IssuerSerial,
    Naming::BinarySecurityToken,
];

fn call() -> Call {
    Call::GetMessages(GetMessages {
        message_id: None,
        correlation_id: Some("c-1".to_owned()),
        request_date: None,
        service_id: "S".to_owned(),
        sender: Some(SenderInfo {
            sender_id: "gateway".to_owned(),
            password: None,
        }),
        amount: None,
        properties: Vec::new(),
    })
}

fn signed_by(system: &System, naming: Naming) -> Vec<u8> {
    let guard = system.guard(Security::Signed, naming, &[]);
    guard.seal(write_call(&call()), "id-1").unwrap()
}

fn ours(security: Security, peers: &[&System]) -> Guard {
    WORLD.us.guard(security, Naming::KeyIdentifier, peers)
}

fn open(guard: &Guard, envelope: &[u8]) -> Result<Opened, Refusal> {
    guard.open(envelope, &Limits::default(), now())
}

fn read(opened: &Opened) -> Call {
    read_call(opened.body.as_bytes(), &Limits::default()).unwrap()
}

#[test]
fn a_body_that_a_pinned_certificate_signed_is_read_however_the_certificate_is_named() {
    let guard = ours(Security::Required, &[&WORLD.stranger, &WORLD.gateway]);
    for naming in NAMINGS {
        let opened = open(&guard, &signed_by(&WORLD.gateway, naming)).unwrap();
        assert_eq!(
            opened.signer,
            Some(WORLD.gateway.certificate()),
            "{naming:?}"
        );
        assert_eq!(read(&opened), call());
    }
}

#[test]
fn what_is_not_signed_as_agreed_has_the_code_of_the_gateway() {
    let required = ours(Security::Required, &[&WORLD.gateway, &WORLD.expired]);
    let signed = ours(Security::Signed, &[&WORLD.gateway]);
    let code = |guard: &Guard, envelope: &[u8]| open(guard, envelope).unwrap_err().code;
    let plain = write_call(&call()).into_bytes();
    assert_eq!(code(&required, &plain), code::TRANSPORT_UNSIGNED);
    for naming in NAMINGS {
        let stranger = signed_by(&WORLD.stranger, naming);
        assert_eq!(code(&required, &stranger), code::TRANSPORT_WRONG);
        assert_eq!(code(&signed, &stranger), code::TRANSPORT_WRONG);
        let expired = signed_by(&WORLD.expired, naming);
        assert_eq!(code(&required, &expired), code::TRANSPORT_TIME);
    }
    let envelope = String::from_utf8(signed_by(&WORLD.gateway, Naming::KeyIdentifier)).unwrap();
    let changed = envelope.replace("c-1", "c-2");
    assert_eq!(code(&required, changed.as_bytes()), code::TRANSPORT_WRONG);
    assert_eq!(code(&required, b"<a"), code::FORMAT);
}

#[test]
fn where_nothing_is_agreed_nothing_is_looked_at_and_nothing_is_signed() {
    let off = Guard::off();
    let opened = open(&off, &signed_by(&WORLD.stranger, Naming::KeyIdentifier)).unwrap();
    assert_eq!((opened.signer.is_none(), read(&opened)), (true, call()));
    let plain = write_call(&call());
    assert_eq!(off.seal(plain.clone(), "id-1").unwrap(), plain.as_bytes());
    let signed = ours(Security::Signed, &[&WORLD.gateway]);
    let opened = open(&signed, plain.as_bytes()).unwrap();
    assert_eq!(
        (opened.signer, opened.body.contains("Envelope")),
        (None, false)
    );
}

/// Signature wrapping: the signed Body is put aside, and another stands in its place.
#[test]
fn nothing_but_the_verified_body_is_ever_given_away() {
    let guard = ours(Security::Required, &[&WORLD.gateway]);
    let envelope = String::from_utf8(signed_by(&WORLD.gateway, Naming::KeyIdentifier)).unwrap();
    let start = envelope.find("<soapenv:Body").unwrap();
    let end = envelope.find("</soapenv:Envelope>").unwrap();
    let body = &envelope[start..end];
    let forged = body.replace("c-1", "c-9").replace("wsu:Id=\"id-1\"", "");
    let aside = envelope.replace(
        "</soapenv:Header>",
        &format!("<x>{body}</x></soapenv:Header>"),
    );
    let (head, tail) = aside.split_at(aside.rfind("<soapenv:Body").unwrap());
    let wrapped = format!(
        "{head}{forged}{}",
        &tail[tail.find("</soapenv:Envelope>").unwrap()..]
    );
    assert!(wrapped.contains("c-9") && wrapped.contains("c-1"));
    let two = envelope.replace(
        "</soapenv:Envelope>",
        &format!("{forged}</soapenv:Envelope>"),
    );
    let before = envelope.replace(body, &format!("{forged}{body}"));
    for envelope in [wrapped, two, before] {
        let refused = open(&guard, envelope.as_bytes()).unwrap_err();
        assert!(
            [code::TRANSPORT_WRONG, code::FORMAT].contains(&refused.code),
            "{refused}"
        );
    }
}

#[test]
fn a_guard_without_what_it_needs_is_none() {
    let lacking = |guard: Result<Guard, Unguarded>| guard.unwrap_err();
    let pinned = vec![WORLD.gateway.certificate()];
    assert_eq!(
        lacking(Guard::new(Security::Signed, None, pinned.clone())),
        Unguarded::NoIdentity
    );
    let ours = Some((WORLD.us.identity(), Naming::KeyIdentifier));
    assert_eq!(
        lacking(Guard::new(Security::Required, ours, Vec::new())),
        Unguarded::NoCertificates
    );
    assert!(Guard::new(Security::Off, None, pinned).is_ok());
    assert_eq!(Security::of("required"), Some(Security::Required));
    assert_eq!(Security::of("Required"), None);
}
