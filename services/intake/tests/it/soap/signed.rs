//! WS-Security: both sides sign, with pinned certificates.

use gateway::{
    Call, Limits, Naming, read_reply,
    security::{Guard, Security},
    write_call,
};
use jiff::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use signatures::{Certificate, sign::Identity};

use super::{SYNC, fault, post, sync, told};
use crate::{
    bench::{Bench, Besides},
    letters::front_office,
};

/// A certificate and key made on the spot: as PEM, and as an identity.
fn identity(days: std::ops::Range<i64>) -> (String, String, Identity) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([]).unwrap();
    let date = |days: i64| {
        let at = Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        let at = at.to_zoned(jiff::tz::TimeZone::UTC);
        let (month, day) = (at.month().unsigned_abs(), at.day().unsigned_abs());
        rcgen::date_time_ymd(at.year().into(), month, day)
    };
    (params.not_before, params.not_after) = (date(days.start), date(days.end));
    let certificate = params.self_signed(&key).unwrap();
    let own = Identity::new(certificate.der(), &key.serialize_der(), Vec::new()).unwrap();
    (certificate.pem(), key.serialize_pem(), own)
}

/// A door for a front office that must sign with the certificate whose PEM is given, and our certificate.
fn guarded(theirs: &str) -> (Bench, Certificate, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key, _) = identity(-1..30);
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("office.pem"), theirs).unwrap();
    std::fs::write(at("kezek.pem"), &certificate).unwrap();
    std::fs::write(at("kezek.key"), key).unwrap();
    let mut besides = Besides::default();
    let required = format!(
        "security = \"required\"\ncertificates = [\"{}\"]",
        at("office.pem").display()
    );
    let text = &besides.participants;
    besides.participants = text.replacen("security = \"off\"", &required, 1);
    besides.soap.certificate = Some(at("kezek.pem"));
    besides.soap.key = Some(at("kezek.key"));
    let own = Certificate::all_in_file(certificate.as_bytes())
        .unwrap()
        .remove(0);
    (Bench::besides(None, besides), own, folder)
}

#[tokio::test]
async fn where_signatures_are_required_both_sides_sign_and_any_other_envelope_is_refused() {
    let (pem, _, own) = identity(-1..30);
    let (bench, kezek, _folder) = guarded(&pem);
    let office = Guard::new(
        Security::Required,
        Some((own, Naming::KeyIdentifier)),
        vec![kezek],
    )
    .unwrap();
    let envelope = write_call(&Call::SyncSend(sync(&front_office(), "7")));
    let sealed = office.seal(envelope.clone(), "id-7").unwrap();

    let said = post(&bench, SYNC, "", sealed.clone()).await;
    let opened = office.open(&said.bytes, &Limits::default(), Timestamp::now());
    let opened = opened.unwrap().body;
    assert!(
        read_reply(opened.as_bytes(), &Limits::default())
            .unwrap()
            .is_ok()
    );

    let tampered = String::from_utf8(sealed)
        .unwrap()
        .replace("messageId>7<", "messageId>8<");
    let (_, _, other) = identity(-1..30);
    let stranger = Guard::new(
        Security::Signed,
        Some((other, Naming::KeyIdentifier)),
        Vec::new(),
    )
    .unwrap();
    let foreign = stranger.seal(envelope.clone(), "id-7").unwrap();
    for (bytes, sce, ours) in [
        (envelope.into_bytes(), "SCE007", "channel-unsigned"),
        (tampered.into_bytes(), "SCE006", "channel-signature-wrong"),
        (foreign, "SCE006", "channel-signature-wrong"),
    ] {
        let said = post(&bench, SYNC, "", bytes).await;
        let opened = office.open(&said.bytes, &Limits::default(), Timestamp::now());
        let opened = opened.expect("a fault is signed as well").body;
        let fault = read_reply(opened.as_bytes(), &Limits::default())
            .unwrap()
            .unwrap_err();
        let (code, own, _) = told(&fault);
        assert_eq!((code.as_str(), own.as_str()), (sce, ours));
    }
    assert_eq!(bench.keys().len(), 1);
}

#[tokio::test]
async fn a_transport_certificate_past_its_time_has_a_code_of_its_own() {
    let (pem, _, own) = identity(-30..-2);
    let (bench, _, _folder) = guarded(&pem);
    let office = Guard::new(
        Security::Signed,
        Some((own, Naming::KeyIdentifier)),
        Vec::new(),
    )
    .unwrap();
    let envelope = write_call(&Call::SyncSend(sync(&front_office(), "7")));
    let sealed = office.seal(envelope, "id-7").unwrap();
    let (sce, ours, _) = fault(&bench, SYNC, sealed).await;
    assert_eq!(
        (sce.as_str(), ours.as_str()),
        ("SCE005", "channel-certificate-time")
    );
}
