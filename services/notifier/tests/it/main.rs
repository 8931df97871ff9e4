//! The notifier against a post office, an SMS gateway and a participant's receiver on loopback, and a Redis of
//! its own: every ending of the stage on every channel, and that everything is sent once.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod letters;
mod made;
mod post;
mod preview;
mod process;
mod sms;
mod webhook;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use fault::{Again, Blame, Fault};
use jiff::Timestamp;
use made::{EMAIL, application, event, report};
use message::{Detail, Event, NotificationOutcome, Outcome};
use notifier::{
    channels,
    notify::Notify,
    texts::Texts,
    told::{self, Claim, Lease, Told},
};
use post::{Mood, Post};
use regulations::Regulations;
use stage::{Next, Stage, Verdict, memory::Run};
use tokio::sync::oneshot;

fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn regulations() -> Regulations {
    Regulations::load(&repository().join("deploy/regulations")).unwrap()
}

fn memory_at(url: &str) -> Told {
    let text = format!("url = \"{url}\"\ntimeout_ms = 2000");
    let config: told::Config = toml::from_str(&text).unwrap();
    Told::new(&config).unwrap()
}

/// The stage of `notifier.<name>` with these settings and this Redis.
fn stage_of(name: &str, adapter: &str, settings: &str, redis_url: &str) -> Notify {
    Notify {
        name: name.to_owned(),
        channel: channels::open(adapter, &toml::from_str(settings).unwrap()).unwrap(),
        texts: Arc::new(Texts::read().unwrap()),
        regulations: Arc::new(regulations()),
        told: memory_at(redis_url),
        now: Timestamp::now,
    }
}

/// The stage of `notifier.email` with this post office and this Redis.
fn stage(post: &Post, redis_url: &str) -> Notify {
    let settings = format!(
        "address = \"{}\"\ntls = \"none\"\nfrom = \"kezek <no-reply@kezek.test>\"",
        post.address
    );
    stage_of("email", "smtp", &settings, redis_url)
}

/// A Redis that nobody started.
const NO_REDIS: &str = "redis://127.0.0.1:1";

fn notified(verdict: Result<Verdict, Fault>) -> (NotificationOutcome, String) {
    notified_by("email", verdict)
}

