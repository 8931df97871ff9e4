//! A canary: a person whom nobody else knows applies, succeeds, fails and is refused; then everything that
//! the house shows or writes outside of its places is searched for him.
//!
//! His places are: the bodies of messages, the monitor's database, the attachments, signature's evidence, what registers and
//! providers are told, the mail itself, and the registry's kept answers in Redis (`kezek:answered:…`, `kezek:known:…`), which its
//! README names. Everything else is searched: logs, spans, metrics, queues, routing keys and headers, keys in
//! Redis and all other values, addresses that the outside was asked by.

use std::time::Duration;

use futures::StreamExt;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ConnectionProperties};
use rig::{Application, Rig, wait_for};
use serde_json::{Value, json};

use crate::SOON;
use crate::collector::Collector;
use crate::traces::{everything_is_told, observed};

const NAME: &str = "Канарейкина Ақторғай";
const EMAIL: &str = "kanareika.7f3a91@poshta.test";
const PHONE: &str = "+77019990417";
const DOCUMENT: &str = "КАНАРЕЙКА-7f3a91";
/// The form of the invented persons' register keeps these of `aigul`.
const OF_THE_REGISTER: [&str; 2] = ["Айгүл", "Мысалқызы"];

/// Everything personal that was sent, in the forms in which it could show.
struct Canary {
    marks: Vec<String>,
}

impl Canary {
    fn of(rig: &Rig) -> Self {
        let people = ["aigul", "dana", "samat", "bolat-revoked"];
        let numbers =
            people.map(|name| rig.people.find(name).unwrap().number().unwrap().to_owned());
        let texts = [NAME, EMAIL, PHONE, DOCUMENT]
            .into_iter()
            .chain(OF_THE_REGISTER);
        let mut marks: Vec<String> = numbers.into_iter().collect();
        for text in texts {
            marks.push(text.to_owned());
            // As JSON in JSON would write it, as an address would, and as `Debug` of bytes would.
            let escaped: String = text
                .chars()
                .map(|c| c.escape_unicode().to_string())
                .collect();
            marks.push(escaped);
            let coded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            marks.push(coded.concat());
            marks.push(
                format!("{:?}", text.as_bytes())
                    .trim_matches(['[', ']'])
                    .to_owned(),
            );
        }
        Self { marks }
    }

    /// The first mark in a text, with what stands around it.
    fn found(&self, text: &str) -> Option<String> {
        self.marks.iter().find_map(|mark| {
            let at = text.find(mark.as_str())?;
            let around: String = text[..at].chars().rev().take(200).collect();
            let around: String = around.chars().rev().collect();
            Some(format!("`{mark}` after `…{around}`"))
        })
    }

