//! A letter is sent once, whoever sends it, is killed over it or comes too late; twice only where Redis is away.

use std::time::{Duration, Instant};

use message::NotificationOutcome;
use notifier::told::{self, Claim, Lease, Told};
use stage::Stage;
use tokio::sync::oneshot;

use crate::{
    NO_REDIS, UNDER_WAY, fault, made,
    made::{application, event},
    notified,
    post::Post,
    received, stage,
};

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
