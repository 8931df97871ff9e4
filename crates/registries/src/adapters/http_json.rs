//! A register that speaks JSON over HTTP.
//!
//! `POST {endpoint}/lookup` with the question; the answer is `{"found": true, "record": {…}}` or
//! `{"found": false}`; `GET {endpoint}/health` says whether it is up. `outside::Peer` reads its failures. With a
//! `mapping` the question is its template, if it has one, and its paths read the answer.

use async_trait::async_trait;
use fault::{
    Fault,
    registers::{REGISTER_FAILED, REGISTER_GARBLED, REGISTER_UNREACHABLE},
};
use outside::{HttpSettings, Peer, Words};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use jiff::Timestamp;

use crate::{
    Adapter, Answer, BadSettings, Question, Record, Registry, Subject,
    mapped::{self, Mapped, MappedSettings},
};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "http-json",
    build,
};

const WORDS: Words = Words {
    unreachable: &REGISTER_UNREACHABLE,
    failed: &REGISTER_FAILED,
    garbled: &REGISTER_GARBLED,
    doing: "ask the register",
};

fn build(settings: &toml::Table) -> Result<Box<dyn Registry>, BadSettings> {
    let (described, http) = mapped::parted(settings, mapped::FIELDS);
    let http: HttpSettings = outside::read(&http)?;
    let mapped = if described.is_empty() {
        None
    } else {
        let described: MappedSettings = outside::read(&described)?;
        let mapped = Mapped::open(&described)?;
        if mapped.format() != mapping::Format::Json {
            let problem = "its `format` must be `json`, which this adapter speaks";
            return Err(BadSettings::new("mapping", problem));
        }
        Some(mapped)
    };
    Ok(Box::new(HttpJson {
        peer: Peer::new(&http, WORDS)?,
        mapped,
    }))
}

#[derive(Debug)]
struct HttpJson {
    peer: Peer,
    /// Where the register speaks JSON of its own.
    mapped: Option<Mapped>,
}

/// Members that we do not know are let pass: the register may say more than was agreed.
#[derive(Deserialize)]
struct Said {
    found: bool,
    record: Option<Map<String, Value>>,
}

#[async_trait]
impl Registry for HttpJson {
    async fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        if let Some(mapped) = &self.mapped {
            return self.ask_mapped(mapped, question).await;
        }
        let reply = self.peer.post("lookup", &[], &body(question)).await?;
        match reply.json()? {
            Said {
                found: true,
                record: Some(record),
            } => Ok(Answer::Known(Record::plain(&question.register, record))),
            Said { found: false, .. } => Ok(Answer::Unknown),
            Said { .. } => Err(reply.garbled("found, but no record")),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.peer.probe().await
    }
}

impl HttpJson {
    async fn ask_mapped(&self, mapped: &Mapped, question: &Question) -> Result<Answer, Fault> {
        let request = mapped.request(question, Timestamp::now())?;
        let request = request.unwrap_or_else(|| body(question).to_string());
        let asked = self.peer.post_bytes("lookup", &[], request.into_bytes());
        let answer: Value = asked.await?.json()?;
        mapped.read(mapping::Answer::Json(&answer), question, None)
    }
}

fn body(question: &Question) -> Value {
    let subject = match &question.subject {
        Subject::Person(iin) => json!({ "iin": iin.reveal() }),
        Subject::Organisation(bin) => json!({ "bin": bin.reveal() }),
        Subject::PowerOfAttorney {
            number,
            principal,
            representative,
        } => json!({
            "power_of_attorney": number,
            "principal": principal.reveal(),
            "representative": representative.reveal(),
        }),
        Subject::Payment {
            receipt,
            payer,
            service,
            amount_tenge,
        } => json!({
            "receipt": receipt,
            "payer": payer.reveal(),
            "service": service,
            "amount_tenge": amount_tenge,
        }),
    };
    let purpose = &question.purpose;
    json!({
        "request_id": question.request_id,
        "register": question.register,
        "subject": subject,
        "purpose": {
            "application": purpose.application.to_string(),
            "service": purpose.service,
            "operator": purpose.operator,
            "consent": purpose.consent,
        },
    })
}
