//! Every fault, as a caller meets it.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::play::Play;

/// No provider answers by itself: nothing disturbs the ledger.
const QUIET: &str = "[providers]\nauto = false\n";

#[tokio::test]
async fn down_is_a_refused_connection_and_none_opens_the_same_port() {
    let play = Play::start_with(QUIET).await;
    let person = json!({"iin": play.number("aigul")});
    assert_eq!(
        play.look_up("gbd-fl", person.clone())
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );

    play.fault("gbd-fl", "down", 0).await;
    assert!(
        play.look_up("gbd-fl", person.clone())
            .await
            .unwrap_err()
            .is_connect()
    );
    let other = play.look_up("enis", power(&play)).await.unwrap();
    assert_eq!(
        other.status(),
        StatusCode::OK,
        "the other systems notice nothing"
    );

    play.fault("gbd-fl", "none", 0).await;
    assert_eq!(
        play.look_up("gbd-fl", person).await.unwrap().status(),
        StatusCode::OK
    );
}

fn power(play: &Play) -> Value {
    json!({
        "power_of_attorney": "ENIS-0001", "principal": play.number("aigul"),
        "representative": play.number("samat"),
    })
}

#[tokio::test]
async fn slow_answers_after_its_delay_and_errors_answer_at_once_without_effect() {
    let play = Play::start_with(QUIET).await;
    play.fault("committee", "slow", 300).await;
    let begun = Instant::now();
    assert_eq!(
        play.deliver("k1", "1").await.unwrap().status(),
        StatusCode::CREATED
    );
    assert!(begun.elapsed() >= Duration::from_millis(300));

    for (fault, status) in [("error-500", 500), ("error-503", 503), ("reject", 422)] {
        play.fault("committee", fault, 0).await;
        assert_eq!(
            play.deliver("k2", "2").await.unwrap().status().as_u16(),
            status
        );
    }
    assert_eq!(
        play.ledger().await.len(),
        1,
        "what failed was not registered"
    );
}

#[tokio::test]
async fn garbage_is_200_with_bytes_that_are_no_json() {
    let play = Play::start_with(QUIET).await;
    play.fault("committee", "garbage", 0).await;
    let answer = play.deliver("k1", "1").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.json::<Value>().await.is_err());
    assert!(play.ledger().await.is_empty());
}

#[tokio::test]
async fn hang_never_answers_and_does_nothing() {
    let play = Play::start_with(QUIET).await;
    play.fault("committee", "hang", 0).await;
    let waited = tokio::time::timeout(Duration::from_millis(300), play.deliver("k1", "1")).await;
    assert!(waited.is_err());
    assert!(play.ledger().await.is_empty());
}

#[tokio::test]
async fn late_has_done_its_work_when_the_caller_has_given_up() {
    let play = Play::start_with(QUIET).await;
    play.fault("committee", "late", 60_000).await;
    let waited = tokio::time::timeout(Duration::from_millis(500), play.deliver("k1", "1")).await;
    assert!(waited.is_err(), "the answer is late");
    let ledger = play.ledger_when(|l| l.len() == 1).await;

    play.fault("committee", "none", 0).await;
    let again: Value = play.deliver("k1", "1").await.unwrap().json().await.unwrap();
    assert_eq!(
        again["registration_number"],
        ledger[0]["registration_number"]
    );
    assert_eq!(play.ledger().await[0]["times_received"], 2);
}

#[tokio::test]
async fn duplicate_sends_the_same_answer_twice_on_the_wire() {
    let play = Play::start_with(QUIET).await;
    play.fault("gbd-fl", "duplicate", 0).await;
    let address = play.url("gbd-fl").replace("http://", "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    assert_eq!(answer.matches("well").count(), 2, "{answer}");

    let person = json!({"iin": play.number("aigul")});
    for _ in 0..5 {
        let answer = play.look_up("gbd-fl", person.clone()).await.unwrap();
        assert_eq!(
            answer.json::<Value>().await.unwrap()["found"],
            true,
            "a client copes with it"
        );
    }
}

#[tokio::test]
async fn health_stays_well_when_only_the_work_is_bad() {
    let play = Play::start_with(QUIET).await;
    let health = async || {
        let url = format!("{}/health", play.url("committee"));
        play.http.get(url).send().await.unwrap().status().as_u16()
    };
    for (fault, delay_ms, status) in [
        ("reject", 0, 200),
        ("late", 60_000, 200),
        ("error-503", 0, 503),
        ("none", 0, 200),
    ] {
        play.fault("committee", fault, delay_ms).await;
        assert_eq!(health().await, status, "{fault}");
    }
}

#[tokio::test]
async fn the_control_api_refuses_what_makes_no_sense_and_says_why() {
    let play = Play::start_with(QUIET).await;
    let (status, body) = play
        .order("/systems/gbd/fault", json!({"fault": "down"}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(
        body["reason"].as_str().unwrap().contains("gbd-fl"),
        "{body}"
    );
    let (status, _) = play
        .order("/systems/enis/fault", json!({"fault": "slow"}))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let systems = play.control("/systems").await;
    assert_eq!(systems.as_array().unwrap().len(), 12);
}
