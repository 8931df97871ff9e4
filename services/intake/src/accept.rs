//! Accepting a message: checked, stored by the broker, remembered, answered; in this order.
//!
//! Before it is stored, its signatures get timestamps, where an authority for them is configured.
//!
//! In: who sends, and the body. Out: [`Accepted`], only after the broker's confirm, or the problem. The same
//! message again gets the same answer: from Redis, or, where Redis has lost it, by publishing it again under
//! the same ids, which is absorbed further on. Keeps nothing itself, and nothing at all of what it refuses.

use std::sync::Arc;

use fault::{asking, door, inside};
use jiff::Timestamp;
use message::{About, Detail, Event, Fact, Kind, Message, MessageId, Number};
use participants::{Participant, Participants};
use regulations::Regulations;
use sha2::{Digest as _, Sha256};
use stage::Publication;

use crate::{
    answers::{Answer, Answers},
    attachments::Attachments,
    carrier::{self, Carrier},
    checks::{self, Letter, Received},
    compose::{self, Ways},
    config::Limits,
    head,
    mailbox::Mailboxes,
    problem::Problem,
    query::Waiting,
    receipts::Receipts,
    registers::Registers,
    stamps::Stamps,
};

/// The name under which this service tells facts.
pub const SERVICE: &str = "intake";

/// Everything a message meets at the door.
pub struct Desk {
    pub participants: Participants,
    pub regulations: Regulations,
    pub ways: Ways,
    pub limits: Limits,
    pub attachments: Attachments,
    pub answers: Arc<dyn Answers>,
    /// Asked where the memory of answers is away. Absent: nobody is.
    pub receipts: Option<Arc<dyn Receipts>>,
    /// Absent: signatures get no timestamps.
    pub stamping: Option<Stamping>,
    pub carrier: Arc<dyn Carrier>,
    pub mailboxes: Arc<dyn Mailboxes>,
    /// Asked what queries ask. Absent: every query goes by the lanes, and its answer by the mailbox.
    pub registers: Option<Arc<dyn Registers>>,
    pub waiting: Waiting,
    pub clock: fn() -> Timestamp,
}

/// Who gives timestamps, and whether a message is taken without.
pub struct Stamping {
    pub stamps: Arc<dyn Stamps>,
    pub required: bool,
}

/// What was sent, once it is checked.
pub(crate) enum Taken {
    /// It is stored already.
    Before(Accepted),
    /// It is to be stored, under this answer.
    New(Message, Answer),
}

/// A message that is stored for good.
#[derive(Debug)]
pub struct Accepted {
    pub id: MessageId,
    pub number: Number,
    pub accepted_at: Timestamp,
    /// What travels, for those who want to ask about it; `None` if its service is no longer known.
    pub message: Option<Message>,
    /// False where it had been accepted before.
    pub is_new: bool,
}

impl Desk {
    /// Accepts what `sender` sent, if it is of one of `kinds`, or says why not.
    pub async fn accept(
        &self,
        sender: &Participant,
        body: Received,
        kinds: &[Kind],
    ) -> Result<Accepted, Problem> {
        match self.take(sender, body, kinds).await? {
            Taken::Before(accepted) => Ok(accepted),
            Taken::New(message, answer) => self.store(message, &answer).await,
        }
    }

    /// Checks what `sender` sent and makes a message of it, which is not stored yet.
    pub(crate) async fn take(
        &self,
        sender: &Participant,
        body: Received,
        kinds: &[Kind],
    ) -> Result<Taken, Problem> {
        let now = (self.clock)();
        let head = head::read(&body.bytes);
        let letter = checks::of_the_envelope(sender, &head, &body, &self.limits, now)?;
        let kind = letter.envelope.kind;
        if !kinds.contains(&kind) {
            let detail = "such messages are not taken here: queries go to /v1/queries, all others to /v1/messages";
            return Err(Problem::new(&door::MALFORMED, detail).at("kind"));
        }
        let offered = Answer {
            digest: hex::encode(Sha256::digest(&body.bytes)),
            accepted_at: now,
            confirmed: false,
        };
        if let Some(known) = self.known(letter.id, kind, &offered).await?
            && known.confirmed
        {
            return Ok(Taken::Before(self.again(letter, sender, &known)));
        }
        let attachments = &self.attachments;
        let regulation =
            checks::of_the_content(&letter, &self.regulations, attachments, now).await?;
        self.carrier.ready().map_err(|away| unavailable(&away))?;
        let tokens = self.stamped(&letter).await?;
        let answer = self.reserve(&letter, offered).await?;
        let mut message =
            compose::message(letter, sender, regulation, &self.ways, answer.accepted_at);
        for (signature, token) in message.signatures.iter_mut().zip(tokens) {
            signature.timestamp = token;
        }
        Ok(Taken::New(message, answer))
    }

    /// Sends the message on its way; returns once that is stored for good.
    pub(crate) async fn store(
        &self,
        message: Message,
        answer: &Answer,
    ) -> Result<Accepted, Problem> {
        if message.kind == Kind::Query && !self.ways.has_mailbox(&message.sender.participant) {
            let detail = "the answer to a query that is not waited for comes by the mailbox";
            return Err(Problem::new(&asking::NO_MAILBOX, detail));
        }
        let lane = message.plan.next().unwrap_or(&self.ways.verify);
        self.publish(Publication::pass(received(&message), lane))
            .await?;
        if let Err(away) = self.answers.confirm(message.id, answer).await {
            // A copy of the message is then published again, and absorbed.
            tracing::debug!(%away, "an answer was not remembered");
        }
        Ok(Accepted {
            id: message.id,
            number: message.number,
            accepted_at: answer.accepted_at,
            message: Some(message),
            is_new: true,
        })
    }

