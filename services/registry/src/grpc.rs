//! `kezek.registry.v1`: the same questions, asked on behalf of operators.
//!
//! Decodes, journals the query (X15, X16), asks, journals the names of what came back, encodes. It decides nothing
//! and changes nothing in a register; without consent it asks nothing (X10). What could not be journalled is not
//! given out.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use fault::{Again, Code, Fault, door::CONSENT_MISSING, inside::INTERNAL};
use jiff::Timestamp;
use message::{
    Bin, Event, Fact, Iin, MessageId, Number, ParticipantId, PersonalNumber, RegisterName,
    ServiceCode,
};
use registries::{Answer, Purpose, Question, Record, Subject};
use stage::Publication;
use tonic::{Request, Response, Status};
use wire::proto::registry::{
    LookupRequest, LookupResponse, Unknown, lookup_request,
    lookup_response::Answer as Said,
    registry_server::{Registry, RegistryServer},
};

use crate::{
    ask::{Answered, Ask},
    inquiry::Inquiry,
    question,
};

/// Where queries are registered before they are made (X11).
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Stores it for good, or fails.
    async fn write(&self, publication: Publication) -> Result<(), Fault>;
}

/// Answers questions of the house.
pub struct Lookup {
    registers: BTreeMap<RegisterName, Ask>,
    journal: Arc<dyn Journal>,
    now: fn() -> Timestamp,
}

impl Lookup {
    /// The server for these registers.
    pub fn server(
        registers: BTreeMap<RegisterName, Ask>,
        journal: Arc<dyn Journal>,
        now: fn() -> Timestamp,
    ) -> RegistryServer<Self> {
        RegistryServer::new(Self {
            registers,
            journal,
            now,
        })
    }

    async fn answer(
        &self,
        request: LookupRequest,
    ) -> Result<(wire::registry::About, Answered), Status> {
        let inquiry = read(request)?;
        let question = &inquiry.question;
        let register = self.registers.get(&question.register);
        let register = register.ok_or_else(|| Status::not_found("no such register"))?;
        if question.purpose.consent.is_empty() {
            let told = format!("{CONSENT_MISSING}: nobody is asked about without consent (X10)");
            return Err(Status::failed_precondition(told));
        }
        let failed = |fault: Fault| status(&fault);
        // Whoever asks again, even the same, has made a query of its own (X15).
        let once = uuid::Uuid::now_v7().to_string();
        let made = Fact::apart(
            inquiry.about(),
            (self.now)(),
            "registry",
            inquiry.made(),
            &once,
        );
        let id = made.id;
        self.write_down(made).await.map_err(failed)?;
        let answered = register.ask(question).await.map_err(failed)?;
        let told = inquiry.answered(id, &answered);
        let told = Fact::new(inquiry.about(), (self.now)(), "registry", told);
        self.write_down(told).await.map_err(failed)?;
        Ok((about(&question.subject), answered))
    }

    async fn write_down(&self, fact: Fact) -> Result<(), Fault> {
        let event = Event {
            facts: vec![fact],
            message: None,
        };
        let publication =
            Publication::end(event).ok_or_else(|| Fault::never(&INTERNAL, "register the query"))?;
        self.journal.write(publication).await
    }
}

#[tonic::async_trait]
impl Registry for Lookup {
    async fn lookup(
        &self,
        request: Request<LookupRequest>,
    ) -> Result<Response<LookupResponse>, Status> {
        let (about, answered) = self.answer(request.into_inner()).await?;
        Ok(Response::new(response(about, answered)))
    }
}

fn response(about: wire::registry::About, answered: Answered) -> LookupResponse {
    let at = answered.source_at;
    let cached = answered.cached || answered.copy;
    match answered.answer {
        Answer::Known(Record { members, source }) => LookupResponse {
            record: Some(wire::registry::record(about, &members)),
            source: Some(wire::registry::source(
                &source.register,
                source.number,
                at,
                source.signer.as_deref(),
            )),
            answer: Some(Said::RecordJson(
                serde_json::Value::Object(members).to_string(),
            )),
            cached,
        },
        Answer::Unknown => LookupResponse {
            answer: Some(Said::Unknown(Unknown {})),
            record: None,
            source: None,
            cached,
        },
    }
}

/// The kind of record that answers a question about `subject`.
fn about(subject: &Subject) -> wire::registry::About {
    match subject {
        Subject::Person(_) => wire::registry::About::Person,
        Subject::Organisation(_) => wire::registry::About::Organisation,
        Subject::PowerOfAttorney { .. } => wire::registry::About::PowerOfAttorney,
        Subject::Payment { .. } => wire::registry::About::Payment,
    }
}

/// The question in a request. Errors name the field and never repeat its value.
fn read(request: LookupRequest) -> Result<Inquiry, Status> {
    let bad = |field: &str| Status::invalid_argument(format!("`{field}` is missing or wrong"));
    let iin = |field: &str, text: &str| Iin::new(text).map_err(|_| bad(field));
    let party = |field: &str, text: &str| PersonalNumber::new(text).map_err(|_| bad(field));
    let purpose = request.purpose.ok_or_else(|| bad("purpose"))?;
    let id = request
        .message_id
        .try_into()
        .map_err(|_| bad("message_id"))?;
    let service = ServiceCode::new(&purpose.service).map_err(|_| bad("purpose.service"))?;
    let subject = match request.subject.ok_or_else(|| bad("subject"))? {
        lookup_request::Subject::Iin(text) => Subject::Person(iin("iin", &text)?),
        lookup_request::Subject::Bin(text) => {
            Subject::Organisation(Bin::new(&text).map_err(|_| bad("bin"))?)
        }
        lookup_request::Subject::PowerOfAttorney(power) => Subject::PowerOfAttorney {
            principal: party("power_of_attorney.principal", &power.principal)?,
            representative: iin("power_of_attorney.representative", &power.representative)?,
            number: power.number,
        },
        lookup_request::Subject::Payment(payment) => Subject::Payment {
            payer: party("payment.payer", &payment.payer)?,
            receipt: payment.receipt,
            service: service.clone(),
            amount_tenge: payment.amount_tenge,
        },
    };
    if purpose.operator.is_empty() {
        return Err(bad("purpose.operator"));
    }
    let application = some(&purpose.application).map(str::parse::<Number>);
    let application = application.transpose();
    let application = application.map_err(|_| bad("purpose.application"))?;
    let participant = some(&request.participant).map(ParticipantId::new);
    let participant = participant.transpose();
    let request_id = MessageId::from_uuid(uuid::Uuid::from_bytes(id));
    let question = Question {
        request_id,
        register: RegisterName::new(&request.register).map_err(|_| bad("register"))?,
        subject,
        purpose: Purpose {
            application: application.unwrap_or(Number::of(request_id)),
            service,
            operator: purpose.operator,
            consent: purpose.consent,
        },
    };
    Ok(Inquiry {
        purpose: some(&purpose.text).map_or_else(|| question::purpose(&question), str::to_owned),
        question,
        participant: participant.map_err(|_| bad("participant"))?,
        application,
    })
}

/// An empty text stands for nothing.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn status(fault: &Fault) -> Status {
    let Code { name, .. } = fault.code;
    let told = format!("{name}: could not {}: {}", fault.doing, fault.explanation);
    match fault.again {
        Again::Later => Status::unavailable(told),
        Again::Never => Status::failed_precondition(told),
    }
}
