//! The participant's system: that it hears of what it filed and of nothing else, and can tell ours from others'
//! and new from repeated.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use fault::{Again, Blame};
use jiff::{SignedDuration, Timestamp};
use message::{Detail, Language, NotificationOutcome, Outcome, ParticipantId};
use notifier::notify::Notify;
use outside::replay::{Asked, Line, Recording, Replay};
use serde_json::{Value, json};
use stage::Stage;

use crate::{
    NO_REDIS, fault,
    made::{application, at, bound, delivered, event, refused, report, result, status},
    notified_by, stage_of,
};

const NAME: &str = "webhook-portal";
const TAKEN: &str = "HTTP/1.1 204 No Content\n\n\n";
const SECRET: &str = "whsec_Zm9yIHRyaWFscyBvbiBsb29wYmFjaywgcG9ydGFs";

fn stage(receiver: &Replay, redis_url: &str) -> Notify {
    let settings = format!(
        "endpoint = \"{}\"\nparticipant = \"portal\"\nsecret = \"{SECRET}\"\ntimeout_ms = 2000",
        receiver.endpoint()
    );
    stage_of(NAME, "webhook", &settings, redis_url)
}

async fn receiver(response: &str) -> Replay {
    Replay::start(Recording::Response(response.to_owned()))
        .await
        .unwrap()
}

/// What a receiver does with what it is sent, as the README says; written apart from the code that signs.
#[derive(Default)]
struct Guard {
    seen: BTreeSet<String>,
}

#[derive(Debug, PartialEq)]
enum Refused {
    Forged,
    Old,
    Seen,
}

impl Guard {
    fn look(&mut self, asked: &Asked, now: Timestamp) -> Result<Value, Refused> {
        let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
        let (id, time) = (header("webhook-id"), header("webhook-timestamp"));
        let key = BASE64.decode(SECRET.trim_start_matches("whsec_")).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signed = [id.as_bytes(), b".", time.as_bytes(), b".", &asked.body].concat();
        let is_ours = header("webhook-signature").split(' ').any(|signature| {
            let tag = signature
                .strip_prefix("v1,")
                .and_then(|tag| BASE64.decode(tag).ok());
            tag.is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
        });
        let at = time
            .parse()
            .ok()
            .and_then(|at| Timestamp::from_second(at).ok());
        match at {
            Some(at) if is_ours => {
                if now.duration_since(at).abs() > SignedDuration::from_mins(5) {
                    Err(Refused::Old)
                } else if self.seen.insert(id) {
                    Ok(serde_json::from_slice(&asked.body).unwrap())
                } else {
                    Err(Refused::Seen)
                }
            }
            _ => Err(Refused::Forged),
        }
    }
}

#[tokio::test]
async fn the_system_that_filed_it_hears_of_each_change_once_signed() {
    let (receiver, redis) = (receiver(TAKEN).await, rig::Redis::start().await.unwrap());
    let stage = stage(&receiver, &redis.url());
    let event = event(application(), delivered());
    for _ in 0..2 {
        assert!(stage.concerns(&event));
        let told = notified_by(NAME, stage.handle(&event).await);
        assert_eq!(told, (NotificationOutcome::Sent, "portal".to_owned()));
    }
    let asked = receiver.asked();
    assert_eq!(asked.len(), 1, "the same event twice is one message");
    assert_eq!(asked[0].path, "/v1/notifications");
    let said = Guard::default().look(&asked[0], Timestamp::now()).unwrap();
    let text = "Your application has been handed to the service provider, \
                who registered it under number КИА-2026/17.";
    let number = application().number.to_string();
    let expected = json!({
        "id": event.facts[0].id,
        "fact": "delivered",
        "at": "2026-11-22T12:00:00+05:00",
        "number": number,
        "reference": "theirs",
        "service": "apostille",
        "language": Language::En,
        "subject": format!("Application {number} is with the service provider"),
        "text": text,
        "detail": { "provider": "committee", "registration_number": "КИА-2026/17" },
    });
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_receiver_can_refuse_what_is_forged_old_or_repeated() {
    let receiver = receiver(TAKEN).await;
    let stage = stage(&receiver, NO_REDIS);
    let event = event(application(), Detail::Received);
    let (sent, now) = (Timestamp::now(), Timestamp::now);
    for _ in 0..2 {
        // Without Redis it goes out twice, under the same id.
        notified_by(NAME, stage.handle(&event).await);
    }
    let asked = receiver.asked();
    let mut guard = Guard::default();
    assert!(guard.look(&asked[0], now()).is_ok());
    assert_eq!(guard.look(&asked[1], now()), Err(Refused::Seen));
    let later = sent + SignedDuration::from_mins(6);
    assert_eq!(Guard::default().look(&asked[0], later), Err(Refused::Old));
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut forged = asked[0].clone();
        let value = forged.headers.get_mut(header).unwrap();
        let changed = if value.ends_with('1') { "2" } else { "1" };
        value.replace_range(value.len() - 1.., changed);
        assert_eq!(guard.look(&forged, now()), Err(Refused::Forged), "{header}");
    }
    let mut forged = asked[0].clone();
    forged.body.push(b' ');
    assert_eq!(guard.look(&forged, now()), Err(Refused::Forged));
}

