//! Every ending of the lane that chooses.

use std::sync::Arc;

use flow::Map;
use message::{Detail, ServiceCode};
use regulations::Regulations;
use router::route::Route;
use serde_json::json;
use stage::memory::{Run, Told};

use crate::fixture::{archive, deploy, enriched, map};

async fn routed_on(map: Arc<Map>, event: message::Event) -> Told {
    let route = Route {
        map: Arc::clone(&map),
        regulations: Arc::new(Regulations::load(&deploy("regulations")).unwrap()),
    };
    Run::new(map)
        .with("router.route", Arc::new(route))
        .feed("router.route", event)
        .await
}

fn chosen(told: &Told) -> (String, String) {
    let message = told.last().event.message.as_ref().unwrap();
    match &told.last().event.facts.last().unwrap().detail {
        Detail::Routed { provider, reason } => {
            assert_eq!(message.provider.as_ref(), Some(provider));
            (provider.to_string(), reason.clone())
        }
        other => panic!("not routed but {other:?}"),
    }
}

#[tokio::test]
async fn the_form_chooses_the_provider_and_the_fact_says_why() {
    for (service, form, provider, reason) in [
        (
            "archive-certificate",
            archive("national"),
            "national-archive",
            "the form says `archive` = `national`",
        ),
        (
            "archive-certificate",
            archive("central-state"),
            "committee",
            "the form names no other provider",
        ),
        (
            "apostille",
            json!({}),
            "committee",
            "the only provider of the service",
        ),
    ] {
        let told = routed_on(map(), enriched(service, &form)).await;
        assert_eq!(told.keys(), [format!("routed.router.{provider}")]);
        assert!(told.last().queues.contains(&format!("router.{provider}")));
        assert_eq!(chosen(&told), (provider.to_owned(), reason.to_owned()));
    }
}

#[tokio::test]
async fn the_same_event_twice_goes_the_same_way_under_the_same_id() {
    let event = enriched("archive-certificate", &archive("national"));
    let once = routed_on(map(), event).await;
    let mut again = once.last().event.clone();
    again.facts.truncate(1);
    let again = routed_on(map(), again).await;
    assert_eq!(once.keys(), again.keys());
    assert_eq!(once.facts()[0].id, again.facts()[0].id);
}

#[tokio::test]
async fn an_application_whose_provider_has_no_lane_is_refused() {
    let text = std::fs::read_to_string(deploy("flow.toml")).unwrap();
    let without = text.replace("\"router.national-archive\"", "\"router.elsewhere\"");
    let map = Arc::new(Map::parse(&without).unwrap());
    let told = routed_on(map, enriched("archive-certificate", &archive("national"))).await;
    assert_eq!(told.keys(), ["refused"]);
    let Detail::Refused { code, .. } = &told.last().event.facts[0].detail else {
        panic!("no refusal")
    };
    assert_eq!(code, "provider-unknown");
}

#[tokio::test]
async fn what_the_door_would_never_let_through_is_parked() {
    let mut stranger = enriched("apostille", &json!({}));
    stranger.message.as_mut().unwrap().service = ServiceCode::new("fishing").unwrap();
    let mut report = enriched("apostille", &json!({}));
    report.message.as_mut().unwrap().applicant = None;
    let mut scribble = enriched("apostille", &json!({}));
    scribble.message.as_mut().unwrap().document.content = b"<form/>".to_vec();
    for event in [stranger, report, scribble] {
        let told = routed_on(map(), event).await;
        assert!(
            told.last()
                .queues
                .contains(&"router.route.parked".to_owned()),
            "{:?}",
            told.keys()
        );
    }
}
