use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use message::{Detail, Event};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    asking::{questions, told},
    samples::{application, at, batch, fact, number, parked, way},
    support::Ground,
};

async fn search(door: &Router, typed: &Value) -> (StatusCode, Value) {
    let request = Request::post("/v1/applications/search")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(typed.to_string()))
        .unwrap();
    let response = door.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
    (status, serde_json::from_slice(&body.unwrap()).unwrap())
}

fn numbers(page: &Value) -> Vec<String> {
    let found = page["applications"].as_array().unwrap().iter();
    found
        .map(|one| one["number"].as_str().unwrap().to_owned())
        .collect()
}

/// Applications 1 to `count`, each received.
async fn received(name: &str, count: u64) -> (Ground, Router) {
    let ground = Ground::new(name).await;
    let events = (1..=count).map(|seed| {
        let message = application(seed);
        Event::new(vec![fact(&message, 0, Detail::Received)], message)
    });
    let mut writer = ground.writer().await;
    writer.write(&batch(0, events.collect())).await.unwrap();
    let door = monitor::http::router(questions(&ground));
    (ground, door)
}

#[tokio::test]
async fn pages_follow_each_other_by_key_without_gap_or_overlap() {
    let (_ground, door) = received("search_pages", 7).await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let (status, page) = search(&door, &json!({ "limit": 3, "after": after })).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        seen.extend(numbers(&page));
        match page["next_after"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    let mut all: Vec<String> = (1..=7).map(|seed| number(seed).to_string()).collect();
    all.sort();
    all.reverse();
    assert_eq!(seen, all, "one moment: by number, newest first");
}

#[tokio::test]
async fn each_field_narrows_the_search() {
    let (_ground, door) = told("search_fields").await;
    let person = application(1).applicant.unwrap().number;
    let found = json!([
        { "number": format!("{:#}", number(1)) },
        { "applicant": person.reveal() },
        { "service": "apostille" },
        { "provider": "committee" },
        { "status": "granted" },
        { "from": "2026-11-22", "to": "2026-11-22" },
    ]);
    for typed in found.as_array().unwrap() {
        let (_, page) = search(&door, typed).await;
        assert_eq!(numbers(&page), [number(1).to_string()], "{typed}");
        assert!(!page.to_string().contains(person.reveal()));
    }
    let nothing = json!([
        { "number": number(2).to_string() },
        { "applicant": "" , "service": "archive-certificate" },
        { "provider": "national-archive" },
        { "status": "parked" },
        { "from": "2026-11-23" },
        { "to": "2026-11-21" },
    ]);
    for typed in nothing.as_array().unwrap() {
        let (_, page) = search(&door, typed).await;
        assert!(numbers(&page).is_empty(), "{typed}: {page}");
    }
}

#[tokio::test]
async fn a_wrong_search_is_named_and_no_personal_number_comes_back() {
    let (_ground, door) = received("search_wrong", 1).await;
    for (typed, field) in [
        (json!({ "applicant": "900101300129" }), "applicant"),
        (json!({ "status": "done" }), "status"),
        (json!({ "limit": 1000 }), "limit"),
        (json!({ "applicants": "900101300120" }), "body"),
    ] {
        let (status, said) = search(&door, &typed).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let detail = said["detail"].as_str().unwrap();
        assert!(detail.contains(field), "{detail}");
        assert!(!said.to_string().contains("900101300"), "{said}");
    }
}

#[tokio::test]
async fn a_search_is_answered_from_an_index() {
    let (ground, _door) = received("search_index", 3).await;
    let plan = |sql: &'static str| {
        let sql = format!("SET enable_seqscan = off; EXPLAIN {sql}");
        let ground = &ground;
        async move { ground.sql(&sql).await }
    };
    let page = "SELECT number FROM applications
                WHERE (received_at, number) < (now(), '5')
                ORDER BY received_at DESC, number DESC LIMIT 50";
    let said = plan(page).await;
    assert!(
        said.contains("applications_received") && !said.contains("Sort"),
        "{said}"
    );
    let open =
        "SELECT number FROM applications WHERE status = 'routed' ORDER BY received_at, number";
    let said = plan(open).await;
    assert!(said.contains("applications_status_received"), "{said}");
}

#[tokio::test]
async fn what_is_set_aside_is_told_until_it_is_released() {
    let ground = Ground::new("search_parked").await;
    let mut writer = ground.writer().await;
    let message = application(1);
    let mut events = way(1);
    events.truncate(2);
    let mut add = |second, detail| {
        events.push(Event::new(
            vec![fact(&message, second, detail)],
            message.clone(),
        ));
    };
    add(10, parked("router.route"));
    writer.write(&batch(0, events.clone())).await.unwrap();
    let questions = questions(&ground);
    let aside = questions.set_aside().await.unwrap();
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].reason.code.as_deref(), Some("provider-rejected"));
    assert!(aside[0].action.is_some(), "what to do is said");

    let released = Detail::Released {
        lane: crate::samples::lane("router.route"),
    };
    let event = Event::new(vec![fact(&message, 20, released)], message.clone());
    writer.write(&batch(3, vec![event])).await.unwrap();
    assert!(questions.set_aside().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_step_past_its_time_presses_and_medians_are_those_of_steps_done() {
    let ground = Ground::new("search_late").await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, way(1))).await.unwrap();
    let questions = questions(&ground);
    assert!(questions.pressing(at(10)).await.unwrap().is_empty());
    // The result is due three days after delivery, at second 4.
    let near = questions.pressing(at(3 * 86_400)).await.unwrap();
    assert_eq!(
        (near.len(), near[0].percent, near[0].step.late),
        (1, 99, false)
    );
    let late = questions.pressing(at(4 * 86_400)).await.unwrap();
    assert_eq!(
        (late.len(), late[0].percent, late[0].step.late),
        (1, 133, true)
    );

    let service = message::ServiceCode::new("apostille").unwrap();
    let portal = message::Channel::Portal;
    let (medians, measured) = questions.medians(&service, portal, at(10)).await.unwrap();
    assert_eq!(measured, 1);
    assert_eq!(medians[&6].as_secs(), 1, "received to verified");
    assert!(!medians.contains_key(&11), "not done yet");
}
