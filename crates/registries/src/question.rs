//! What is asked, why, and what comes back.
//!
//! `Debug` shows neither numbers nor names nor records.

use std::fmt;

use message::{Bin, Iin, MessageId, Number, PersonalNumber, RegisterName, ServiceCode};
use serde_json::{Map, Value};

/// A question to a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The message on whose behalf it is asked; the same at every try.
    pub request_id: MessageId,
    pub register: RegisterName,
    pub subject: Subject,
    pub purpose: Purpose,
}

/// Whom or what the question is about.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person (`gbd-fl`).
    Person(Iin),
    /// An organisation (`gbd-ul`).
    Organisation(Bin),
    /// A power of attorney that a notary certified (`enis`, G5).
    PowerOfAttorney {
        number: String,
        /// Who gave it.
        principal: PersonalNumber,
        /// Who acts by it.
        representative: Iin,
    },
    /// The fact of payment (`payment`, X18).
    Payment {
        receipt: String,
        payer: PersonalNumber,
        service: ServiceCode,
        /// The fee, tenge.
        amount_tenge: u64,
    },
}

/// What the body that owns the register may ask to see about any query (X15).
#[derive(Clone, PartialEq, Eq)]
pub struct Purpose {
    pub application: Number,
    pub service: ServiceCode,
    /// Who asks: the official who signed, or the system that sent the message.
    pub operator: String,
    /// Where the consent can be found (X10); empty where the applicant himself files.
    pub consent: String,
}

/// What the register says.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// What it holds, as it gave it.
    Known(Map<String, Value>),
    /// It holds nothing about the subject.
    Unknown,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(iin) => write!(f, "Person({iin})"),
            Self::Organisation(bin) => write!(f, "Organisation({bin})"),
            Self::PowerOfAttorney { principal, .. } => write!(f, "PowerOfAttorney(of {principal})"),
            Self::Payment {
                payer,
                service,
                amount_tenge,
                ..
            } => {
                write!(f, "Payment({amount_tenge} tenge for {service} by {payer})")
            }
        }
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Purpose({} {})", self.service, self.application)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(record) => write!(f, "Known({} members)", record.len()),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}
