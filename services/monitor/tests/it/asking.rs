use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use axum::{Router, body::Body};
use flow::{Map, QueueDeclaration};
use http::{Request, StatusCode, header};
use jiff::Timestamp;
use message::{About, Detail, Event, Fact, Outcome, Signer};
use monitor::questions::{Count, Questions, Queues};
use participants::Participants;
use serde_json::Value;
use tower::ServiceExt;
use wire::proto::monitor::{GetReceiptRequest, GetTimelineRequest, monitor_server::Monitor};

use crate::{
    accesses::checks,
    clockwork::closed,
    samples::{
        application, at, batch, fact, failed, id, issued, lane, number, report, result, way,
    },
    support::Ground,
};

/// Every queue holds three messages and has one worker.
struct Three;

#[async_trait]
impl Queues for Three {
    async fn counts(&self, queues: &[QueueDeclaration]) -> anyhow::Result<Vec<Count>> {
        let three = Count {
            ready: 3,
            consumers: 1,
        };
        Ok(vec![three; queues.len()])
    }
}

pub(crate) fn questions(ground: &Ground) -> Questions {
    let deploy = rig::repository().join("deploy");
    let load = |file: &str| -> std::path::PathBuf { Path::new(&deploy).join(file) };
    Questions {
        store: ground.store.clone(),
        rules: crate::support::rules(),
        map: Arc::new(Map::load(&load("flow.toml")).unwrap()),
        queues: Arc::new(Three),
        participants: Some(Arc::new(
            Participants::load(&load("participants.toml")).unwrap(),
        )),
    }
}

async fn get(door: &Router, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path)
        .header(header::ACCEPT_LANGUAGE, "de, ru;q=0.8")
        .body(Body::empty())
        .unwrap();
    let response = door.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Application 1 on its whole way to a result, seen by a signer.
pub(crate) async fn told(name: &str) -> (Ground, Router) {
    let ground = Ground::new(name).await;
    let mut writer = ground.writer().await;
    let mut events = way(1);
    let message::PersonalNumber::Iin(iin) = application(1).applicant.unwrap().number else {
        panic!("the sample applicant is a person");
    };
    let signer = Signer {
        name: "СЫНАҚОВА АЙГЕРІМ".to_owned(),
        iin: Some(iin),
        bin: None,
        roles: vec!["person".to_owned()],
        certificate_serial: "17".to_owned(),
        algorithm: "rsa-pkcs1-sha256".to_owned(),
        signed_at: Some(at(-5)),
    };
    events[1].facts[0].detail = Detail::Verified {
        signers: vec![signer],
    };
    let answer = report(8, 1, "committee", result(Outcome::Granted));
    let decided = fact(&answer, 3600, issued("committee", Outcome::Granted));
    events.push(Event::new(vec![decided], answer));
    let closed = Detail::LaneClosed {
        code: "register-unreachable".to_owned(),
        explanation: "connection refused".to_owned(),
    };
    let about = About::Lane(lane("registry.gbd-fl"));
    events.push(Event {
        facts: vec![Fact::new(about, at(50), "registry", closed)],
        message: None,
    });
    writer.write(&batch(0, events)).await.unwrap();
    let door = monitor::http::router(questions(&ground));
    (ground, door)
}

#[tokio::test]
async fn an_application_is_found_by_the_number_as_a_person_types_it() {
    let (_ground, door) = told("ask_application").await;
    let typed = format!("{:#}", number(1)).replace(' ', "-");
    let (status, said) = get(&door, &format!("/v1/applications/{typed}")).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(said["number"], number(1).to_string());
    assert_eq!(said["status"], "granted");
    assert_eq!(said["status_text"]["ru"], "Услуга оказана");
    assert_eq!(said["provider"], "committee");
    assert_eq!(said["received_at"], "2026-11-22T12:00:00.000+05:00");
    assert_eq!(said["since"], "2026-11-22T13:00:00.000+05:00");
    assert_eq!(said["final"], true);
}

