//! An in-memory broker, to run stages in tests as the real one would.
//!
//! In: a map, stages for some of its lanes, an event for one of them. Out: everything that was published and
//! which queues it reached. It follows the routing keys by the map's own bindings and settles as the real
//! runner does; pauses pass at once, on a clock of its own. It has no gate and no probes, and every random
//! number is one half.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use flow::{EXCHANGE, Lane, Map, RETURN};
use jiff::{SignedDuration, Timestamp};
use message::{Detail, Event, Fact, LaneName};

use crate::{Publication, Settler, Stage};

/// Steps after which a run is taken to go in circles.
const STEPS_MAX: usize = 1000;

/// A map with stages on some of its lanes.
pub struct Run {
    map: Arc<Map>,
    stages: BTreeMap<LaneName, Arc<dyn Stage>>,
    now: Timestamp,
}

/// One publish and where it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    pub key: String,
    pub event: Event,
    /// The queues it reached, the journal among them.
    pub queues: Vec<String>,
}

/// Everything that was published, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told(pub Vec<Published>);

impl Run {
    /// Nothing runs yet; the clock stands at the beginning of 2027.
    pub fn new(map: Arc<Map>) -> Self {
        let now = Timestamp::from_second(1_798_761_600).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            map,
            stages: BTreeMap::new(),
            now,
        }
    }

    /// Sets the clock.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Puts `stage` on `lane`. Messages that reach a lane without a stage stay in its queue.
    ///
    /// # Panics
    /// When the lane is not on the map.
    #[must_use]
    pub fn with(mut self, lane: &str, stage: Arc<dyn Stage>) -> Self {
        self.stages.insert(self.lane(lane).name.clone(), stage);
        self
    }

    /// Hands `event` to `lane` and goes on until no stage has anything to do.
    ///
    /// # Panics
    /// When the lane is not on the map or the run goes in circles.
    pub async fn feed(&mut self, lane: &str, event: Event) -> Told {
        let mut told = Told::default();
        let mut waiting = VecDeque::from([(self.lane(lane).name.clone(), event)]);
        for _ in 0..STEPS_MAX {
            let Some((lane, event)) = waiting.pop_front() else {
                return told;
            };
            let Some(stage) = self.stages.get(&lane) else {
                continue;
            };
            if !stage.concerns(&event) {
                continue;
            }
            let ended = stage.handle(&event).await;
            let lane = self.lane(lane.as_str());
            let settler = Settler::new(&self.map, lane);
            let event = match &ended {
                Ok(_) => event,
                Err(_) => settler.noted(event.clone(), stage.attempted(&event), self.now),
            };
            let published = settler.settle(&event, ended, self.now, 0.5);
            waiting.extend(self.led_to(&published));
            self.now = retry_at(&published.event).unwrap_or(self.now);
            told.0.push(Published {
                queues: self.reached(&published),
                key: published.key,
                event: published.event,
            });
        }
        panic!(
            "no end after {STEPS_MAX} steps; the last keys were {:?}",
            told.keys()
        );
    }

    fn lane(&self, name: &str) -> &Lane {
        match self.map.lane(name) {
            Ok(lane) => lane,
            Err(error) => panic!("{error}"),
        }
    }

    /// The queues that a publish reaches, each once.
    fn reached(&self, published: &Publication) -> Vec<String> {
        let mut queues: Vec<String> = Vec::new();
        for queue in published
            .keys()
            .flat_map(|key| self.map.reached(EXCHANGE, key))
        {
            if !queues.contains(&queue) {
                queues.push(queue);
            }
        }
        queues
    }

    /// The lanes that a publish reaches, the one it comes back to after its pause among them.
    fn led_to(&self, published: &Publication) -> Vec<(LaneName, Event)> {
        let mut queues = self.reached(published);
        if queues.iter().any(|queue| queue.starts_with("delay.")) {
            queues.extend(self.map.reached(RETURN, &published.key));
        }
        let lanes = self.map.lanes.iter().map(|lane| &lane.name);
        lanes
            .filter(|lane| queues.iter().any(|queue| queue == lane.as_str()))
            .map(|lane| (lane.clone(), published.event.clone()))
            .collect()
    }
}

impl Told {
    /// The routing keys, in order.
    pub fn keys(&self) -> Vec<&str> {
        self.0
            .iter()
            .map(|published| published.key.as_str())
            .collect()
    }

    /// Every fact the journal hears, in order, each id once.
    pub fn facts(&self) -> Vec<&Fact> {
        let mut facts: Vec<&Fact> = Vec::new();
        for fact in self.0.iter().flat_map(|published| &published.event.facts) {
            if facts.iter().all(|known| known.id != fact.id) {
                facts.push(fact);
            }
        }
        facts
    }

    /// What was published last.
    ///
    /// # Panics
    /// When nothing was.
    pub fn last(&self) -> &Published {
        match self.0.last() {
            Some(published) => published,
            None => panic!("nothing was published"),
        }
    }
}

fn retry_at(event: &Event) -> Option<Timestamp> {
    match event.facts.last().map(|fact| &fact.detail) {
        Some(Detail::AttemptFailed { retry_at, .. }) => {
            Some(*retry_at + SignedDuration::from_millis(1))
        }
        _ => None,
    }
}
