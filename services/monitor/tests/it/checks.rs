//! Checks of the purpose of an access (X15): opened, answered, closed, overdue; over HTTP and over gRPC.

use http::StatusCode;
use jiff::Timestamp;
use message::{Detail, Event, FactId};
use serde_json::json;
use wire::proto::monitor::{self as proto, monitor_server::Monitor};

use crate::{
    accesses::{ask, checks, door, looked, made, of_person, person, query, register, written},
    asking::questions,
    samples::fact,
};

#[tokio::test]
async fn an_owner_opens_a_check_the_organisation_answers_and_the_person_sees_the_outcome() {
    let ground = looked("accesses_check").await;
    let door = door(&ground);
    let access = made(&query(21), 210).id;
    let open = format!("/v1/accesses/{access}/checks");
    let question = json!({ "by": "ГБД ФЛ", "question": "Why?", "days": 3 });
    let (status, check) = ask(&door, "POST", &open, Some(question.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{check}");
    assert_eq!(
        (&check["state"], &check["overdue"]),
        (&json!("open"), &json!(false))
    );
    let (_, again) = ask(&door, "POST", &open, Some(question)).await;
    assert_eq!(
        again["id"], check["id"],
        "the same question is the same check"
    );

    let id = check["id"].as_str().unwrap();
    let answer = format!("/v1/checks/{id}/answer");
    let said = json!({ "by": "ЦОН", "answer": "For application 17" });
    let (status, answered) = ask(&door, "POST", &answer, Some(said.clone())).await;
    assert_eq!(
        (status, &answered["state"]),
        (StatusCode::OK, &json!("answered"))
    );
    assert_eq!(
        ask(&door, "POST", &answer, Some(said)).await.0,
        StatusCode::OK
    );
    let other = json!({ "by": "ЦОН", "answer": "For fun" });
    let (status, told) = ask(&door, "POST", &answer, Some(other)).await;
    assert_eq!(
        (status, &told["code"]),
        (StatusCode::CONFLICT, &json!("check-settled"))
    );

    let close = format!("/v1/checks/{id}/close");
    let word = json!({ "by": "ГБД ФЛ", "outcome": "unjustified", "note": "No such application" });
    let (status, closed) = ask(&door, "POST", &close, Some(word.clone())).await;
    assert_eq!(
        (status, &closed["outcome"]),
        (StatusCode::OK, &json!("unjustified"))
    );
    assert_eq!(
        ask(&door, "POST", &close, Some(word)).await.0,
        StatusCode::OK
    );

    let (_, seen) = ask(&door, "GET", &of_person(""), None).await;
    let checks = &seen["accesses"][4]["checks"];
    assert_eq!(checks.as_array().unwrap().len(), 1);
    assert_eq!(checks[0]["outcome_text"]["kk"], "Негізсіз");
    assert_eq!(checks[0]["answer"], "For application 17");
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

#[tokio::test]
async fn a_check_that_nobody_answers_in_time_is_told_as_overdue() {
    let ground = looked("accesses_overdue").await;
    let door = door(&ground);
    let access = made(&query(21), 210);
    let opened = Detail::CheckOpened {
        of: access.id,
        register: register("gbd-fl"),
        by: "ГБД ФЛ".to_owned(),
        question: "Why?".to_owned(),
        due_at: Timestamp::UNIX_EPOCH,
    };
    let late = fact(&query(21), -1000, opened);
    let event = Event {
        facts: vec![late],
        message: None,
    };
    written(&ground.store, vec![event]).await;
    let (_, said) = ask(
        &door,
        "GET",
        "/v1/checks?overdue=true&register=gbd-fl",
        None,
    )
    .await;
    assert_eq!(said["checks"][0]["access"], access.id.to_string());
    assert_eq!(said["checks"][0]["overdue"], true);
    let counted = async |now| ground.store.overdue_checks(now).await.unwrap();
    assert_eq!(counted(Timestamp::UNIX_EPOCH).await, 1);
    let before = Timestamp::from_second(-1).unwrap();
    assert_eq!(counted(before).await, 0);
    let (_, none) = ask(&door, "GET", "/v1/checks?register=enis", None).await;
    assert_eq!(none["checks"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_check_is_named() {
    let ground = looked("accesses_wrong").await;
    let door = door(&ground);
    let known = made(&query(21), 210).id.to_string();
    let unknown = FactId::derive("nothing", "query-made", "").to_string();
    for (access, body, code, named) in [
        (
            &known,
            json!({ "by": " ", "question": "?" }),
            "malformed",
            "by:",
        ),
        (
            &known,
            json!({ "by": "o", "question": "?", "days": 91 }),
            "malformed",
            "days:",
        ),
        (&known, json!({ "by": "o" }), "malformed", "question"),
        (
            &unknown,
            json!({ "by": "o", "question": "?" }),
            "access-unknown",
            "",
        ),
    ] {
        let path = format!("/v1/accesses/{access}/checks");
        let (_, said) = ask(&door, "POST", &path, Some(body)).await;
        assert_eq!(said["code"], code, "{said}");
        assert!(said["detail"].as_str().unwrap().contains(named), "{said}");
    }
    let path = format!("/v1/checks/{unknown}/answer");
    let answer = json!({ "by": "o", "answer": "a" });
    let (status, said) = ask(&door, "POST", &path, Some(answer)).await;
    assert_eq!(
        (status, &said["code"]),
        (StatusCode::NOT_FOUND, &json!("check-unknown"))
    );
}

#[tokio::test]
async fn the_same_is_asked_and_done_over_grpc() {
    let ground = looked("accesses_grpc").await;
    let door = monitor::grpc::door(questions(&ground), checks(&ground));
    let place = proto::list_accesses_request::Place::Person(person().reveal().to_owned());
    let wanted = proto::ListAccessesRequest {
        place: Some(place),
        after: String::new(),
        limit: 0,
    };
    let listed = door
        .list_accesses(tonic::Request::new(wanted))
        .await
        .unwrap();
    let listed = listed.into_inner().accesses;
    assert_eq!(listed.len(), 6);
    let opening = proto::OpenCheckRequest {
        access: listed[4].id.clone(),
        by: "owner".to_owned(),
        question: "why?".to_owned(),
        days: 0,
    };
    let check = door.open_check(tonic::Request::new(opening)).await.unwrap();
    let check = check.into_inner().id;
    let answering = proto::AnswerCheckRequest {
        check: check.clone(),
        by: "office".to_owned(),
        answer: "to fill in a form".to_owned(),
    };
    door.answer_check(tonic::Request::new(answering))
        .await
        .unwrap();
    let closing = proto::CloseCheckRequest {
        check,
        by: "owner".to_owned(),
        outcome: "justified".to_owned(),
        note: String::new(),
    };
    let closed = door
        .close_check(tonic::Request::new(closing))
        .await
        .unwrap();
    assert_eq!(closed.into_inner().state, "closed");
    let wanted = proto::ListChecksRequest {
        open: true,
        ..proto::ListChecksRequest::default()
    };
    let open = door.list_checks(tonic::Request::new(wanted)).await.unwrap();
    assert_eq!(open.into_inner().checks, vec![]);
}
