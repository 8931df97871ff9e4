//! What registers know, and what a provider's ledger keeps.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::play::Play;

async fn found(play: &Play, register: &str, subject: Value) -> bool {
    let answer = play.look_up(register, subject).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json::<Value>().await.unwrap()["found"]
        .as_bool()
        .unwrap()
}

#[tokio::test]
async fn registers_know_the_cast_and_nobody_else() {
    let play = Play::start().await;
    assert!(found(&play, "gbd-fl", json!({"iin": play.number("ivan")})).await);
    assert!(
        !found(
            &play,
            "gbd-fl",
            json!({"iin": play.number("timur-unknown")})
        )
        .await
    );
    assert!(!found(&play, "gbd-ul", json!({"bin": "000000000000"})).await);
    let power = |number: &str, by: &str| {
        json!({
            "power_of_attorney": number, "principal": play.number(by),
            "representative": play.number("samat"),
        })
    };
    assert!(found(&play, "enis", power("ENIS-0001", "aigul")).await);
    assert!(
        !found(&play, "enis", power("ENIS-0001", "ivan")).await,
        "given by another"
    );
    assert!(!found(&play, "enis", power("ENIS-9999", "aigul")).await);
}

#[tokio::test]
async fn a_receipt_is_known_once_paid_and_only_for_what_it_was_paid_for() {
    let play = Play::start().await;
    let payer = play.number("aigul");
    let asked = |receipt: &str, amount: u64| {
        json!({
            "receipt": receipt, "payer": payer, "service": "apostille", "amount_tenge": amount,
        })
    };
    assert!(!found(&play, "payment", asked("R-00000001", 1_966)).await);
    let payment = json!({"payer": payer, "service": "apostille", "amount_tenge": 1_966});
    let (status, body) = play.order("/payments", payment).await;
    assert_eq!(status, StatusCode::CREATED);
    let receipt = body["receipt"].as_str().unwrap();
    assert!(found(&play, "payment", asked(receipt, 1_966)).await);
    assert!(!found(&play, "payment", asked(receipt, 5)).await);
}

#[tokio::test]
async fn queries_are_remembered_with_their_purpose_and_without_the_number() {
    let play = Play::start().await;
    let iin = play.number("aigul");
    assert!(found(&play, "gbd-fl", json!({"iin": iin})).await);
    let queries = play.control("/queries").await;
    assert_eq!(queries[0]["purpose"]["application"], "123");
    assert_eq!(queries[0]["found"], true);
    assert!(!queries.to_string().contains(&iin));
}

#[tokio::test]
async fn a_register_answers_nothing_that_it_does_not_keep() {
    let play = Play::start().await;
    let answer = play
        .look_up("gbd-ul", json!({"iin": play.number("aigul")}))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let answer = play
        .look_up("gbd-fl", json!({"passport": "1"}))
        .await
        .unwrap();
    assert!(answer.status().is_client_error());
}

#[tokio::test]
async fn the_same_key_gets_the_same_registration_number_and_another_key_another() {
    let play = Play::start_with("[providers]\nauto = false\n").await;
    let number = async |key: &str, number: &str| {
        let answer = play.deliver(key, number).await.unwrap();
        answer.json::<Value>().await.unwrap()["registration_number"].clone()
    };
    let first = number("k1", "1").await;
    assert_eq!(first, number("k1", "1").await);
    assert_ne!(first, number("k2", "2").await);
    let ledger = play.ledger().await;
    assert_eq!(ledger[0]["times_received"], 2);
    assert_eq!(ledger[0]["copies_equal"], true);
    play.deliver("k1", "other content").await.unwrap();
    assert_eq!(play.ledger().await[0]["copies_equal"], false);
    let kept = play.control("/providers/committee/applications/2").await;
    assert_eq!(kept["content"]["message_id"], "k2");
}

#[tokio::test]
async fn an_application_without_its_key_is_not_taken() {
    let play = Play::start_with("[providers]\nauto = false\n").await;
    let url = format!("{}/applications", play.url("committee"));
    let answer = play.http.post(url).json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(play.ledger().await.is_empty());
}

#[tokio::test]
async fn sinks_keep_what_they_were_sent() {
    let play = Play::start().await;
    let url = format!("{}/send", play.url("sms"));
    let sent = json!({"text": "Өтініш"});
    assert_eq!(
        play.http
            .post(url)
            .json(&sent)
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
    let url = format!("{}/hook", play.url("webhook"));
    play.http.post(url).body("not json").send().await.unwrap();
    assert_eq!(play.control("/sms").await[0]["body"], sent);
    assert_eq!(play.control("/webhooks").await[0]["body"], "not json");
    assert_eq!(play.control("/webhooks").await[0]["path"], "/hook");
}
