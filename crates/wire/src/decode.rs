//! Protobuf to nouns. Strict where a noun is: an id, a number, a name that is not one is refused.

use jiff::Timestamp;
use message::{
    About, Applicant, Attachment, Attempts, Bin, Channel, Consent, ConsentForm, Detail, Document,
    Event, Fact, FactId, Filing, Finding, Iin, Kind, Language, Message, MessageId, Name, Named,
    NotificationOutcome, Outcome, PersonalNumber, Plan, PowerOfAttorney, Report, Representative,
    Sender, Signature, SignatureFormat, Signer,
};
use uuid::Uuid;

use crate::proto::message as proto;

/// Why bytes are not a message of ours. Names the field, never its value.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the bytes are not protobuf of kezek.message.v1.Event")]
    Bytes(#[from] prost::DecodeError),
    #[error("field `{0}` is missing")]
    Missing(&'static str),
    #[error("field `{0}` does not hold what it should")]
    Wrong(&'static str),
}

type Read<T> = Result<T, Unreadable>;

pub(crate) fn event(e: proto::Event) -> Read<Event> {
    let facts = e.facts.into_iter().map(fact).collect::<Read<_>>()?;
    Ok(Event {
        facts,
        message: e.message.map(message).transpose()?,
    })
}

pub(crate) fn need<T>(field: &'static str, value: Option<T>) -> Read<T> {
    value.ok_or(Unreadable::Missing(field))
}

fn parse<T: std::str::FromStr>(field: &'static str, text: &str) -> Read<T> {
    text.parse().map_err(|_| Unreadable::Wrong(field))
}

fn name<K: Named>(field: &'static str, text: &str) -> Read<Name<K>> {
    parse(field, text)
}

/// An empty text stands for nothing.
fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn optional<T: std::str::FromStr>(field: &'static str, text: &str) -> Read<Option<T>> {
    if text.is_empty() {
        Ok(None)
    } else {
        parse(field, text).map(Some)
    }
}

fn small<T: TryFrom<u32>>(field: &'static str, value: u32) -> Read<T> {
    T::try_from(value).map_err(|_| Unreadable::Wrong(field))
}

fn uuid(field: &'static str, bytes: &[u8]) -> Read<Uuid> {
    Uuid::from_slice(bytes).map_err(|_| Unreadable::Wrong(field))
}

pub(crate) fn time(field: &'static str, at: Option<prost_types::Timestamp>) -> Read<Timestamp> {
    let at = need(field, at)?;
    Timestamp::new(at.seconds, at.nanos).map_err(|_| Unreadable::Wrong(field))
}

fn optional_time(
    field: &'static str,
    at: Option<prost_types::Timestamp>,
) -> Read<Option<Timestamp>> {
    at.map(|at| time(field, Some(at))).transpose()
}

pub(crate) fn message(m: proto::Message) -> Read<Message> {
    let document = need("message.document", m.document)?;
    Ok(Message {
        id: MessageId::from_uuid(uuid("message.id", &m.id)?),
        number: parse("message.number", &m.number)?,
        kind: kind(m.kind)?,
        sender: sender(need("message.sender", m.sender)?)?,
        service: name("message.service", &m.service)?,
        channel: channel(m.channel)?,
        received_at: time("message.received_at", m.received_at)?,
        applicant: m.applicant.map(applicant).transpose()?,
        representative: m.representative.map(representative).transpose()?,
        consent: m.consent.map(consent).transpose()?,
        receipt: some(m.receipt),
        document: Document {
            media_type: document.media_type,
            content: document.content,
        },
        signatures: m
            .signatures
            .into_iter()
            .map(signature)
            .collect::<Read<_>>()?,
        attachments: m
            .attachments
            .into_iter()
            .map(attachment)
            .collect::<Read<_>>()?,
        report: m.report.map(report).transpose()?,
        provider: optional("message.provider", &m.provider)?,
        signers: m.signers.into_iter().map(signer).collect::<Read<_>>()?,
        findings: m.findings.into_iter().map(finding).collect::<Read<_>>()?,
        plan: Plan::new(
            m.plan
                .iter()
                .map(|lane| name("message.plan", lane))
                .collect::<Read<_>>()?,
        ),
        attempts: m
            .attempts
            .as_ref()
            .map(attempts)
            .transpose()?
            .unwrap_or_default(),
        filed: m.filed.map(filing).transpose()?,
    })
}

fn filing(f: proto::Filing) -> Read<Filing> {
    Ok(Filing {
        participant: name("message.filed.participant", &f.participant)?,
        reference: f.reference,
        channel: channel(f.channel)?,
    })
}

fn kind(kind: i32) -> Read<Kind> {
    match proto::Kind::try_from(kind) {
        Ok(proto::Kind::Application) => Ok(Kind::Application),
        Ok(proto::Kind::Status) => Ok(Kind::Status),
        Ok(proto::Kind::Result) => Ok(Kind::Result),
        _ => Err(Unreadable::Wrong("message.kind")),
    }
}

fn channel(channel: i32) -> Read<Channel> {
    match proto::Channel::try_from(channel) {
        Ok(proto::Channel::Portal) => Ok(Channel::Portal),
        Ok(proto::Channel::Provider) => Ok(Channel::Provider),
        Ok(proto::Channel::FrontOffice) => Ok(Channel::FrontOffice),
        _ => Err(Unreadable::Wrong("message.channel")),
    }
}

fn language(language: i32) -> Read<Language> {
    match proto::Language::try_from(language) {
        Ok(proto::Language::Kk) => Ok(Language::Kk),
        Ok(proto::Language::Ru) => Ok(Language::Ru),
        Ok(proto::Language::En) => Ok(Language::En),
        _ => Err(Unreadable::Wrong("message.applicant.language")),
    }
}

fn sender(s: proto::Sender) -> Read<Sender> {
    Ok(Sender {
        participant: name("message.sender.participant", &s.participant)?,
        bin: parse("message.sender.bin", &s.bin)?,
        reference: s.reference,
        provider: optional("message.sender.provider", &s.provider)?,
    })
}

fn applicant(a: proto::Applicant) -> Read<Applicant> {
    let number = PersonalNumber::new(&a.number);
    Ok(Applicant {
        number: number.map_err(|_| Unreadable::Wrong("message.applicant.number"))?,
        name: a.name,
        email: some(a.email),
        phone: some(a.phone),
        language: language(a.language)?,
    })
}

fn representative(r: proto::Representative) -> Read<Representative> {
    Ok(Representative {
        iin: parse("message.representative.iin", &r.iin)?,
        power: PowerOfAttorney {
            number: r.power_number,
            notarial: r.notarial,
        },
    })
}

fn consent(c: proto::Consent) -> Read<Consent> {
    let form = match proto::consent::Form::try_from(c.form) {
        Ok(proto::consent::Form::Paper) => ConsentForm::Paper,
        Ok(proto::consent::Form::Recorded) => ConsentForm::Recorded,
        Ok(proto::consent::Form::Signature) => ConsentForm::Signature,
        _ => return Err(Unreadable::Wrong("message.consent.form")),
    };
    Ok(Consent {
        form,
        reference: c.reference,
        given_at: time("message.consent.given_at", c.given_at)?,
    })
}

fn signature(s: proto::Signature) -> Read<Signature> {
    let format = match proto::signature::Format::try_from(s.format) {
        Ok(proto::signature::Format::CmsDetached) => SignatureFormat::CmsDetached,
        Ok(proto::signature::Format::CmsAttached) => SignatureFormat::CmsAttached,
        Ok(proto::signature::Format::XmlEnveloped) => SignatureFormat::XmlEnveloped,
        _ => return Err(Unreadable::Wrong("message.signatures.format")),
    };
    Ok(Signature {
        format,
        content: s.content,
        timestamp: Some(s.timestamp).filter(|token| !token.is_empty()),
    })
}

fn attachment(a: proto::Attachment) -> Read<Attachment> {
    let sha256 = a.sha256.try_into();
    Ok(Attachment {
        sha256: sha256.map_err(|_| Unreadable::Wrong("message.attachments.sha256"))?,
        name: a.name,
        media_type: a.media_type,
        size_bytes: a.size_bytes,
    })
}

fn outcome(field: &'static str, outcome: i32) -> Read<Outcome> {
    match proto::Outcome::try_from(outcome) {
        Ok(proto::Outcome::Granted) => Ok(Outcome::Granted),
        Ok(proto::Outcome::Refused) => Ok(Outcome::Refused),
        _ => Err(Unreadable::Wrong(field)),
    }
}

fn report(r: proto::message::Report) -> Read<Report> {
    Ok(match r {
        proto::message::Report::Status(r) => Report::Status { status: r.status },
        proto::message::Report::Result(r) => Report::Result {
            outcome: outcome("message.result.outcome", r.outcome)?,
            reason: r.reason,
        },
    })
}

pub(crate) fn signer(s: proto::Signer) -> Read<Signer> {
    Ok(Signer {
        name: s.name,
        iin: optional::<Iin>("signer.iin", &s.iin)?,
        bin: optional::<Bin>("signer.bin", &s.bin)?,
        roles: s.roles,
        certificate_serial: s.certificate_serial,
        algorithm: s.algorithm,
        signed_at: optional_time("signer.signed_at", s.signed_at)?,
    })
}

fn finding(f: proto::Finding) -> Read<Finding> {
    Ok(Finding {
        register: name("message.findings.register", &f.register)?,
        record_json: f.record_json,
    })
}

fn attempts(a: &proto::Attempts) -> Read<Attempts> {
    Ok(Attempts {
        lane: optional("message.attempts.lane", &a.lane)?,
        failed: a.failed,
        blamed: a.blamed,
        since: optional_time("message.attempts.since", a.since)?,
    })
}

fn fact(f: proto::Fact) -> Read<Fact> {
    let about = match need("fact.about", f.about)? {
        proto::fact::About::Message(about) => About::Message {
            id: MessageId::from_uuid(uuid("fact.message.id", &about.id)?),
            number: parse("fact.message.number", &about.number)?,
        },
        proto::fact::About::Lane(lane) => About::Lane(name("fact.lane", &lane)?),
    };
    Ok(Fact {
        id: FactId::from_uuid(uuid("fact.id", &f.id)?),
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
            of: FactId::from_uuid(uuid("notified.of", &d.of)?),
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
