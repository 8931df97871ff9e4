//! Every ending of a register lane.

use fault::{
    Fault,
    registers::{REGISTER_FAILED, REGISTER_GARBLED, REGISTER_UNREACHABLE},
};
use message::{Detail, FactName, PersonalNumber, ServiceCode};
use registries::Subject;
use stage::{Stage, memory::Told};

use crate::fixture::{
    ORGANISATION, Scripted, application, fed, known, look_up, own_application, unknown, verified,
};

fn names(told: &Told) -> Vec<FactName> {
    let facts = &told.last().event.facts;
    facts.iter().map(message::Fact::name).collect()
}

fn is_parked(told: &Told) -> bool {
    let queues = &told.last().queues;
    queues.iter().any(|queue| queue == "registry.gbd-fl.parked")
}

fn refusal(told: &Told) -> &str {
    match &told.last().event.facts.last().unwrap().detail {
        Detail::Refused { code, .. } => code,
        other => panic!("no refusal but {other:?}"),
    }
}

#[tokio::test]
async fn a_known_person_goes_on_with_what_the_register_said() {
    let register = Scripted::new(known);
    let told = fed("gbd-fl", &register, application("registry.gbd-fl")).await;
    assert_eq!(told.keys(), ["enriched.router.route"]);
    let expected = [
        FactName::QueryMade,
        FactName::QueryAnswered,
        FactName::Enriched,
    ];
    assert_eq!(names(&told), expected);
    let message = told.last().event.message.as_ref().unwrap();
    assert_eq!(message.findings.len(), 1);
    assert_eq!(message.findings[0].record_json, r#"{"surname":"Omarov"}"#);
}

#[tokio::test]
async fn a_query_is_registered_with_its_purpose_its_operator_and_the_consent() {
    let register = Scripted::new(known);
    let told = fed("gbd-fl", &register, application("registry.gbd-fl")).await;
    let expected = Detail::QueryMade {
        register: message::RegisterName::new("gbd-fl").unwrap(),
        purpose: "apostille: the applicant, a person".to_owned(),
        operator: "Omarova Aigul".to_owned(),
        consent: "paper 17".to_owned(),
        subject: Some(PersonalNumber::new(crate::fixture::PERSON).unwrap()),
        participant: Some(message::ParticipantId::new("front-office").unwrap()),
        application: Some(application("registry.gbd-fl").number),
    };
    assert_eq!(told.last().event.facts[0].detail, expected);
    let asked = register.asked();
    assert_eq!(asked[0].purpose.operator, "Omarova Aigul");
    assert_eq!(asked[0].purpose.consent, "paper 17");
    assert_eq!(asked[0].request_id, application("registry.gbd-fl").id);
}

#[tokio::test]
async fn where_the_applicant_files_himself_the_portal_asks_and_no_consent_is_needed() {
    let register = Scripted::new(known);
    let told = fed("payment", &register, own_application("registry.payment")).await;
    assert_eq!(told.keys(), ["enriched.router.route"]);
    assert_eq!(register.asked()[0].purpose.operator, "portal");
}

#[tokio::test]
async fn the_same_event_twice_leads_to_the_same_facts_and_one_finding() {
    let register = Scripted::new(known);
    let once = fed("gbd-fl", &register, application("registry.gbd-fl")).await;
    let again = once.last().event.message.clone().unwrap();
    let mut again = fed("gbd-fl", &register, again).await;
    let ids = |told: &Told| -> Vec<_> { told.facts().iter().map(|fact| fact.id).collect() };
    assert_eq!(ids(&once), ids(&again));
    let message = again.0.remove(0).event.message.unwrap();
    assert_eq!(message.findings.len(), 1, "replaced, not added");
    assert_eq!(register.asked()[0], register.asked()[1]);
}

#[tokio::test]
async fn what_a_register_does_not_know_is_a_reasoned_refusal() {
    let mut organisation = application("registry.gbd-ul");
    organisation.applicant.as_mut().unwrap().number = PersonalNumber::new(ORGANISATION).unwrap();
    for (name, message, code) in [
        ("gbd-fl", application("registry.gbd-fl"), "person-unknown"),
        ("gbd-ul", organisation, "organisation-unknown"),
        (
            "enis",
            application("registry.enis"),
            "power-of-attorney-unknown",
        ),
        (
            "payment",
            application("registry.payment"),
            "payment-missing",
        ),
    ] {
        let told = fed(name, &Scripted::new(unknown), message).await;
        assert_eq!(told.keys(), ["refused"], "{name}");
        assert_eq!(refusal(&told), code);
        assert_eq!(
            names(&told),
            [
                FactName::QueryMade,
                FactName::QueryAnswered,
                FactName::Refused
            ],
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_fee_of_the_regulation_is_asked_for() {
    let register = Scripted::new(known);
    fed("payment", &register, application("registry.payment")).await;
    let Subject::Payment {
        receipt,
        amount_tenge,
        service,
        ..
    } = &register.asked()[0].subject
    else {
        panic!("not about the payment")
    };
    assert_eq!(
        (receipt.as_str(), service.as_str()),
        ("R-1009", "apostille")
    );
    let text = std::fs::read_to_string(crate::fixture::deploy("regulations/apostille.toml"));
    assert!(
        text.unwrap()
            .replace('_', "")
            .contains(&format!("feetenge = {amount_tenge}"))
    );
}

#[tokio::test]
async fn an_application_without_a_receipt_is_refused_and_nobody_is_asked() {
    let register = Scripted::new(known);
    let mut message = application("registry.payment");
    message.receipt = None;
    let told = fed("payment", &register, message).await;
    assert_eq!(told.keys(), ["refused"]);
    assert_eq!(refusal(&told), "payment-missing");
    assert_eq!(register.asked(), []);
}

#[tokio::test]
async fn a_power_of_attorney_that_no_notary_certified_goes_on_unchecked_and_marked() {
    let register = Scripted::new(unknown);
    let mut message = application("registry.enis");
    message.representative.as_mut().unwrap().power.notarial = false;
    let told = fed("enis", &register, message).await;
    assert_eq!(told.keys(), ["enriched.router.route"]);
    assert_eq!(names(&told), [FactName::Enriched], "no query was made");
    let message = told.last().event.message.as_ref().unwrap();
    assert_eq!(
        message.findings[0].record_json,
        r#"{"certified":"other","checked":false}"#
    );
    assert_eq!(register.asked(), []);
}

#[tokio::test]
async fn without_consent_nobody_is_asked_and_a_person_looks_at_it() {
    let register = Scripted::new(known);
    let mut message = application("registry.gbd-fl");
    message.consent = None;
    let told = fed("gbd-fl", &register, message).await;
    assert!(is_parked(&told), "{:?}", told.keys());
    assert_eq!(register.asked(), []);
}

#[tokio::test]
async fn a_message_that_has_no_business_in_the_lane_is_parked() {
    let mut report = application("registry.gbd-fl");
    report.applicant = None;
    let mut stranger = application("registry.gbd-fl");
    stranger.service = ServiceCode::new("fishing").unwrap();
    let mut organisation = application("registry.gbd-fl");
    organisation.applicant.as_mut().unwrap().number = PersonalNumber::new(ORGANISATION).unwrap();
    for message in [report, stranger, organisation] {
        let register = Scripted::new(known);
        let told = fed("gbd-fl", &register, message).await;
        assert!(is_parked(&told), "{:?}", told.keys());
        assert_eq!(register.asked(), []);
    }
}

#[tokio::test]
async fn a_register_that_is_down_is_an_outage_of_the_lane_and_the_message_waits() {
    let down = || Err(Fault::outage(&REGISTER_UNREACHABLE, "ask the register"));
    let register = Scripted::new(down);
    let step = look_up("gbd-fl", &register, registry::answers::Answers::forgotten());
    let fault = step
        .handle(&verified(application("registry.gbd-fl")))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code.name, fault.blame),
        ("register-unreachable", fault::Blame::Lane)
    );
    assert!(step.probe().await.is_err());
    *register.script.lock().unwrap() = known;
    assert!(step.probe().await.is_ok());
}

#[tokio::test]
async fn a_register_that_fails_on_one_message_is_asked_again_until_the_message_is_parked() {
    let register = Scripted::new(|| Err(Fault::later(&REGISTER_FAILED, "ask the register")));
    let told = fed("gbd-fl", &register, application("registry.gbd-fl")).await;
    assert!(
        told.keys()[0].starts_with("attempt-failed."),
        "{:?}",
        told.keys()
    );
    assert!(is_parked(&told), "{:?}", told.keys());
    assert_eq!(register.asked().len(), told.0.len());
}

#[tokio::test]
async fn an_answer_of_the_wrong_form_parks_the_message_at_once() {
    let register = Scripted::new(|| Err(Fault::never(&REGISTER_GARBLED, "ask the register")));
    let told = fed("gbd-fl", &register, application("registry.gbd-fl")).await;
    assert!(is_parked(&told), "{:?}", told.keys());
}
