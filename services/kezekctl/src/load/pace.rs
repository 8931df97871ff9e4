//! How messages are sent: at a fixed rate whether or not anybody keeps up, or as fast as they arrive.
//!
//! In: a pace, how many, and how one is sent. Out: everything sent and entered in the [`Record`]. Times of the
//! open model run from the instant a message was *meant* to go, so a sender that is held up hides nothing.

use std::{pin::pin, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::record::Record;

/// How long answers may take after everything has arrived.
const STRAGGLE_MAX: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// Messages per second.
    Rate(f64),
    /// So many under way at any time.
    InFlight(usize),
    /// So many without an answer at any time, however many have still to arrive.
    Unanswered(usize),
}

impl Pace {
    /// Places there are; none where the pace is fixed.
    pub(crate) fn places(self) -> Option<usize> {
        match self {
            Self::Rate(_) => None,
            Self::InFlight(count) | Self::Unanswered(count) => Some(count),
        }
    }
}

/// Sends all `items`, in order, until everything has arrived or nothing comes any more. `send` ends when its
/// message is stored.
pub(crate) async fn drive<T, S, F>(pace: Pace, items: Vec<T>, record: &Arc<Record>, send: S)
where
    S: Fn(usize, T) -> F,
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut sending = pin!(send_all(pace, items, record, send));
    tokio::select! {
        () = &mut sending => record.over().await,
        // A message can arrive before its answer does.
        () = record.over() => drop(timeout(STRAGGLE_MAX, sending).await),
    }
}

/// Returns when the last one is answered.
async fn send_all<T, S, F>(pace: Pace, items: Vec<T>, record: &Arc<Record>, send: S)
where
    S: Fn(usize, T) -> F,
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let (begun, begun_at) = (Instant::now(), Timestamp::now());
    let mut sending = JoinSet::new();
    for (index, item) in items.into_iter().enumerate() {
        let meant = match (pace, &record.window) {
            (Pace::Rate(rate), _) => {
                let after = due(index, rate);
                sleep_until(begun + after).await;
                begun_at + SignedDuration::try_from(after).unwrap_or_default()
            }
            (Pace::InFlight(_) | Pace::Unanswered(_), window) => {
                if let Some(window) = window
                    && let Ok(free) = window.acquire().await
                {
                    // It comes back when the message arrives, or is answered.
                    free.forget();
                }
                Timestamp::now()
            }
        };
        record.meant(index, meant);
        let (going, record) = (send(index, item), Arc::clone(record));
        sending.spawn(async move {
            match going.await {
                Ok(()) => record.answered(index, Timestamp::now()),
                Err(error) => record.failed(format!("{error:#}")),
            }
        });
        while sending.try_join_next().is_some() {}
    }
    while sending.join_next().await.is_some() {}
}

/// When the message at `index` is due after the first.
#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 messages")]
fn due(index: usize, rate: f64) -> Duration {
    Duration::from_secs_f64(index as f64 / rate)
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressBar;

    use super::*;

    #[tokio::test]
    async fn a_rate_is_kept_though_nobody_answers_before_the_last_is_sent() {
        let record = Arc::new(Record::new(5, Pace::Rate(100.0), ProgressBar::hidden()));
        let all_sent = Arc::new(tokio::sync::Barrier::new(5));
        send_all(Pace::Rate(100.0), vec![(); 5], &record, |_, ()| {
            let all_sent = Arc::clone(&all_sent);
            async move {
                all_sent.wait().await;
                Ok(())
            }
        })
        .await;
        let times = record.ended().times;
        let first = times[0].meant.unwrap();
        let meant: Vec<_> = times
            .iter()
            .map(|t| (t.meant.unwrap() - first) / 1000)
            .collect();
        assert_eq!(meant, [0, 10, 20, 30, 40]);
    }

    #[tokio::test]
    async fn a_closed_loop_never_has_more_under_way_than_told() {
        let record = Arc::new(Record::new(20, Pace::InFlight(3), ProgressBar::hidden()));
        let arriving = Arc::clone(&record);
        drive(Pace::InFlight(3), vec![(); 20], &record, |index, ()| {
            let record = Arc::clone(&arriving);
            let free = record
                .window
                .as_ref()
                .map_or(0, tokio::sync::Semaphore::available_permits);
            async move {
                anyhow::ensure!(free < 3, "{free} places free while one is sent");
                record.arrived(index, Timestamp::now().as_microsecond());
                Ok(())
            }
        })
        .await;
        let ended = record.ended();
        assert_eq!((ended.failed, ended.lost), (0, 0), "{:?}", ended.failure);
    }
}
