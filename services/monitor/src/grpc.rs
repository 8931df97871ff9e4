//! Questions over gRPC: `kezek.monitor.v1`. Decodes, asks, encodes; decides nothing.

mod accesses;

use fault::Again;
use jiff::Timestamp;
use message::MessageId;
use tonic::{Request, Response, Status};
use tracing::warn;
use uuid::Uuid;
use wire::proto::monitor::{
    self as proto,
    monitor_server::{Monitor, MonitorServer},
};

use crate::{
    accesses::{CheckTyped, PageTyped},
    answers,
    checks::{Answering, Checks, Closing, Opening},
    questions::{Questions, Unanswered},
};

/// The gRPC server over `questions` and `checks`.
pub fn server(questions: Questions, checks: Checks) -> MonitorServer<Door> {
    MonitorServer::new(door(questions, checks))
}

/// What stands behind that server.
pub fn door(questions: Questions, checks: Checks) -> Door {
    Door { questions, checks }
}

/// See the head of this file.
pub struct Door {
    questions: Questions,
    checks: Checks,
}

fn status(unanswered: Unanswered) -> Status {
    let (code, detail) = (unanswered.code(), unanswered.detail());
    let told = format!("{code}: {detail}");
    let status = match &unanswered {
        Unanswered::Malformed(_) => Status::invalid_argument(told),
        Unanswered::NoApplication(_)
        | Unanswered::NoMessage
        | Unanswered::NoAccess
        | Unanswered::NoCheck => Status::not_found(told),
        Unanswered::CheckSettled(_) => Status::failed_precondition(told),
        Unanswered::Store(_) | Unanswered::Broker(_) | Unanswered::Behind => {
            Status::unavailable(told)
        }
    };
    if code.again == Again::Later {
        let error = format!("{:#}", anyhow::Error::from(unanswered));
        warn!(error, "a question was not answered");
    }
    status
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Monitor for Door {
    async fn get_application(
        &self,
        request: Request<proto::GetApplicationRequest>,
    ) -> Answer<proto::Application> {
        let asked = request.into_inner();
        let answer = self.questions.application(&asked.number, Timestamp::now());
        Ok(Response::new(application(answer.await.map_err(status)?)))
    }

    async fn get_timeline(
        &self,
        request: Request<proto::GetTimelineRequest>,
    ) -> Answer<proto::Timeline> {
        let asked = request.into_inner();
        let answer = self.questions.timeline(&asked.number, Timestamp::now());
        let answer = answer.await.map_err(status)?;
        Ok(Response::new(proto::Timeline {
            application: Some(application(answer.application)),
            facts: answer.facts.into_iter().map(entry).collect(),
            steps: answer.steps.into_iter().map(step).collect(),
        }))
    }

    async fn get_receipt(
        &self,
        request: Request<proto::GetReceiptRequest>,
    ) -> Answer<proto::Receipt> {
        let id = Uuid::from_slice(&request.into_inner().message_id)
            .map_err(|_| Status::invalid_argument("malformed: message_id: is not 16 bytes"))?;
        let answer = self.questions.receipt(MessageId::from_uuid(id));
        let receipt = answer.await.map_err(status)?;
        Ok(Response::new(proto::Receipt {
            number: receipt.number,
            accepted_at: Some(moment(receipt.accepted_at)),
        }))
    }

    async fn list_journal(
        &self,
        request: Request<proto::ListJournalRequest>,
    ) -> Answer<proto::ListJournalResponse> {
        let asked = request.into_inner();
        let answer = self.questions.journal(asked.after, asked.limit);
        let page = answer.await.map_err(status)?;
        Ok(Response::new(proto::ListJournalResponse {
            entries: page.entries.into_iter().map(entry).collect(),
            next_after: page.next_after,
        }))
    }

    async fn list_lanes(
        &self,
        _request: Request<proto::ListLanesRequest>,
    ) -> Answer<proto::ListLanesResponse> {
        let answer = self.questions.lanes(Timestamp::now());
        let lanes = answer.await.map_err(status)?;
        Ok(Response::new(proto::ListLanesResponse {
            lanes: lanes.into_iter().map(lane).collect(),
        }))
    }

    async fn verify_journal(
        &self,
        request: Request<proto::VerifyJournalRequest>,
    ) -> Answer<proto::Verification> {
        let asked = request.into_inner();
        let answer = self.questions.verify(&asked.checkpoint);
        let found = answer.await.map_err(status)?;
        Ok(Response::new(proto::Verification {
            whole: found.whole,
            rows: found.rows,
            head: found.head,
            damage_count: found.damage_count as u64,
            damage: found.damage.into_iter().map(damage).collect(),
        }))
    }

    async fn list_accesses(
        &self,
        request: Request<proto::ListAccessesRequest>,
    ) -> Answer<proto::ListAccessesResponse> {
        use proto::list_accesses_request::Place;
        let asked = request.into_inner();
        let (page, now) = (typed(asked.after, asked.limit), Timestamp::now());
        let answer = match asked.place {
            Some(Place::Person(person)) => self.questions.accesses_of(&person, &page, now).await,
            Some(Place::Register(register)) => {
                self.questions.accesses_in(&register, &page, now).await
            }
            None => Err(Unanswered::Malformed("place: is missing".to_owned())),
        };
        Ok(Response::new(accesses::page(answer.map_err(status)?)))
    }

    async fn list_checks(
        &self,
        request: Request<proto::ListChecksRequest>,
    ) -> Answer<proto::ListChecksResponse> {
        let asked = request.into_inner();
        let wanted = CheckTyped {
            register: asked.register,
            open: asked.open,
            overdue: asked.overdue,
            after: asked.after,
            limit: asked.limit,
            lang: String::new(),
        };
        let answer = self.questions.checks(&wanted, Timestamp::now());
        let answer = answer.await.map_err(status)?;
        Ok(Response::new(accesses::checks(answer)))
    }

    async fn open_check(&self, request: Request<proto::OpenCheckRequest>) -> Answer<proto::Check> {
        let asked = request.into_inner();
        let opening = Opening {
            by: asked.by,
            question: asked.question,
            // What does not fit is more than is allowed.
            days: u16::try_from(asked.days).unwrap_or(u16::MAX),
        };
        let answer = self.checks.open(&asked.access, &opening, Timestamp::now());
        let answer = answer.await.map_err(status)?;
        Ok(Response::new(accesses::check(answer)))
    }

    async fn answer_check(
        &self,
        request: Request<proto::AnswerCheckRequest>,
    ) -> Answer<proto::Check> {
        let asked = request.into_inner();
        let answering = Answering {
            by: asked.by,
            answer: asked.answer,
        };
        let answer = self
            .checks
            .answer(&asked.check, &answering, Timestamp::now());
        let answer = answer.await.map_err(status)?;
        Ok(Response::new(accesses::check(answer)))
    }

    async fn close_check(
        &self,
        request: Request<proto::CloseCheckRequest>,
    ) -> Answer<proto::Check> {
        let asked = request.into_inner();
        let closing = Closing {
            by: asked.by,
            outcome: asked.outcome,
            note: asked.note,
        };
        let answer = self.checks.close(&asked.check, &closing, Timestamp::now());
        let answer = answer.await.map_err(status)?;
        Ok(Response::new(accesses::check(answer)))
    }
}

fn typed(after: String, limit: u32) -> PageTyped {
    PageTyped {
        after,
        limit,
        lang: String::new(),
    }
}

fn moment(moment: answers::Moment) -> proto::Moment {
    proto::Moment {
        utc: Some(prost_types::Timestamp {
            seconds: moment.0.as_second(),
            nanos: moment.0.subsec_nanosecond(),
        }),
        local: moment.local(),
    }
}

fn text(text: answers::Text) -> proto::Text {
    proto::Text {
        kk: text.kk,
        ru: text.ru,
        en: text.en,
    }
}

fn application(said: answers::Application) -> proto::Application {
    proto::Application {
        number: said.number,
        kind: said.kind,
        message_id: said.message_id,
        service: said.service,
        service_name: said.service_name.map(text),
        channel: said.channel,
        status: said.status.to_owned(),
        status_text: Some(text(said.status_text)),
        r#final: said.r#final,
        since: Some(moment(said.since)),
        received_at: Some(moment(said.received_at)),
        applicant_masked: said.applicant_masked.unwrap_or_default(),
        provider: said.provider.unwrap_or_default(),
        registration_number: said.registration_number.unwrap_or_default(),
        reported: said.reported.unwrap_or_default(),
        reason: said.reason.map(|reason| proto::Reason {
            code: reason.code.unwrap_or_default(),
            meaning: reason.meaning.map(text),
            explanation: reason.explanation,
        }),
        deadline: said.deadline.map(|deadline| proto::Deadline {
            step: deadline.step.into(),
            due: deadline.due.map(moment),
            near: deadline.near,
            late: deadline.late,
            paused: deadline.paused.map(pause),
        }),
        waiting: said.waiting.map(|waiting| proto::Waiting {
            lane: waiting.lane,
            code: waiting.code,
            meaning: waiting.meaning.map(text),
            explanation: waiting.explanation,
            attempt: waiting.attempt,
            retry_at: Some(moment(waiting.retry_at)),
        }),
    }
}

fn entry(said: answers::JournalEntry) -> proto::JournalEntry {
    proto::JournalEntry {
        position: said.position,
        fact_id: said.fact_id,
        name: said.name,
        message_id: said.message_id.unwrap_or_default(),
        number: said.number.unwrap_or_default(),
        lane: said.lane.unwrap_or_default(),
        at: Some(moment(said.at)),
        by: said.by,
        detail_json: said.detail.to_string(),
        hash: said.hash,
    }
}

fn step(said: answers::Step) -> proto::Step {
    proto::Step {
        number: said.number.into(),
        unit: said.unit.map(text),
        action: said.action.map(text),
        progress: said.progress.to_owned(),
        allowed: said.allowed,
        began: said.began.map(moment),
        due: said.due.map(moment),
        ended: said.ended.map(moment),
        used_ms: said.used_ms,
        used_percent: said.used_percent,
        near: said.near,
        late: said.late,
        pauses: said.pauses.into_iter().map(pause).collect(),
        paused: said.paused.map(pause),
    }
}

fn pause(said: answers::PauseSaid) -> proto::Pause {
    proto::Pause {
        from: Some(moment(said.from)),
        to: said.to.map(moment),
        reasons: said.reasons.into_iter().map(pause_reason).collect(),
    }
}

fn pause_reason(said: answers::PauseReason) -> proto::PauseReason {
    proto::PauseReason {
        kind: said.kind.to_owned(),
        lane: said.lane.unwrap_or_default(),
        code: said.code.unwrap_or_default(),
        meaning: said.meaning.map(text),
        status: said.status.unwrap_or_default(),
    }
}

fn lane(said: answers::Lane) -> proto::Lane {
    proto::Lane {
        name: said.name,
        kind: said.kind.to_owned(),
        waiting: said.waiting,
        parked: said.parked,
        oldest_s: said.oldest_s,
        consumers: said.consumers,
        closed: said.closed,
        since: said.since.map(moment),
        code: said.code.unwrap_or_default(),
        explanation: said.explanation.unwrap_or_default(),
    }
}

fn damage(said: answers::DamageSaid) -> proto::Damage {
    proto::Damage {
        kind: said.kind.to_owned(),
        first: said.first,
        last: said.last,
        text: said.text,
    }
}
