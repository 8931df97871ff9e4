//! Facts to protobuf.

use message::{About, CheckOutcome, Detail, Fact, NotificationOutcome};

use super::{optional, outcome, signer, time};
use crate::proto::message as proto;

pub(super) fn fact(f: &Fact) -> proto::Fact {
    let about = match &f.about {
        About::Message { id, number } => proto::fact::About::Message(proto::fact::AboutMessage {
            id: id.as_uuid().into_bytes().to_vec(),
            number: number.to_string(),
        }),
        About::Lane(lane) => proto::fact::About::Lane(lane.to_string()),
    };
    proto::Fact {
        id: f.id.as_uuid().into_bytes().to_vec(),
        about: Some(about),
        at: Some(time(f.at)),
        by: f.by.clone(),
        detail: Some(detail(&f.detail)),
    }
}

fn detail(detail: &Detail) -> proto::fact::Detail {
    use proto::fact::{self as p, Detail as D};
    match detail {
        Detail::Received => D::Received(p::Received {}),
        Detail::Verified { signers } => D::Verified(p::Verified {
            signers: signers.iter().map(signer).collect(),
        }),
        Detail::QueryMade {
            register,
            purpose,
            operator,
            consent,
            subject,
            participant,
            application,
        } => D::QueryMade(p::QueryMade {
            register: register.to_string(),
            purpose: purpose.clone(),
            operator: operator.clone(),
            consent: consent.clone(),
            subject: subject
                .as_ref()
                .map(|number| number.reveal().to_owned())
                .unwrap_or_default(),
            participant: optional(participant.as_ref()),
            application: optional(application.as_ref()),
        }),
        Detail::QueryAnswered {
            of,
            register,
            found,
            fields,
            cached,
            source_at,
        } => D::QueryAnswered(p::QueryAnswered {
            of: of.as_uuid().into_bytes().to_vec(),
            register: register.to_string(),
            found: *found,
            fields: fields.clone(),
            cached: *cached,
            source_at: source_at.map(time),
        }),
        Detail::Enriched { register } => D::Enriched(p::Enriched {
            register: register.to_string(),
        }),
        Detail::Routed { provider, reason } => D::Routed(p::Routed {
            provider: provider.to_string(),
            reason: reason.clone(),
        }),
        Detail::Delivered {
            provider,
            registration_number,
        } => D::Delivered(p::Delivered {
            provider: provider.to_string(),
            registration_number: registration_number.clone(),
        }),
        Detail::Refused {
            lane,
            code,
            explanation,
        } => D::Refused(p::Refused {
            lane: lane.as_ref().map(ToString::to_string).unwrap_or_default(),
            code: code.clone(),
            explanation: explanation.clone(),
        }),
        Detail::AttemptFailed {
            lane,
            code,
            explanation,
            attempt,
            retry_at,
        } => D::AttemptFailed(p::AttemptFailed {
            lane: lane.to_string(),
            code: code.clone(),
            explanation: explanation.clone(),
            attempt: *attempt,
            retry_at: Some(time(*retry_at)),
        }),
        Detail::Parked {
            lane,
            code,
            explanation,
        } => D::Parked(p::Parked {
            lane: lane.to_string(),
            code: code.clone(),
            explanation: explanation.clone(),
        }),
        Detail::Released { lane } => D::Released(p::Released {
            lane: lane.to_string(),
        }),
        Detail::StatusReported { provider, status } => D::StatusReported(p::StatusReported {
            provider: provider.to_string(),
            status: status.clone(),
        }),
        Detail::ResultIssued {
            provider,
            outcome: o,
            reason,
        } => D::ResultIssued(p::ResultIssued {
            provider: provider.to_string(),
            outcome: outcome(*o),
            reason: reason.clone(),
        }),
        Detail::Notified {
            of,
            channel,
            outcome,
            recipient_masked,
        } => D::Notified(p::Notified {
            of: of.as_uuid().into_bytes().to_vec(),
            channel: channel.clone(),
            outcome: notification(*outcome).into(),
            recipient_masked: recipient_masked.clone(),
        }),
        Detail::LaneClosed { code, explanation } => D::LaneClosed(p::LaneClosed {
            code: code.clone(),
            explanation: explanation.clone(),
        }),
        Detail::LaneOpened => D::LaneOpened(p::LaneOpened {}),
        Detail::DeadlineNear {
            step,
            used_percent,
            due_at,
        } => D::DeadlineNear(p::DeadlineNear {
            step: u32::from(*step),
            used_percent: u32::from(*used_percent),
            due_at: Some(time(*due_at)),
        }),
        Detail::DeadlinePassed { step, due_at } => D::DeadlinePassed(p::DeadlinePassed {
            step: u32::from(*step),
            due_at: Some(time(*due_at)),
        }),
        Detail::CheckOpened {
            of,
            register,
            by,
            question,
            due_at,
        } => D::CheckOpened(p::CheckOpened {
            of: of.as_uuid().into_bytes().to_vec(),
            register: register.to_string(),
            by: by.clone(),
            question: question.clone(),
            due_at: Some(time(*due_at)),
        }),
        Detail::CheckAnswered { check, by, answer } => D::CheckAnswered(p::CheckAnswered {
            check: check.as_uuid().into_bytes().to_vec(),
            by: by.clone(),
            answer: answer.clone(),
        }),
        Detail::CheckClosed {
            check,
            by,
            outcome,
            note,
        } => D::CheckClosed(p::CheckClosed {
            check: check.as_uuid().into_bytes().to_vec(),
            by: by.clone(),
            outcome: closed(*outcome).into(),
            note: note.clone(),
        }),
    }
}

fn notification(outcome: NotificationOutcome) -> proto::fact::notified::Outcome {
    match outcome {
        NotificationOutcome::Sent => proto::fact::notified::Outcome::Sent,
        NotificationOutcome::NoAddress => proto::fact::notified::Outcome::NoAddress,
        NotificationOutcome::Rejected => proto::fact::notified::Outcome::Rejected,
    }
}

fn closed(outcome: CheckOutcome) -> proto::fact::check_closed::Outcome {
    match outcome {
        CheckOutcome::Justified => proto::fact::check_closed::Outcome::Justified,
        CheckOutcome::Unjustified => proto::fact::check_closed::Outcome::Unjustified,
    }
}
