//! Answers questions from the journal, the regulations and the broker's queues. Changes nothing.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use fault::{Code, accesses, delivery, door, inside};
use flow::{LaneKind, Map, QueueDeclaration};
use jiff::Timestamp;
use message::{Channel, Detail, Fact, MessageId, Number, ServiceCode};
use participants::Participants;
use regulations::{ApplicantKind, Outage, Progress, Regulation, Regulations, Seen, StepTime};

use crate::{
    answers::{
        Application, Deadline, JournalPage, Lane, Moment, PauseSaid, Receipt, Step, Text, Timeline,
        Verified,
    },
    chain::Checkpoint,
    deadlines::Rules,
    kept::Kept,
    status::{Standing, of_query, standing},
    store::{Store, StoreError},
};

/// What a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Messages that no worker has taken.
    pub ready: u64,
    pub consumers: u32,
}

/// Who knows how full queues are.
#[async_trait]
pub trait Queues: Send + Sync + 'static {
    /// The counts of these queues, in this order.
    async fn counts(&self, queues: &[QueueDeclaration]) -> anyhow::Result<Vec<Count>>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The question names something wrongly.
    #[error("{0}")]
    Malformed(String),
    #[error("no application has the number {0}")]
    NoApplication(Number),
    #[error("no message has this id")]
    NoMessage,
    #[error("no access has this id")]
    NoAccess,
    #[error("no check has this id")]
    NoCheck,
    /// Somebody else's word stands already.
    #[error("{0}")]
    CheckSettled(String),
    /// What was told is stored, and the journal does not hold it yet.
    #[error("the journal is behind; ask again")]
    Behind,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the broker does not answer: {0:#}")]
    Broker(anyhow::Error),
}

impl Unanswered {
    /// The entry of the catalogue.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Malformed(_) => &door::MALFORMED,
            Self::NoApplication(_) | Self::NoMessage => &delivery::APPLICATION_UNKNOWN,
            Self::NoAccess => &accesses::ACCESS_UNKNOWN,
            Self::NoCheck => &accesses::CHECK_UNKNOWN,
            Self::CheckSettled(_) => &accesses::CHECK_SETTLED,
            Self::Store(_) | Self::Behind => &inside::STORE_OF_FACTS_UNAVAILABLE,
            Self::Broker(_) => &door::BROKER_UNAVAILABLE,
        }
    }

    /// What may be said of it to the one who asked: of faults inside, nothing.
    pub fn detail(&self) -> String {
        match self {
            Self::Store(_) | Self::Broker(_) => self.code().meaning.en.to_owned(),
            _ => self.to_string(),
        }
    }
}

/// All that is asked for an answer. Cloning shares it.
#[derive(Clone)]
pub struct Questions {
    pub store: Store,
    pub rules: Rules,
    pub map: Arc<Map>,
    pub queues: Arc<dyn Queues>,
    /// Names of the organisations that ask registers; without them only their codes are told.
    pub participants: Option<Arc<Participants>>,
}

/// An application and what the journal tells of it.
pub(crate) struct Known {
    pub(crate) kept: Kept,
    pub(crate) standing: Standing,
    pub(crate) facts: Vec<Fact>,
    pub(crate) rows: Vec<crate::row::Row>,
}

/// Rows of the journal in one page at most, and by default.
pub const PAGE_ROWS_MAX: u16 = 1000;
const PAGE_ROWS: u16 = 100;

impl Questions {
    /// The services as data.
    pub fn regulations(&self) -> &Regulations {
        &self.rules.regulations
    }

    pub(crate) async fn known(&self, number: Number) -> Result<Known, Unanswered> {
        let rows = self.store.rows_of(number).await?;
        let facts: Vec<Fact> = rows.iter().filter_map(|row| row.fact().ok()).collect();
        let unknown = || Unanswered::NoApplication(number);
        let standing = standing(number, &facts).ok_or_else(unknown)?;
        let kept = self.store.message(standing.message).await?;
        let kept = kept.ok_or_else(unknown)?;
        let standing = if kept.is_query() {
            of_query(standing, &facts)
        } else {
            standing
        };
        Ok(Known {
            kept,
            standing,
            facts,
            rows,
        })
    }

    pub(crate) fn regulation(&self, kept: &Kept) -> Option<&Regulation> {
        self.regulations()
            .get(&ServiceCode::new(&kept.service).ok()?)
    }

