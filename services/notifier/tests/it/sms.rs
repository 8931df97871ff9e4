//! SMS: who gets one, who does not, and what the gateway's moods lead to.

use std::sync::Arc;

use fault::{Again, Blame};
use message::{Detail, Message, NotificationOutcome, Outcome};
use notifier::notify::Notify;
use outside::replay::{Line, Recording, Replay};
use serde_json::{Value, json};
use stage::{Stage, memory::Run};

use crate::{
    NO_REDIS, fault,
    made::{application, by_phone, delivered, event, report, result, status},
    notified_by, received, repository, stage_of,
};

const ACCEPTED: &str = "HTTP/1.1 200 OK\n\n{\"id\": \"1\", \"status\": \"accepted\"}\n";

async fn gateway(response: &str) -> Replay {
    Replay::start(Recording::Response(response.to_owned()))
        .await
        .unwrap()
}

fn stage(gateway: &Replay, redis_url: &str) -> Notify {
    let settings = format!(
        "endpoint = \"{}\"\nfrom = \"kezek\"\ntimeout_ms = 2000",
        gateway.endpoint()
    );
    stage_of("sms", "sms-http", &settings, redis_url)
}

fn body(gateway: &Replay, place: usize) -> Value {
    serde_json::from_slice(&gateway.asked()[place].body).unwrap()
}

#[tokio::test]
async fn who_left_a_number_gets_a_short_text_and_the_fact_hides_the_number() {
    let (gateway, redis) = (gateway(ACCEPTED).await, rig::Redis::start().await.unwrap());
    let stage = stage(&gateway, &redis.url());
    let event = event(by_phone(), Detail::Received);
    assert!(stage.concerns(&event));
    let (first, again) = (stage.handle(&event).await, stage.handle(&event).await);
    assert_eq!(first.as_ref().unwrap(), again.as_ref().unwrap());
    let told = notified_by("sms", first);
    assert_eq!(told, (NotificationOutcome::Sent, "•••17".to_owned()));
    assert_eq!(gateway.asked().len(), 1, "the same event twice is one SMS");
    let number = application().number;
    let id = format!("{}.sms", event.facts[0].id);
    let text = format!("Application {number} has been received and is being checked.");
    let sms = json!({ "id": id, "from": "kezek", "to": "+77010000017", "text": text });
    assert_eq!(body(&gateway, 0), sms);
    assert_eq!(gateway.asked()[0].headers["idempotency-key"], id);
}

#[tokio::test]
async fn without_a_number_or_where_we_keep_silent_the_event_passes_by() {
    let gateway = gateway(ACCEPTED).await;
    let stage = stage(&gateway, NO_REDIS);
    let passed: Vec<(Message, Detail)> = vec![
        (application(), Detail::Received),
        (by_phone(), delivered()),
        (report(), Detail::Received),
    ];
    for (message, detail) in passed {
        assert!(
            !stage.concerns(&event(message, detail.clone())),
            "{detail:?}"
        );
    }
    let mut report = report();
    report.applicant = by_phone().applicant;
    for detail in [status("suspended"), result(Outcome::Granted, "")] {
        assert!(stage.concerns(&event(report.clone(), detail)));
    }
    let verified = Detail::Verified {
        signers: Vec::new(),
    };
    assert!(
        stage.concerns(&event(application(), verified)),
        "it is parked for a person"
    );
}

#[tokio::test]
async fn a_number_that_is_none_is_never_sent_and_one_that_is_refused_not_again() {
    let redis = rig::Redis::start().await.unwrap();
    let gateway = gateway("HTTP/1.1 200 OK\n\n{\"id\": \"1\", \"status\": \"rejected\"}\n").await;
    let stage = stage(&gateway, &redis.url());
    let mut message = by_phone();
    message.applicant.as_mut().unwrap().phone = Some("ask my neighbour".to_owned());
    let told = notified_by("sms", stage.handle(&event(message, Detail::Received)).await);
    assert_eq!(told.0, NotificationOutcome::Rejected);
    assert!(gateway.asked().is_empty());
    for _ in 0..2 {
        let told = notified_by(
            "sms",
            stage.handle(&event(by_phone(), status("ready"))).await,
        );
        assert_eq!(told.0, NotificationOutcome::Rejected);
    }
    assert_eq!(gateway.asked().len(), 1);
}

#[tokio::test]
async fn a_gateway_that_is_away_closes_the_lane_and_the_text_goes_when_it_is_back() {
    let redis = rig::Redis::start().await.unwrap();
    let away = Replay::start(Recording::Line(Line::Refused)).await.unwrap();
    let stage = stage(&away, &redis.url());
    let event = event(by_phone(), Detail::Received);
    let outage = ("sms-gateway-unreachable", Again::Later, Blame::Lane);
    assert_eq!(fault(stage.handle(&event).await), outage);
    assert!(stage.probe().await.is_err());
    let endpoint = away.endpoint();
    let port = endpoint
        .rsplit([':', '/'])
        .find_map(|part| part.parse().ok());
    drop(away);
    let accepted = Recording::Response(ACCEPTED.to_owned());
    let back = Replay::start_on(port.unwrap(), accepted).await.unwrap();
    assert!(stage.probe().await.is_ok());
    let told = notified_by("sms", stage.handle(&event).await);
    assert_eq!(told.0, NotificationOutcome::Sent);
    assert_eq!(back.asked().len(), 1);
}

#[tokio::test]
async fn on_the_map_a_text_ends_as_a_fact_and_what_passes_by_as_nothing() {
    let gateway = gateway(ACCEPTED).await;
    let map = flow::Map::load(&repository().join("deploy/flow.toml")).unwrap();
    let sms: Arc<dyn Stage> = Arc::new(stage(&gateway, NO_REDIS));
    let mut run = Run::new(Arc::new(map)).with("notifier.sms", sms);
    let event = event(by_phone(), Detail::Received);
    assert_eq!(run.feed("notifier.sms", event).await.keys(), ["notified"]);
    assert!(run.feed("notifier.sms", received()).await.keys().is_empty());
}
