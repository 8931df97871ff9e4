//! Rights and strictness, seen from outside: what the sample file grants, and what no file may contain.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use message::{Channel, Kind, RegisterName, ServiceCode};
use participants::{Denied, Participants, PasswordHash, Security};

const SAMPLE: &str = include_str!("../../../deploy/participants.toml");

fn sample() -> Participants {
    Participants::parse(SAMPLE).unwrap()
}

fn service(code: &str) -> ServiceCode {
    ServiceCode::new(code).unwrap()
}

/// The sample with one text in place of another, which must occur.
fn changed(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from}");
    SAMPLE.replacen(from, to, 1)
}

fn refusal(text: &str) -> String {
    Participants::parse(text).unwrap_err().to_string()
}

#[test]
fn a_participant_is_found_by_the_name_in_its_certificate() {
    let all = sample();
    assert_eq!(
        all.by_san("Portal.Kezek.Test").unwrap().id.as_str(),
        "portal"
    );
    assert_eq!(
        all.by_id("committee").unwrap().certificate_san,
        "committee.kezek.test"
    );
    assert!(all.by_san("*.kezek.test").is_none());
    assert!(all.by_san("").is_none());
    assert_eq!(all.iter().count(), 4);
}

#[test]
fn the_portal_files_applications_in_its_own_channel_only() {
    let all = sample();
    let portal = all.by_id("portal").unwrap();
    let apostille = service("apostille");
    assert_eq!(
        portal.may(Kind::Application, &apostille, Channel::Portal),
        Ok(())
    );
    let denied = portal
        .may(Kind::Application, &apostille, Channel::FrontOffice)
        .unwrap_err();
    assert!(matches!(
        denied,
        Denied::Channel {
            channel: Channel::FrontOffice,
            ..
        }
    ));
    let denied = portal
        .may(Kind::Result, &apostille, Channel::Portal)
        .unwrap_err();
    assert_eq!(
        denied.to_string(),
        "participant `portal` has no right to send messages of kind `result`"
    );
}

#[test]
fn the_front_office_has_no_right_to_the_service_without_a_front_office_channel() {
    let all = sample();
    let office = all.by_id("front-office").unwrap();
    let media = service("mass-media-registration");
    let denied = office
        .may(Kind::Application, &media, Channel::FrontOffice)
        .unwrap_err();
    assert!(matches!(denied, Denied::Service { .. }));
}

#[test]
fn a_provider_reports_on_applications_of_every_channel_of_its_services() {
    let all = sample();
    let archive = all.by_id("national-archive").unwrap();
    for (_, channel) in Channel::ALL {
        assert_eq!(
            archive.may(Kind::Status, &service("archive-certificate"), *channel),
            Ok(())
        );
        assert!(
            archive
                .may(Kind::Status, &service("apostille"), *channel)
                .is_err()
        );
    }
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    let text = changed("id = \"portal\"", "id = \"portal\"\nadmin = true");
    assert!(
        refusal(&text).contains("unknown field `admin`"),
        "{}",
        refusal(&text)
    );
}

#[test]
fn a_wrong_value_is_refused_with_the_path_of_its_field() {
    for (from, to, path, says) in [
        (
            "100140000013",
            "100140000014",
            "participants[0].bin",
            "check digit",
        ),
        (
            "[\"application\"]",
            "[\"applications\"]",
            "participants[0].messages[0]",
            "unknown variant",
        ),
        (
            "[\"portal\"]",
            "[]",
            "participants[0].channels",
            "must name a channel",
        ),
        (
            "portal.kezek.test",
            "*.kezek.test",
            "participants[0].certificate_san",
            "DNS name",
        ),
        (
            "\"E-government portal\"",
            "\" \"",
            "participants[0].name.en",
            "empty",
        ),
        (
            "front-office.kezek.test",
            "portal.kezek.test",
            "participants[1].certificate_san",
            "taken",
        ),
        (
            "id = \"front-office\"",
            "id = \"portal\"",
            "participants[1].id",
            "taken",
        ),
        (
            "provider = \"committee\"\n",
            "",
            "participants[2].provider",
            "must be given",
        ),
        (
            "services = [\"archive-certificate\"]",
            "services = []",
            "participants[3].services",
            "right",
        ),
        (
            "\"status\", \"result\"",
            "\"status\", \"status\"",
            "participants[2].messages",
            "twice",
        ),
    ] {
        let refusal = refusal(&changed(from, to));
        assert!(
            refusal.starts_with(path) && refusal.contains(says),
            "{to}: {refusal}"
        );
    }
}

#[test]
fn the_front_office_queries_the_registers_it_has_a_right_to_and_no_other() {
    let all = sample();
    let office = all.by_id("front-office").unwrap();
    let apostille = service("apostille");
    assert_eq!(
        office.may(Kind::Query, &apostille, Channel::FrontOffice),
        Ok(())
    );
    assert!(
        office
            .may(Kind::Query, &apostille, Channel::Portal)
            .is_err()
    );
    let register = |name: &str| RegisterName::new(name).unwrap();
    assert_eq!(office.may_query(&register("gbd-fl")), Ok(()));
    assert_eq!(
        office
            .may_query(&register("payment"))
            .unwrap_err()
            .to_string(),
        "participant `front-office` has no right to query the register `payment`"
    );
    let portal = all.by_id("portal").unwrap();
    assert!(
        portal
            .may(Kind::Query, &apostille, Channel::Portal)
            .is_err()
    );
    assert!(portal.may_query(&register("gbd-fl")).is_err());
}

