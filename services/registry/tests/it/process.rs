//! The process itself, on a real broker and Redis, with a real HTTP register.

use std::{path::Path, path::PathBuf, time::Duration};

use broker::Publisher;
use flow::Map;
use message::LaneName;
use outside::replay::{Recording, Replay};
use rustix::process::Signal;
use stage::Publication;
use wire::proto::registry::{lookup_response::Answer, registry_client::RegistryClient};

use crate::{
    fixture::{application, deploy, verified},
    grpc::request,
};

const LIMIT: Duration = Duration::from_mins(1);
const FOUND: &str = "HTTP/1.1 200 OK\ncontent-type: application/json\n\n\
    {\"found\": true, \"record\": {\"surname\": \"Omarov\"}}";

/// The sample with other addresses.
fn config(folder: &Path, replaced: &[(&str, &str)]) -> PathBuf {
    let sample = std::fs::read_to_string(deploy("config/registry.toml")).unwrap();
    let deploy = format!("\"{}/", deploy("").display());
    let mut text = sample.replace("\"deploy/", &deploy);
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let path = folder.join("registry.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn a_process_started_before_its_broker_waits_and_then_answers_an_application_and_a_question()
{
    let broker_port = rig::free_port();
    let redis = rig::Redis::start().await.unwrap();
    let register = Replay::start(Recording::Response(FOUND.to_owned()))
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (admin, grpc) = (rig::free_port(), rig::free_port());
    let config = config(
        folder.path(),
        &[
            (
                "amqp://kezek:kezek@127.0.0.1:5672/%2f",
                &rig::Broker::url_on(broker_port),
            ),
            ("redis://127.0.0.1:6379/0", &redis.url()),
            ("127.0.0.1:18203", &format!("127.0.0.1:{admin}")),
            ("127.0.0.1:18303", &format!("127.0.0.1:{grpc}")),
            ("http://127.0.0.1:18101", &register.endpoint()),
        ],
    );
    let log = folder.path().join("registry.log");
    let command = rig::Command::new(env!("CARGO_BIN_EXE_registry"), folder.path(), &log)
        .args(["--config".as_ref(), config.as_os_str()]);
    let registry = rig::Server::start("registry", command).unwrap();

    rig::wait_for("it waits for its broker", LIMIT, async || {
        let said = reqwest::get(format!("http://127.0.0.1:{admin}/ready")).await?;
        Ok((said.text().await? == "not ready: broker\n").then_some(()))
    })
    .await
    .unwrap();
    let broker = rig::Broker::start_on(broker_port).await.unwrap();
    let settings = broker::Config::new(&broker.url());
    let lane = LaneName::new("registry.gbd-fl").unwrap();
    let event = verified(application("registry.gbd-fl"));
    let publication = Publication::pass(event, &lane).unwrap();
    let publisher = Publisher::start(&settings, "test");
    publisher.publish(publication).await.unwrap();
    let next = Map::load(&deploy("flow.toml"))
        .unwrap()
        .lane("router.route")
        .unwrap()
        .queue();
    rig::wait_for("the application in the next lane", LIMIT, async || {
        let counted = broker::counts(&settings, std::slice::from_ref(&next)).await?;
        Ok((counted[0].messages == 1).then_some(()))
    })
    .await
    .unwrap();

    let traced = register.asked()[0].headers.contains_key("traceparent");
    assert!(traced, "the register sees the trace of the step");

    let mut client = RegistryClient::connect(format!("http://127.0.0.1:{grpc}"))
        .await
        .unwrap();
    let said = client.lookup(request()).await.unwrap().into_inner().answer;
    assert_eq!(
        said,
        Some(Answer::RecordJson(r#"{"surname":"Omarov"}"#.to_owned()))
    );
    assert_eq!(
        register.asked().len(),
        1,
        "the same question of the same message"
    );

    let ended = registry.end(Signal::TERM, LIMIT).await.unwrap();
    assert!(ended.success(), "{ended}: {}", registry.log_tail(40));
    let log = registry.log_tail(1000);
    for personal in ["90010130001", "Omarov", "paper 17"] {
        assert!(
            !log.contains(personal),
            "the log shows `{personal}`:\n{log}"
        );
    }
}
