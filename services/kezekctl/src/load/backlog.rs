//! Many that wait for a provider which is down, and those who wait for nobody.
//!
//! In: how many are to wait. Out: how fast they drain once the provider is back, and how long applications to
//! another provider take before, while those wait, and while they drain. The provider answers again at the end.

use std::{num::NonZeroUsize, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use broker::Config;
use flow::{Map, QueueDeclaration};
use jiff::Timestamp;
use message::ServiceCode;
use regulations::Regulations;
use reqwest::Client;
use serde::Serialize;
use serde_json::json;
use testbed::identity::Identities;

use super::{
    Args, bar,
    pace::Pace,
    papers::{self, Papers},
    path::Ends,
    record::{Ended, Record},
    report::{Measured, count_f64},
};
use crate::{regulation, screen::Screen, submit};

/// The service whose applications go on meanwhile, to another provider.
const LIVE: &str = "archive-certificate";
const LIVE_PER_S: f64 = 20.0;
const LIVE_COUNT: usize = 200;
/// Applications without an answer at any time, while the backlog grows.
const UNANSWERED: usize = 100;
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long the last of the backlog may take to its lane.
const SETTLE_MAX: Duration = Duration::from_mins(5);

/// What is needed to make them wait.
pub(crate) struct Wait<'a> {
    pub(crate) args: &'a Args,
    pub(crate) broker: &'a Config,
    pub(crate) regulations: &'a Regulations,
    pub(crate) map: &'a Map,
    pub(crate) identities: &'a Identities,
    pub(crate) control: &'a str,
    pub(crate) screen: &'a Screen,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Found {
    /// How many waited.
    waited: usize,
    /// How many were taken by intake a second while the provider was down.
    taken_per_s: f64,
    /// From the provider's return to the first and to the last of them.
    first_after_s: f64,
    last_after_s: f64,
    /// Between the first and the last.
    drained_per_s: f64,
    /// In tenths of them: how many a second.
    tenths_per_s: Vec<f64>,
    lost: usize,
    failed: usize,
    /// Others: alone, while these wait, while these drain.
    live: Vec<Measured>,
}

/// A way with its messages.
struct Traffic {
    ends: Ends,
    papers: Papers,
}

