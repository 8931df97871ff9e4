//! Which way an application goes.

use message::Channel;
use regulations::{ApplicantKind, Circumstances};
use serde_json::json;

use crate::regulation;

fn lanes(code: &str, channel: Channel, applicant: ApplicantKind, notarial_power: bool) -> String {
    let plan = regulation(code).plan(
        channel,
        Circumstances {
            applicant,
            notarial_power,
        },
    );
    let lanes: Vec<_> = plan
        .unwrap()
        .lanes()
        .iter()
        .map(ToString::to_string)
        .collect();
    lanes.join(" ")
}

#[test]
fn the_portal_asks_no_register_but_payments() {
    use ApplicantKind::Person;
    assert_eq!(
        lanes("apostille", Channel::Portal, Person, false),
        "signature.verify registry.payment router.route"
    );
    assert_eq!(
        lanes("archive-certificate", Channel::Portal, Person, true),
        "signature.verify router.route"
    );
}

#[test]
fn whoever_files_for_another_has_him_looked_up() {
    assert_eq!(
        lanes(
            "mass-media-registration",
            Channel::Provider,
            ApplicantKind::Organisation,
            false
        ),
        "signature.verify registry.gbd-ul registry.payment router.route"
    );
    assert_eq!(
        lanes("apostille", Channel::Provider, ApplicantKind::Person, false),
        "signature.verify registry.gbd-fl registry.payment router.route"
    );
}

#[test]
fn the_notary_register_is_asked_about_notarial_powers_only() {
    let with = |power| {
        lanes(
            "archive-certificate",
            Channel::FrontOffice,
            ApplicantKind::Person,
            power,
        )
    };
    assert_eq!(
        with(true),
        "signature.verify registry.gbd-fl registry.enis router.route"
    );
    assert_eq!(with(false), "signature.verify registry.gbd-fl router.route");
}

#[test]
fn a_channel_the_service_does_not_have_gives_no_plan() {
    let media = regulation("mass-media-registration");
    let person = Circumstances {
        applicant: ApplicantKind::Person,
        notarial_power: false,
    };
    assert_eq!(media.plan(Channel::FrontOffice, person), None);
}

#[test]
fn the_application_chooses_its_provider() {
    let service = regulation("archive-certificate");
    assert_eq!(
        service.provider(&json!({ "archive": "national" })).as_str(),
        "national-archive"
    );
    for form in [
        json!({ "archive": "central-state" }),
        json!({}),
        json!(null),
    ] {
        assert_eq!(service.provider(&form).as_str(), "committee");
    }
    assert_eq!(
        regulation("apostille").provider(&json!({})).as_str(),
        "committee"
    );
}
