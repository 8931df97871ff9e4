//! What happened to each message of a run: when it was meant to go, was answered, and arrived.
//!
//! In: events in any order, from any task. Out: the times, and when to stop waiting. It starts nothing.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::ProgressBar;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::pace::Pace;

/// Without anything new for so long, what is missing is lost.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// The same where messages are made to wait.
const WAIT_MAX: Duration = Duration::from_mins(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Times of one message, microseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// When it was meant to go, whether or not the sender kept up.
    pub(crate) meant: Option<i64>,
    /// When the one it was given to had stored it.
    pub(crate) answered: Option<i64>,
    /// When it reached the end.
    pub(crate) arrived: Option<i64>,
}

/// See the module.
pub(crate) struct Record {
    state: Mutex<State>,
    pace: Pace,
    /// Places of a closed loop; none where the pace is fixed.
    pub(crate) window: Option<Semaphore>,
    bar: ProgressBar,
}

struct State {
    times: Vec<Times>,
    arrived: usize,
    failed: usize,
    failure: Option<String>,
    news: Instant,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) times: Vec<Times>,
    /// Not taken by whom they were given to.
    pub(crate) failed: usize,
    /// Taken, and never arrived.
    pub(crate) lost: usize,
    /// Why the first one failed.
    pub(crate) failure: Option<String>,
}

impl Record {
    pub(crate) fn new(count: usize, pace: Pace, bar: ProgressBar) -> Self {
        bar.set_length(u64::try_from(count).unwrap_or(u64::MAX));
        Self {
            state: Mutex::new(State {
                times: vec![Times::default(); count],
                arrived: 0,
                failed: 0,
                failure: None,
                news: Instant::now(),
            }),
            pace,
            window: pace.places().map(Semaphore::new),
            bar,
        }
    }

    pub(crate) fn meant(&self, place: usize, at: Timestamp) {
        if let Some(times) = self.state().times.get_mut(place) {
            times.meant = Some(at.as_microsecond());
        }
    }

    pub(crate) fn answered(&self, place: usize, at: Timestamp) {
        if let Some(times) = self.state().times.get_mut(place) {
            times.answered = Some(at.as_microsecond());
        }
        if matches!(self.pace, Pace::Unanswered(_)) {
            self.give_back();
        }
    }

    pub(crate) fn arrived(&self, place: usize, at_us: i64) {
        let mut state = self.state();
        if let Some(times) = state.times.get_mut(place)
            && times.arrived.is_none()
        {
            times.arrived = Some(at_us);
            state.arrived += 1;
            self.one_less(state);
            if matches!(self.pace, Pace::InFlight(_)) {
                self.give_back();
            }
        }
    }

    pub(crate) fn failed(&self, why: String) {
        let mut state = self.state();
        state.failed += 1;
        state.failure.get_or_insert(why);
        self.one_less(state);
        self.give_back();
    }

    fn one_less(&self, mut state: MutexGuard<'_, State>) {
        state.news = Instant::now();
        drop(state);
        self.bar.inc(1);
    }

    fn give_back(&self) {
        if let Some(window) = &self.window {
            window.add_permits(1);
        }
    }

    /// Whether nothing more is to be waited for.
    fn is_over(&self) -> bool {
        let state = self.state();
        let idle_max = match self.pace {
            Pace::Unanswered(_) => WAIT_MAX,
            _ => IDLE_MAX,
        };
        state.arrived + state.failed >= state.times.len() || state.news.elapsed() > idle_max
    }

    /// Waits until everything has arrived or failed, or nothing comes any more.
    pub(crate) async fn over(&self) {
        while !self.is_over() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.bar.finish_and_clear();
    }

    /// How many were answered so far, failures included.
    pub(crate) fn answers(&self) -> usize {
        let state = self.state();
        let answered = state.times.iter().filter(|times| times.answered.is_some());
        answered.count() + state.failed
    }

    pub(crate) fn ended(&self) -> Ended {
        let state = self.state();
        Ended {
            failed: state.failed,
            lost: state.times.len() - state.arrived - state.failed,
            failure: state.failure.clone(),
            times: state.times.clone(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_over_when_everything_arrived_or_failed_and_places_come_back() {
        let record = Record::new(3, Pace::InFlight(1), ProgressBar::hidden());
        record.arrived(0, 5);
        record.arrived(0, 6);
        record.failed("503".to_owned());
        record.failed("504".to_owned());
        record.over().await;
        let ended = record.ended();
        assert_eq!(
            (ended.failed, ended.lost, ended.failure.as_deref()),
            (2, 0, Some("503"))
        );
        assert_eq!(ended.times[0].arrived, Some(5), "the first time counts");
        let places = record.window.as_ref().map(Semaphore::available_permits);
        assert_eq!(places, Some(4));
    }
}
