//! Whom or what a register is asked about.
//!
//! `Debug` shows neither numbers nor papers.

use std::fmt;

use crate::{Bin, Iin, PersonalNumber, ServiceCode};

/// Whom or what a question to a register is about.
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

impl Subject {
    /// Whose data it is, and who therefore sees that it was asked for (X16): of a power of attorney who gave it,
    /// of a payment who paid.
    pub fn about(&self) -> PersonalNumber {
        match self {
            Self::Person(iin) => PersonalNumber::Iin(iin.clone()),
            Self::Organisation(bin) => PersonalNumber::Bin(bin.clone()),
            Self::PowerOfAttorney { principal, .. } => principal.clone(),
            Self::Payment { payer, .. } => payer.clone(),
        }
    }
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
