//! Look up: an application comes in, the same with a register's finding goes out, or a reasoned refusal; a query
//! comes in, and goes on with the finding, or without one where the register knows nothing.
//!
//! It never sees the broker; run twice it asks twice at most and says the same facts. That it asked is told with
//! every ending, failures too (X15, X16).

use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, inside::INTERNAL};
use message::{Detail, Event, Finding, Kind, Message, RegisterName};
use registries::Answer;
use regulations::Regulations;
use serde_json::{Map, Value};
use stage::{Next, Stage, Verdict};

use crate::{
    ask::Ask,
    question::{About, Asked, query, question, refusal},
};

/// The step of one register lane.
pub struct LookUp {
    pub register: RegisterName,
    pub about: About,
    pub ask: Ask,
    pub regulations: Arc<Regulations>,
}

const DOING: &str = "look up a message";

#[async_trait]
impl Stage for LookUp {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let message = event.message.clone();
        let message =
            message.ok_or_else(|| Fault::never(&INTERNAL, DOING).because("there is no message"))?;
        let inquiry = match self.asked(&message)? {
            Asked::Question(inquiry) => inquiry,
            Asked::Refused(refusal) => {
                return Ok(Verdict::Refuse {
                    message,
                    facts: Vec::new(),
                    refusal,
                });
            }
            Asked::Unchecked(record) => return Ok(self.enriched(message, Vec::new(), record)),
        };
        let answered = self.ask.ask(&inquiry.question).await?;
        let told = inquiry.answered(inquiry.made_by_lane(), &answered);
        let facts = vec![inquiry.made(), told];
        Ok(match (answered.answer, message.kind) {
            (Answer::Known(record), Kind::Query) => Verdict::Pass {
                message: self.found(message, record.members),
                facts,
                next: Next::Plan,
            },
            (Answer::Unknown, Kind::Query) => Verdict::Pass {
                message,
                facts,
                next: Next::Plan,
            },
            (Answer::Known(record), _) => self.enriched(message, facts, record.members),
            (Answer::Unknown, _) => Verdict::Refuse {
                message,
                facts,
                refusal: refusal(&inquiry.question),
            },
        })
    }

    fn attempted(&self, event: &Event) -> Vec<Detail> {
        let message = event.message.as_ref();
        match message.map(|message| self.asked(message)) {
            Some(Ok(Asked::Question(inquiry))) => vec![inquiry.made()],
            _ => Vec::new(),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.ask.probe().await
    }
}

impl LookUp {
    /// What is to be asked for `message`.
    fn asked(&self, message: &Message) -> Result<Asked, Fault> {
        if message.kind == Kind::Query {
            return query(message, &self.register, self.about);
        }
        let regulation = self.regulations.get(&message.service).ok_or_else(|| {
            let why = format!("there is no regulation of `{}`", message.service);
            Fault::never(&INTERNAL, DOING).because(why)
        })?;
        question(message, &self.register, self.about, regulation)
    }

    /// The message with what this register holds, in place of what it said before.
    fn found(&self, mut message: Message, record: Map<String, Value>) -> Message {
        message
            .findings
            .retain(|known| known.register != self.register);
        message.findings.push(Finding {
            register: self.register.clone(),
            record_json: Value::Object(record).to_string(),
        });
        message
    }

    fn enriched(
        &self,
        message: Message,
        mut facts: Vec<Detail>,
        record: Map<String, Value>,
    ) -> Verdict {
        let register = self.register.clone();
        facts.push(Detail::Enriched { register });
        Verdict::Pass {
            message: self.found(message, record),
            facts,
            next: Next::Plan,
        }
    }
}
