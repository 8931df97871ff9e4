//! A clock whose word is recorded, over a journal in which things happen.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use message::{About, Detail, Event, Fact, FactId};
use monitor::{
    clock::{Clock, Look, Teller},
    config::Deadlines,
    store::Writer,
};
use tokio::sync::Notify;

use crate::{
    samples::{application, at, batch, fact, lane},
    support::Ground,
};

/// Keeps what it is told; confirms while `confirms`.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) told: Mutex<Vec<Event>>,
    pub(crate) refuses: AtomicBool,
    pub(crate) hangs: AtomicBool,
    pub(crate) news: Notify,
}

#[async_trait]
impl Teller for Recorder {
    fn is_ready(&self) -> bool {
        true
    }

    async fn tell(&self, events: Vec<Event>) -> Vec<bool> {
        let stored = vec![!self.refuses.load(Ordering::Relaxed); events.len()];
        self.told.lock().unwrap().extend(events);
        self.news.notify_one();
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        stored
    }
}

impl Recorder {
    /// What was told since the last time.
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The same as name, step and percent.
    pub(crate) fn said(&self) -> Vec<String> {
        let told = self.take();
        let facts = told.iter().flat_map(|event| &event.facts);
        facts.map(|fact| said(&fact.detail)).collect()
    }
}

pub(crate) fn said(detail: &Detail) -> String {
    match detail {
        Detail::DeadlineNear {
            step, used_percent, ..
        } => format!("step {step} near {used_percent}"),
        Detail::DeadlinePassed { step, .. } => format!("step {step} passed"),
        other => format!("{other:?}"),
    }
}

pub(crate) fn ids(events: &[Event]) -> Vec<FactId> {
    let facts = events.iter().flat_map(|event| &event.facts);
    facts.map(|fact| fact.id).collect()
}

pub(crate) fn settings(batch_max: u16) -> Deadlines {
    Deadlines {
        batch_max,
        ..Deadlines::default()
    }
}

pub(crate) fn clock(ground: &Ground) -> (Clock, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let clock = Clock::new(
        ground.store.clone(),
        Arc::<Recorder>::clone(&recorder),
        settings(200),
    );
    (clock, recorder)
}

/// A ground on which these events have happened.
pub(crate) async fn happened(name: &str, events: Vec<Event>) -> (Ground, Writer) {
    let ground = Ground::new(name).await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, events)).await.unwrap();
    (ground, writer)
}

pub(crate) async fn add(writer: &mut Writer, events: Vec<Event>) {
    let offset = writer.next_offset();
    writer.write(&batch(offset, events)).await.unwrap();
}

pub(crate) fn received(seed: u64, second: i64) -> Event {
    let message = application(seed);
    Event::new(vec![fact(&message, second, Detail::Received)], message)
}

pub(crate) fn about_lane(name: &str, second: i64, detail: Detail) -> Event {
    let told = Fact::new(About::Lane(lane(name)), at(second), "registry", detail);
    Event {
        facts: vec![told],
        message: None,
    }
}

pub(crate) fn closed(name: &str, second: i64) -> Event {
    let detail = Detail::LaneClosed {
        code: "register-unreachable".to_owned(),
        explanation: String::new(),
    };
    about_lane(name, second, detail)
}

pub(crate) async fn row(ground: &Ground) -> String {
    let columns = "step, told_percent, pause_reason, next_at IS NULL, due_at";
    ground
        .sql(&format!(
            "SELECT {columns} FROM deadlines ORDER BY number, step"
        ))
        .await
}

pub(crate) async fn look(clock: &Clock, second: i64) -> Look {
    clock.look(at(second)).await.unwrap()
}
