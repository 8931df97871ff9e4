//! Look up: an application comes in, the same with a register's finding goes out, or a reasoned refusal.
//!
//! It never sees the broker; run twice it asks twice at most and says the same facts.

use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, inside::INTERNAL};
use message::{Detail, Event, Finding, Message, RegisterName};
use registries::{Answer, Question};
use regulations::Regulations;
use serde_json::{Map, Value};
use stage::{Next, Stage, Verdict};

use crate::{
    ask::Ask,
    question::{About, Asked, purpose, question, refusal},
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
        let regulation = self.regulations.get(&message.service).ok_or_else(|| {
            let why = format!("there is no regulation of `{}`", message.service);
            Fault::never(&INTERNAL, DOING).because(why)
        })?;
        let question = match question(&message, &self.register, self.about, regulation)? {
            Asked::Question(question) => question,
            Asked::Refused(refusal) => {
                return Ok(Verdict::Refuse {
                    message,
                    facts: Vec::new(),
                    refusal,
                });
            }
            Asked::Unchecked(record) => return Ok(self.enriched(message, Vec::new(), record)),
        };
        // X15, X16: told with every ending, a refusal too.
        let facts = vec![query_made(&question)];
        match self.ask.ask(&question).await?.answer {
            Answer::Known(record) => Ok(self.enriched(message, facts, record.members)),
            Answer::Unknown => Ok(Verdict::Refuse {
                message,
                facts,
                refusal: refusal(&question),
            }),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.ask.probe().await
    }
}

impl LookUp {
    fn enriched(
        &self,
        mut message: Message,
        mut facts: Vec<Detail>,
        record: Map<String, Value>,
    ) -> Verdict {
        let register = self.register.clone();
        message.findings.retain(|known| known.register != register);
        message.findings.push(Finding {
            register: register.clone(),
            record_json: Value::Object(record).to_string(),
        });
        facts.push(Detail::Enriched { register });
        Verdict::Pass {
            message,
            facts,
            next: Next::Plan,
        }
    }
}

/// The fact that a register was asked, with all that its owner may want to know.
pub(crate) fn query_made(question: &Question) -> Detail {
    Detail::QueryMade {
        register: question.register.clone(),
        purpose: purpose(question),
        operator: question.purpose.operator.clone(),
        consent: question.purpose.consent.clone(),
        subject: Some(question.subject.about()),
        participant: None,
        application: Some(question.purpose.application),
    }
}
