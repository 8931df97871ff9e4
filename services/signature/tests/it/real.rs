//! On real servers: Redis across a restart, and the whole process with a broker.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use broker::Publisher;
use jiff::Timestamp;
use message::{About, Detail, Event, Fact, LaneName, Message};
use signature::app::parts;
use signature::config::Config;
use signature::verify::Opinion;
use stage::Publication;

use crate::ca::{Leaf, REVOKED_SERIAL};
use crate::responders::{LASTING, changes, config, good, outcome};
use crate::world::{PERSON, World};

#[tokio::test(flavor = "multi_thread")]
async fn lists_survive_a_restart_in_redis_while_their_server_is_away() {
    let redis = rig::Redis::start().await.unwrap();
    let world = World::new().await;
    let config = world.config_with(&format!("[redis]\nurl = '{}'", redis.url()));
    let (_, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    world.served.clear();

    let (verify, _) = parts(&config).unwrap();
    let opinion = verify.examine(&world.signed_by(PERSON)).await.unwrap();
    assert!(matches!(opinion, Opinion::Signed(_)));
    let revoked = world.signed_by(Leaf {
        serial: REVOKED_SERIAL,
        ..PERSON
    });
    assert!(matches!(
        verify.examine(&revoked).await.unwrap(),
        Opinion::Refused(_)
    ));

    redis.kill9().await.unwrap();
    let (verify, _) = parts(&config).unwrap();
    assert!(verify.examine(&world.signed_by(PERSON)).await.is_err());
}

/// With that Redis, and an address for what changed since the issuing authority's list.
fn sharing(mut config: Config, world: &World, redis: &rig::Redis) -> Config {
    let shared = format!("url = '{}'", redis.url());
    config.redis = Some(toml::from_str(&shared).unwrap());
    config.trust.crl[1].delta_url = Some(format!("{}/lists/changes", world.base));
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_responder_said_to_one_copy_of_the_service_another_need_not_ask() {
    let redis = rig::Redis::start().await.unwrap();
    let world = World::new().await;
    world.served.answer_with(good(&world));
    let config = sharing(config(&world, "ocsp", ""), &world, &redis);
    let (one, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    let message = world.signed_by(LASTING);
    assert_eq!(outcome(&one, &message).await, "signed");
    assert_eq!(world.served.questions(), 1);

    // Neither the responder nor the list is there any more.
    world.served.answer_nothing();
    world.served.clear();
    let (other, _) = parts(&config).unwrap();
    assert_eq!(outcome(&other, &message).await, "signed");
    assert_eq!(world.served.questions(), 1, "nobody was asked again");
    // Without Redis a third one would have to ask, and could not.
    let (alone, _) = parts(&Config {
        redis: None,
        ..config
    })
    .unwrap();
    assert_eq!(outcome(&alone, &message).await, "revocation-unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_since_a_list_that_one_copy_fetched_count_for_another() {
    let redis = rig::Redis::start().await.unwrap();
    let world = World::new().await;
    world.served.set("changes", changes(&world, PERSON.serial));
    let config = sharing(world.config(), &world, &redis);
    let (one, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    let message = world.signed_by(PERSON);
    assert_eq!(outcome(&one, &message).await, "certificate-revoked");

    // The whole server is away; then the list is back, and only what changed since is not.
    world.served.clear();
    let (other, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    assert_eq!(outcome(&other, &message).await, "certificate-revoked");
    world.lists_are_back();
    let (third, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    assert_eq!(outcome(&third, &message).await, "certificate-revoked");
    // Without Redis the list stands alone.
    let (alone, lists) = parts(&Config {
        redis: None,
        ..config
    })
    .unwrap();
    lists.renew_all().await;
    assert_eq!(outcome(&alone, &message).await, "signed");
}

/// The process, ended when the test ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(folder: &Path, world: &World, broker: &rig::Broker, admin: u16) -> Process {
    let flow = rig::repository().join("deploy/flow.toml");
    let text = world
        .config_text("")
        .replace(
            "flow = 'flow.toml'",
            &format!("flow = '{}'", flow.display()),
        )
        .replacen("127.0.0.1:0", &format!("127.0.0.1:{admin}"), 1)
        .replace("amqp://127.0.0.1", &broker.url());
    let file = folder.join("signature.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_signature"));
    Process(command.arg("--config").arg(file).spawn().unwrap())
}

fn received(message: Message) -> Publication {
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let fact = Fact::new(about, Timestamp::now(), "intake", Detail::Received);
    let lane = LaneName::new("signature.verify").unwrap();
    Publication::pass(Event::new(vec![fact], message), &lane).unwrap()
}

async fn counts(broker: &rig::Broker) -> String {
    broker
        .ctl(&["list_queues", "name", "messages"])
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_verifies_what_comes_through_a_broker_and_ends_in_good_order() {
    let broker = rig::Broker::start().await.unwrap();
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let admin = rig::free_port();
    let mut process = start(folder.path(), &world, &broker, admin);
    let ready = format!("http://127.0.0.1:{admin}/ready");
    rig::wait_for(
        "the process is ready",
        Duration::from_secs(30),
        async || {
            let answer = reqwest::get(&ready).await?;
            Ok(answer.status().is_success().then_some(()))
        },
    )
    .await
    .unwrap();

    let publisher = Publisher::start(&broker::Config::new(&broker.url()), "test");
    for leaf in [
        PERSON,
        PERSON,
        Leaf {
            serial: REVOKED_SERIAL,
            ..PERSON
        },
    ] {
        publisher
            .publish(received(world.signed_by(leaf)))
            .await
            .unwrap();
    }
    rig::wait_for(
        "two passed and none is left",
        Duration::from_mins(1),
        async || {
            let counts = counts(&broker).await;
            let passed = counts.contains("registry.gbd-fl\t2");
            Ok((passed && counts.contains("signature.verify\t0")).then_some(()))
        },
    )
    .await
    .unwrap();
    assert!(
        counts(&broker).await.contains("notifier.email\t4"),
        "three received, one refused"
    );

    let pid = process.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(process.0.wait().unwrap().success());
}