    pub(crate) fn said(&self, known: &Known) -> Application {
        let name = self.regulation(&known.kept).map(|r| Text::from(&r.name));
        Application::new(&known.kept, &known.standing, name)
    }

    /// Where the application stands whose number a person typed, seen at `now`.
    pub async fn application(
        &self,
        number: &str,
        now: Timestamp,
    ) -> Result<Application, Unanswered> {
        let known = self.known(read_number(number)?).await?;
        let outages = self.outages_for([&known]).await?;
        let steps = self.steps(&known, &outages, now).unwrap_or_default();
        Ok(Application {
            deadline: pressing(&steps),
            ..self.said(&known)
        })
    }

    /// Outages that may have stopped the clock of one of these.
    pub(crate) async fn outages_for<'a>(
        &self,
        known: impl IntoIterator<Item = &'a Known>,
    ) -> Result<Vec<Outage>, Unanswered> {
        let facts = known.into_iter().flat_map(|known| &known.facts);
        match facts.map(|fact| fact.at).min() {
            Some(since) => Ok(self.store.outages(since).await?),
            None => Ok(Vec::new()),
        }
    }

    /// The facts of an application and its regulation's steps, seen at `now`.
    pub async fn timeline(&self, number: &str, now: Timestamp) -> Result<Timeline, Unanswered> {
        let known = self.known(read_number(number)?).await?;
        let outages = self.outages_for([&known]).await?;
        let steps = self.steps(&known, &outages, now).unwrap_or_default();
        Ok(Timeline {
            application: Application {
                deadline: pressing(&steps),
                ..self.said(&known)
            },
            facts: known.rows.iter().map(Into::into).collect(),
            steps,
        })
    }

    /// None where the service or channel has no table any more.
    pub(crate) fn step_times(
        &self,
        known: &Known,
        outages: &[Outage],
        now: Timestamp,
    ) -> Option<Vec<StepTime>> {
        // The steps of a regulation are those of an application.
        let regulation = self
            .regulation(&known.kept)
            .filter(|_| !known.kept.is_query())?;
        let channel: Channel = known.kept.channel.parse().ok()?;
        // Where the document travels inside of its signature, the longest term counts.
        let form = serde_json::from_slice(&known.kept.document).unwrap_or_default();
        let applicant = known
            .kept
            .applicant()
            .map(|a| ApplicantKind::from(&a.number));
        let seen = Seen {
            form: &form,
            applicant,
            facts: &known.facts,
            outages,
            calendar: &self.rules.calendar,
            now,
        };
        Some(regulation.timeline(channel, &seen))
    }

    /// The same in words.
    pub(crate) fn steps(
        &self,
        known: &Known,
        outages: &[Outage],
        now: Timestamp,
    ) -> Option<Vec<Step>> {
        let times = self.step_times(known, outages, now)?;
        let regulation = self.regulation(&known.kept)?;
        let channel: Channel = known.kept.channel.parse().ok()?;
        let table = &regulation.channel(channel)?.steps;
        let said = |time: StepTime| {
            let step = table.iter().find(|step| step.number == time.number);
            let stills: Vec<PauseSaid> = time.standstills().iter().map(Into::into).collect();
            // What lasts takes in all that follows it.
            let paused = time.standing_still().and_then(|_| stills.last().cloned());
            let unit = step.and_then(|step| self.regulations().words.units.get(&step.unit));
            Step {
                number: time.number,
                unit: unit.map(Into::into),
                action: step.map(|step| Text::from(&step.action)),
                progress: progress(time.progress),
                allowed: time.allowed.to_string(),
                began: time.began.map(Moment),
                due: time.due.map(Moment),
                ended: time.ended.map(Moment),
                used_ms: time.used.and_then(|used| used.as_millis().try_into().ok()),
                used_percent: time.used_percent,
                near: time.near(now).is_some(),
                late: time.late,
                pauses: stills,
                paused,
            }
        };
        Some(times.into_iter().map(said).collect())
    }

    /// Number and time of a message that was taken before.
    pub async fn receipt(&self, id: MessageId) -> Result<Receipt, Unanswered> {
        let receipt = self.store.receipt(id).await?;
        receipt
            .map(|receipt| Receipt {
                number: receipt.number,
                accepted_at: Moment(receipt.received_at),
            })
            .ok_or(Unanswered::NoMessage)
    }

    /// A page of the journal; `limit` 0 means a hundred.
    pub async fn journal(&self, after: i64, limit: u32) -> Result<JournalPage, Unanswered> {
        let limit = match u16::try_from(limit) {
            Ok(0) => PAGE_ROWS,
            Ok(limit @ 1..=PAGE_ROWS_MAX) => limit,
            _ => {
                let why = format!("limit: {limit} is not within 1 to {PAGE_ROWS_MAX}");
                return Err(Unanswered::Malformed(why));
            }
        };
        let page = self.store.journal(after.max(0), limit).await?;
        Ok(JournalPage {
            entries: page.rows.iter().map(Into::into).collect(),
            next_after: page.next_after,
        })
    }

    /// Every lane of the map, in its order, as it stands at `now`.
    pub async fn lanes(&self, now: Timestamp) -> Result<Vec<Lane>, Unanswered> {
        let queues: Vec<QueueDeclaration> = self
            .map
            .lanes
            .iter()
            .flat_map(|lane| [lane.queue(), lane.parked_queue()])
            .collect();
        let counts = self.queues.counts(&queues).await;
        let counts = counts.map_err(Unanswered::Broker)?;
        let states: HashMap<String, Fact> = self
            .store
            .lane_states()
            .await?
            .into_iter()
            .map(|state| (state.lane, state.fact))
            .collect();
        let passed = self.map.lanes.iter().filter(|lane| lane.facts.is_empty());
        let passed: Vec<&str> = passed.map(|lane| lane.name.as_str()).collect();
        let oldest = self.store.oldest(&passed).await?;
        let age_s = |name: &str| {
            let known = passed.contains(&name);
            let age = oldest.get(name).map(|since| now.duration_since(*since));
            let age = age.and_then(|age| u64::try_from(age.as_secs()).ok());
            known.then(|| age.unwrap_or(0))
        };
        let lanes = self.map.lanes.iter().zip(counts.chunks(2));
        Ok(lanes
            .map(|(lane, counts)| Lane {
                oldest_s: age_s(lane.name.as_str()),
                ..said_of(lane, counts, states.get(lane.name.as_str()))
            })
            .collect())
    }

    /// Walks the whole journal; `checkpoint` is a head kept from an earlier walk, or empty.
    pub async fn verify(&self, checkpoint: &str) -> Result<Verified, Unanswered> {
        let expected: Option<Checkpoint> = if checkpoint.is_empty() {
            None
        } else {
            let read = checkpoint.parse();
            Some(read.map_err(|error: crate::chain::InvalidCheckpoint| {
                Unanswered::Malformed(format!("checkpoint: {error}"))
            })?)
        };
        Ok(self.store.verify(expected).await?.into())
    }
}

