//! The gate of a lane: how many messages may be worked on now.
//!
//! In: what happened (a step was answered, the outside system is away, a probe came back) and the time. Out:
//! whether one more may be started, when to look again, and what to tell the journal. Pure. The gate closes
//! when the outside system fails several times in a row, stays closed until a probe finds it back, and then
//! opens by and by: 1, 2, 4 … at a time (X12). What was started before it closed no longer moves it.

use std::time::{Duration, Instant};

use flow::Lane;

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Working at full width; this many failures in a row so far.
    Open { outages: u32 },
    /// Nothing is started; a probe is due at that time.
    Closed { probe_at: Instant },
    /// Nothing is started; a probe is under way.
    Probing,
    /// Up to `width` at a time; it doubles after that many answers.
    Reopening { width: u16, answers: u16 },
}

/// The right to start one step, given back when the step has ended.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a ticket that is not given back holds its place for ever"]
pub struct Ticket {
    epoch: u64,
}

/// What the journal is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Closed,
    Opened,
}

/// See the module.
#[derive(Debug)]
pub struct Gate {
    concurrency_max: u16,
    outages_to_close: u32,
    probe_every: Duration,
    rate: Option<Rate>,
    state: State,
    /// Counts the closings: a ticket of an older epoch says nothing about the system as it is now.
    epoch: u64,
    in_hand: u16,
    /// The last thing told. None at the start, when nobody here knows what the process before this one told
    /// last: the first answer then tells that the lane is open, in case it was killed while it was closed.
    told: Option<Change>,
}

impl Gate {
    /// The open gate of a lane, with the lane's own limits.
    pub fn new(lane: &Lane, now: Instant) -> Self {
        Self {
            concurrency_max: lane.concurrency_max,
            outages_to_close: lane.outages_to_close,
            probe_every: Duration::from_millis(lane.probe_ms),
            rate: lane.rate_max_per_s.map(|per_s| Rate::new(per_s, now)),
            state: State::Open { outages: 0 },
            epoch: 0,
            in_hand: 0,
            told: None,
        }
    }

    /// Steps that are being worked on.
    pub fn in_hand(&self) -> u16 {
        self.in_hand
    }

    /// Whether nothing may be started until a probe succeeds.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. } | State::Probing)
    }

    /// How many may be in hand at most, as the gate stands.
    pub fn width(&self) -> u16 {
        match self.state {
            State::Open { .. } => self.concurrency_max,
            State::Closed { .. } | State::Probing => 0,
            State::Reopening { width, .. } => width.min(self.concurrency_max),
        }
    }

    /// The right to start one more step now, if there is room.
    pub fn admit(&mut self, now: Instant) -> Option<Ticket> {
        let has_room = self.in_hand < self.width();
        let may = has_room && self.rate.as_mut().is_none_or(|rate| rate.take(now));
        may.then(|| {
            self.in_hand += 1;
            Ticket { epoch: self.epoch }
        })
    }

    /// A step ended and the outside system was there, whatever it said.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is given back once")]
    pub fn answered(&mut self, ticket: Ticket) -> Option<Change> {
        self.in_hand = self.in_hand.saturating_sub(1);
        if ticket.epoch != self.epoch {
            return None;
        }
        match &mut self.state {
            State::Open { outages } => *outages = 0,
            State::Reopening { width, answers } => {
                *answers += 1;
                if *answers >= *width {
                    *width = width.saturating_mul(2);
                    *answers = 0;
                }
                if *width >= self.concurrency_max {
                    self.state = State::Open { outages: 0 };
                }
            }
            State::Closed { .. } | State::Probing => {}
        }
        self.tell(Change::Opened)
    }

    /// A step ended because the outside system is away. `random` (0 up to 1) spreads the probes.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is given back once")]
    pub fn outage(&mut self, ticket: Ticket, now: Instant, random: f64) -> Option<Change> {
        self.in_hand = self.in_hand.saturating_sub(1);
        if ticket.epoch != self.epoch {
            return None;
        }
        let closes = match &mut self.state {
            State::Open { outages } => {
                *outages += 1;
                *outages >= self.outages_to_close
            }
            State::Reopening { .. } => true,
            State::Closed { .. } | State::Probing => false,
        };
        if !closes {
            return None;
        }
        self.epoch += 1;
        self.state = self.closed(now, random);
        self.tell(Change::Closed)
    }

    /// Whether a probe is to be made now; from then on one is under way, until [`Gate::probed`].
    pub fn probe_due(&mut self, now: Instant) -> bool {
        let due = matches!(self.state, State::Closed { probe_at } if probe_at <= now);
        if due {
            self.state = State::Probing;
        }
        due
    }

    /// The probe came back.
    pub fn probed(&mut self, is_back: bool, now: Instant, random: f64) {
        if self.state != State::Probing {
            return;
        }
        self.state = if is_back {
            State::Reopening {
                width: 1,
                answers: 0,
            }
        } else {
            self.closed(now, random)
        };
    }

    /// When to look again although nothing has happened: for the next probe, or because the rate allows one
    /// more by then.
    pub fn wake_at(&self, now: Instant) -> Option<Instant> {
        match self.state {
            State::Closed { probe_at } => Some(probe_at),
            State::Probing => None,
            State::Open { .. } | State::Reopening { .. } => {
                self.rate.as_ref().and_then(|rate| rate.next_at(now))
            }
        }
    }

    /// Closed, with the next probe in three quarters to five quarters of the lane's pause.
    fn closed(&self, now: Instant, random: f64) -> State {
        let pause = self
            .probe_every
            .mul_f64(0.75 + random.clamp(0.0, 1.0) / 2.0);
        State::Closed {
            probe_at: now + pause,
        }
    }

    fn tell(&mut self, change: Change) -> Option<Change> {
        let is_news = self.told != Some(change);
        self.told = Some(change);
        is_news.then_some(change)
    }
}

/// A token bucket that holds a hundredth of a second's worth, one at least: an even pace, no bursts.
#[derive(Debug)]
struct Rate {
    per_s: f64,
    tokens: f64,
    tokens_max: f64,
    at: Instant,
}

impl Rate {
    fn new(per_s: u32, now: Instant) -> Self {
        let per_s = f64::from(per_s.max(1));
        let tokens_max = (per_s / 100.0).max(1.0);
        Self {
            per_s,
            tokens: tokens_max,
            tokens_max,
            at: now,
        }
    }

    fn level(&self, now: Instant) -> f64 {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * self.per_s;
        (self.tokens + gained).min(self.tokens_max)
    }

    fn take(&mut self, now: Instant) -> bool {
        let level = self.level(now);
        // A hair below one is one: otherwise a timer that fires exactly on time would come for nothing.
        let may = level >= 1.0 - 1e-6;
        if may {
            self.tokens = (level - 1.0).max(0.0);
            self.at = now;
        }
        may
    }

    fn next_at(&self, now: Instant) -> Option<Instant> {
        let missing = 1.0 - self.level(now);
        (missing > 0.0).then(|| now + Duration::from_secs_f64(missing / self.per_s))
    }
}