#[test]
fn a_system_of_the_gateway_is_known_by_its_sender_id_and_password() {
    let all = sample();
    let office = all.by_sender_id("STATE-CORPORATION").unwrap();
    assert_eq!((office.id.as_str(), office.mailbox), ("front-office", true));
    assert!(all.by_sender_id("state-corporation").is_none());
    let gateway = office.gateway.as_ref().unwrap();
    let hash = gateway.password_hash.as_ref().unwrap();
    assert!(hash.is_of("front-office-of-the-bench"));
    assert!(!hash.is_of("front-office") && !hash.is_of(""));
    assert_eq!(format!("{hash:?}"), "PasswordHash");
    assert_eq!(gateway.security, Security::Off);
}

#[test]
fn a_system_may_call_services_in_its_own_words() {
    let all = sample();
    let gateway = all.by_id("front-office").unwrap().gateway.clone().unwrap();
    let apostille = service("apostille");
    assert_eq!(gateway.service("KZ-APOSTILLE"), Some(apostille.clone()));
    assert_eq!(gateway.service("apostille"), Some(apostille.clone()));
    assert_eq!(gateway.service("KZ APOSTILLE"), None);
    assert_eq!(gateway.service_id(&apostille), "KZ-APOSTILLE");
    let other = service("archive-certificate");
    assert_eq!(gateway.service_id(&other), "archive-certificate");
}

#[test]
fn a_wrong_gateway_is_refused_with_the_path_of_its_field() {
    let off = "security = \"off\"";
    for (from, to, path, says) in [
        (
            "STATE-CORPORATION",
            "STATE CORPORATION",
            "[1].gateway.sender_id",
            "without spaces",
        ),
        (
            "\"COMMITTEE\"",
            "\"STATE-CORPORATION\"",
            "[2].gateway.sender_id",
            "taken",
        ),
        (
            off,
            "security = \"on\"",
            "[1].gateway.security",
            "unknown variant",
        ),
        (
            off,
            "security = \"required\"",
            "[1].gateway.certificates",
            "exactly where",
        ),
        (
            off,
            "security = \"off\"\ncertificates = [\"office.pem\"]",
            "[1].gateway.certificates",
            "exactly where",
        ),
        (
            "\"KZ-APOSTILLE\" = \"apostille\"",
            "\"KZ-MEDIA\" = \"mass-media-registration\"",
            "[1].gateway.service_ids",
            "not among",
        ),
        (
            "$argon2id$",
            "$argon2d$",
            "[1].gateway.password_hash",
            "kezekctl password-hash",
        ),
        (
            "m=19456",
            "m=1024",
            "[1].gateway.password_hash",
            "at least 8 MiB",
        ),
        (
            "registers = [\"gbd-fl\", \"gbd-ul\", \"enis\"]",
            "registers = []",
            "[1].registers",
            "exactly where",
        ),
        (
            "messages = [\"application\"]",
            "messages = [\"application\", \"query\"]",
            "[0].registers",
            "exactly where",
        ),
        (
            "\"gbd-ul\", \"enis\"",
            "\"gbd-ul\", \"gbd-ul\"",
            "[1].registers",
            "twice",
        ),
    ] {
        let refusal = refusal(&changed(from, to));
        let place = format!("participants{path}");
        assert!(
            refusal.starts_with(&place) && refusal.contains(says),
            "{to}: {refusal}"
        );
        assert!(!refusal.contains("v=19"), "{refusal}");
    }
}

#[test]
fn a_password_is_never_guessed_from_its_hash_by_accident() {
    let (one, other) = ([1; 16], [2; 16]);
    let hash = PasswordHash::of("correct horse", &one).unwrap();
    assert_eq!(hash, PasswordHash::of("correct horse", &one).unwrap());
    assert_ne!(hash, PasswordHash::of("correct horse", &other).unwrap());
    assert!(hash.is_of("correct horse") && !hash.is_of("correct horse "));
    for weak in [
        "correct horse",
        "",
        "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ",
    ] {
        assert!(PasswordHash::try_from(weak.to_owned()).is_err(), "{weak}");
    }
}

#[test]
fn a_missing_language_is_refused() {
    let text = changed(", en = \"State Corporation\"", "");
    assert!(
        refusal(&text).contains("missing field `en`"),
        "{}",
        refusal(&text)
    );
}

#[test]
fn text_that_is_not_toml_is_refused_and_a_missing_file_is_named() {
    assert!(refusal("participants = [").starts_with("the file"));
    let error = Participants::load(std::path::Path::new("/nowhere/p.toml")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/p.toml"));
}
