use std::{path::Path, time::Duration};

use message::{Detail, Event, Outcome};
use rig::{Broker, Command, Postgres, Server, wait_for};
use serde_json::Value;
use stage::Publication;

use crate::samples::{fact, lane, number, report, result, way};

const LIMIT: Duration = Duration::from_mins(2);

/// The real process with its real servers.
struct House {
    broker: Broker,
    postgres: Postgres,
    monitor: Server,
    admin: String,
    url: String,
    publisher: broker::Publisher,
    _folder: rig::Folder,
}

impl House {
    async fn start() -> Self {
        let (broker, postgres) = tokio::join!(Broker::start(), Postgres::start());
        let (broker, postgres) = (broker.unwrap(), postgres.unwrap());
        let folder = rig::Folder::make().unwrap();
        let [admin, grpc, http] = [(); 3].map(|()| rig::free_port());
        let config = folder.path().join("monitor.toml");
        let url = |role| postgres.url(role, "kezek");
        let replaced = [
            ("127.0.0.1:18205", format!("127.0.0.1:{admin}")),
            ("127.0.0.1:18305", format!("127.0.0.1:{grpc}")),
            ("127.0.0.1:18405", format!("127.0.0.1:{http}")),
            ("amqp://kezek:kezek@127.0.0.1:5672/%2f", broker.url()),
            (
                "postgres://kezek_monitor:kezek@127.0.0.1:5432/kezek",
                url("kezek_monitor"),
            ),
            (
                "postgres://kezek_owner:kezek@127.0.0.1:5432/kezek",
                url("kezek_owner"),
            ),
        ];
        let sample = rig::repository().join("deploy/config/monitor.toml");
        let mut text = std::fs::read_to_string(sample).unwrap();
        for (from, to) in replaced {
            assert!(text.contains(from), "{from} is in the sample");
            text = text.replace(from, &to);
        }
        std::fs::write(&config, text).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_monitor"));
        let command = Command::new(program, rig::repository(), &folder.path().join("log"));
        let command = command.args(["--config".as_ref(), config.as_os_str()]);
        let settings = broker::Config::new(&broker.url());
        Self {
            publisher: broker::Publisher::start(&settings, "test"),
            monitor: Server::start("monitor", command).unwrap(),
            admin: format!("http://127.0.0.1:{admin}"),
            url: format!("http://127.0.0.1:{http}"),
            broker,
            postgres,
            _folder: folder,
        }
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = reqwest::get(format!("{}{path}", self.url)).await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    async fn ready(&self) {
        wait_for("ready", LIMIT, async || {
            let answer = reqwest::get(format!("{}/ready", self.admin)).await?;
            Ok(answer.status().is_success().then_some(()))
        })
        .await
        .unwrap();
    }

    async fn publish(&self, events: Vec<Event>) {
        for event in events {
            let publication = Publication::end(event).unwrap();
            self.publisher.publish(publication).await.unwrap();
        }
    }

    /// Waits until the journal has `rows` rows and says how the last walk went.
    async fn walked(&self, rows: u64) -> Value {
        let walked = wait_for("the whole journal", LIMIT, async || {
            let found = self.get("/v1/journal/verify").await?;
            Ok((found["rows"] == rows).then_some(found))
        });
        walked.await.unwrap()
    }
}

#[tokio::test]
async fn nothing_told_is_missing_after_kill_9_and_without_the_database_and_a_report_finds_its_way()
{
    let house = House::start().await;
    house.ready().await;
    house.publish((1..=20).flat_map(way).collect()).await;

    house.monitor.kill9().await.unwrap();
    house.publish((21..=40).flat_map(way).collect()).await;
    house.monitor.again().unwrap();
    house.ready().await;

    house.postgres.stop().await.unwrap();
    house.publish((41..=60).flat_map(way).collect()).await;
    house.postgres.restart().await.unwrap();
    house.publish((1..=60).flat_map(way).collect()).await;
    house.publish((61..=61).flat_map(way).collect()).await;
    let found = house.walked(61 * 6).await;
    assert_eq!(found["whole"], true, "{found}");
    let path = format!("/v1/applications/{}", number(61));
    assert_eq!(house.get(&path).await.unwrap()["status"], "delivered");

    let answer = report(99, 61, "committee", result(Outcome::Granted));
    let received = fact(&answer, 60, Detail::Received);
    house
        .publish(vec![Event::new(vec![received], answer.clone())])
        .await;
    let verified = fact(&answer, 61, Detail::Verified { signers: vec![] });
    let to_lane = Publication::pass(
        Event::new(vec![verified], answer.clone()),
        &lane("monitor.follow"),
    );
    house.publisher.publish(to_lane.unwrap()).await.unwrap();
    let granted = wait_for("granted", LIMIT, async || {
        let said = house.get(&path).await?;
        Ok((said["status"] == "granted").then_some(said))
    });
    granted.await.unwrap();

    let lanes = house.get("/v1/lanes").await.unwrap();
    let follow = lanes["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|lane| lane["name"] == "monitor.follow")
        .unwrap();
    assert_eq!(follow["consumers"], 1);
    let metrics = reqwest::get(format!("{}/metrics", house.admin)).await;
    let metrics = metrics.unwrap().text().await.unwrap();
    for name in [
        "kezek_journal_facts_total",
        "kezek_journal_lag_seconds",
        "kezek_lane_waiting",
        "kezek_lane_standing_parked",
        "kezek_lane_oldest_seconds",
        "kezek_check_overdue",
        "kezek_publish_repeated_total",
    ] {
        assert!(
            metrics.contains(&format!("\n{name}{{")),
            "{name}: {metrics}"
        );
    }
    assert!(house.publisher.close(LIMIT).await);
    let status = house
        .monitor
        .end(rustix::process::Signal::TERM, LIMIT)
        .await
        .unwrap();
    assert_eq!(status.code(), Some(0), "stopped in good order");
    drop(house.broker);
}
