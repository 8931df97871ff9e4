//! Asking one register: a kept answer if there is one, else the register itself.

use std::sync::Arc;

use fault::Fault;
use registries::{Answer, Question, Registry};

use crate::answers::Answers;

/// A register and what it answered lately. Cheap to clone.
#[derive(Clone)]
pub struct Ask {
    pub registry: Arc<dyn Registry>,
    pub answers: Answers,
}

impl Ask {
    /// The answer to `question`. Safe to ask twice.
    pub async fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        if let Some(answer) = self.answers.find(question).await {
            return Ok(answer);
        }
        let answer = self.registry.ask(question).await?;
        self.answers.keep(question, &answer).await;
        Ok(answer)
    }

    /// Whether the register is up.
    pub async fn probe(&self) -> Result<(), Fault> {
        self.registry.probe().await
    }
}
