//! Accesses and checks in protobuf.

use super::{moment, text};
use crate::accesses::{AccessPage, AccessSaid, CheckPage, CheckSaid};
use wire::proto::monitor as proto;

pub(super) fn page(page: AccessPage) -> proto::ListAccessesResponse {
    proto::ListAccessesResponse {
        accesses: page.accesses.into_iter().map(access).collect(),
        next_after: page.next_after.unwrap_or_default(),
    }
}

pub(super) fn checks(page: CheckPage) -> proto::ListChecksResponse {
    proto::ListChecksResponse {
        checks: page.checks.into_iter().map(check).collect(),
        next_after: page.next_after.unwrap_or_default(),
    }
}

fn access(said: AccessSaid) -> proto::Access {
    proto::Access {
        id: said.id,
        asked_at: Some(moment(said.asked_at)),
        register: said.register,
        register_name: said.register_name.map(text),
        subject_masked: said.subject_masked.unwrap_or_default(),
        operator: said.operator,
        participant: said.participant.unwrap_or_default(),
        organisation: said.organisation.map(text),
        purpose: said.purpose,
        purpose_text: said.purpose_text.map(text),
        consent: said.consent,
        consent_text: Some(text(said.consent_text)),
        application: said.application.unwrap_or_default(),
        service: said.service.unwrap_or_default(),
        service_name: said.service_name.map(text),
        message_id: said.message_id,
        number: said.number,
        outcome: said.outcome.to_owned(),
        outcome_text: Some(text(said.outcome_text)),
        answered_at: said.answered_at.map(moment),
        fields: said.fields,
        cached: said.cached,
        source_at: said.source_at.map(moment),
        failure: said.failure.map(|failure| proto::access::Failure {
            at: Some(moment(failure.at)),
            code: failure.code,
            meaning: failure.meaning.map(text),
        }),
        checks: said.checks.into_iter().map(check).collect(),
    }
}

pub(super) fn check(said: CheckSaid) -> proto::Check {
    proto::Check {
        id: said.id,
        access: said.access,
        register: said.register,
        state: said.state.to_owned(),
        state_text: Some(text(said.state_text)),
        opened_by: said.opened_by,
        question: said.question,
        opened_at: Some(moment(said.opened_at)),
        due_at: Some(moment(said.due_at)),
        overdue: said.overdue,
        answered_by: said.answered_by.unwrap_or_default(),
        answer: said.answer.unwrap_or_default(),
        answered_at: said.answered_at.map(moment),
        closed_by: said.closed_by.unwrap_or_default(),
        outcome: said.outcome.unwrap_or_default(),
        outcome_text: said.outcome_text.map(text),
        note: said.note.unwrap_or_default(),
        closed_at: said.closed_at.map(moment),
    }
}
