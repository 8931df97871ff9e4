//! `parked`, on a real broker with the deployed map.

use std::path::Path;

use broker::{Config, Publisher};
use flow::Map;
use jiff::Timestamp;
use message::{
    About, Attempts, Bin, Channel, Detail, Document, Event, Fact, Kind, Message, MessageId, Number,
    ParticipantId, Plan, Sender, ServiceCode,
};
use rig::Broker;
use stage::Settler;

use crate::run::{deploy, kezekctl};

const LANE: &str = "router.committee";

fn message(number: u128) -> Message {
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(0x019a_b8d5_7c00 << 80 | number));
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: Bin::new("100140000013").unwrap(),
            reference: number.to_string(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::Portal,
        received_at: Timestamp::UNIX_EPOCH,
        applicant: None,
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: b"{}".to_vec(),
        },
        signatures: vec![],
        attachments: vec![],
        report: None,
        provider: None,
        signers: vec![],
        findings: vec![],
        plan: Plan::new(vec![]),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

/// Sets two messages aside in the committee's lane; gives their ids.
async fn park_two(url: &str) -> [String; 2] {
    let map = Map::load(Path::new(&deploy().join("flow.toml"))).unwrap();
    let publisher = Publisher::start(&Config::new(url), "test");
    let mut ids = Vec::new();
    for number in [1, 2] {
        let message = message(number);
        let about = About::Message {
            id: message.id,
            number: message.number,
        };
        ids.push(message.id.to_string());
        let fact = Fact::new(about, Timestamp::now(), "intake", Detail::Received);
        let event = Event::new(vec![fact], message);
        let code = fault::find("provider-rejected").unwrap();
        let parked = Settler::new(&map, map.lane(LANE).unwrap()).park(
            &event,
            code,
            "the form is unknown".to_owned(),
            Timestamp::now(),
        );
        publisher.publish(parked).await.unwrap();
    }
    ids.try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_parked_is_listed_shown_and_released() {
    let broker = Broker::start().await.unwrap();
    let url = broker.url();
    let ask = async |arguments: &[&str]| {
        kezekctl(&[&["parked", "--broker", &url], arguments].concat()).await
    };
    let run = ask(&["list"]).await;
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "nothing is parked\n"),
        "{}",
        run.error
    );

    let [first, second] = park_two(&url).await;
    let run = ask(&["list", "--lang", "ru"]).await;
    let meaning = fault::find("provider-rejected").unwrap().meaning.ru;
    for part in [first.as_str(), &second, meaning, "the form is unknown"] {
        assert!(run.out.contains(part), "{part} is not in\n{}", run.out);
    }
    let run = ask(&["show", LANE, &first]).await;
    assert!(
        run.out.contains("provider-rejected"),
        "{}{}",
        run.out,
        run.error
    );

    let run = ask(&["release", LANE, &first]).await;
    assert_eq!(run.code, 0, "{}", run.error);
    let run = ask(&["list", LANE, "--json"]).await;
    let left = run.json();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["message_id"], second.as_str());

    let run = ask(&["release", LANE, &first]).await;
    assert_eq!(run.code, 1);
    assert!(run.error.contains("no message"), "{}", run.error);
    assert_eq!(ask(&["release", LANE, "--all"]).await.code, 0);
    assert_eq!(ask(&["list"]).await.out, "nothing is parked\n");
    let run = ask(&["list", "router.nobody"]).await;
    assert!(run.error.contains("there are:"), "{}", run.error);
}

#[tokio::test]
async fn a_broker_that_is_away_is_told_without_its_password() {
    let url = "amqp://kezek:hunter2@127.0.0.1:1/%2f";
    let run = kezekctl(&["parked", "list", "--broker", url]).await;
    assert_eq!(run.code, 1);
    assert!(
        run.error.contains("KEZEK_BROKER") && !run.error.contains("hunter2"),
        "{}",
        run.error
    );
}