    fn nowhere_in(&self, place: &str, text: &str) {
        assert_eq!(self.found(text), None, "personal data in {place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_shown_outside_of_its_places() {
    let collector = Collector::start().await;
    let rig = observed(&collector).await;
    let canary = Canary::of(&rig);
    everything_happens_to_the_canary(&rig).await;
    it_was_really_there(&rig, &canary).await;

    for service in rig.services.names() {
        let page = rig.services.metrics(service).await.unwrap();
        canary.nowhere_in(&format!("{service}'s metrics"), &page);
    }
    for what in [
        ["list_queues", "name", "arguments"].as_slice(),
        ["list_bindings"].as_slice(),
        ["list_exchanges", "name", "arguments"].as_slice(),
        ["list_connections", "name", "client_properties"].as_slice(),
        ["list_consumers"].as_slice(),
    ] {
        let list = rig.broker.ctl(what).await.unwrap();
        canary.nowhere_in(&format!("{what:?}"), &list);
    }
    canary.nowhere_in("keys and headers", &heads_of_all_messages(&rig).await);
    redis_holds_it_where_it_says_only(&rig, &canary).await;
    for system in rig
        .outside
        .endpoints()
        .systems
        .keys()
        .filter(|name| *name != "smtp")
    {
        let requests = rig.outside.requests(system).await.unwrap();
        canary.nowhere_in(
            &format!("addresses at {system}"),
            &json!(requests).to_string(),
        );
    }

    everything_is_told(&rig).await;
    let spans = collector.spans();
    assert!(spans.len() > 100, "only {} spans", spans.len());
    for span in spans {
        canary.nowhere_in("a span", &span.whole);
    }
    let mut logs = 0;
    for entry in std::fs::read_dir(rig.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The test bench is the world outside; its log is its own.
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        if is_log && name != "testbed.log" {
            let log = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            canary.nowhere_in(&name, &log);
            logs += 1;
        }
    }
    assert!(logs >= 6, "only {logs} logs");
}

/// The application's JSON with the canary's name and addresses in it.
fn sealed(rig: &Rig, application: &Application) -> Value {
    let mut message = application.sealed(&rig.people).unwrap();
    message["applicant"]["name"] = json!(NAME);
    message["applicant"]["email"] = json!(EMAIL);
    message["applicant"]["phone"] = json!(PHONE);
    message
}

fn to_the_archive(applicant: &'static str) -> Application {
    let mut application = Application::archive_certificate(applicant, "national");
    application.form["details"] = json!(DOCUMENT);
    application
}

async fn accepted(rig: &Rig, participant: &str, message: &Value) -> String {
    let answer = rig.post_and_wait(participant, message, 20).await.unwrap();
    answer.number().unwrap().to_owned()
}

/// Success, every kind of failure on the way, refusals by every service, and nonsense at the doors.
async fn everything_happens_to_the_canary(rig: &Rig) {
    let mut granted = Vec::new();
    granted.push(accepted(rig, "portal", &sealed(rig, &to_the_archive("aigul"))).await);
    let by_another = to_the_archive("aigul").at_front_office("saule-operator");
    let mut message = sealed(rig, &by_another);
    message["representative"] = json!({
        "iin": rig.people.find("samat").unwrap().number().unwrap(),
        "power_of_attorney": { "number": "ENIS-0001", "certified": "notary" },
    });
    granted.push(accepted(rig, "front-office", &message).await);
    for fault in ["error-500", "down"] {
        for system in ["national-archive", "gbd-fl", "smtp"] {
            rig.outside.fault(system, fault, 0).await.unwrap();
        }
        let at_front_office = to_the_archive("dana").at_front_office("saule-operator");
        for application in [to_the_archive("dana"), at_front_office] {
            let message = sealed(rig, &application);
            let number = accepted(rig, application.participant, &message).await;
            has_fact(rig, &number, "attempt-failed").await;
            granted.push(number);
        }
        for system in ["national-archive", "gbd-fl", "smtp"] {
            rig.outside.fault(system, "none", 0).await.unwrap();
        }
    }
    for number in &granted {
        rig.monitor.status(number, "granted", SOON).await.unwrap();
    }
    set_aside(rig).await;
    refused(rig).await;
    nonsense_at_the_doors(rig).await;
}

/// A provider that answers garbage: nothing helps but a person.
async fn set_aside(rig: &Rig) {
    for system in ["national-archive", "gbd-fl"] {
        rig.outside.fault(system, "garbage", 0).await.unwrap();
    }
    let at_front_office = to_the_archive("dana").at_front_office("saule-operator");
    for application in [to_the_archive("dana"), at_front_office] {
        let message = sealed(rig, &application);
        let number = accepted(rig, application.participant, &message).await;
        has_fact(rig, &number, "parked").await;
    }
    for system in ["national-archive", "gbd-fl"] {
        rig.outside.fault(system, "none", 0).await.unwrap();
    }
}

async fn refused(rig: &Rig) {
    let mut of_another = to_the_archive("aigul");
    of_another.signer = "dana";
    let mut unpaid = Application::apostille("aigul");
    unpaid.receipt = Some("R-99999999".to_owned());
    unpaid.form["document_number"] = json!(DOCUMENT);
    for application in [of_another, unpaid, to_the_archive("bolat-revoked")] {
        let number = accepted(rig, "portal", &sealed(rig, &application)).await;
        rig.monitor.status(&number, "refused", SOON).await.unwrap();
    }
}

async fn nonsense_at_the_doors(rig: &Rig) {
    let iin = rig.people.find("aigul").unwrap().number().unwrap();
    let good = sealed(rig, &to_the_archive("aigul"));
    let mut strange_form = to_the_archive("aigul");
    strange_form.form[DOCUMENT] = json!(NAME);
    let mut spoilt = vec![sealed(rig, &strange_form)];
    for (place, value) in [
        ("/applicant/iin", json!(format!("{iin}0"))),
        ("/applicant/language", json!(NAME)),
        ("/applicant", json!(NAME)),
        ("/kind", json!(DOCUMENT)),
        ("/service", json!(iin)),
        ("/id", json!(iin)),
        ("/document/content", json!(EMAIL)),
        ("/signatures/0/content", json!(PHONE)),
    ] {
        let mut message = good.clone();
        *message.pointer_mut(place).unwrap() = value;
        spoilt.push(message);
    }
    let mut unknown_field = good.clone();
    unknown_field[iin] = json!(NAME);
    spoilt.push(unknown_field);
    for message in spoilt {
        let answer = rig.post("portal", &message).await.unwrap();
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    let client = rig.people.client("portal").unwrap();
    let door = rig.addresses().intake_url();
    for path in [format!("/v1/{iin}"), format!("/v1/attachments/{iin}")] {
        let answer = client.put(format!("{door}{path}")).body(NAME).send().await;
        assert!(answer.unwrap().status().is_client_error());
    }
    for path in [
        format!("/v1/applications/{iin}"),
        format!("/v1/{iin}"),
        format!("/v1/journal?after={iin}x"),
    ] {
        let answer = reqwest::get(format!("{}{path}", rig.monitor.url())).await;
        assert!(answer.unwrap().status().is_client_error());
    }
}

async fn has_fact(rig: &Rig, number: &str, name: &str) {
    let query =
        format!("SELECT count(*) FROM journal WHERE number = '{number}' AND name = '{name}'");
    wait_for(&format!("`{name}` of {number}"), SOON, async || {
        let rows = rig.postgres.sql("kezek", &query).await?;
        Ok((rows.trim() != "0").then_some(()))
    })
    .await
    .unwrap();
}

/// What is searched for can be found: in the mail, and in the registry's kept answers.
async fn it_was_really_there(rig: &Rig, canary: &Canary) {
    let mail = json!(rig.outside.mail().await.unwrap()).to_string();
    assert!(mail.contains(EMAIL), "nobody was told");
    let kept = in_redis(rig).await;
    let answers = kept.iter().filter(|(key, _)| of_a_register(key));
    let with_it = answers.filter(|(_, value)| canary.found(value).is_some());
    assert!(with_it.count() > 0, "no answer of a register was kept");
}

async fn redis_holds_it_where_it_says_only(rig: &Rig, canary: &Canary) {
    for (key, value) in in_redis(rig).await {
        canary.nowhere_in("a key in Redis", &key);
        if !of_a_register(&key) {
            canary.nowhere_in(&format!("the value of {key}"), &value);
        }
    }
}

/// Where the registry keeps what registers answered, for copies and for other questions.
fn of_a_register(key: &str) -> bool {
    key.starts_with("kezek:answered:") || key.starts_with("kezek:known:")
}

/// Every key in Redis with its value.
async fn in_redis(rig: &Rig) -> Vec<(String, String)> {
    let client = redis::Client::open(rig.redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut all = Vec::new();
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .unwrap();
    for key in keys {
        let get = redis::cmd("GET")
            .arg(&key)
            .query_async(&mut connection)
            .await;
        let value: Option<Vec<u8>> = get.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        all.push((text(&key), text(&value.unwrap_or_default())));
    }
    all
}

/// Routing key, properties and headers of everything that was ever published, out of the journal stream.
async fn heads_of_all_messages(rig: &Rig) -> String {
    let url = rig.broker.url();
    let connection = Connection::connect(&url, ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel
        .basic_qos(500, BasicQosOptions::default())
        .await
        .unwrap();
    let mut from_the_first = FieldTable::default();
    from_the_first.insert(
        "x-stream-offset".into(),
        AMQPValue::LongString("first".into()),
    );
    let options = BasicConsumeOptions::default();
    let mut consumer = channel
        .basic_consume("journal".into(), "".into(), options, from_the_first)
        .await
        .unwrap();
    let mut heads = Vec::new();
    // The stream has no end: a second without an entry is one.
    while let Ok(Some(entry)) = tokio::time::timeout(Duration::from_secs(1), consumer.next()).await
    {
        let entry = entry.unwrap();
        entry.ack(BasicAckOptions::default()).await.unwrap();
        let (key, properties) = (entry.routing_key.as_str(), &entry.properties);
        heads.push(format!("{} {key} {properties:?}", entry.exchange));
    }
    let count = heads.len();
    assert!(count > 50, "only {count} entries in the journal");
    heads.join("\n")
}