#[tokio::test]
async fn what_others_filed_or_no_application_has_passes_by() {
    let receiver = receiver(TAKEN).await;
    let stage = stage(&receiver, NO_REDIS);
    let mut by_another = application();
    by_another.sender.participant = ParticipantId::new("front-office").unwrap();
    assert!(!stage.concerns(&event(by_another.clone(), Detail::Received)));
    assert!(
        !stage.concerns(&event(report(), status("registered"))),
        "not bound yet"
    );
    assert!(!stage.concerns(&event(bound(), refused("report-contradicts"))));
    assert!(stage.concerns(&event(bound(), status("registered"))));
    let mut anothers = bound();
    anothers.filed = by_another.filing();
    assert!(!stage.concerns(&event(anothers, status("registered"))));
}

#[tokio::test]
async fn a_decision_comes_under_the_reference_of_the_application_without_words_for_operators() {
    let receiver = receiver(TAKEN).await;
    let stage = stage(&receiver, NO_REDIS);
    let declined = result(Outcome::Refused, "no grounds");
    for event in [
        event(bound(), declined),
        event(application(), refused("payment-missing")),
    ] {
        notified_by(NAME, stage.handle(&event).await);
    }
    let mut guard = Guard::default();
    let mut said = |place: usize| {
        guard
            .look(&receiver.asked()[place], Timestamp::now())
            .unwrap()
    };
    let (declined, refused) = (said(0), said(1));
    assert_eq!(declined["reference"], "theirs");
    let detail = json!({ "provider": "committee", "outcome": "refused", "reason": "no grounds" });
    assert_eq!(declined["detail"], detail);
    assert_eq!(refused["detail"], json!({ "code": "payment-missing" }));
    assert!(!refused.to_string().contains("receipt 17"));
    for asked in receiver.asked() {
        let text = String::from_utf8(asked.body).unwrap();
        assert!(
            !text.contains("Айгүл") && !text.contains("000229") && !text.contains('@'),
            "{text}"
        );
    }
    assert_eq!(at().to_string(), "2026-11-22T07:00:00Z");
}

#[tokio::test]
async fn each_answer_of_the_receiver_has_its_ending() {
    let event = event(application(), Detail::Received);
    let lane = |code| (code, Again::Later, Blame::Lane);
    for (response, ending) in [
        (
            "HTTP/1.1 503 Service Unavailable\n\n\n",
            lane("receiver-unreachable"),
        ),
        (
            "HTTP/1.1 500 Internal Server Error\n\n\n",
            ("receiver-failed", Again::Later, Blame::Message),
        ),
        (
            "HTTP/1.1 404 Not Found\n\n\n",
            ("receiver-garbled", Again::Never, Blame::Message),
        ),
    ] {
        let receiver = receiver(response).await;
        assert_eq!(
            fault(stage(&receiver, NO_REDIS).handle(&event).await),
            ending
        );
    }
    let gone = receiver("HTTP/1.1 410 Gone\n\n\n").await;
    let told = notified_by(NAME, stage(&gone, NO_REDIS).handle(&event).await);
    assert_eq!(told.0, NotificationOutcome::Rejected);
    let away = Replay::start(Recording::Line(Line::Refused)).await.unwrap();
    let stage = stage(&away, NO_REDIS);
    assert_eq!(
        fault(stage.handle(&event).await),
        lane("receiver-unreachable")
    );
    assert!(stage.probe().await.is_err());
}
