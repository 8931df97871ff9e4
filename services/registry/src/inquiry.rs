//! A question with all that is registered of it: why, for whom, for which application (X15, X16). Pure.

use jiff::Timestamp;
use message::{About, Detail, Fact, FactId, MessageId, Number, ParticipantId};
use registries::{Answer, Question};

use crate::ask::Answered;

/// What a register is asked, and what its owner and the person may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    pub question: Question,
    /// Why it is asked, in words.
    pub purpose: String,
    /// The system on whose behalf; none where nobody said.
    pub participant: Option<ParticipantId>,
    /// The application that it is needed for, if there is one.
    pub application: Option<Number>,
}

impl Inquiry {
    /// What its facts are about: the message that asks, under its own number.
    pub fn about(&self) -> About {
        let id: MessageId = self.question.request_id;
        About::Message {
            id,
            number: Number::of(id),
        }
    }

    /// That the register was asked.
    pub fn made(&self) -> Detail {
        let question = &self.question;
        Detail::QueryMade {
            register: question.register.clone(),
            purpose: self.purpose.clone(),
            operator: question.purpose.operator.clone(),
            consent: question.purpose.consent.clone(),
            subject: Some(question.subject.about()),
            participant: self.participant.clone(),
            application: self.application,
        }
    }

    /// The id under which the lane tells that it asked: one for each message, however often it is tried.
    pub fn made_by_lane(&self) -> FactId {
        Fact::new(self.about(), Timestamp::UNIX_EPOCH, "registry", self.made()).id
    }

    /// What came of the query `of`: names, never values.
    pub fn answered(&self, of: FactId, answered: &Answered) -> Detail {
        Detail::QueryAnswered {
            of,
            register: self.question.register.clone(),
            found: matches!(answered.answer, Answer::Known(_)),
            fields: answered.fields(),
            cached: answered.cached || answered.copy,
            source_at: Some(answered.source_at),
        }
    }
}
