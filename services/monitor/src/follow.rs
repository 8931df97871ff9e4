//! Binds a provider's report to the application it answers (X5, X7, X8): lane `monitor.follow`.
//!
//! In comes a status or result message whose signature is verified (G4); out goes the fact that it was
//! reported or decided, with the applicant to be told. A report on an unknown application, on one that was
//! delivered to somebody else, or against a decision is refused with a reason. Nothing is asked outside: the
//! journal knows it all, and a report waits until the journal has come that far.

use std::time::Duration;

use async_trait::async_trait;
use fault::{Code, Fault, Refusal, delivery, inside};
use message::{Detail, Event, Fact, Message, ProviderCode, Report};
use stage::{Next, Stage, Verdict};
use tokio::time::{Instant, sleep};

use crate::{
    status::{Standing, Status, standing},
    store::{Settlement, Store, StoreError},
};

/// How often the journal is looked at again while a report waits inside of one try.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The stage of lane `monitor.follow`.
#[derive(Debug)]
pub struct Follow {
    store: Store,
    patience: Duration,
}

/// What the journal says to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It fits.
    Pass,
    /// It never will.
    Refuse(&'static Code, String),
    /// The journal has not come far enough to tell.
    Wait(&'static str),
}

impl Follow {
    /// `patience` is how long one try waits for the journal before the report is put back.
    pub fn new(store: Store, patience: Duration) -> Self {
        Self { store, patience }
    }

    /// Judges a report by what the journal holds now; tells the application's standing where it is known.
    async fn look(
        &self,
        message: &Message,
        report: &Report,
        provider: &ProviderCode,
    ) -> Result<(Judgement, Option<Standing>), StoreError> {
        // Asked first: once the journal holds the report, it holds all that the report can be an answer to.
        let reached = self.store.has_message(message.id).await?;
        let rows = self.store.rows_of(message.number).await?;
        let facts: Vec<Fact> = rows.iter().filter_map(|row| row.fact().ok()).collect();
        let known = standing(message.number, &facts);
        let judgement = judge(provider, reached, known.as_ref());
        if judgement != Judgement::Pass {
            return Ok((judgement, known));
        }
        let settled = match report {
            Report::Status { .. } => self.store.settlement(message.number).await?,
            Report::Result { outcome, .. } => {
                let wanted = Settlement {
                    message_id: message.id.as_uuid(),
                    provider: provider.to_string(),
                    outcome: outcome.as_str().to_owned(),
                    received_at: message.received_at,
                };
                Some(self.store.settle(message.number, &wanted).await?)
            }
        };
        Ok((against(message, report, settled.as_ref()), known))
    }

    /// The report as it goes on: with its provider, and with those who are to be told: the applicant, and
    /// the system that filed for him.
    async fn bound(
        &self,
        message: &Message,
        provider: ProviderCode,
        known: Option<Standing>,
    ) -> Result<Message, StoreError> {
        let mut message = message.clone();
        message.provider = Some(provider);
        if let Some(known) = known
            && let Some(kept) = self.store.message(known.message).await?
        {
            message.applicant = kept.applicant();
            message.filed = kept.filing();
        }
        Ok(message)
    }
}

/// Judges by where the application stands. `reached`: the journal holds the report itself.
pub fn judge(provider: &ProviderCode, reached: bool, known: Option<&Standing>) -> Judgement {
    let Some(known) = known else {
        return if reached {
            Judgement::Refuse(&delivery::APPLICATION_UNKNOWN, String::new())
        } else {
            Judgement::Wait("the journal has not reached the report yet")
        };
    };
    match &known.provider {
        Some(theirs) if theirs != provider => Judgement::Refuse(
            &delivery::APPLICATION_FOREIGN,
            format!("it is not with {provider}"),
        ),
        Some(_) if known.registration_number.is_some() => Judgement::Pass,
        _ if known.status == Status::Refused => Judgement::Refuse(
            &delivery::REPORT_CONTRADICTS,
            "it was refused on the way and never delivered".to_owned(),
        ),
        _ => Judgement::Wait("the delivery has not been registered yet"),
    }
}

/// Judges against the decision that settles the application, if there is one.
///
/// A decision is made once: another result contradicts it, and so does a status that came in after it. A
/// status that came in before it and was only slower on its way does not.
pub fn against(message: &Message, report: &Report, settled: Option<&Settlement>) -> Judgement {
    let Some(settled) = settled else {
        return Judgement::Pass;
    };
    let fits = match report {
        Report::Result { .. } => settled.message_id == message.id.as_uuid(),
        Report::Status { .. } => message.received_at <= settled.received_at,
    };
    if fits {
        Judgement::Pass
    } else {
        let why = format!("it was decided before: {}", settled.outcome);
        Judgement::Refuse(&delivery::REPORT_CONTRADICTS, why)
    }
}

fn detail(report: Report, provider: ProviderCode) -> Detail {
    match report {
        Report::Status { status } => Detail::StatusReported { provider, status },
        Report::Result { outcome, reason } => Detail::ResultIssued {
            provider,
            outcome,
            reason,
        },
    }
}

fn unavailable(error: StoreError) -> Fault {
    Fault::outage(&inside::STORE_OF_FACTS_UNAVAILABLE, "ask the journal").from_source(error)
}

#[async_trait]
impl Stage for Follow {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let none = || Fault::never(&inside::INTERNAL, "follow a report");
        let message = event
            .message
            .as_ref()
            .ok_or_else(|| none().because("the event carries no message"))?;
        let report = message
            .report
            .as_ref()
            .ok_or_else(|| none().because("the message is no report"))?;
        let Some(provider) = message.sender.provider.clone() else {
            let why = format!("{} is no provider", message.sender.participant);
            return Ok(refuse(message, &delivery::APPLICATION_FOREIGN, why));
        };
        let deadline = Instant::now() + self.patience;
        loop {
            let (judgement, known) = self
                .look(message, report, &provider)
                .await
                .map_err(unavailable)?;
            match judgement {
                Judgement::Refuse(code, why) => return Ok(refuse(message, code, why)),
                Judgement::Pass => {
                    let bound = self.bound(message, provider.clone(), known).await;
                    return Ok(Verdict::Pass {
                        message: bound.map_err(unavailable)?,
                        facts: vec![detail(report.clone(), provider)],
                        next: Next::End,
                    });
                }
                Judgement::Wait(why) if Instant::now() >= deadline => {
                    let code = &delivery::APPLICATION_NOT_DELIVERED;
                    return Err(Fault::later(code, "bind the report").because(why));
                }
                Judgement::Wait(_) => sleep(LOOK_AGAIN).await,
            }
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.store.ping().await.map_err(unavailable)
    }
}

fn refuse(message: &Message, code: &'static Code, explanation: String) -> Verdict {
    Verdict::Refuse {
        message: message.clone(),
        facts: vec![],
        refusal: Refusal::new(code, explanation),
    }
}
