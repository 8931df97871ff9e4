//! Which question a register is asked about an application or for a query. Pure: message and regulation in,
//! question out.
//!
//! X10: where somebody else files for the applicant, and for every query, nothing is asked without consent. G5:
//! only a power of attorney that a notary certified is asked about; any other is passed on, marked.

use fault::{
    Code, Fault, Refusal,
    door::{CONSENT_MISSING, MALFORMED},
    inside::INTERNAL,
    registers::{ORGANISATION_UNKNOWN, PAYMENT_MISSING, PERSON_UNKNOWN, POWER_OF_ATTORNEY_UNKNOWN},
};
use message::{Applicant, Message, PersonalNumber, RegisterName};
use registries::{Purpose, Question, Subject};
use regulations::Regulation;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::inquiry::Inquiry;

/// What a register is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The applicant, a person.
    Person,
    /// The applicant, an organisation.
    Organisation,
    /// The power of attorney by which a representative files (G5).
    PowerOfAttorney,
    /// The fee (X18).
    Payment,
}

/// What is to be done about an application.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// Ask this.
    Question(Box<Inquiry>),
    /// There is nothing to ask with, which is an answer already.
    Refused(Refusal),
    /// There is nothing to ask; this record takes the answer's place.
    Unchecked(Map<String, Value>),
}

/// Whom or what the question is about, before the purpose is known.
enum Matter {
    Subject(Subject),
    Refused(Refusal),
    Unchecked(Map<String, Value>),
}

const DOING: &str = "put the question to the register";

/// The question that `register` is asked about `message`, whose service `regulation` describes.
///
/// Fails if the message cannot be asked about: a report, an applicant of the other kind, a missing consent.
/// None of that gets through the door, so a person has to look at it.
pub fn question(
    message: &Message,
    register: &RegisterName,
    about: About,
    regulation: &Regulation,
) -> Result<Asked, Fault> {
    let applicant = message.applicant.as_ref();
    let applicant = applicant.ok_or_else(|| never(&INTERNAL, "nobody applies in this message"))?;
    let rules = regulation.channel(message.channel);
    let rules = rules.ok_or_else(|| never(&INTERNAL, "the service has no such channel"))?;
    let consent = message.consent.as_ref().map(|c| c.reference.clone());
    if rules.consent_required && consent.is_none() {
        return Err(never(&CONSENT_MISSING, "somebody else files (X10)"));
    }
    let subject = match matter(message, applicant, about, regulation)? {
        Matter::Subject(subject) => subject,
        Matter::Refused(refusal) => return Ok(Asked::Refused(refusal)),
        Matter::Unchecked(record) => return Ok(Asked::Unchecked(record)),
    };
    let question = Question {
        request_id: message.id,
        register: register.clone(),
        subject,
        purpose: Purpose {
            application: message.number,
            service: message.service.clone(),
            operator: operator(message, rules.consent_required),
            consent: consent.unwrap_or_default(),
        },
    };
    Ok(Asked::Question(Box::new(Inquiry {
        purpose: purpose(&question),
        question,
        participant: Some(message.sender.participant.clone()),
        application: Some(message.number),
    })))
}

/// What `register`, which is asked about `about`, is asked for the query `message`.
///
/// Fails if it is none, is meant for another register, or has no consent (X10): none of that gets through the door.
/// A subject that this register is not asked about is refused.
pub fn query(message: &Message, register: &RegisterName, about: About) -> Result<Asked, Fault> {
    let query = message.query.as_ref();
    let query = query.ok_or_else(|| never(&INTERNAL, "nothing is asked in this message"))?;
    if query.register != *register {
        return Err(never(&INTERNAL, "the query is meant for another register"));
    }
    let consent = message.consent.as_ref();
    let consent = consent.ok_or_else(|| never(&CONSENT_MISSING, "a query needs consent (X10)"))?;
    if !about.fits(&query.subject) {
        let why = format!("`{register}` is not asked about such a subject");
        return Ok(Asked::Refused(Refusal::new(&MALFORMED, why)));
    }
    Ok(Asked::Question(Box::new(Inquiry {
        purpose: query.purpose.clone(),
        participant: Some(message.sender.participant.clone()),
        application: query.application,
        question: Question {
            request_id: message.id,
            register: register.clone(),
            subject: query.subject.clone(),
            purpose: Purpose {
                // A query that no application needs yet is known by its own number.
                application: query.application.unwrap_or(message.number),
                service: message.service.clone(),
                operator: operator(message, true),
                consent: consent.reference.clone(),
            },
        },
    })))
}

