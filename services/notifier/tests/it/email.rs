//! Every ending of the stage on the way that most applicants have: the letter goes, waits, or is of no use.

use std::sync::Arc;

use fault::{Again, Blame};
use message::{Detail, NotificationOutcome, Outcome};
use stage::{Stage, memory::Run};

use crate::{
    LATER, NO_REDIS, OUTAGE, fault, made,
    made::{EMAIL, application, event, report},
    notified,
    post::{Mood, Post},
    received, repository, stage,
};

#[tokio::test]
async fn the_applicant_is_told_and_that_is_a_fact_without_his_address() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let stage = stage(&post, &redis.url());
    let (outcome, recipient) = notified(stage.handle(&received()).await);
    assert_eq!(
        (outcome, recipient.as_str()),
        (NotificationOutcome::Sent, "a•••@m•••")
    );
    let mails = post.mails();
    assert_eq!(mails.len(), 1);
    let number = application().number.to_string();
    for part in [
        "From: kezek <no-reply@kezek.test>",
        &format!("To: {EMAIL}"),
        &format!("Subject: Application {number} has been received"),
        &format!("Message-ID: <{}.email@kezek.test>", received().facts[0].id),
        "Auto-Submitted: auto-generated",
        "22.11.2026 12:00:00, UTC+05:00",
    ] {
        assert!(mails[0].contains(part), "{part}\n{}", mails[0]);
    }
    assert!(!mails[0].contains("Айгүл"));
}

#[tokio::test]
async fn a_post_office_that_is_away_closes_the_lane_and_the_letter_goes_when_it_is_back() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let stage = stage(&post, &redis.url());
    assert!(stage.probe().await.is_ok());
    let address = post.close().await;
    assert_eq!(fault(stage.handle(&received()).await), OUTAGE);
    assert_eq!(stage.probe().await.unwrap_err().blame, Blame::Lane);
    let post = Post::reopen(address).await;
    assert!(stage.probe().await.is_ok());
    assert_eq!(
        notified(stage.handle(&received()).await).0,
        NotificationOutcome::Sent
    );
    assert_eq!(post.mails().len(), 1);
}

#[tokio::test]
async fn what_says_it_is_away_or_is_no_mail_server_closes_the_lane_too() {
    let post = Post::open().await;
    let stage = stage(&post, NO_REDIS);
    post.mood(Mood::Babbles);
    assert_eq!(fault(stage.handle(&received()).await), OUTAGE);
    post.mood(Mood::Says(421));
    assert_eq!(fault(stage.handle(&received()).await), OUTAGE);
}

#[tokio::test]
async fn a_letter_that_is_not_taken_just_now_is_tried_again_later() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let stage = stage(&post, &redis.url());
    for code in [450, 452, 530] {
        post.mood(Mood::Says(code));
        assert_eq!(fault(stage.handle(&received()).await), LATER, "{code}");
    }
}

#[tokio::test]
async fn an_address_refused_for_good_is_an_outcome_and_is_not_tried_again() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let stage = stage(&post, &redis.url());
    post.mood(Mood::Says(550));
    assert_eq!(
        notified(stage.handle(&received()).await).0,
        NotificationOutcome::Rejected
    );
    post.mood(Mood::Takes);
    assert_eq!(
        notified(stage.handle(&received()).await).0,
        NotificationOutcome::Rejected
    );
    assert!(post.mails().is_empty());
}

#[tokio::test]
async fn what_is_no_address_is_never_sent() {
    let post = Post::open().await;
    let stage = stage(&post, NO_REDIS);
    for bad in ["no address", "a@b\r\nRCPT TO:<c@d>", "@"] {
        let mut message = application();
        message.applicant.as_mut().unwrap().email = Some(bad.to_owned());
        let (outcome, _) = notified(stage.handle(&event(message, Detail::Received)).await);
        assert_eq!(outcome, NotificationOutcome::Rejected, "{bad:?}");
    }
    assert!(post.mails().is_empty());
}

#[tokio::test]
async fn an_applicant_without_an_address_is_an_outcome() {
    let post = Post::open().await;
    let stage = stage(&post, NO_REDIS);
    for email in [None, Some(" ".to_owned())] {
        let mut message = application();
        message.applicant.as_mut().unwrap().email = email;
        let told = notified(stage.handle(&event(message, Detail::Received)).await);
        assert_eq!(told, (NotificationOutcome::NoAddress, String::new()));
    }
    assert!(post.mails().is_empty());
}

#[tokio::test]
async fn of_a_report_only_what_it_reports_concerns_the_applicant() {
    let post = Post::open().await;
    let stage = stage(&post, NO_REDIS);
    let mut found_out = report();
    found_out.applicant = application().applicant;
    for detail in [Detail::Received, made::refused("application-foreign")] {
        assert!(!stage.concerns(&event(found_out.clone(), detail)));
    }
    assert!(post.mails().is_empty());
    let granted = made::result(Outcome::Granted, "");
    assert_eq!(
        notified(stage.handle(&event(found_out, granted)).await).0,
        NotificationOutcome::Sent
    );
    assert_eq!(post.mails().len(), 1);
}

#[tokio::test]
async fn an_event_that_nobody_is_told_of_is_parked() {
    let post = Post::open().await;
    let stage = stage(&post, NO_REDIS);
    let verified = event(
        application(),
        Detail::Verified {
            signers: Vec::new(),
        },
    );
    let mut bodiless = received();
    bodiless.message = None;
    for event in [verified, bodiless] {
        let (code, again, _) = fault(stage.handle(&event).await);
        assert_eq!((code, again), ("internal", Again::Never));
    }
}

#[tokio::test]
async fn on_the_map_a_letter_that_failed_comes_back_and_ends_as_a_fact() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let map = flow::Map::load(&repository().join("deploy/flow.toml")).unwrap();
    let map = Arc::new(map);
    let run = |stage| Run::new(Arc::clone(&map)).with("notifier.email", Arc::new(stage));
    post.mood(Mood::Says(451));
    let told = run(stage(&post, &redis.url()))
        .feed("notifier.email", received())
        .await;
    assert_eq!(
        told.keys().first(),
        Some(&"attempt-failed.1s.notifier.email")
    );
    let lane = &map.lane("notifier.email").unwrap().name;
    assert_eq!(told.keys().last(), Some(&flow::parked_key(lane).as_str()));
    post.mood(Mood::Takes);
    let told = run(stage(&post, &redis.url()))
        .feed("notifier.email", received())
        .await;
    assert_eq!(told.keys(), ["notified"]);
    assert_eq!(post.mails().len(), 1);
}
