//! What the journal says of a run: when each step of each application was done, and how much travelled.
//!
//! In: where the journal stood before the run, and the numbers of its applications. Out: the time from each
//! step to the next, and how many events, queues and bytes an application took. It is read afterwards, so that
//! reading costs the run nothing.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use broker::{Config, Entry, Reader, read_journal};
use fault::Fault;
use flow::Map;
use message::{FactName, Message, Number};
use serde::Serialize;
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

use super::spread::Spread;

/// A journal that says nothing new for so long has said everything.
const SILENCE: Duration = Duration::from_secs(2);
/// The facts that an application's way has, in its order; each ends a step.
const WAY: [FactName; 5] = [
    FactName::Received,
    FactName::Verified,
    FactName::Enriched,
    FactName::Routed,
    FactName::Delivered,
];

/// See the module. Figures are for one application.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    /// Events published.
    pub(crate) events: f64,
    /// Copies of them that quorum queues delivered, those of the way and those of notifications.
    pub(crate) deliveries: f64,
    /// Bytes of all events.
    pub(crate) bytes: f64,
    /// Bytes of an event between two lanes of the way: what the floor carries too.
    pub(crate) bytes_of_one: usize,
    /// The deliveries as the hops of a chain.
    #[serde(skip)]
    pub(crate) hops: u8,
    pub(crate) steps: Vec<Step>,
}

/// From the fact before to this one: the broker's confirm, the queue, and the work.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) fact: &'static str,
    pub(crate) took: Spread,
}

/// What is counted of the entries.
#[derive(Default)]
struct Counts {
    entries: usize,
    deliveries: usize,
    bytes: usize,
    on_the_way: usize,
    bytes_on_the_way: usize,
    /// When each application had which fact of the way, microseconds.
    times: HashMap<Number, Vec<(i64, FactName)>>,
}

struct Listening(mpsc::UnboundedSender<Vec<Entry>>);

#[async_trait::async_trait]
impl Reader for Listening {
    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        // Who has heard enough does not want to know.
        self.0.send(entries).ok();
        Ok(())
    }
}

/// Reads the journal after offset `after` for what it says of `numbers`.
pub(crate) async fn of_run(
    config: &Config,
    map: &Map,
    after: Option<u64>,
    numbers: &HashSet<Number>,
) -> anyhow::Result<Told> {
    let (telling, mut told) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let reading = read_journal(config.clone(), after, Listening(telling), stop.clone());
    let reading = tokio::spawn(reading);
    let mut counts = Counts::default();
    while let Ok(Some(entries)) = timeout(SILENCE, told.recv()).await {
        for entry in &entries {
            counts.add(map, numbers, entry);
        }
    }
    stop.cancel();
    reading.await?;
    counts.told(numbers.len())
}

impl Counts {
    fn add(&mut self, map: &Map, numbers: &HashSet<Number>, entry: &Entry) {
        let Ok(event) = &entry.event else { return };
        let Some(fact) = event.facts.last() else {
            return;
        };
        let Some(number) = fact.about.number().filter(|n| numbers.contains(n)) else {
            return;
        };
        let name = fact.name();
        self.entries += 1;
        self.bytes += entry.size;
        let filing = event.message.as_ref().and_then(Message::filing);
        let filed_by = filing.as_ref().map(|filing| &filing.participant);
        let hearing = map.lanes.iter().filter(|lane| lane.hears(name, filed_by));
        self.deliveries += hearing.count();
        if entry.key != name.as_str() {
            self.deliveries += 1;
            self.on_the_way += 1;
            self.bytes_on_the_way += entry.size;
        }
        if WAY.contains(&name) {
            let times = self.times.entry(number).or_default();
            times.push((fact.at.as_microsecond(), name));
        }
    }

    fn told(self, applications: usize) -> anyhow::Result<Told> {
        let mut took: BTreeMap<FactName, Vec<i64>> = BTreeMap::new();
        for mut times in self.times.into_values() {
            times.sort_unstable();
            for pair in times.windows(2) {
                took.entry(pair[1].1)
                    .or_default()
                    .push(pair[1].0 - pair[0].0);
            }
        }
        let step = |(fact, times): (FactName, Vec<i64>)| {
            Ok(Step {
                fact: fact.as_str(),
                took: Spread::of(times)?,
            })
        };
        Ok(Told {
            events: each(self.entries, applications),
            deliveries: each(self.deliveries, applications),
            bytes: each(self.bytes, applications),
            hops: u8::try_from(self.deliveries.div_ceil(applications.max(1)))?
                .clamp(1, broker::Floor::HOPS_MAX),
            bytes_of_one: self.bytes_on_the_way / self.on_the_way.max(1),
            steps: took.into_iter().map(step).collect::<anyhow::Result<_>>()?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 of them")]
fn each(all: usize, count: usize) -> f64 {
    all as f64 / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_lasts_from_the_fact_before_and_is_called_by_the_fact_that_ends_it() {
        let id = message::MessageId::from_uuid(uuid::Uuid::nil());
        let times = vec![
            (5_000, FactName::Routed),
            (1_000, FactName::Received),
            (3_000, FactName::Verified),
        ];
        let counts = Counts {
            entries: 3,
            bytes: 300,
            times: HashMap::from([(Number::of(id), times)]),
            ..Counts::default()
        };
        let told = counts.told(1).unwrap();
        let steps: Vec<&str> = told.steps.iter().map(|step| step.fact).collect();
        assert_eq!(steps, ["verified", "routed"]);
        assert!((told.steps[1].took.p50_ms - 2.0).abs() < 0.01);
        assert!((told.bytes - 300.0).abs() < 0.01 && told.bytes_of_one == 0);
    }
}