impl Wait<'_> {
    pub(crate) async fn measure(&self, count: u32) -> anyhow::Result<ExitCode> {
        let count = usize::try_from(count)?;
        self.screen
            .line(format!("making and signing {count} messages"));
        let mut live = self.traffic(LIVE.parse()?, LIVE_COUNT * 3).await?;
        let waiting = self.traffic(self.args.service.clone(), count).await?;
        ensure!(
            live.papers.provider != waiting.papers.provider,
            "both go to {}: choose another --service",
            live.papers.provider
        );
        for traffic in [&live, &waiting] {
            traffic.ends.set_auto(self.args.reports).await?;
        }
        let provider = waiting.papers.provider.to_string();
        let found = self.play(&mut live, waiting).await;
        // Whatever came of it, nothing stays down.
        self.set_fault(&provider, "none").await?;
        live.ends.set_auto(true).await?;
        let found = found?;
        self.screen.value(&found)?;
        found.show(self.screen);
        let is_well = found.lost + found.failed == 0 && found.live.iter().all(Measured::is_well);
        Ok(if is_well {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    async fn play(&self, live: &mut Traffic, waiting: Traffic) -> anyhow::Result<Found> {
        let Traffic { ends, papers } = waiting;
        let count = papers.bodies.len();
        let lane = papers.lanes.last().context("there is no way")?.to_string();
        let alone = live.go("alone").await?;
        self.set_fault(papers.provider.as_str(), "down").await?;
        let pace = Pace::Unanswered(UNANSWERED);
        let record = Arc::new(Record::new(count, pace, bar("waiting")));
        let begun = Timestamp::now();
        let travelling = {
            let record = Arc::clone(&record);
            tokio::spawn(async move { ends.travel(pace, papers.bodies, &record).await })
        };
        while record.answers() < count {
            ensure!(!travelling.is_finished(), "the provider was not down");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let taken = Timestamp::now();
        self.settled(&lane, count).await?;
        let meanwhile = live.go("while they wait").await?;
        self.set_fault(papers.provider.as_str(), "none").await?;
        let back = Timestamp::now();
        let draining = live.go("while they drain").await?;
        travelling.await??;
        let live = vec![alone, meanwhile, draining];
        Ok(Found::of(&record.ended(), [begun, taken, back], live))
    }

    /// Waits until nearly all stand in `lane`; what its worker holds or has sent back to wait is not counted.
    async fn settled(&self, lane: &str, count: usize) -> anyhow::Result<()> {
        let held = 2 * usize::from(self.map.lane(lane)?.window);
        let queues = self.map.queues();
        let queue: Vec<QueueDeclaration> = queues.into_iter().filter(|q| q.name == lane).collect();
        let limit = tokio::time::Instant::now() + SETTLE_MAX;
        loop {
            let counts = broker::counts(self.broker, &queue).await?;
            let there = counts.first().map_or(0, |count| count.messages);
            if usize::try_from(there)? + held >= count {
                return Ok(());
            }
            ensure!(
                tokio::time::Instant::now() < limit,
                "only {there} wait in {lane}"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn traffic(&self, service: ServiceCode, count: usize) -> anyhow::Result<Traffic> {
        let args = Args {
            service,
            ..self.args.clone()
        };
        let regulation = regulation::find(self.regulations, &args.service)?;
        let count = NonZeroUsize::new(count).context("there is nothing to send")?;
        let papers = papers::prepare(
            &args,
            regulation,
            self.map,
            self.identities,
            self.control,
            count,
            self.screen,
        );
        let papers = papers.await?;
        let ends = Ends::open(
            &args.testbed,
            submit::system_of(args.channel),
            args.connections,
            &args.intake,
            format!("{}/providers/{}", self.control, papers.provider),
        )?;
        Ok(Traffic { ends, papers })
    }

    async fn set_fault(&self, provider: &str, fault: &str) -> anyhow::Result<()> {
        let url = format!("{}/systems/{provider}/fault", self.control);
        let request = Client::new().put(url).json(&json!({ "fault": fault }));
        let answer = request.send().await;
        answer
            .context("the testbed does not answer")?
            .error_for_status()?;
        Ok(())
    }
}

impl Traffic {
    /// Sends the next of its messages, at the rate of living.
    async fn go(&mut self, what: &'static str) -> anyhow::Result<Measured> {
        let rest = self
            .papers
            .bodies
            .split_off(LIVE_COUNT.min(self.papers.bodies.len()));
        let bodies = std::mem::replace(&mut self.papers.bodies, rest);
        let pace = Pace::Rate(LIVE_PER_S);
        let record = Arc::new(Record::new(bodies.len(), pace, bar(what)));
        self.ends.travel(pace, bodies, &record).await?;
        Measured::of(what, record.ended(), Vec::new())
    }
}

impl Found {
    fn of(ended: &Ended, at: [Timestamp; 3], live: Vec<Measured>) -> Self {
        let [begun, taken, back] = at.map(Timestamp::as_microsecond);
        let mut arrived: Vec<i64> = ended.times.iter().filter_map(|t| t.arrived).collect();
        arrived.sort_unstable();
        let first = arrived.first().copied().unwrap_or(back);
        let last = arrived.last().copied().unwrap_or(back);
        let tenth = (arrived.len() / 10).max(1);
        let tenths = arrived.chunks_exact(tenth).map(|chunk| {
            let took = chunk[chunk.len() - 1] - chunk[0];
            per_s(chunk.len(), took)
        });
        Self {
            waited: ended.times.len(),
            taken_per_s: per_s(ended.times.len(), taken - begun),
            first_after_s: seconds(first - back),
            last_after_s: seconds(last - back),
            drained_per_s: per_s(arrived.len(), last - first),
            tenths_per_s: tenths.collect(),
            lost: ended.lost,
            failed: ended.failed,
            live,
        }
    }

    fn show(&self, screen: &Screen) {
        screen.line(format!(
            "{} waited, taken at {:.0}/s; {} lost, {} failed",
            self.waited, self.taken_per_s, self.lost, self.failed
        ));
        let tenths = self.tenths_per_s.iter().map(|rate| format!("{rate:.0}"));
        screen.line(format!(
            "drained at {:.0}/s, by tenths {}; the first came {:.1} s after the provider's return, the last {:.1} s",
            self.drained_per_s,
            tenths.collect::<Vec<_>>().join(" "),
            self.first_after_s,
            self.last_after_s
        ));
        let row = |run: &Measured| {
            let [p50, p90, p99, max] = run.onward.cells();
            vec![
                run.what.to_owned(),
                run.messages.to_string(),
                p50,
                p90,
                p99,
                max,
            ]
        };
        let rows: Vec<_> = self.live.iter().map(row).collect();
        let head = [
            "others, answer to arrival",
            "messages",
            "p50 ms",
            "p90",
            "p99",
            "max",
        ];
        screen.table(&head, &rows);
    }
}

fn per_s(count: usize, us: i64) -> f64 {
    count_f64(count) / seconds(us).max(1e-6)
}

fn seconds(us: i64) -> f64 {
    Duration::from_micros(u64::try_from(us).unwrap_or(0)).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::record::Times;

    #[test]
    fn draining_counts_from_the_first_that_arrives_to_the_last() {
        let at = |us| Timestamp::from_microsecond(us).unwrap();
        let times = |n: i64| Times {
            arrived: Some(5_000_000 + n * 1000),
            ..Times::default()
        };
        let ended = Ended {
            times: (0..=1000).map(times).collect(),
            failed: 0,
            lost: 0,
            failure: None,
        };
        let found = Found::of(&ended, [at(0), at(2_000_000), at(4_000_000)], vec![]);
        assert!((found.taken_per_s - 500.5).abs() < 0.1);
        assert!((found.first_after_s - 1.0).abs() < 0.001);
        assert!((found.drained_per_s - 1001.0).abs() < 0.1);
        assert_eq!(found.tenths_per_s.len(), 10);
    }
}
