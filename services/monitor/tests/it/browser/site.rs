//! A monitor that answers on a port of its own, over a journal with a bit of everything.

use std::sync::Arc;

use async_trait::async_trait;
use flow::QueueDeclaration;
use jiff::{SignedDuration, Timestamp};
use message::{Detail, Event, NotificationOutcome};
use monitor::{
    pages,
    questions::{Count, Questions, Queues},
    store::Writer,
    whereabouts::Stand,
};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use super::driver::Browser;
use crate::{
    asking::questions,
    samples::{application, at, batch, fact, id, lane, number, start, way},
    seen,
    support::Ground,
};

/// Seeds of the applications that differ from the rest.
pub(crate) const GRANTED: u64 = 1;
pub(crate) const FAILING: u64 = 2;
pub(crate) const PARKED: u64 = 3;
pub(crate) const REFUSED: u64 = 4;
pub(crate) const NEAR: u64 = 5;
pub(crate) const LATE: u64 = 6;
/// More that are delivered: with the others, more than a page of the list holds.
const MORE: std::ops::Range<u64> = 100..160;

pub(crate) struct Site {
    pub(crate) origin: String,
    writer: Writer,
    offset: i64,
    stop: CancellationToken,
}

impl Site {
    /// With applications of every kind.
    pub(crate) async fn full(name: &str) -> Self {
        let mut site = Self::over(seen::ground(name).await).await;
        let now = Timestamp::now().duration_since(start()).as_secs();
        let mut events: Vec<Event> = MORE.flat_map(way).collect();
        let mut unsigned = way(REFUSED);
        unsigned.truncate(1);
        let message = application(REFUSED);
        let refused = Detail::Refused {
            lane: Some(lane("signature.verify")),
            code: "certificate-revoked".to_owned(),
            explanation: String::new(),
        };
        let why = fact(&message, 2, refused);
        let notified = Detail::Notified {
            of: why.id,
            channel: "email".to_owned(),
            outcome: NotificationOutcome::Sent,
            recipient_masked: "a•••@m•••".to_owned(),
        };
        let told = fact(&message, 4, notified);
        unsigned.push(Event::new(vec![why], message.clone()));
        unsigned.push(Event::new(vec![told], message));
        events.extend(unsigned);
        // Three days are allowed for the last step.
        events.extend(since(NEAR, now - 60 * 60 * 60));
        events.extend(since(LATE, now - 100 * 60 * 60));
        let count = i64::try_from(events.len()).unwrap();
        let mut told = batch(site.offset, events);
        told.stands.push(Stand {
            message: id(FAILING).as_uuid(),
            lane: Some("router.committee".to_owned()),
            since: at(3),
        });
        site.writer.write(&told).await.unwrap();
        site.offset += count;
        site
    }

    /// With nothing in its journal.
    pub(crate) async fn empty(name: &str) -> Self {
        Self::over(Ground::new(name).await).await
    }

    async fn over(ground: Ground) -> Self {
        let (moved, seen) = watch::channel(0);
        let stop = CancellationToken::new();
        tokio::spawn(pages::follow(ground.store.clone(), moved, stop.clone()));
        let trace = "http://traces.test/?n={number}".to_owned();
        let questions = Questions {
            queues: Arc::new(AtWork),
            ..questions(&ground)
        };
        let pages = pages::Pages::new(questions.clone(), seen, Some(trace));
        let door = monitor::http::router(questions).merge(pages::router(pages));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            let served = axum::serve(listener, door).with_graceful_shutdown(stopped);
            served.await.unwrap();
        });
        let offset = ground.store.next_offset().await.unwrap();
        let writer = ground.writer().await;
        Self {
            origin,
            writer,
            offset,
            stop,
        }
    }

    /// Adds events to the journal, as if they had come by the stream.
    pub(crate) async fn tell(&mut self, events: Vec<Event>) {
        let count = i64::try_from(events.len()).unwrap();
        let told = batch(self.offset, events);
        self.writer.write(&told).await.unwrap();
        self.offset += count;
    }

    pub(crate) async fn browser(&self) -> Browser {
        Browser::open(&self.origin).await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The whole way of an application to its provider, begun `second` seconds after the start.
fn since(seed: u64, second: i64) -> Vec<Event> {
    let mut events = way(seed);
    for event in &mut events {
        for fact in &mut event.facts {
            fact.at += SignedDuration::from_secs(second);
        }
        if let Some(message) = &mut event.message {
            message.received_at = at(second);
        }
    }
    events
}

/// The queues of a house at work: most are empty, one waits for its register, one has something set aside.
struct AtWork;

#[async_trait]
impl Queues for AtWork {
    async fn counts(&self, queues: &[QueueDeclaration]) -> anyhow::Result<Vec<Count>> {
        let count = |queue: &QueueDeclaration| match queue.name.as_str() {
            "registry.gbd-fl" => (1204, 1),
            "router.committee" => (17, 1),
            "router.committee.parked" => (1, 0),
            "notifier.sms" => (3, 0),
            name if name.ends_with(".parked") => (0, 0),
            _ => (0, 1),
        };
        let counts = queues.iter().map(count);
        let counts = counts.map(|(ready, consumers)| Count { ready, consumers });
        Ok(counts.collect())
    }
}

/// Every page, after its language.
pub(crate) fn every_page() -> Vec<(&'static str, String)> {
    let one = |seed| format!("/applications/{}", number(seed));
    vec![
        ("overview", "/".to_owned()),
        ("list", "/applications".to_owned()),
        (
            "none-found",
            "/applications?status=routed&service=archive-certificate".to_owned(),
        ),
        ("granted", one(GRANTED)),
        ("failing", one(FAILING)),
        ("parked-one", one(PARKED)),
        ("refused", one(REFUSED)),
        ("near", one(NEAR)),
        ("late", one(LATE)),
        ("unknown", one(99)),
        ("lanes", "/lanes".to_owned()),
        ("parked", "/parked".to_owned()),
        ("regulations", "/regulations".to_owned()),
        ("regulation", "/regulations/apostille/portal".to_owned()),
        (
            "regulation-front-office",
            "/regulations/archive-certificate/front-office".to_owned(),
        ),
    ]
}
