//! Answers from the configuration: for tests, and for a register that is not connected yet.
//!
//! In comes a question, out goes what the settings say about its subject; nobody is asked, nothing fails.

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;
use fault::Fault;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Adapter, Answer, BadSettings, Question, Record, Registry, Subject};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "fixed",
    build,
};

/// Settings of a register that answers from its configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// What is known, by IIN, BIN, number of the power of attorney or number of the receipt. Default: nothing.
    #[serde(default)]
    answers: BTreeMap<String, Map<String, Value>>,
    /// What is answered about every other subject. Default: that it is not known.
    #[serde(default)]
    otherwise: Option<Map<String, Value>>,
}

fn build(settings: &toml::Table) -> Result<Box<dyn Registry>, BadSettings> {
    outside::read::<Settings>(settings).map(|settings| Box::new(Fixed(settings)) as _)
}

struct Fixed(Settings);

#[async_trait]
impl Registry for Fixed {
    async fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        let key = match &question.subject {
            Subject::Person(iin) => iin.reveal(),
            Subject::Organisation(bin) => bin.reveal(),
            Subject::PowerOfAttorney { number, .. } => number,
            Subject::Payment { receipt, .. } => receipt,
        };
        let found = self.0.answers.get(key).or(self.0.otherwise.as_ref());
        Ok(found.map_or(Answer::Unknown, |members| {
            Answer::Known(Record::plain(&question.register, members.clone()))
        }))
    }

    async fn probe(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixed({} answers)", self.0.answers.len())
    }
}
