//! The process itself, with a real broker and a real Redis that come and go.

use std::{path::Path, time::Duration};

use broker::counts;
use reqwest::Client;
use rig::{Command, Server, free_port, wait_for};
use rustix::process::Signal;
use serde_json::Value;

use crate::{
    bench::file,
    letters::{IIN, application},
    papers::{Authority, authority, client, issue, write},
};

const LIMIT: Duration = Duration::from_secs(90);

/// A running intake and everything it stands on.
struct House {
    intake: Server,
    broker: rig::Broker,
    redis: rig::Redis,
    portal: Client,
    door: String,
    admin: String,
    folder: tempfile::TempDir,
}

fn configuration(folder: &Path, broker: &str, redis: &str, door: u16, admin: u16) {
    let sample = std::fs::read_to_string(file("deploy/config/intake.toml")).unwrap();
    // The last section names files of a test bench, which is not here.
    let (sample, _) = sample.split_once("[tsa]").unwrap();
    let at = |name: &str| folder.join(name).display().to_string();
    let text = sample
        .replace("\"deploy/", &format!("\"{}/", file("deploy").display()))
        .replace("amqp://kezek:kezek@127.0.0.1:5672/%2f", broker)
        .replace("redis://127.0.0.1:6379/0", redis)
        .replace("127.0.0.1:18443", &format!("127.0.0.1:{door}"))
        .replace("127.0.0.1:18201", &format!("127.0.0.1:{admin}"))
        .replace(
            "/tmp/kezek/testbed/tls/intake.cert.pem",
            &at("door.cert.pem"),
        )
        .replace("/tmp/kezek/testbed/tls/intake.key.pem", &at("door.key.pem"))
        .replace("/tmp/kezek/testbed/trust/tls/ca.pem", &at("ca.pem"))
        .replace("/tmp/kezek/attachments", &at("attachments"));
    std::fs::write(folder.join("intake.toml"), text).unwrap();
}

impl House {
    async fn start() -> Self {
        let (broker, redis) = tokio::join!(rig::Broker::start(), rig::Redis::start());
        let (broker, redis) = (broker.unwrap(), redis.unwrap());
        let folder = tempfile::tempdir().unwrap();
        let authority: Authority = authority();
        write(folder.path(), &authority);
        let (door, admin) = (free_port(), free_port());
        configuration(folder.path(), &broker.url(), &redis.url(), door, admin);
        let log = folder.path().join("intake.log");
        let command = Command::new(env!("CARGO_BIN_EXE_intake"), folder.path(), &log).args([
            "--config".as_ref(),
            folder.path().join("intake.toml").as_os_str(),
        ]);
        let house = Self {
            intake: Server::start("intake", command).unwrap(),
            broker,
            redis,
            portal: client(&authority, Some(issue(&authority, "portal.kezek.test"))),
            door: format!("https://localhost:{door}/v1/messages"),
            admin: format!("http://127.0.0.1:{admin}"),
            folder,
        };
        wait_for("intake is ready", LIMIT, async || {
            let answer = reqwest::get(format!("{}/ready", house.admin)).await;
            Ok(answer
                .is_ok_and(|answer| answer.status().is_success())
                .then_some(()))
        })
        .await
        .unwrap();
        house
    }

    async fn post(&self, message: &Value) -> (u16, Value) {
        let request = self.portal.post(&self.door).body(message.to_string());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Sends new messages until one is answered with `status`.
    async fn post_until(&self, status: u16) -> Value {
        wait_for("the status", LIMIT, async || {
            let (said, body) = self.post(&application()).await;
            assert!(said == 202 || said == 503, "{said} {body}");
            Ok((said == status).then_some(body))
        })
        .await
        .unwrap()
    }

    async fn waiting(&self) -> u32 {
        let config = broker::Config::new(&self.broker.url());
        let map = flow::Map::load(&file("deploy/flow.toml")).unwrap();
        let queues: Vec<_> = map
            .queues()
            .into_iter()
            .filter(|q| q.name == "signature.verify")
            .collect();
        counts(&config, &queues).await.unwrap()[0].messages
    }
}

#[tokio::test]
async fn a_message_is_accepted_once_whatever_is_killed_meanwhile() {
    let house = House::start().await;
    let message = application();
    let (status, first) = house.post(&message).await;
    assert_eq!(status, 202, "{first}");
    assert_eq!(house.post(&message).await, (202, first.clone()));
    assert_eq!(house.waiting().await, 1);

    house.intake.kill9().await.unwrap();
    house.intake.again().unwrap();
    wait_for("the door is open again", LIMIT, async || {
        Ok(house
            .portal
            .get(&house.door)
            .send()
            .await
            .is_ok()
            .then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(
        house.post(&message).await,
        (202, first.clone()),
        "Redis remembers"
    );

    house.post_until(202).await;
    house.redis.kill9().await.unwrap();
    let (status, again) = house.post(&message).await;
    assert_eq!(
        (status, &again["number"]),
        (202, &first["number"]),
        "{again}"
    );
    house.redis.restart().await.unwrap();

    house.broker.kill9().await.unwrap();
    let body = house.post_until(503).await;
    assert_eq!(body["code"], "broker-unavailable");
    house.broker.restart().await.unwrap();
    house.post_until(202).await;

    house
        .broker
        .ctl(&["set_vm_memory_high_watermark", "absolute", "1MB"])
        .await
        .unwrap();
    let body = house.post_until(503).await;
    assert_eq!(body["code"], "broker-unavailable");
    house
        .broker
        .ctl(&["set_vm_memory_high_watermark", "0.6"])
        .await
        .unwrap();
    house.post_until(202).await;

    let metrics = reqwest::get(format!("{}/metrics", house.admin))
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("kezek_intake_refused"), "{metrics}");
    let ended = house.intake.end(Signal::TERM, LIMIT).await.unwrap();
    let log = std::fs::read_to_string(house.folder.path().join("intake.log")).unwrap();
    assert!(ended.success(), "{ended}: {log}");
    for seen in [&log, &metrics] {
        assert!(!seen.contains(&IIN[..10]) && !seen.contains("Үлгі") && !seen.contains("aigul"));
    }
}

#[test]
fn the_sample_asks_where_the_samples_of_the_others_answer() {
    let read = |name: &str| -> toml::Table {
        let path = file(&format!("deploy/config/{name}.toml"));
        std::fs::read_to_string(path).unwrap().parse().unwrap()
    };
    for other in ["signature", "monitor"] {
        let asked = read("intake")[other]["url"].as_str().unwrap().to_owned();
        let given = read(other)["grpc"]["listen"].as_str().unwrap().to_owned();
        assert_eq!(asked, format!("http://{given}"), "{other}");
    }
}