#[tokio::test]
async fn no_answer_shows_a_personal_number() {
    let (_ground, door) = told("ask_masked").await;
    let applicant = application(1).applicant.unwrap().number;
    for path in [
        format!("/v1/applications/{}", number(1)),
        format!("/v1/applications/{}/timeline", number(1)),
        "/v1/journal".to_owned(),
    ] {
        let (status, said) = get(&door, &path).await;
        assert_eq!(status, StatusCode::OK);
        let text = said.to_string();
        assert!(!text.contains(applicant.reveal()), "{path}");
        let masked = applicant.to_string();
        assert!(text.contains(&masked), "{path}: shown masked");
    }
}

#[tokio::test]
async fn a_timeline_tells_each_step_with_the_time_allowed_and_used() {
    let (ground, door) = told("ask_timeline").await;
    let path = format!("/v1/applications/{}/timeline", number(1));
    let (_, said) = get(&door, &path).await;
    assert_eq!(said["facts"].as_array().unwrap().len(), 7);
    assert_eq!(said["facts"][3]["detail"]["register"], "payment");
    let steps = said["steps"].as_array().unwrap();
    let result = steps.last().unwrap();
    assert_eq!(result["progress"], "done");
    assert_eq!(result["allowed"], "3d");
    assert_eq!(result["used_ms"], 3_596_000);
    assert_eq!(result["late"], false);
    assert_eq!(result["unit"]["ru"], "ПЭП");

    let questions = questions(&ground);
    let asked = GetTimelineRequest {
        number: number(1).to_string(),
    };
    let server = monitor::grpc::door(questions, checks(&ground));
    let timeline = server.get_timeline(tonic::Request::new(asked)).await;
    let timeline = timeline.unwrap().into_inner();
    assert_eq!(timeline.steps.len(), steps.len());
    assert_eq!(timeline.application.unwrap().status, "granted");
}

#[tokio::test]
async fn a_step_that_stands_still_near_its_end_says_so_at_both_doors() {
    let ground = Ground::new("ask_paused").await;
    let mut writer = ground.writer().await;
    // Step 4 (the register of payments, 90 s) began a minute ago: a try failed, then the register was away.
    let began = Timestamp::now().duration_since(at(0)).as_secs() - 60;
    let message = application(1);
    let facts = vec![
        fact(&message, began - 1, Detail::Received),
        fact(&message, began, Detail::Verified { signers: vec![] }),
        fact(&message, began + 48, failed("registry.payment", 1)),
    ];
    let events = vec![
        Event::new(facts, message),
        closed("registry.payment", began + 50),
    ];
    writer.write(&batch(0, events)).await.unwrap();

    let door = monitor::http::router(questions(&ground));
    let path = format!("/v1/applications/{}/timeline", number(1));
    let (_, said) = get(&door, &path).await;
    let step = &said["steps"][3];
    assert_eq!(
        (&step["near"], &step["late"]),
        (&true.into(), &false.into())
    );
    assert_eq!(step["pauses"], Value::Array(vec![step["paused"].clone()]));
    let reasons = step["paused"]["reasons"].as_array().unwrap();
    let codes: Vec<&Value> = reasons.iter().map(|reason| &reason["code"]).collect();
    assert_eq!(codes, ["provider-failed", "register-unreachable"]);
    assert_eq!(said["application"]["deadline"]["paused"], step["paused"]);

    let asked = GetTimelineRequest {
        number: number(1).to_string(),
    };
    let server = monitor::grpc::door(questions(&ground), checks(&ground));
    let timeline = server.get_timeline(tonic::Request::new(asked)).await;
    let timeline = timeline.unwrap().into_inner();
    let told = &timeline.steps[3];
    assert!(told.near && !told.late);
    assert_eq!(told.used_percent, Some(53), "48 s of 90");
    assert_eq!(told.pauses.len(), 1);
    let paused = told.paused.as_ref().unwrap();
    let codes: Vec<&str> = paused.reasons.iter().map(|r| r.code.as_str()).collect();
    assert_eq!(codes, ["provider-failed", "register-unreachable"]);
    let from = paused.from.as_ref().unwrap();
    assert_eq!(from.local, step["paused"]["from"].as_str().unwrap());
    assert!(paused.to.is_none());
    let deadline = timeline.application.unwrap().deadline.unwrap();
    assert_eq!(
        (deadline.step, deadline.near, deadline.late),
        (4, true, false)
    );
    assert!(deadline.paused.is_some());
}

