//! What a load run found, for people and for programs.
//!
//! In: records and CPU times of the runs. Out: rates, percentiles, shares, and the path beside its floor. Only
//! ratios of one run mean anything on a machine that others use too, so the load average stands beside them.

use std::time::Duration;

use message::LaneName;
use serde::Serialize;

use super::{
    processes::{self, Share},
    record::{Ended, Times},
    spread::Spread,
    told::{Step, Told},
};
use crate::screen::Screen;

/// One run: the path or the floor.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) what: &'static str,
    pub(crate) messages: usize,
    pub(crate) failed: usize,
    pub(crate) lost: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_failure: Option<String>,
    /// From the first intended start to the last arrival.
    pub(crate) seconds: f64,
    pub(crate) per_s: f64,
    /// From the intended start to the answer that it is stored.
    pub(crate) answer: Spread,
    /// From that answer to the arrival.
    pub(crate) onward: Spread,
    /// From the intended start to the arrival.
    pub(crate) whole: Spread,
    /// CPU until everything was quiet again.
    pub(crate) cpu: Vec<Share>,
    /// Of the machine, at the end of the run.
    pub(crate) load_average: f64,
}

/// The path divided by the floor of the same run.
#[derive(Debug, Serialize)]
pub(crate) struct Ratios {
    pub(crate) throughput: f64,
    /// By a floor of as many hops as the path has deliveries: those to people and systems counted in.
    pub(crate) throughput_of_all_deliveries: f64,
    pub(crate) onward_p50: f64,
    pub(crate) onward_p99: f64,
}

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// `50/s` or `500 in flight`.
    pub(crate) pace: String,
    pub(crate) lanes: Vec<LaneName>,
    pub(crate) document_bytes: usize,
    /// The floor before, the path, the floor after; and a floor of as many hops as the path has deliveries.
    pub(crate) runs: Vec<Measured>,
    pub(crate) ratios: Option<Ratios>,
    /// Writes of 2 KiB with `fdatasync`, before and after.
    pub(crate) disk: Vec<Spread>,
    /// What the journal has of the path.
    pub(crate) told: Told,
}

pub(crate) const PATH: &str = "path";
/// A chain of as many hops as the path has deliveries.
pub(crate) const WIDE: &str = "floor, all";

impl Measured {
    pub(crate) fn of(what: &'static str, ended: Ended, cpu: Vec<Share>) -> anyhow::Result<Self> {
        let between = |from: fn(&Times) -> Option<i64>, to: fn(&Times) -> Option<i64>| {
            let times = ended.times.iter();
            Spread::of(times.filter_map(move |times| Some(to(times)? - from(times)?)))
        };
        let (meant, answered, arrived) = (
            |times: &Times| times.meant,
            |times: &Times| times.answered,
            |times: &Times| times.arrived,
        );
        let first = ended.times.iter().filter_map(meant).min();
        let last = ended.times.iter().filter_map(arrived).max();
        let took_us = first
            .zip(last)
            .map_or(0, |(first, last)| (last - first).max(0));
        let seconds = Duration::from_micros(took_us.unsigned_abs()).as_secs_f64();
        let arrivals = ended.times.iter().filter_map(arrived).count();
        Ok(Self {
            what,
            messages: ended.times.len(),
            failed: ended.failed,
            lost: ended.lost,
            seconds,
            per_s: quotient(count_f64(arrivals), seconds),
            answer: between(meant, answered)?,
            onward: between(answered, arrived)?,
            whole: between(meant, arrived)?,
            first_failure: ended.failure,
            cpu,
            load_average: processes::load_average(),
        })
    }

    pub(crate) fn is_well(&self) -> bool {
        self.failed == 0 && self.lost == 0
    }

    fn row(&self) -> Vec<String> {
        let [answer50, _, answer99, _] = self.answer.cells();
        let [onward50, onward90, onward99, onward_max] = self.onward.cells();
        let [whole50, _, whole99, _] = self.whole.cells();
        let cpu_us = quotient(processes::ours(&self.cpu) * 1e6, count_f64(self.messages));
        vec![
            self.what.to_owned(),
            self.messages.to_string(),
            (self.failed + self.lost).to_string(),
            format!("{:.0}", self.per_s),
            format!("{answer50} / {answer99}"),
            format!("{onward50} / {onward90} / {onward99} / {onward_max}"),
            format!("{whole50} / {whole99}"),
            format!("{cpu_us:.0}"),
            format!("{:.1}", self.load_average),
        ]
    }
}

impl Ratios {
    /// None without a floor.
    pub(crate) fn of(runs: &[Measured]) -> Option<Self> {
        let path = runs.iter().find(|run| run.what == PATH)?;
        let wide = runs.iter().find(|run| run.what == WIDE)?;
        let is_floor = |run: &&Measured| run.what != PATH && run.what != WIDE;
        let floors: Vec<_> = runs.iter().filter(is_floor).collect();
        let ratio = |value: fn(&Measured) -> f64| {
            let sum: f64 = floors.iter().map(|run| value(run)).sum();
            quotient(value(path), quotient(sum, count_f64(floors.len())))
        };
        (!floors.is_empty()).then(|| Self {
            throughput: ratio(|run| run.per_s),
            throughput_of_all_deliveries: quotient(path.per_s, wide.per_s),
            onward_p50: ratio(|run| run.onward.p50_ms),
            onward_p99: ratio(|run| run.onward.p99_ms),
        })
    }
}

