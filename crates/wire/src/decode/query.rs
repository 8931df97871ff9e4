//! Queries from protobuf.

use message::{Query, Subject};

use super::{Read, name, need, optional, parse, party};
use crate::proto::message::{self as proto, query as p};

pub(super) fn query(q: proto::Query) -> Read<Query> {
    Ok(Query {
        register: name("message.query.register", &q.register)?,
        subject: subject(need("message.query.subject", q.subject)?)?,
        purpose: q.purpose,
        application: optional("message.query.application", &q.application)?,
    })
}

fn subject(subject: p::Subject) -> Read<Subject> {
    Ok(match subject {
        p::Subject::Iin(iin) => Subject::Person(parse("message.query.iin", &iin)?),
        p::Subject::Bin(bin) => Subject::Organisation(parse("message.query.bin", &bin)?),
        p::Subject::PowerOfAttorney(power) => Subject::PowerOfAttorney {
            principal: party("message.query.principal", &power.principal)?,
            representative: parse("message.query.representative", &power.representative)?,
            number: power.number,
        },
        p::Subject::Payment(payment) => Subject::Payment {
            payer: party("message.query.payer", &payment.payer)?,
            service: name("message.query.service", &payment.service)?,
            receipt: payment.receipt,
            amount_tenge: payment.amount_tenge,
        },
    })
}
