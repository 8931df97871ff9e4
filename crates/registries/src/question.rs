//! What is asked, and why.
//!
//! `Debug` shows neither numbers nor names.

use std::fmt;

pub use message::Subject;
use message::{MessageId, Number, RegisterName, ServiceCode};
use uuid::Uuid;

/// A question to a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The message on whose behalf it is asked; the same at every try.
    pub request_id: MessageId,
    pub register: RegisterName,
    pub subject: Subject,
    pub purpose: Purpose,
}

impl Question {
    /// What this question is called towards the register: the same at every try, another one for each register
    /// and subject. Whoever knows nothing of the subject cannot tell it apart from chance.
    pub fn exchange_id(&self) -> Uuid {
        let mut name = self.register.as_str().as_bytes().to_vec();
        name.push(0);
        name.extend(self.subject_bytes());
        Uuid::new_v5(&self.request_id.as_uuid(), &name)
    }

    /// Everything that is asked for, for telling questions apart: other bytes for every other subject. They hold
    /// personal numbers.
    pub fn subject_bytes(&self) -> Vec<u8> {
        let amount;
        let parts: Vec<&str> = match &self.subject {
            Subject::Person(iin) => vec!["person", iin.reveal()],
            Subject::Organisation(bin) => vec!["organisation", bin.reveal()],
            Subject::PowerOfAttorney {
                number,
                principal,
                representative,
            } => vec!["power", number, principal.reveal(), representative.reveal()],
            Subject::Payment {
                receipt,
                payer,
                service,
                amount_tenge,
            } => {
                amount = amount_tenge.to_string();
                vec![
                    "payment",
                    receipt,
                    payer.reveal(),
                    service.as_str(),
                    &amount,
                ]
            }
        };
        // Parts cannot run into each other: the length of each stands before it.
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend(part.len().to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
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

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Purpose({} {})", self.service, self.application)
    }
}