    /// A timestamp over each signature as it came, in order; without one where none can be had or is wanted.
    async fn stamped(&self, letter: &Letter) -> Result<Vec<Option<Vec<u8>>>, Problem> {
        let Some(stamping) = &self.stamping else {
            return Ok(Vec::new());
        };
        let signatures = letter.envelope.signatures.iter();
        let asked = signatures.map(|signature| stamping.stamps.over(&signature.content.0));
        let answers = futures::future::join_all(asked).await.into_iter();
        let tokens = answers.map(|answer| match answer {
            Ok(token) => Ok(Some(token)),
            Err(away) if stamping.required => {
                Err(Problem::new(&door::TIMESTAMP_UNAVAILABLE, "").because(&away))
            }
            Err(away) => {
                tracing::warn!(%away, "a signature is taken without a timestamp");
                Ok(None)
            }
        });
        tokens.collect()
    }

    /// What was answered to this id before; other content under the same id is refused.
    async fn known(
        &self,
        id: MessageId,
        kind: Kind,
        offered: &Answer,
    ) -> Result<Option<Answer>, Problem> {
        match self.answers.find(id).await {
            Ok(Some(answer)) => same(answer, offered).map(Some),
            Ok(None) => Ok(None),
            Err(away) => {
                tracing::debug!(%away, "earlier answers cannot be seen");
                // The monitor cannot tell a query that was answered at once from one whose answer is on its way.
                match kind {
                    Kind::Query => Ok(None),
                    _ => Ok(self.receipt(id, offered).await),
                }
            }
        }
    }

    /// When the message was accepted, as far as Redis or the monitor remember.
    pub async fn accepted_at(&self, id: MessageId) -> Option<Timestamp> {
        if let Ok(Some(answer)) = self.answers.find(id).await {
            return answer.confirmed.then_some(answer.accepted_at);
        }
        self.receipts.as_ref()?.accepted_at(id).await
    }

    /// The answer that the monitor knows of. It keeps no digest, so it speaks for any content of the id.
    async fn receipt(&self, id: MessageId, offered: &Answer) -> Option<Answer> {
        let accepted_at = self.receipts.as_ref()?.accepted_at(id).await?;
        Some(Answer {
            accepted_at,
            confirmed: true,
            ..offered.clone()
        })
    }

    /// The answer to a message that was accepted before.
    fn again(&self, letter: Letter, sender: &Participant, known: &Answer) -> Accepted {
        let (id, number, accepted_at) = (letter.id, compose::number(&letter), known.accepted_at);
        let regulation = self.regulations.get(&letter.envelope.service);
        let message = regulation.map(|regulation| {
            compose::message(letter, sender, regulation, &self.ways, accepted_at)
        });
        Accepted {
            id,
            number,
            accepted_at,
            message,
            is_new: false,
        }
    }

    /// Takes the id and, for a new application or query, its number; answers with what stands. Without Redis the offer
    /// stands by itself.
    async fn reserve(&self, letter: &Letter, offered: Answer) -> Result<Answer, Problem> {
        let is_own = matches!(letter.envelope.kind, Kind::Application | Kind::Query);
        let number = is_own.then(|| Number::of(letter.id));
        match self.answers.reserve(letter.id, number, &offered).await {
            Ok(standing) if standing.owner.is_some_and(|owner| owner != letter.id) => {
                Err(Problem::new(&door::NUMBER_TAKEN, "").at("id"))
            }
            Ok(standing) => same(standing.answer, &offered),
            Err(away) => {
                tracing::debug!(%away, "an answer was not reserved");
                Ok(offered)
            }
        }
    }

    /// Stores a publication for good.
    pub(crate) async fn publish(&self, publication: Option<Publication>) -> Result<(), Problem> {
        let publication = publication
            .ok_or_else(|| Problem::new(&inside::INTERNAL, "an event without a fact"))?;
        let carried = self.carrier.carry(publication).await;
        carried.map_err(|away| unavailable(&away))
    }
}

/// That the message was received, and the message.
pub(crate) fn received(message: &Message) -> Event {
    let fact = Fact::new(
        about(message),
        message.received_at,
        SERVICE,
        Detail::Received,
    );
    Event::new(vec![fact], message.clone())
}

/// What a fact of this message is about.
pub(crate) fn about(message: &Message) -> About {
    About::Message {
        id: message.id,
        number: message.number,
    }
}

/// `known`, if it was given to the same bytes.
fn same(known: Answer, offered: &Answer) -> Result<Answer, Problem> {
    if known.digest == offered.digest {
        return Ok(known);
    }
    Err(Problem::new(&door::MESSAGE_ID_REUSED, "").at("id"))
}

fn unavailable(away: &carrier::Away) -> Problem {
    let detail = "it is not certain that the message was stored; sending it again is safe";
    Problem::new(&door::BROKER_UNAVAILABLE, detail).because(away)
}
