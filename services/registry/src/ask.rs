//! Asking one register: a kept answer if there is one, else the register itself.

use std::sync::Arc;

use fault::Fault;
use jiff::Timestamp;
use registries::{Answer, Question, Registry};
use serde::{Deserialize, Serialize};

use crate::answers::Answers;

/// A register and what it answered lately. Cheap to clone.
#[derive(Clone)]
pub struct Ask {
    pub registry: Arc<dyn Registry>,
    pub answers: Answers,
    /// How long what it knows of a subject may answer other questions about him, seconds; 0: never.
    pub cache_s: u64,
    pub now: fn() -> Timestamp,
}

/// An answer, and where it was had from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub answer: Answer,
    /// It is the answer to an earlier question about the same subject; the register was not asked for this one.
    pub cached: bool,
    /// The very same question of the same message was answered before, and this is that answer.
    pub copy: bool,
    /// When the register answered: by its own clock where it tells, else by ours.
    pub source_at: Timestamp,
}

/// What is kept of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// None: the register knows nothing of the subject.
    pub record: Option<registries::Record>,
    pub cached: bool,
    pub source_at: Timestamp,
}

impl Ask {
    /// The answer to `question`. Safe to ask twice.
    pub async fn ask(&self, question: &Question) -> Result<Answered, Fault> {
        if let Some(kept) = self.answers.find(question).await {
            return Ok(kept.given(true));
        }
        let shared = match self.cache_s {
            0 => None,
            _ => self.answers.find_shared(question).await,
        };
        let kept = match shared {
            Some(shared) => Kept {
                cached: true,
                ..shared
            },
            None => self.ask_itself(question).await?,
        };
        self.answers.keep(question, &kept).await;
        Ok(kept.given(false))
    }

    async fn ask_itself(&self, question: &Question) -> Result<Kept, Fault> {
        let record = match self.registry.ask(question).await? {
            Answer::Known(record) => Some(record),
            Answer::Unknown => None,
        };
        let told = record.as_ref().and_then(|record| record.source.answered_at);
        let kept = Kept {
            record,
            cached: false,
            source_at: told.unwrap_or_else(self.now),
        };
        // That nothing is known may be otherwise a moment later: a receipt is paid, a power certified.
        if self.cache_s > 0 && kept.record.is_some() {
            self.answers.share(question, &kept, self.cache_s).await;
        }
        Ok(kept)
    }

    /// Whether the register is up.
    pub async fn probe(&self) -> Result<(), Fault> {
        self.registry.probe().await
    }
}

impl Answered {
    /// The names of what came back, never values (X15).
    pub fn fields(&self) -> Vec<String> {
        match &self.answer {
            Answer::Known(record) => record.fields(),
            Answer::Unknown => Vec::new(),
        }
    }
}

impl Kept {
    fn given(self, copy: bool) -> Answered {
        Answered {
            answer: self.record.map_or(Answer::Unknown, Answer::Known),
            cached: self.cached,
            copy,
            source_at: self.source_at,
        }
    }
}