impl About {
    /// Whether a register that is asked about this is asked about `subject`.
    fn fits(self, subject: &Subject) -> bool {
        matches!(
            (self, subject),
            (Self::Person, Subject::Person(_))
                | (Self::Organisation, Subject::Organisation(_))
                | (Self::PowerOfAttorney, Subject::PowerOfAttorney { .. })
                | (Self::Payment, Subject::Payment { .. })
        )
    }
}

fn matter(
    message: &Message,
    applicant: &Applicant,
    about: About,
    regulation: &Regulation,
) -> Result<Matter, Fault> {
    let subject = match (about, &applicant.number) {
        (About::Person, PersonalNumber::Iin(iin)) => Subject::Person(iin.clone()),
        (About::Organisation, PersonalNumber::Bin(bin)) => Subject::Organisation(bin.clone()),
        (About::Person | About::Organisation, _) => {
            return Err(never(&INTERNAL, "the applicant is of the other kind"));
        }
        (About::PowerOfAttorney, principal) => match &message.representative {
            Some(representative) if representative.power.notarial => Subject::PowerOfAttorney {
                number: representative.power.number.clone(),
                principal: principal.clone(),
                representative: representative.iin.clone(),
            },
            Some(_) => return Ok(Matter::Unchecked(not_checked())),
            None => return Err(never(&INTERNAL, "nobody represents the applicant")),
        },
        (About::Payment, payer) => {
            let fee = regulation.fee_tenge;
            let fee = fee.ok_or_else(|| never(&INTERNAL, "the service is free"))?;
            let Some(receipt) = message.receipt.clone() else {
                let refusal = Refusal::new(&PAYMENT_MISSING, "there is no receipt");
                return Ok(Matter::Refused(refusal));
            };
            Subject::Payment {
                receipt,
                payer: payer.clone(),
                service: message.service.clone(),
                amount_tenge: u64::from(fee),
            }
        }
    };
    Ok(Matter::Subject(subject))
}

/// The mark of a power of attorney that no notary certified (G5).
fn not_checked() -> Map<String, Value> {
    let mark = json!({ "certified": "other", "checked": false });
    mark.as_object().cloned().unwrap_or_default()
}

/// Who asks (X15): the official who signed where somebody else files, else the system the message came by.
fn operator(message: &Message, somebody_else_files: bool) -> String {
    let officials = message.signers.iter();
    let official = officials
        .filter(|signer| signer.bin.as_ref() == Some(&message.sender.bin))
        .find(|signer| !signer.name.is_empty());
    match official {
        Some(official) if somebody_else_files => official.name.clone(),
        _ => message.sender.participant.to_string(),
    }
}

/// Why it is asked, as the journal keeps it (X15).
pub fn purpose(question: &Question) -> String {
    let what = match question.subject {
        Subject::Person(_) => "the applicant, a person",
        Subject::Organisation(_) => "the applicant, an organisation",
        Subject::PowerOfAttorney { .. } => "the power of attorney of the representative",
        Subject::Payment { .. } => "the payment of the fee",
    };
    format!("{}: {what}", question.purpose.service)
}

/// What it means that the register knows nothing of the subject.
pub fn refusal(question: &Question) -> Refusal {
    let code = match question.subject {
        Subject::Person(_) => &PERSON_UNKNOWN,
        Subject::Organisation(_) => &ORGANISATION_UNKNOWN,
        Subject::PowerOfAttorney { .. } => &POWER_OF_ATTORNEY_UNKNOWN,
        Subject::Payment { .. } => &PAYMENT_MISSING,
    };
    Refusal::new(code, format!("`{}` knows nothing of it", question.register))
}

fn never(code: &'static Code, why: &str) -> Fault {
    Fault::never(code, DOING).because(why)
}
