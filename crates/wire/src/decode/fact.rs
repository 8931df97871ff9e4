//! Facts from protobuf.

use message::{About, CheckOutcome, Detail, Fact, FactId, MessageId, NotificationOutcome};

use super::{
    Read, Unreadable, name, need, optional, optional_time, outcome, parse, party, signer, small,
    some, time, uuid,
};
use crate::proto::message as proto;

fn id(field: &'static str, bytes: &[u8]) -> Read<FactId> {
    uuid(field, bytes).map(FactId::from_uuid)
}

pub(super) fn fact(f: proto::Fact) -> Read<Fact> {
    let about = match need("fact.about", f.about)? {
        proto::fact::About::Message(about) => About::Message {
            id: MessageId::from_uuid(uuid("fact.message.id", &about.id)?),
            number: parse("fact.message.number", &about.number)?,
        },
        proto::fact::About::Lane(lane) => About::Lane(name("fact.lane", &lane)?),
    };
    Ok(Fact {
        id: id("fact.id", &f.id)?,
        about,
        at: time("fact.at", f.at)?,
        by: f.by,
        detail: detail(need("fact.detail", f.detail)?)?,
    })
}

fn detail(detail: proto::fact::Detail) -> Read<Detail> {
    use proto::fact::Detail as D;
    Ok(match detail {
        D::Received(_) => Detail::Received,
        D::Verified(d) => Detail::Verified {
            signers: d.signers.into_iter().map(signer).collect::<Read<_>>()?,
        },
        D::QueryMade(d) => Detail::QueryMade {
            register: name("query_made.register", &d.register)?,
            purpose: d.purpose,
            operator: d.operator,
            consent: d.consent,
            subject: some(d.subject)
                .map(|number| party("query_made.subject", &number))
                .transpose()?,
            participant: optional("query_made.participant", &d.participant)?,
            application: optional("query_made.application", &d.application)?,
        },
        D::QueryAnswered(d) => Detail::QueryAnswered {
            of: id("query_answered.of", &d.of)?,
            register: name("query_answered.register", &d.register)?,
            found: d.found,
            fields: d.fields,
            cached: d.cached,
            source_at: optional_time("query_answered.source_at", d.source_at)?,
        },
        D::Enriched(d) => Detail::Enriched {
            register: name("enriched.register", &d.register)?,
        },
        D::Routed(d) => Detail::Routed {
            provider: name("routed.provider", &d.provider)?,
            reason: d.reason,
        },
        D::Delivered(d) => Detail::Delivered {
            provider: name("delivered.provider", &d.provider)?,
            registration_number: d.registration_number,
        },
        D::Refused(d) => Detail::Refused {
            lane: optional("refused.lane", &d.lane)?,
            code: d.code,
            explanation: d.explanation,
        },
        D::AttemptFailed(d) => Detail::AttemptFailed {
            lane: name("attempt_failed.lane", &d.lane)?,
            code: d.code,
            explanation: d.explanation,
            attempt: d.attempt,
            retry_at: time("attempt_failed.retry_at", d.retry_at)?,
        },
        D::Parked(d) => Detail::Parked {
            lane: name("parked.lane", &d.lane)?,
            code: d.code,
            explanation: d.explanation,
        },
        D::Released(d) => Detail::Released {
            lane: name("released.lane", &d.lane)?,
        },
        D::StatusReported(d) => Detail::StatusReported {
            provider: name("status_reported.provider", &d.provider)?,
            status: d.status,
        },
        D::ResultIssued(d) => Detail::ResultIssued {
            provider: name("result_issued.provider", &d.provider)?,
            outcome: outcome("result_issued.outcome", d.outcome)?,
            reason: d.reason,
        },
        D::Notified(d) => Detail::Notified {
            of: id("notified.of", &d.of)?,
            outcome: notification(d.outcome)?,
            channel: d.channel,
            recipient_masked: d.recipient_masked,
        },
        D::LaneClosed(d) => Detail::LaneClosed {
            code: d.code,
            explanation: d.explanation,
        },
        D::LaneOpened(_) => Detail::LaneOpened,
        D::DeadlineNear(d) => Detail::DeadlineNear {
            step: small("deadline_near.step", d.step)?,
            used_percent: small("deadline_near.used_percent", d.used_percent)?,
            due_at: time("deadline_near.due_at", d.due_at)?,
        },
        D::DeadlinePassed(d) => Detail::DeadlinePassed {
            step: small("deadline_passed.step", d.step)?,
            due_at: time("deadline_passed.due_at", d.due_at)?,
        },
        D::CheckOpened(d) => Detail::CheckOpened {
            of: id("check_opened.of", &d.of)?,
            register: name("check_opened.register", &d.register)?,
            by: d.by,
            question: d.question,
            due_at: time("check_opened.due_at", d.due_at)?,
        },
        D::CheckAnswered(d) => Detail::CheckAnswered {
            check: id("check_answered.check", &d.check)?,
            by: d.by,
            answer: d.answer,
        },
        D::CheckClosed(d) => Detail::CheckClosed {
            check: id("check_closed.check", &d.check)?,
            by: d.by,
            outcome: closed(d.outcome)?,
            note: d.note,
        },
    })
}

fn notification(outcome: i32) -> Read<NotificationOutcome> {
    match proto::fact::notified::Outcome::try_from(outcome) {
        Ok(proto::fact::notified::Outcome::Sent) => Ok(NotificationOutcome::Sent),
        Ok(proto::fact::notified::Outcome::NoAddress) => Ok(NotificationOutcome::NoAddress),
        Ok(proto::fact::notified::Outcome::Rejected) => Ok(NotificationOutcome::Rejected),
        _ => Err(Unreadable::Wrong("notified.outcome")),
    }
}

fn closed(outcome: i32) -> Read<CheckOutcome> {
    match proto::fact::check_closed::Outcome::try_from(outcome) {
        Ok(proto::fact::check_closed::Outcome::Justified) => Ok(CheckOutcome::Justified),
        Ok(proto::fact::check_closed::Outcome::Unjustified) => Ok(CheckOutcome::Unjustified),
        _ => Err(Unreadable::Wrong("check_closed.outcome")),
    }
}
