//! Who sends, and what he sends: everything wrong of it ends in a clear fault.

use axum::body::Body;
use gateway::{
    Call,
    types::{Password, SenderInfo},
    write_call,
};
use http::Request;

use super::{ASYNC, SYNC, fault, mail::wish, post, reply, send, sync, told};
use crate::{
    bench::Bench,
    letters::{application, front_office},
};

#[tokio::test]
async fn every_bad_envelope_ends_in_a_fault_that_says_what_is_wrong_and_nothing_is_published() {
    let bench = Bench::new();
    let good = write_call(&Call::SyncSend(sync(&front_office(), "7")));
    let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
    let cases = [
        (String::new(), "malformed"),
        ("<a>".to_owned(), "malformed"),
        (good[..good.len() / 2].to_owned(), "malformed"),
        (deep, "malformed"),
        (
            format!("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{good}"),
            "malformed",
        ),
        (good.replace("SendMessage", "DropTables"), "malformed"),
        (good.replace("messageDate>", "messageDay>"), "malformed"),
        (
            good.replace("urn:kezek:message:v1", "urn:other"),
            "malformed",
        ),
        (good.replace("<kind>application", "<kind>7"), "malformed"),
        (
            good.replace("<reference>", "<ref>")
                .replace("</reference>", "</ref>"),
            "malformed",
        ),
        (
            good.replace("cms-detached", "cms-attached"),
            "signature-malformed",
        ),
        (format!("{good}{}", " ".repeat(5_000_000)), "too-large"),
    ];
    for (envelope, code) in cases {
        let shown: String = envelope.chars().take(60).collect();
        let (sce, ours, _) = fault(&bench, SYNC, envelope).await;
        let expected = if code == "signature-malformed" {
            "SCE016"
        } else {
            "SCE001"
        };
        assert_eq!((sce.as_str(), ours.as_str()), (expected, code), "{shown}");
    }
    let get = Call::GetMessages(wish(None));
    let (_, ours, at) = fault(&bench, SYNC, write_call(&get)).await;
    assert_eq!((ours.as_str(), at.as_str()), ("malformed", "getMessages"));
    let mut unsigned = front_office();
    unsigned["signatures"] = serde_json::json!([]);
    let (sce, ours, _) = fault(
        &bench,
        ASYNC,
        write_call(&Call::Send(send(&unsigned, None))),
    )
    .await;
    assert_eq!(
        (sce.as_str(), ours.as_str()),
        ("SCE017", "signature-missing")
    );
    let foreign = Call::Send(send(&application(), None));
    let (_, ours, _) = fault(&bench, ASYNC, write_call(&foreign)).await;
    assert_eq!(ours, "not-allowed");
    assert!(bench.keys().is_empty());
}

#[tokio::test]
async fn a_failure_of_ours_is_a_fault_that_may_be_tried_again() {
    let bench = Bench::new();
    *bench.post.is_away.lock().unwrap() = true;
    let envelope = write_call(&Call::SyncSend(sync(&front_office(), "7")));
    let (sce, ours, _) = fault(&bench, SYNC, envelope.clone()).await;
    assert_eq!(
        (sce.as_str(), ours.as_str()),
        ("SCE909", "broker-unavailable")
    );
    *bench.post.is_away.lock().unwrap() = false;
    *bench.post.panics.lock().unwrap() = true;
    let (sce, ours, _) = fault(&bench, SYNC, envelope).await;
    assert_eq!((sce.as_str(), ours.as_str()), ("SCE909", "internal"));
    let request = Request::put(ASYNC).body(Body::empty()).unwrap();
    let said = bench.knock("", request).await;
    assert_eq!(told(&reply(&said).unwrap_err()).1, "method-not-allowed");
}

#[tokio::test]
async fn who_it_is_is_known_by_password_by_certificate_or_by_both_that_agree() {
    let bench = Bench::new();
    let with = |sender: &str, password: Option<&str>| {
        let mut send = send(&front_office(), None);
        send.info.sender = SenderInfo {
            sender_id: sender.to_owned(),
            password: password.map(Password::new),
        };
        write_call(&Call::Send(send))
    };
    let right = Some("front-office-of-the-bench");
    let (office, committee) = ("front-office.kezek.test", "committee.kezek.test");
    for (sender, password, san, place) in [
        ("STATE-CORPORATION", right, "", None),
        ("STATE-CORPORATION", right, "", None),
        ("STATE-CORPORATION", None, office, None),
        ("STATE-CORPORATION", right, office, None),
        (
            "STATE-CORPORATION",
            Some("guess"),
            "",
            Some("sender.password"),
        ),
        ("STATE-CORPORATION", None, "", Some("sender.password")),
        (
            "STATE-CORPORATION",
            Some("guess"),
            office,
            Some("sender.password"),
        ),
        (
            "STATE-CORPORATION",
            right,
            committee,
            Some("sender.senderId"),
        ),
        ("NOBODY", right, "", Some("sender.senderId")),
        ("NOBODY", None, office, Some("sender.senderId")),
    ] {
        let said = post(&bench, ASYNC, san, with(sender, password)).await;
        match (reply(&said), place) {
            (Ok(_), None) => {}
            (Err(fault), Some(place)) => {
                let expected = ("SCE001", "sender-unknown", place);
                let (sce, ours, at) = told(&fault);
                assert_eq!((sce.as_str(), ours.as_str(), at.as_str()), expected);
                let text = String::from_utf8(said.bytes).unwrap();
                assert!(!text.contains("guess") && !text.contains("of-the-bench"));
            }
            (other, place) => panic!("{sender} {san} {place:?}: {other:?}"),
        }
    }
    assert_eq!(bench.keys().len(), 4);
}
