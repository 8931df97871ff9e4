//! The clock over the regulations' steps (X17): tells `deadline-near` and `deadline-passed`, each once.
//!
//! In come rows of the table of deadlines that are due, claimed so that no other clock takes them; out go
//! facts. Each claim is judged again by all that the journal says, so a pause that nobody knew of when the row
//! was written counts. A fact is published and confirmed before the row is settled: a clock that is killed in
//! between says it again, under the same id. After an outage batches are bounded and follow each other at a
//! bounded pace, oldest first.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use message::{Event, Number};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    config::Deadlines,
    deadlines::Deadline,
    metrics::ClockMeter,
    store::{Claim, Settled, Store, StoreError},
};

/// Who stores what the clock tells.
#[async_trait]
pub trait Teller: Send + Sync + 'static {
    /// Whether it makes sense to try now.
    fn is_ready(&self) -> bool;

    /// Which of these are stored for certain, in this order.
    async fn tell(&self, events: Vec<Event>) -> Vec<bool>;
}

/// What one look at the table came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Deadlines that were due.
    pub claimed: usize,
    /// Facts told; the others stood still, had moved on or were not confirmed.
    pub told: usize,
}

/// See the head of this file.
pub struct Clock {
    store: Store,
    teller: Arc<dyn Teller>,
    settings: Deadlines,
    meter: ClockMeter,
}

impl Clock {
    pub fn new(store: Store, teller: Arc<dyn Teller>, settings: Deadlines) -> Self {
        Self {
            store,
            teller,
            settings,
            meter: ClockMeter::default(),
        }
    }

    /// Looks until shutdown. The database and the broker may come and go.
    pub async fn run(self, now: fn() -> Timestamp, shutdown: CancellationToken) {
        let mut is_new = false;
        loop {
            let looked = if is_new {
                self.store.answered(self.look(now())).await
            } else {
                let anew = self.store.make_deadlines_anew(now()).await;
                anew.map(|count| {
                    is_new = true;
                    info!(
                        count,
                        "deadlines follow from these regulations and calendar"
                    );
                    Look::default()
                })
            };
            let full = usize::from(self.settings.batch_max);
            let pause = match looked {
                Ok(look) if look.claimed >= full => self.settings.pause_ms,
                Ok(_) => self.settings.look_ms,
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::from(error));
                    warn!(error, "the clock waits for the database");
                    self.settings.look_ms
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = sleep(Duration::from_millis(pause)) => {}
            }
        }
    }

    /// Tells what is due at `now`, one batch of it.
    pub async fn look(&self, now: Timestamp) -> Result<Look, StoreError> {
        self.meter.oldest(self.store.oldest_due(now).await?, now);
        if !self.teller.is_ready() {
            return Ok(Look::default());
        }
        let lease = i64::try_from(self.settings.claim_ms).unwrap_or(i64::MAX);
        let lease = SignedDuration::from_millis(lease);
        let claims = self
            .store
            .claim(now, self.settings.batch_max, lease)
            .await?;
        let claimed = claims.len();
        if claimed == 0 {
            return Ok(Look::default());
        }
        let judged = self.judge(claims, now).await?;
        let (settled, told) = self.tell(judged, now).await;
        self.store.settle_claims(&settled).await?;
        Ok(Look { claimed, told })
    }

    /// Each claim with its step as it stands at `now`; without, where the step is over.
    async fn judge(
        &self,
        claims: Vec<Claim>,
        now: Timestamp,
    ) -> Result<Vec<(Claim, Option<Deadline>)>, StoreError> {
        let numbers: Vec<Number> = claims.iter().map(|claim| claim.number).collect();
        let deadlines = self.store.deadlines_of(&numbers, now).await?;
        let mut open: HashMap<(Number, u16), Deadline> = deadlines
            .into_iter()
            .map(|deadline| ((deadline.number, deadline.step), deadline))
            .collect();
        let judged = claims.into_iter().map(|claim| {
            let mut deadline = open.remove(&(claim.number, claim.step));
            if let Some(deadline) = &mut deadline {
                // What was told may be on its way to the journal still.
                deadline.told = deadline.told.max(claim.told);
            }
            (claim, deadline)
        });
        Ok(judged.collect())
    }

    /// Publishes what is to be told; what was not confirmed stays claimed, and is tried again when the claim
    /// ends.
    async fn tell(
        &self,
        judged: Vec<(Claim, Option<Deadline>)>,
        now: Timestamp,
    ) -> (Vec<Settled>, usize) {
        let (mut settled, mut to_tell, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for (claim, deadline) in judged {
            match deadline {
                None => settled.push(Settled::Over(claim)),
                Some(deadline) => match deadline.to_tell(now) {
                    None => settled.push(Settled::Open(claim, deadline)),
                    Some(rung) => {
                        events.push(Event {
                            facts: vec![deadline.fact(rung, now)],
                            message: None,
                        });
                        to_tell.push((claim, deadline, rung.percent));
                    }
                },
            }
        }
        let count = events.len();
        let stored = if events.is_empty() {
            Vec::new()
        } else {
            self.teller.tell(events).await
        };
        let mut told = 0;
        for ((claim, mut deadline, percent), stored) in to_tell.into_iter().zip(stored) {
            if stored {
                told += 1;
                deadline.told = percent;
                settled.push(Settled::Open(claim, deadline));
            }
        }
        if told < count {
            let left = count - told;
            warn!(left, "deadlines were not confirmed and will be told again");
        }
        (settled, told)
    }
}