#[tokio::test]
async fn a_receipt_says_what_the_door_said() {
    let (ground, _door) = told("ask_receipt").await;
    let server = monitor::grpc::door(questions(&ground), checks(&ground));
    let ask = |seed| {
        let message_id = id(seed).as_uuid().as_bytes().to_vec();
        server.get_receipt(tonic::Request::new(GetReceiptRequest { message_id }))
    };
    let receipt = ask(1).await.unwrap().into_inner();
    assert_eq!(receipt.number, number(1).to_string());
    let moment = receipt.accepted_at.unwrap();
    assert_eq!(moment.local, "2026-11-22T12:00:00.000+05:00");
    let nobody = ask(77).await.unwrap_err();
    assert_eq!(nobody.code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn the_journal_is_paged_and_walked_over_http() {
    let (ground, door) = told("ask_journal").await;
    let (_, page) = get(&door, "/v1/journal?after=2&limit=3").await;
    assert_eq!(page["entries"][0]["position"], 3);
    assert_eq!(page["next_after"], 5);
    let (_, end) = get(&door, "/v1/journal?after=5&limit=1000").await;
    assert_eq!(end["next_after"], Value::Null);

    let (_, found) = get(&door, "/v1/journal/verify").await;
    assert_eq!((&found["whole"], &found["rows"]), (&true.into(), &8.into()));
    let head = found["head"].as_str().unwrap();
    ground
        .tamper("DELETE FROM journal WHERE position > 6")
        .await;
    let (_, found) = get(&door, &format!("/v1/journal/verify?checkpoint={head}")).await;
    assert_eq!(found["whole"], false);
    assert_eq!(found["damage"][0]["kind"], "truncated");
    assert_eq!(found["damage"][0]["first"], 7);
}

#[tokio::test]
async fn lanes_say_what_waits_and_what_is_closed() {
    let (_ground, door) = told("ask_lanes").await;
    let (_, said) = get(&door, "/v1/lanes").await;
    let lanes = said["lanes"].as_array().unwrap();
    let of = |name: &str| lanes.iter().find(|lane| lane["name"] == name).unwrap();
    let closed = of("registry.gbd-fl");
    assert_eq!(closed["closed"], true);
    assert_eq!(closed["code"], "register-unreachable");
    assert_eq!(
        (&closed["waiting"], &closed["parked"]),
        (&3.into(), &3.into())
    );
    assert_eq!(of("router.committee")["closed"], false);
    assert_eq!(
        of("router.committee")["oldest_s"],
        0,
        "nothing stands there"
    );
    let listening = of("notifier.email");
    assert_eq!(listening["oldest_s"], Value::Null, "nobody can tell");
}

#[tokio::test]
async fn what_cannot_be_answered_is_a_problem_in_the_language_of_the_request() {
    let (_ground, door) = told("ask_problems").await;
    let cases = [
        (
            format!("/v1/applications/{}", number(5)),
            404,
            "application-unknown",
        ),
        ("/v1/applications/17".to_owned(), 400, "malformed"),
        ("/v1/journal?limit=5000".to_owned(), 400, "malformed"),
        ("/v1/journal?afters=1".to_owned(), 400, "malformed"),
        (
            "/v1/journal/verify?checkpoint=x".to_owned(),
            400,
            "malformed",
        ),
        ("/v2".to_owned(), 404, "unknown-path"),
    ];
    for (path, status, code) in cases {
        let (answered, said) = get(&door, &path).await;
        assert_eq!(
            (answered.as_u16(), &said["code"]),
            (status, &code.into()),
            "{path}"
        );
        assert_eq!(said["type"], format!("urn:kezek:problem:{code}"));
        assert_eq!(said["title"], fault::find(code).unwrap().meaning.ru);
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_said_to_be_away_and_nothing_more() {
    let ground = Ground::empty("ask_away").await;
    let door = monitor::http::router(questions(&ground));
    let (status, said) = get(&door, &format!("/v1/applications/{}", number(1))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(said["code"], "store-of-facts-unavailable");
    let known = fault::inside::STORE_OF_FACTS_UNAVAILABLE.meaning.en;
    assert_eq!(said["detail"], known, "nothing of the database's own words");
}
