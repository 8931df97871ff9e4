//! The process itself, on a real broker, with a provider that is away at first.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use broker::{Entry, Publisher, Reader, read_journal};
use fault::Fault;
use message::{Detail, LaneName, MessageId, Number};
use outside::replay::{Recording, Replay};
use rustix::process::Signal;
use serde_json::json;
use stage::Publication;
use tokio_util::sync::CancellationToken;

use crate::fixture::{deploy, enriched, told};

const LIMIT: Duration = Duration::from_mins(1);
const TAKEN: &str = "HTTP/1.1 201 Created\ncontent-type: application/json\n\n\
    {\"registration_number\": \"K-7\", \"registered_at\": \"2026-11-22T12:00:05+05:00\"}";

/// What the journal has heard.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Detail>>>);

#[async_trait]
impl Reader for Heard {
    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        let events = entries.into_iter().filter_map(|entry| entry.event.ok());
        let facts = events.flat_map(|event| event.facts);
        self.0.lock().unwrap().extend(facts.map(|fact| fact.detail));
        Ok(())
    }
}

impl Heard {
    async fn until(&self, what: &str, enough: impl Fn(&[Detail]) -> bool) {
        rig::wait_for(what, LIMIT, async || {
            let heard = self.0.lock().unwrap();
            Ok(enough(&heard).then_some(()))
        })
        .await
        .unwrap();
    }
}

fn config(folder: &Path, broker: &str, provider_port: u16, admin_port: u16) -> std::path::PathBuf {
    let sample = std::fs::read_to_string(deploy("config/router.toml")).unwrap();
    let text = sample
        .replace("\"deploy/", &format!("\"{}/", deploy("").display()))
        .replace("amqp://kezek:kezek@127.0.0.1:5672/%2f", broker)
        .replace("127.0.0.1:18204", &format!("127.0.0.1:{admin_port}"))
        .replace("127.0.0.1:18110", &format!("127.0.0.1:{provider_port}"));
    let path = folder.join("router.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn delivered(heard: &[Detail]) -> usize {
    let is_delivered = |detail: &&Detail| matches!(detail, Detail::Delivered { registration_number, .. } if registration_number == "K-7");
    heard.iter().filter(is_delivered).count()
}

#[tokio::test]
async fn messages_wait_for_a_provider_that_is_away_and_the_process_for_a_broker_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let [broker_port, provider_port, admin] = [(); 3].map(|()| rig::free_port());
    let url = rig::Broker::url_on(broker_port);
    let config = config(folder.path(), &url, provider_port, admin);
    let log = folder.path().join("router.log");
    let command = rig::Command::new(env!("CARGO_BIN_EXE_router"), folder.path(), &log)
        .args(["--config".as_ref(), config.as_os_str()]);
    let router = rig::Server::start("router", command).unwrap();

    rig::wait_for("it waits for its broker", LIMIT, async || {
        let said = reqwest::get(format!("http://127.0.0.1:{admin}/ready")).await?;
        Ok((said.text().await? == "not ready: broker\n").then_some(()))
    })
    .await
    .unwrap();
    let broker = rig::Broker::start_on(broker_port).await.unwrap();
    let settings = broker::Config::new(&broker.url());
    let publisher = Publisher::start(&settings, "test");
    let heard = Heard::default();
    let stop = CancellationToken::new();
    tokio::spawn(read_journal(settings, None, heard.clone(), stop.clone()));
    let lane = LaneName::new("router.route").unwrap();
    for serial in 0..20_u128 {
        let mut message = enriched("apostille", &json!({})).message.unwrap();
        message.id = MessageId::from_uuid(uuid::Uuid::from_u128(
            message.id.as_uuid().as_u128() + serial,
        ));
        message.number = Number::of(message.id);
        let event = told(message);
        publisher
            .publish(Publication::pass(event, &lane).unwrap())
            .await
            .unwrap();
    }

    let is_waiting = |detail: &Detail| matches!(detail, Detail::AttemptFailed { code, .. } if code == "provider-unreachable");
    heard
        .until("a failed attempt with its code", |all| {
            all.iter().any(is_waiting)
        })
        .await;
    let is_closed = |detail: &Detail| matches!(detail, Detail::LaneClosed { .. });
    heard
        .until("the lane closed", |all| all.iter().any(is_closed))
        .await;
    assert_eq!(delivered(&heard.0.lock().unwrap()), 0);

    let recording = Recording::Response(TAKEN.to_owned());
    let provider = Replay::start_on(provider_port, recording).await.unwrap();
    heard
        .until("everything delivered", |all| delivered(all) == 20)
        .await;
    let keys: std::collections::BTreeSet<_> = provider
        .asked()
        .into_iter()
        .map(|asked| asked.headers["idempotency-key"].clone())
        .collect();
    assert_eq!(keys.len(), 20, "one order for each message");

    stop.cancel();
    let ended = router.end(Signal::TERM, LIMIT).await.unwrap();
    assert!(ended.success(), "{ended}: {}", router.log_tail(40));
}