fn notified_by(name: &str, verdict: Result<Verdict, Fault>) -> (NotificationOutcome, String) {
    match verdict.unwrap() {
        Verdict::Pass {
            facts,
            next: Next::Journal,
            ..
        } => match facts.as_slice() {
            [
                Detail::Notified {
                    outcome,
                    recipient_masked,
                    channel,
                    ..
                },
            ] => {
                assert_eq!(channel, name);
                (*outcome, recipient_masked.clone())
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Code, whether to try again, whom it is blamed on; and that no address is told.
fn fault(verdict: Result<Verdict, Fault>) -> (&'static str, Again, Blame) {
    let fault = verdict.unwrap_err();
    let told = format!("{fault} {fault:?}");
    assert!(
        !told.contains("aigul") && !told.contains("mail.example") && !told.contains("0000017"),
        "{told}"
    );
    (fault.code.name, fault.again, fault.blame)
}

const OUTAGE: (&str, Again, Blame) = ("mail-server-unreachable", Again::Later, Blame::Lane);
const UNDER_WAY: (&str, Again, Blame) = ("notification-under-way", Again::Later, Blame::Message);
const LATER: (&str, Again, Blame) = ("mail-failed", Again::Later, Blame::Message);

fn received() -> Event {
    event(application(), Detail::Received)
}

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
async fn the_same_event_twice_is_one_letter_and_one_fact() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let stage = stage(&post, &redis.url());
    let first = stage.handle(&received()).await.unwrap();
    let again = stage.handle(&received()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(post.mails().len(), 1);
    // Another fact about the same application is another letter.
    notified(stage.handle(&event(application(), made::delivered())).await);
    assert_eq!(post.mails().len(), 2);
}

#[tokio::test]
async fn without_redis_a_letter_goes_out_and_may_go_out_twice() {
    let post = Post::open().await;
    let stage = stage(&post, NO_REDIS);
    for count in [1, 2] {
        let (outcome, _) = notified(stage.handle(&received()).await);
        assert_eq!(outcome, NotificationOutcome::Sent);
        assert_eq!(post.mails().len(), count);
    }
    let id = |mail: &String| {
        mail.lines()
            .find(|l| l.starts_with("Message-ID"))
            .unwrap()
            .to_owned()
    };
    let mails = post.mails();
    assert_eq!(
        id(&mails[0]),
        id(&mails[1]),
        "mail systems can see the double"
    );
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

/// Long beside what a step takes here, short for a test.
const CLAIM: Duration = Duration::from_millis(500);

/// Like [`memory_at`], with claims of [`CLAIM`].
fn forgetful_at(url: &str) -> Told {
    let text = format!(
        "url = \"{url}\"\ntimeout_ms = 2000\nclaim_ms = {}",
        CLAIM.as_millis()
    );
    let config: told::Config = toml::from_str(&text).unwrap();
    config.check().unwrap();
    Told::new(&config).unwrap()
}

async fn leased(told: &Told, id: &str) -> Lease {
    match told.claim(id).await {
        Claim::Ours(lease) => lease,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn while_another_sends_the_letter_this_one_waits_however_slow_the_receiver() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let mut stage = stage(&post, &redis.url());
    stage.told = forgetful_at(&redis.url());
    let id = format!("{}.email", received().facts[0].id);
    let other = forgetful_at(&redis.url());
    let lease = leased(&other, &id).await;
    let (answer, answered) = oneshot::channel::<()>();
    let waiting = async {
        for _ in 0..3 {
            assert_eq!(fault(stage.handle(&received()).await), UNDER_WAY);
        }
        answer.send(()).unwrap();
    };
    let (sent, ()) = tokio::join!(other.hold(&lease, answered), waiting);
    assert_eq!(sent, Some(Ok(())), "it was its own all the time");
    other.keep(&id, NotificationOutcome::Sent).await;
    assert_eq!(
        notified(stage.handle(&received()).await).0,
        NotificationOutcome::Sent
    );
    assert!(post.mails().is_empty());
}

#[tokio::test]
async fn the_letter_of_a_sender_that_was_killed_goes_out_as_soon_as_its_claim_ends() {
    let (post, redis) = (Post::open().await, rig::Redis::start().await.unwrap());
    let mut stage = stage(&post, &redis.url());
    stage.told = forgetful_at(&redis.url());
    let id = format!("{}.email", received().facts[0].id);
    leased(&forgetful_at(&redis.url()), &id).await;
    let begun = Instant::now();
    assert_eq!(
        notified(stage.handle(&received()).await).0,
        NotificationOutcome::Sent
    );
    assert!(begun.elapsed() >= CLAIM * 9 / 10, "{:?}", begun.elapsed());
    assert_eq!(post.mails().len(), 1);
}

#[tokio::test]
async fn a_sender_held_up_for_longer_than_its_claim_stops_when_another_has_taken_over() {
    let redis = rig::Redis::start().await.unwrap();
    let (slow, quick) = (forgetful_at(&redis.url()), forgetful_at(&redis.url()));
    let lease = leased(&slow, "1.email").await;
    // The standstill: nothing of the sender runs until another has claimed the letter.
    let taken = leased(&quick, "1.email").await;
    let sending = async { panic!("it was sent by two") };
    assert_eq!(slow.hold(&lease, sending).await, None::<()>);
    // Nor does it give back a claim that is not its own.
    slow.release(&lease).await;
    let claiming = tokio::time::timeout(CLAIM / 5, slow.claim("1.email"));
    assert!(claiming.await.is_err(), "it is the other's all the time");
    assert_eq!(quick.hold(&taken, async { 1 }).await, Some(1));
}

#[tokio::test]
async fn a_sender_held_up_goes_on_when_nobody_has_taken_over() {
    let redis = rig::Redis::start().await.unwrap();
    let told = forgetful_at(&redis.url());
    let lease = leased(&told, "1.email").await;
    tokio::time::sleep(CLAIM * 2).await;
    assert_eq!(told.hold(&lease, async { 1 }).await, Some(1));
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