pub(crate) fn read_number(number: &str) -> Result<Number, Unanswered> {
    number
        .parse()
        .map_err(|error: message::InvalidNumber| Unanswered::Malformed(format!("number: {error}")))
}

/// Of the steps under way, the one that has used most of its time.
fn pressing(steps: &[Step]) -> Option<Deadline> {
    let open = steps.iter().filter(|step| step.progress == "open");
    let most = open.max_by_key(|step| step.used_percent)?;
    Some(Deadline {
        step: most.number,
        due: most.due,
        near: most.near,
        late: most.late,
        paused: most.paused.clone(),
    })
}

fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Outside => "outside",
        Progress::NotBegun => "not-begun",
        Progress::Open => "open",
        Progress::Done => "done",
        Progress::Dropped => "dropped",
    }
}

fn kind(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Stage => "stage",
        LaneKind::Register => "register",
        LaneKind::Provider => "provider",
        LaneKind::Notification => "notification",
        LaneKind::Mailbox => "mailbox",
    }
}

fn said_of(lane: &flow::Lane, counts: &[Count], state: Option<&Fact>) -> Lane {
    let count = |place: usize| counts.get(place).copied().unwrap_or_default();
    let closed = state.and_then(|fact| match &fact.detail {
        Detail::LaneClosed { code, explanation } => Some((code.clone(), explanation.clone())),
        _ => None,
    });
    Lane {
        name: lane.name.to_string(),
        kind: kind(lane.kind),
        waiting: count(0).ready,
        parked: count(1).ready,
        oldest_s: None,
        consumers: count(0).consumers,
        closed: closed.is_some(),
        since: state.map(|fact| Moment(fact.at)),
        code: closed.as_ref().map(|(code, _)| code.clone()),
        explanation: closed.map(|(_, explanation)| explanation),
    }
}
