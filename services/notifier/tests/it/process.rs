//! The process itself, on a real broker and a real Redis: from the exchange to the letter.

use std::time::Duration;

use broker::Publisher;
use message::{Detail, LaneName, Outcome};
use outside::replay::{Recording, Replay};
use rustix::process::Signal;
use stage::Publication;

use crate::{
    made::{PHONE, application, bound, delivered, event, result},
    post::Post,
    repository,
};

const LIMIT: Duration = Duration::from_secs(30);

async fn taking(response: &str) -> Replay {
    let recording = Recording::Response(response.to_owned());
    Replay::start(recording).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_about_an_application_reaches_its_applicant() {
    let folder = rig::Folder::make().unwrap();
    let (broker, redis) = tokio::try_join!(
        rig::Broker::start_in(folder.path()),
        rig::Redis::start_in(folder.path())
    )
    .unwrap();
    let post = Post::open().await;
    let gateway = taking("HTTP/1.1 200 OK\n\n{\"id\": \"1\", \"status\": \"accepted\"}\n").await;
    let portal = taking("HTTP/1.1 204 No Content\n\n\n").await;
    let log = folder.path().join("notifier.log");
    let sample = repository().join("deploy/config/notifier.toml");
    let command = rig::Command::new(env!("CARGO_BIN_EXE_notifier"), &repository(), &log)
        .args(["--config", sample.to_str().unwrap()])
        .env("KEZEK__CHASSIS__LISTEN", "127.0.0.1:0")
        .env("KEZEK__BROKER__URL", broker.url())
        .env("KEZEK__REDIS__URL", redis.url())
        .env("KEZEK__CHANNELS__EMAIL__ADDRESS", post.address.to_string())
        .env("KEZEK__CHANNELS__SMS__ENDPOINT", gateway.endpoint())
        .env(
            "KEZEK__CHANNELS__WEBHOOK-PORTAL__ENDPOINT",
            portal.endpoint(),
        );
    let notifier = rig::Server::start("notifier", command).unwrap();

    let publisher = Publisher::start(&broker::Config::new(&broker.url()), "test");
    let first = LaneName::new("signature.verify").unwrap();
    let mut filed = application();
    filed.applicant.as_mut().unwrap().phone = Some(PHONE.to_owned());
    let mut decided = bound();
    decided.applicant.clone_from(&filed.applicant);
    for publication in [
        Publication::pass(event(filed.clone(), Detail::Received), &first),
        Publication::end(event(filed, delivered())),
        Publication::end(event(decided, result(Outcome::Granted, ""))),
    ] {
        publisher
            .publish_within(publication.unwrap(), LIMIT)
            .await
            .unwrap();
    }
    let all = async || {
        let sent = (
            post.mails().len(),
            gateway.asked().len(),
            portal.asked().len(),
        );
        Ok((sent == (3, 2, 3)).then_some(()))
    };
    rig::wait_for("three letters, two SMS, three messages", LIMIT, all)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", notifier.log_tail(40)));

    let ended = notifier.end(Signal::TERM, LIMIT).await.unwrap();
    assert!(ended.success(), "{ended}\n{}", notifier.log_tail(40));
    let mails = post.mails();
    assert_eq!(mails.len(), 3);
    for part in [
        "has been received",
        "is with the service provider",
        "the result is ready",
    ] {
        assert_eq!(
            mails.iter().filter(|mail| mail.contains(part)).count(),
            1,
            "{part}"
        );
    }
    let log = notifier.log_tail(1000);
    assert!(
        !log.contains("aigul") && !log.contains("mail.example") && !log.contains("0000017"),
        "{log}"
    );
    publisher.close(LIMIT).await;
}
