//! A system comes for its mailbox: what it reads, and that confirming takes out what was named and nothing else.

use axum::body::Body;
use broker::MailboxEntry;
use http::{Request, StatusCode};
use jiff::Timestamp;
use message::{
    About, Detail, Event, Fact, Kind, MessageId, Number, Outcome, ParticipantId, ProviderCode,
    Report,
};
use serde_json::{Value, json};

use crate::{
    bench::{Bench, Said},
    letters::front_office,
};

pub(crate) async fn get(bench: &Bench, participant: &str, path: &str) -> Said {
    let request = Request::get(path).body(Body::empty()).unwrap();
    bench
        .knock(&format!("{participant}.kezek.test"), request)
        .await
}

pub(crate) async fn delete(bench: &Bench, participant: &str, path: &str) -> Said {
    let request = Request::delete(path).body(Body::empty()).unwrap();
    bench
        .knock(&format!("{participant}.kezek.test"), request)
        .await
}

fn entry(message: message::Message, detail: Detail) -> MailboxEntry {
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let fact = Fact::new(about, Timestamp::UNIX_EPOCH, "monitor", detail);
    MailboxEntry {
        id: fact.id,
        event: Event::new(vec![fact], message),
    }
}

fn committee() -> ProviderCode {
    ProviderCode::new("committee").unwrap()
}

/// A message of the shape that the front office's became behind the door.
fn filed() -> message::Message {
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(7));
    message::Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: message::Sender {
            participant: ParticipantId::new("front-office").unwrap(),
            bin: message::Bin::new("120140000027").unwrap(),
            reference: "019ab8d5-7c00-7abc-8def-0123456789ab".to_owned(),
            provider: None,
        },
        service: message::ServiceCode::new("apostille").unwrap(),
        channel: message::Channel::FrontOffice,
        received_at: Timestamp::UNIX_EPOCH,
        applicant: None,
        representative: None,
        consent: None,
        receipt: None,
        document: message::Document {
            media_type: "application/json".to_owned(),
            content: b"{}".to_vec(),
        },
        signatures: vec![message::Signature {
            format: message::SignatureFormat::CmsDetached,
            content: b"signed".to_vec(),
            timestamp: None,
        }],
        attachments: vec![],
        report: None,
        query: None,
        provider: None,
        signers: vec![],
        findings: vec![],
        plan: message::Plan::new(vec![]),
        attempts: message::Attempts::default(),
        filed: None,
    }
}

/// The committee granted what the front office had filed.
pub(crate) fn granted() -> MailboxEntry {
    let application = filed();
    let outcome = Outcome::Granted;
    let message = message::Message {
        kind: Kind::Result,
        filed: application.filing(),
        sender: message::Sender {
            participant: ParticipantId::new("committee").unwrap(),
            reference: "the committee's own".to_owned(),
            ..application.sender.clone()
        },
        report: Some(Report::Result {
            outcome,
            reason: String::new(),
        }),
        ..application
    };
    let provider = committee();
    entry(
        message,
        Detail::ResultIssued {
            provider,
            outcome,
            reason: String::new(),
        },
    )
}

fn delivered() -> MailboxEntry {
    let detail = Detail::Delivered {
        provider: committee(),
        registration_number: "КЗ-7".to_owned(),
    };
    entry(filed(), detail)
}

#[tokio::test]
async fn a_system_reads_what_was_decided_with_what_was_signed() {
    let bench = Bench::new();
    *bench.shelf.entries.lock().unwrap() = vec![delivered(), granted()];
    let said = get(&bench, "front-office", "/v1/mailbox").await;
    assert_eq!(said.status, StatusCode::OK);
    assert_eq!(said.headers["cache-control"], "no-store");
    let entries = said.body["entries"].as_array().unwrap();
    let (first, second) = (&entries[0], &entries[1]);
    assert_eq!(first["fact"], "delivered");
    assert_eq!(
        first["detail"],
        json!({ "provider": "committee", "registration_number": "КЗ-7" })
    );
    assert_eq!(first["document"], Value::Null, "it is the reader's own");
    assert_eq!(second["fact"], "result-issued");
    assert_eq!(second["at"], "1970-01-01T06:00:00+06:00");
    assert_eq!(second["reference"], "019ab8d5-7c00-7abc-8def-0123456789ab");
    assert_eq!(second["document"]["content"], "e30=");
    assert_eq!(second["signatures"][0]["content"], "c2lnbmVk");
}

#[tokio::test]
async fn what_is_not_confirmed_comes_again_and_what_is_does_not() {
    let bench = Bench::new();
    *bench.shelf.entries.lock().unwrap() = vec![delivered(), granted()];
    let ids = async || {
        let said = get(&bench, "front-office", "/v1/mailbox?amount=10").await;
        let entries = said.body["entries"].as_array().unwrap().clone();
        entries
            .iter()
            .map(|entry| entry["id"].clone())
            .collect::<Vec<_>>()
    };
    let (first, again) = (ids().await, ids().await);
    assert_eq!(first, again);
    let path = format!("/v1/mailbox/{}", first[0].as_str().unwrap());
    assert_eq!(
        delete(&bench, "front-office", &path).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(ids().await, first[1..]);
    let twice = delete(&bench, "front-office", &path).await;
    assert_eq!(
        (twice.status.as_u16(), twice.code()),
        (404, "not-in-mailbox")
    );
}

#[tokio::test]
async fn only_so_much_is_told_as_is_asked_for_and_only_what_it_is_about() {
    let bench = Bench::new();
    *bench.shelf.entries.lock().unwrap() = vec![delivered(), granted()];
    let count = async |query: &str| {
        let path = format!("/v1/mailbox?{query}");
        let said = get(&bench, "front-office", &path).await;
        said.body["entries"].as_array().map(Vec::len)
    };
    assert_eq!(count("amount=1").await, Some(1));
    assert_eq!(count("number=00000000000000000000").await, Some(0));
    let own = filed().number;
    assert_eq!(count(&format!("number={own}")).await, Some(2));
    for wrong in [
        "amount=501",
        "amount=-1",
        "amount=many",
        "number=7",
        "all=1",
    ] {
        assert_eq!(count(wrong).await, None, "{wrong}");
    }
}

#[tokio::test]
async fn who_has_no_mailbox_is_told_so_and_who_has_it_away_may_come_again() {
    let bench = Bench::new();
    let said = get(&bench, "portal", "/v1/mailbox").await;
    assert_eq!((said.status.as_u16(), said.code()), (404, "no-mailbox"));
    let said = get(&bench, "national-archive", "/v1/mailbox").await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (503, "mailbox-unavailable")
    );
    assert_eq!(said.headers["retry-after"], "5");
    assert_eq!(
        bench.post_as("front-office", &front_office()).await.status,
        202
    );
}
