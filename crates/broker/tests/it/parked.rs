//! Looking at parked messages, and sending one on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use broker::{ReleaseError, parked, release};
use fault::{Fault, delivery};
use jiff::Timestamp;
use message::{Event, FactName};

use crate::support::{Step, eventually, house, message, publish_all};

const ONE: &str = "[[lane]]\nname = 'one.work'\nkind = 'provider'\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_looks_and_sends_one_on_while_the_others_stay() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = Arc::clone(&is_mended);
    let step = Step(move |_: Event| {
        let is_mended = mended.load(Ordering::SeqCst);
        async move {
            if is_mended {
                return Ok(());
            }
            let fault = Fault::never(&delivery::PROVIDER_REJECTED, "hand it over");
            Err(fault.because("the form is unknown"))
        }
    });
    let working = house.work("one.work", step, &publisher);
    publish_all(&publisher, 0..5, "one.work").await;
    eventually("five are parked", 30, async || {
        house.waiting("one.work.parked").await == 5
    })
    .await;

    let lane = house.map.lane("one.work").unwrap();
    for _ in 0..2 {
        let seen = parked(&house.config, lane, 3).await.unwrap();
        assert_eq!(seen.len(), 3, "looking takes nothing");
        assert_eq!(seen[0].code, "provider-rejected");
        assert_eq!(seen[0].explanation, "the form is unknown");
        assert!(seen[0].at.is_some());
    }

    is_mended.store(true, Ordering::SeqCst);
    let id = message(3).id;
    let now = Timestamp::now();
    release(&house.config, &publisher, lane, id, "kezekctl", now)
        .await
        .unwrap();
    eventually("it is delivered", 30, async || {
        journal.told(FactName::Delivered).contains_key(&id)
    })
    .await;
    assert_eq!(journal.told(FactName::Released).len(), 1);
    eventually("four stay", 10, async || {
        house.waiting("one.work.parked").await == 4
    })
    .await;
    let again = release(&house.config, &publisher, lane, id, "kezekctl", now).await;
    assert!(
        matches!(again, Err(ReleaseError::NotThere { .. })),
        "{again:?}"
    );
    working.stop().await;
}

/// They are asked from HTTP handlers, which run on any thread.
#[test]
fn looking_can_be_done_from_any_thread() {
    fn on_any_thread<T: Send>(_: T) {}
    let config = broker::Config::new("amqp://localhost");
    let map = crate::support::map(ONE);
    let lane = map.lane("one.work").unwrap();
    on_any_thread(parked(&config, lane, 1));
    on_any_thread(broker::counts(&config, &map.queues()));
    on_any_thread(broker::check(&config, &map.queues()));
}