impl Report {
    pub(crate) fn show(&self, screen: &Screen) {
        let lanes: Vec<&str> = self.lanes.iter().map(LaneName::as_str).collect();
        screen.line(format!(
            "{}: document {} bytes, message {} bytes, {} hops: {}",
            self.pace,
            self.document_bytes,
            self.told.bytes_of_one,
            lanes.len(),
            lanes.join(" → ")
        ));
        screen.line("");
        let head = [
            "",
            "messages",
            "failed",
            "per s",
            "answer p50/p99 ms",
            "answer to arrival p50/p90/p99/max ms",
            "whole p50/p99 ms",
            "CPU us/message",
            "load",
        ];
        let rows: Vec<_> = self.runs.iter().map(Measured::row).collect();
        screen.table(&head, &rows);
        for run in &self.runs {
            if let Some(why) = &run.first_failure {
                screen.line(format!("{}: the first failure: {why}", run.what));
            }
        }
        screen.line("");
        if let Some(ratios) = &self.ratios {
            screen.line(format!(
                "path / floor: throughput {:.2} (all deliveries: {:.2}), answer to arrival p50 {:.2}, p99 {:.2}",
                ratios.throughput,
                ratios.throughput_of_all_deliveries,
                ratios.onward_p50,
                ratios.onward_p99
            ));
        }
        let disk = |spread: &Spread| {
            let [p50, _, p99, max] = spread.cells();
            format!("{p50} / {p99} / {max}")
        };
        let disk: Vec<String> = self.disk.iter().map(disk).collect();
        screen.line(format!(
            "disk: 2 KiB + fdatasync p50/p99/max ms, before and after: {}",
            disk.join(", ")
        ));
        for run in self.runs.iter().filter(|run| run.what == PATH) {
            screen.line("");
            show_cpu(run, screen);
        }
        screen.line("");
        self.show_told(screen);
    }

    /// Where the path's time went, and what the house publishes beside it.
    fn show_told(&self, screen: &Screen) {
        let row = |step: &Step| [&[step.fact.to_owned()][..], &step.took.cells()].concat();
        let rows: Vec<_> = self.told.steps.iter().map(row).collect();
        screen.table(&["until", "p50 ms", "p90", "p99", "max"], &rows);
        screen.line(format!(
            "for each application: {:.1} events of {:.0} bytes in all, {:.1} deliveries from queues",
            self.told.events, self.told.bytes, self.told.deliveries
        ));
    }
}

/// Where the time of the path went.
fn show_cpu(run: &Measured, screen: &Screen) {
    let ours = processes::ours(&run.cpu);
    let row = |share: &Share| {
        let is_ours = share.name != processes::OTHERS;
        let of_ours = quotient(share.cpu_s * 100.0, ours);
        vec![
            share.name.clone(),
            format!("{:.2}", share.cpu_s),
            if is_ours {
                format!("{of_ours:.0}")
            } else {
                String::new()
            },
            format!(
                "{:.0}",
                quotient(share.cpu_s * 1e6, count_f64(run.messages))
            ),
            format!("{:.0}", quotient(count_f64(run.messages), share.cpu_s)),
        ]
    };
    let rows: Vec<_> = run.cpu.iter().map(row).collect();
    let head = ["process", "CPU s", "%", "us/message", "messages per CPU-s"];
    screen.table(&head, &rows);
}

fn quotient(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 messages")]
pub(crate) fn count_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(what: &'static str, step_us: i64) -> Measured {
        let times = |n: i64| Times {
            meant: Some(n * 1000),
            answered: Some(n * 1000 + step_us),
            arrived: Some(n * 1000 + 3 * step_us),
        };
        let ended = Ended {
            times: (0..100).map(times).collect(),
            failed: 0,
            lost: 0,
            failure: None,
        };
        Measured::of(what, ended, vec![]).unwrap()
    }

    #[test]
    fn times_run_from_the_instant_that_was_meant() {
        let run = run(PATH, 1000);
        assert!((run.answer.p50_ms - 1.0).abs() < 0.01);
        assert!((run.onward.p50_ms - 2.0).abs() < 0.01);
        assert!((run.whole.p99_ms - 3.0).abs() < 0.01);
        // 99 ms from the first to the last start, and 3 ms on.
        assert!((run.per_s - 100.0 / 0.102).abs() < 1.0, "{}", run.per_s);
        assert!(run.is_well());
    }

    #[test]
    fn the_path_is_divided_by_the_mean_of_its_floors() {
        let floors = [run("floor", 1000), run("floor", 2000), run(WIDE, 9000)];
        let runs: Vec<_> = floors.into_iter().chain([run(PATH, 3000)]).collect();
        let ratios = Ratios::of(&runs).unwrap();
        assert!((ratios.onward_p50 - 2.0).abs() < 0.01, "{ratios:?}");
        assert!(Ratios::of(&runs[3..]).is_none());
    }
}
