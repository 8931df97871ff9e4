//! Queries to protobuf.

use message::{Query, Subject};

use super::optional;
use crate::proto::message::{self as proto, query as p};

pub(super) fn query(q: &Query) -> proto::Query {
    proto::Query {
        register: q.register.to_string(),
        subject: Some(subject(&q.subject)),
        purpose: q.purpose.clone(),
        application: optional(q.application.as_ref()),
    }
}

fn subject(subject: &Subject) -> p::Subject {
    match subject {
        Subject::Person(iin) => p::Subject::Iin(iin.reveal().to_owned()),
        Subject::Organisation(bin) => p::Subject::Bin(bin.reveal().to_owned()),
        Subject::PowerOfAttorney {
            number,
            principal,
            representative,
        } => p::Subject::PowerOfAttorney(p::PowerOfAttorney {
            number: number.clone(),
            principal: principal.reveal().to_owned(),
            representative: representative.reveal().to_owned(),
        }),
        Subject::Payment {
            receipt,
            payer,
            service,
            amount_tenge,
        } => p::Subject::Payment(p::Payment {
            receipt: receipt.clone(),
            payer: payer.reveal().to_owned(),
            service: service.to_string(),
            amount_tenge: *amount_tenge,
        }),
    }
}
