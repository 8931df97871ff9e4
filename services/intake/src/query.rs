//! A query: asked at once while its sender waits; where no answer comes in time, sent on its way, and the answer
//! comes by the mailbox.
//!
//! In: who asks, the message, how long he waits. Out: what the register says, or a receipt, or a problem. It is
//! registered as received before anything is asked (X11); the registry service registers the query before it is made
//! (X15) and what came back. Dies this process in between, the sender repeats under the same id and nothing is
//! lost: what was asked is asked again for the same message, what was sent on its way stays so.

use std::{sync::Arc, time::Duration};

use fault::{Again, Code, registers::REGISTER_UNREACHABLE, signing};
use jiff::Timestamp;
use message::{Detail, Event, Fact, Kind, Message};
use participants::Participant;
use serde::Deserialize;
use stage::Publication;
use tokio::{sync::Semaphore, time::Instant};
use wire::signature::Opinion;

use crate::{
    accept::{Accepted, Desk, SERVICE, Taken, about, received},
    checks::Received,
    problem::Problem,
    registers::{Reply, Unanswered},
    verdicts::Verdicts,
};

/// The `[query]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long an answer is waited for where the sender says nothing, and at most; seconds, 0 to 300. Default 90.
    pub wait_s: u64,
    /// Queries waited for at the same time, 1 to 10,000; one more is sent on its way at once. Default 64.
    pub waiting_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            wait_s: 90,
            waiting_max: 64,
        }
    }
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        if self.wait_s > 300 {
            return Err(format!(
                "query.wait_s: {} is not within 0 to 300",
                self.wait_s
            ));
        }
        if !(1..=10_000).contains(&self.waiting_max) {
            let given = self.waiting_max;
            return Err(format!(
                "query.waiting_max: {given} is not within 1 to 10000"
            ));
        }
        Ok(())
    }
}

/// How long queries are waited for, and how many.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub wait_max: Duration,
    room: Arc<Semaphore>,
}

impl Waiting {
    pub fn of(config: &Config) -> Self {
        Self {
            wait_max: Duration::from_secs(config.wait_s),
            room: Arc::new(Semaphore::new(config.waiting_max)),
        }
    }
}

/// What became of a query.
#[derive(Debug)]
pub enum Queried {
    /// The register answered.
    Answered {
        accepted: Accepted,
        reply: Reply,
        at: Timestamp,
    },
    /// It is on its way; the answer comes by the mailbox.
    Later(Accepted),
}

impl Desk {
    /// Asks what `sender` wants to know, waiting up to `wait`.
    pub async fn query(
        &self,
        sender: &Participant,
        body: Received,
        verdicts: Option<&dyn Verdicts>,
        wait: Duration,
    ) -> Result<Queried, Problem> {
        let until = Instant::now() + wait.min(self.waiting.wait_max);
        let (mut message, answer) = match self.take(sender, body, &[Kind::Query]).await? {
            Taken::Before(accepted) => return Ok(Queried::Later(accepted)),
            Taken::New(message, answer) => (message, answer),
        };
        let lacking = match self.now(&mut message, verdicts, until).await? {
            Ok(reply) => {
                return Ok(Queried::Answered {
                    accepted: Accepted {
                        id: message.id,
                        number: message.number,
                        accepted_at: answer.accepted_at,
                        message: Some(message),
                        is_new: true,
                    },
                    reply,
                    at: (self.clock)(),
                });
            }
            Err(lacking) => lacking,
        };
        if !self.ways.has_mailbox(&sender.id) {
            let detail = "there is no mailbox where the answer could wait; ask again later";
            return Err(Problem::new(lacking.code, detail).because(&lacking.cause));
        }
        tracing::info!(%lacking, "a query goes by the lanes");
        // By the lanes it is verified anew.
        message.signers.clear();
        Ok(Queried::Later(self.store(message, &answer).await?))
    }

    /// The answer, if it comes before `until`; else what is lacking. Fails where the query is refused for good.
    async fn now(
        &self,
        message: &mut Message,
        verdicts: Option<&dyn Verdicts>,
        until: Instant,
    ) -> Result<Result<Reply, Unanswered>, Problem> {
        let lacking = |code: &'static Code, cause: &str| {
            let cause = cause.to_owned();
            Ok(Err(Unanswered { code, cause }))
        };
        let (Some(verdicts), Some(registers)) = (verdicts, &self.registers) else {
            return lacking(&REGISTER_UNREACHABLE, "queries are not answered at once");
        };
        let Ok(_place) = self.waiting.room.try_acquire() else {
            return lacking(&REGISTER_UNREACHABLE, "too many queries wait");
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return lacking(&REGISTER_UNREACHABLE, "nobody waits");
        }
        self.publish(Publication::end(received(message))).await?;
        match verdicts.opinion(message, left).await {
            Some(Opinion::Valid { signers }) => message.signers = signers,
            Some(Opinion::Invalid { code, explanation }) => {
                return Err(self.refuse(message, &code, explanation).await?);
            }
            Some(Opinion::Undetermined { code, .. }) => {
                let code = fault::find(&code).unwrap_or(&signing::REVOCATION_UNKNOWN);
                return lacking(code, "the signature cannot be told yet");
            }
            None => return lacking(&REGISTER_UNREACHABLE, "no verdict on the signature came"),
        }
        let asked = tokio::time::timeout_at(until, registers.ask(message)).await;
        match asked {
            Ok(Err(unanswered)) if unanswered.code.again == Again::Never => {
                Err(Problem::new(unanswered.code, "").because(&unanswered.cause))
            }
            Ok(answered) => Ok(answered),
            Err(_) => lacking(&REGISTER_UNREACHABLE, "the register did not answer in time"),
        }
    }

    /// Registers that the query is refused, and says so.
    async fn refuse(
        &self,
        message: &Message,
        code: &str,
        explanation: String,
    ) -> Result<Problem, Problem> {
        let refused = Detail::Refused {
            lane: Some(self.ways.verify.clone()),
            code: code.to_owned(),
            explanation,
        };
        let fact = Fact::new(about(message), (self.clock)(), SERVICE, refused);
        self.publish(Publication::end(Event {
            facts: vec![fact],
            message: None,
        }))
        .await?;
        let known = fault::find(code).unwrap_or(&signing::SIGNATURE_WRONG);
        Ok(Problem::new(known, "").at("signatures"))
    }
}
