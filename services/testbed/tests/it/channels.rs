//! The gateway's channels of registers and providers: what they say, how they sign, and how they fail.

use gateway::{
    Call, Data, Limits, Reply, kezek, read_reply, state,
    types::{
        AsyncMessageInfo, DeliveryNotification, DeliveryNotified, DeliveryStatusInfo, GetMessages,
        MessageStatus, MessageType, Property, Send, SenderInfo, SyncMessageInfo, SyncSend,
    },
    write_call,
};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::json;
use signatures::{Certificate, Policy, algorithm::ALGORITHMS, format::Rules};
use xmldsig::{Demand, Document, open, wsse};

use crate::play::Play;

/// No provider answers by itself: nothing disturbs the ledger.
const QUIET: &str = "[providers]\nauto = false\n";
const SERVICE: &str = "KZ-TEST";

fn sender() -> SenderInfo {
    SenderInfo {
        sender_id: "kezek".to_owned(),
        password: None,
    }
}

fn question(id: &str, data: &str) -> Call {
    Call::SyncSend(SyncSend {
        info: SyncMessageInfo {
            message_id: id.to_owned(),
            correlation_id: None,
            service_id: SERVICE.to_owned(),
            message_date: Timestamp::now(),
            route_id: None,
            sender: sender(),
            properties: vec![Property::new("operator", "saule-operator")],
            session_id: None,
        },
        data: Data::xml(data).unwrap(),
    })
}

/// An application as kezek hands it over.
fn application(id: &str) -> Call {
    let json = json!({
        "message_id": id, "number": "02810880051234567890", "service": "apostille", "channel": "portal",
        "received_at": "2026-11-22T12:00:00+05:00",
        "applicant": {"id": "900101300017", "kind": "person", "name": "Үлгілі Айгүл"},
        "document": {"media_type": "application/json", "content_base64": "e30=", "sha256": "00".repeat(32)},
    });
    let element = kezek::from_json(kezek::Root::Application, &json).unwrap();
    Call::Send(Send {
        info: AsyncMessageInfo {
            message_id: Some(id.to_owned()),
            correlation_id: None,
            service_id: SERVICE.to_owned(),
            message_type: MessageType::Request,
            route_id: None,
            message_date: Timestamp::now(),
            sender: sender(),
            properties: Vec::new(),
            session_id: None,
        },
        data: Data::xml(&element).unwrap(),
    })
}

fn mailbox(correlation: &str) -> Call {
    Call::GetMessages(GetMessages {
        message_id: None,
        correlation_id: Some(correlation.to_owned()),
        request_date: Some(Timestamp::now()),
        service_id: SERVICE.to_owned(),
        sender: Some(sender()),
        amount: Some(10),
        properties: Vec::new(),
    })
}

fn delivered(id: &str) -> Call {
    let now = Timestamp::now();
    Call::DeliveryNotification(DeliveryNotified {
        notification: DeliveryNotification {
            message_id: id.to_owned(),
            service_id: SERVICE.to_owned(),
            notification_date: now,
            delivery_status: DeliveryStatusInfo {
                receive_status: "RECEIVED".to_owned(),
                status_date: now,
                resend_message: "false".to_owned(),
                error: None,
            },
        },
        request_date: now,
        sender: Some(sender()),
    })
}

