//! What is provoked besides messages and attachments: queries, forms, mailboxes.

use axum::body::Body;
use http::Request;
use intake::config::Limits;
use serde_json::{Value, json};

use super::{Seen, endless, full};
use crate::{
    bench::Bench,
    letters::{IIN, attached, query, seal},
};

/// The front office may ask for services that have no such channel, or are none.
fn more_services(besides: &mut crate::bench::Besides) {
    let (own, more) = (
        r#"["apostille", "archive-certificate"]"#,
        r#"["apostille", "archive-certificate", "mass-media-registration", "land-survey"]"#,
    );
    assert!(besides.participants.contains(own));
    besides.participants = besides.participants.replacen(own, more, 1);
}

pub(super) async fn queried(operation: &'static str, path: fn(&str) -> String) -> Vec<Seen> {
    use crate::queries::{ask_at, door, known, unanswered, valid, without_mailbox};
    let reply = || Some(Ok(known()));
    let down = || Some(Err(unanswered(&fault::registers::REGISTER_UNREACHABLE)));
    let (bench, _) = door(valid(), reply(), more_services);
    let (away, _) = door(valid(), down(), |_| ());
    let (alone, _) = door(valid(), down(), without_mailbox);
    let opinion = wire::signature::Opinion::Invalid {
        code: "signer-not-authorised".to_owned(),
        explanation: String::new(),
    };
    let (strict, _) = door(opinion, reply(), |_| ());
    let stampless = Bench::stamping("http://127.0.0.1:1/", |tsa| tsa.required = true);
    let ask = async |bench: &Bench, message: &Value| {
        let path = path(message["service"].as_str().unwrap());
        ask_at(bench, &path, message, "").await
    };
    let spoilt = |spoil: fn(&mut Value)| {
        let mut message = query();
        spoil(&mut message);
        message
    };
    let mut seen = Vec::new();
    for (bench, message) in [
        (&bench, query()),
        (&away, query()),
        (&alone, query()),
        (&strict, query()),
        (&bench, spoilt(|m| m["id"] = json!("7"))),
        (&bench, spoilt(|m| m["channel"] = json!("portal"))),
        (&bench, spoilt(|m| m["service"] = json!("land-survey"))),
        (
            &bench,
            spoilt(|m| m["service"] = json!("mass-media-registration")),
        ),
        (&bench, spoilt(|m| m["x"] = json!("y".repeat(5_000_000)))),
        (&bench, spoilt(|m| m["signatures"] = json!([]))),
        (
            &bench,
            spoilt(|m| m["signatures"][0]["content"] = json!("AAAA")),
        ),
        (
            &bench,
            spoilt(|m| {
                m["signatures"] = json!([{ "format": "cms-attached", "content": attached(b"{}") }]);
            }),
        ),
        (&bench, spoilt(|m| seal(m, &json!({})))),
        (
            &bench,
            spoilt(|m| m["classification"] = json!("state-secret")),
        ),
        (&bench, spoilt(|m| m["consent"] = Value::Null)),
        (&full(), query()),
        (&stampless, query()),
    ] {
        seen.push(ask(bench, &message).await);
    }
    let post = |body: Body| Request::post(path("apostille")).body(body).unwrap();
    let request = post(Body::from(query().to_string()));
    seen.push(bench.knock("stranger.kezek.test", request).await);
    let message = query();
    seen.push(ask(&away, &message).await);
    let mut other = message;
    let asked = json!({ "register": "gbd-fl", "subject": { "iin": IIN }, "purpose": "басқа" });
    other["query"] = asked.clone();
    seal(&mut other, &asked);
    seen.push(ask(&away, &other).await);
    let other = query();
    away.give_number_of_away("front-office", &other);
    seen.push(ask(&away, &other).await);
    *bench.post.panics.lock().unwrap() = true;
    seen.push(ask(&bench, &query()).await);
    *bench.post.panics.lock().unwrap() = false;
    *bench.post.is_away.lock().unwrap() = true;
    seen.push(ask(&bench, &query()).await);
    let impatient = Bench::within(Limits {
        body_ms_max: 100,
        ..Limits::default()
    });
    let request = post(endless());
    seen.push(impatient.knock("front-office.kezek.test", request).await);
    seen.into_iter().map(|said| (operation, said)).collect()
}

pub(super) async fn forms() -> Vec<Seen> {
    let (bench, full) = (Bench::new(), full());
    let mut seen = Vec::new();
    for (bench, path) in [
        (&bench, "apostille/form?channel=portal"),
        (&bench, "apostille/form?channel=portal&lang=kk"),
        (&bench, "apostille/form"),
        (&bench, "land-survey/form?channel=portal"),
        (&bench, "mass-media-registration/form?channel=front-office"),
        (&full, "apostille/form?channel=portal"),
    ] {
        let path = format!("/v1/services/{path}");
        seen.push(("form", crate::collecting::get(bench, "", &path).await));
    }
    seen
}

pub(super) async fn collected() -> Vec<Seen> {
    let (bench, full) = (Bench::new(), full());
    let entry = crate::collecting::granted();
    let (id, path) = (entry.id, format!("/v1/mailbox/{}", entry.id));
    bench.shelf.entries.lock().unwrap().push(entry);
    let look = "/v1/mailbox";
    let mut seen = Vec::new();
    for (bench, path, participant) in [
        (&bench, look, "front-office"),
        (&bench, "/v1/mailbox?amount=0", "front-office"),
        (&bench, look, "nobody"),
        (&bench, look, "portal"),
        (&bench, look, "national-archive"),
        (&full, look, "front-office"),
    ] {
        let said = crate::collecting::get(bench, participant, path).await;
        seen.push(("look_into_mailbox", said));
    }
    for (bench, path, participant) in [
        (&bench, path.as_str(), "front-office"),
        (&bench, path.as_str(), "front-office"),
        (&bench, "/v1/mailbox/7", "front-office"),
        (&bench, path.as_str(), "nobody"),
        (&bench, path.as_str(), "portal"),
        (&bench, path.as_str(), "national-archive"),
        (&full, path.as_str(), "front-office"),
    ] {
        let said = crate::collecting::delete(bench, participant, path).await;
        seen.push(("confirm_entry", said));
    }
    assert_eq!(*bench.shelf.confirmed.lock().unwrap(), [id]);
    seen
}