/// Asks a channel; HTTP status and envelope.
async fn ask(play: &Play, system: &str, channel: &str, call: &Call) -> (StatusCode, Vec<u8>) {
    let url = format!("{}/soap/{channel}", play.url(system));
    // On a line of its own: the second answer of `duplicate` is nobody else's.
    let http = reqwest::Client::new();
    let sent = http.post(url).body(write_call(call)).send();
    let answer = sent.await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

fn reply(envelope: &[u8]) -> Reply {
    read_reply(envelope, &Limits::default()).unwrap().unwrap()
}

/// The letters that wait.
async fn letters(play: &Play, correlation: &str) -> Vec<gateway::types::AsyncMessage> {
    let (_, envelope) = ask(play, "committee", "async", &mailbox(correlation)).await;
    match reply(&envelope) {
        Reply::GetMessages(reply) => reply.messages,
        other => panic!("{other:?}"),
    }
}

fn certificate(play: &Play, of: &str) -> Certificate {
    let file = play.folder.path().join(format!("identities/{of}.cert.pem"));
    let text = std::fs::read(file).unwrap();
    Certificate::all_in_file(&text).unwrap().remove(0)
}

/// Whether the Body, and whether the data, of an answer are signed by this system.
fn signed_by(play: &Play, of: &str, envelope: &[u8]) -> [bool; 2] {
    let trusted = [certificate(play, of)];
    let limits = Limits::default();
    let policy = Policy::default();
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    let whole = Document::parse(envelope, &limits).unwrap();
    let body = wsse::open(&whole, &[], &rules).and_then(|opened| opened.pinned(&trusted));
    let Reply::SyncSend(reply) = reply(envelope) else {
        panic!("another answer");
    };
    let inside = Document::parse(reply.data.payload(), &limits).unwrap();
    let data = open(&inside, &Demand::DOCUMENT).and_then(|opened| opened.pinned(&trusted));
    [body.is_ok(), data.is_ok()]
}

#[tokio::test]
async fn registers_answer_on_the_sync_channel_from_the_same_world_and_sign_twice() {
    let play = Play::start_with(QUIET).await;
    let (aigul, samat) = (play.number("aigul"), play.number("samat"));
    let payment = json!({"payer": aigul, "service": "apostille", "amount_tenge": 2_163});
    let (_, paid) = play.order("/payments", payment).await;
    let receipt = paid["receipt"].as_str().unwrap();
    let power = |number: &str| {
        format!(
            "<request><number>{number}</number><principal>{aigul}</principal><representative>{samat}</representative></request>"
        )
    };
    let fee = |tenge: u32| {
        format!(
            "<request><receipt>{receipt}</receipt><payer>{aigul}</payer><service>apostille</service>\
             <amountTenge>{tenge}</amountTenge></request>"
        )
    };
    for (register, asked, said) in [
        (
            "gbd-fl",
            format!("<Request><messageId>q</messageId><iin>{aigul}</iin></Request>"),
            "<surname>Үлгілі</surname>",
        ),
        (
            "gbd-fl",
            "<Request><iin>000000000000</iin></Request>".to_owned(),
            "<code>00000</code>",
        ),
        (
            "gbd-ul",
            "<request><BIN>100140000013</BIN></request>".to_owned(),
            "<FullNameRu>Образцовый портал</FullNameRu>",
        ),
        (
            "gbd-ul",
            "<request><BIN>000000000000</BIN></request>".to_owned(),
            "<Code>002</Code>",
        ),
        ("enis", power("ENIS-0001"), "<certified>notary</certified>"),
        ("enis", power("ENIS-9999"), "<code>NOT_FOUND</code>"),
        ("payment", fee(2_163), "<paid>true</paid>"),
        ("payment", fee(1), "<code>NOT_PAID</code>"),
    ] {
        let (status, envelope) = ask(&play, register, "sync", &question("m1", &asked)).await;
        assert_eq!(status, StatusCode::OK, "{register}");
        let Reply::SyncSend(answer) = reply(&envelope) else {
            panic!("{register}");
        };
        assert_eq!(answer.info.correlation_id.as_deref(), Some("m1"));
        assert!(answer.info.status.is_success());
        let text = String::from_utf8_lossy(answer.data.payload()).into_owned();
        assert!(text.contains(said), "{register}: {text}");
        let system = format!("{register}-system");
        assert_eq!(
            signed_by(&play, &system, &envelope),
            [true, true],
            "{register}"
        );
    }
    let queries = play.control("/queries").await;
    assert_eq!(queries.as_array().unwrap().len(), 8);
    assert_eq!(queries[0]["purpose"]["operator"], "saule-operator");
    assert!(!queries.to_string().contains(&aigul));
}

#[tokio::test]
async fn a_register_fails_on_its_channel_as_it_is_told() {
    let play = Play::start_with(QUIET).await;
    let asked = format!("<Request><iin>{}</iin></Request>", play.number("aigul"));
    let call = question("m1", &asked);

    play.fault("gbd-fl", "soap-fault", 0).await;
    let (status, envelope) = ask(&play, "gbd-fl", "sync", &call).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let fault = read_reply(&envelope, &Limits::default())
        .unwrap()
        .unwrap_err();
    assert_eq!(fault.code(), gateway::code::INTERNAL);

    play.fault("gbd-fl", "garbage-xml", 0).await;
    let (status, envelope) = ask(&play, "gbd-fl", "sync", &call).await;
    assert_eq!(status, StatusCode::OK);
    assert!(read_reply(&envelope, &Limits::default()).is_err());
    assert!(
        play.control("/queries")
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );

    play.fault("gbd-fl", "wrong-correlation", 0).await;
    let (_, envelope) = ask(&play, "gbd-fl", "sync", &call).await;
    let Reply::SyncSend(answer) = reply(&envelope) else {
        panic!("another answer");
    };
    assert_ne!(answer.info.correlation_id.as_deref(), Some("m1"));

    play.fault("gbd-fl", "unsigned", 0).await;
    let (_, envelope) = ask(&play, "gbd-fl", "sync", &call).await;
    assert_eq!(signed_by(&play, "gbd-fl-system", &envelope), [false, false]);
    assert!(!String::from_utf8_lossy(&envelope).contains("Signature"));

    play.fault("gbd-fl", "wrong-signer", 0).await;
    let (_, envelope) = ask(&play, "gbd-fl", "sync", &call).await;
    assert_eq!(signed_by(&play, "gbd-fl-system", &envelope), [false, false]);
    assert_eq!(signed_by(&play, "payment-system", &envelope), [true, true]);
}

#[tokio::test]
async fn a_provider_answers_by_its_mailbox_until_the_delivery_is_notified() {
    let play = Play::start_with(QUIET).await;
    let status = async || {
        let asked = Call::MessageStatus(MessageStatus {
            message_id: "k1".to_owned(),
            request_date: Timestamp::now(),
            sender: sender(),
            properties: Vec::new(),
        });
        let (_, envelope) = ask(&play, "committee", "async", &asked).await;
        match reply(&envelope) {
            Reply::MessageStatus(reply) => reply.message_state,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status().await, state::NOT_DELIVERED);
    assert!(letters(&play, "k1").await.is_empty());

    let (sent, _) = ask(&play, "committee", "async", &application("k1")).await;
    assert_eq!(sent, StatusCode::OK);
    assert_eq!(status().await, state::DELIVERED);
    let first = letters(&play, "k1").await;
    assert_eq!(
        letters(&play, "k1").await,
        first,
        "it stays until it is confirmed"
    );
    assert!(letters(&play, "k2").await.is_empty());
    let [letter] = first.as_slice() else {
        panic!("{first:?}");
    };
    let registered = letter.data.document(&Limits::default()).unwrap();
    let registered = kezek::to_json(&registered.unverified());
    let ledger = play.ledger().await;
    assert_eq!(
        registered.unwrap()["registration_number"],
        ledger[0]["registration_number"]
    );

    let id = letter.info.message_id.clone().unwrap();
    ask(&play, "committee", "async", &delivered(&id)).await;
    assert!(letters(&play, "k1").await.is_empty());
    // The message again is the same order, and its answer comes again.
    ask(&play, "committee", "async", &application("k1")).await;
    assert_eq!(letters(&play, "k1").await.len(), 1);
    assert_eq!(play.ledger().await[0]["times_received"], 2);
}

#[tokio::test]
async fn a_provider_fails_on_its_channel_as_it_is_told() {
    let play = Play::start_with(QUIET).await;
    play.fault("committee", "answer-late", 60_000).await;
    let (sent, _) = ask(&play, "committee", "async", &application("k1")).await;
    assert_eq!(sent, StatusCode::OK);
    assert_eq!(play.ledger().await.len(), 1, "it has been taken");
    assert!(
        letters(&play, "k1").await.is_empty(),
        "its answer is not there yet"
    );

    play.fault("committee", "duplicate", 0).await;
    ask(&play, "committee", "async", &application("k2")).await;
    assert_eq!(letters(&play, "k2").await.len(), 2);

    play.fault("committee", "wrong-correlation", 0).await;
    let wrong = letters(&play, "k2").await;
    assert_ne!(wrong[0].info.correlation_id.as_deref(), Some("k2"));

    play.fault("committee", "error-500", 0).await;
    let (status, body) = ask(&play, "committee", "async", &application("k3")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body, b"told to fail");
    assert_eq!(play.ledger().await.len(), 2);
}

#[tokio::test]
async fn a_channel_describes_itself_for_the_place_where_it_was_asked() {
    let play = Play::start_with(QUIET).await;
    for (system, channel) in [("gbd-fl", "sync"), ("committee", "async")] {
        let url = format!("{}/soap/{channel}", play.url(system));
        let get = async |asked: &str| {
            play.http
                .get(format!("{url}?{asked}"))
                .send()
                .await
                .unwrap()
        };
        let text = get("wsdl").await.text().await.unwrap();
        assert!(text.contains(&format!("location=\"{url}\"")), "{text}");
        assert_eq!(get("xsd=common.xsd").await.status(), StatusCode::OK);
        assert_eq!(get("xsd=passwd").await.status(), StatusCode::NOT_FOUND);
    }
}
