//! Protobuf to nouns. Strict where a noun is: an id, a number, a name that is not one is refused.

mod fact;
mod query;

use jiff::Timestamp;
use message::{
    Applicant, Attachment, Attempts, Bin, Channel, Consent, ConsentForm, Document, Event, Filing,
    Finding, Iin, Kind, Language, Message, MessageId, Name, Named, Outcome, PersonalNumber, Plan,
    PowerOfAttorney, Report, Representative, Sender, Signature, SignatureFormat, Signer,
};
use uuid::Uuid;

use self::fact::fact;
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

/// An IIN or BIN.
fn party(field: &'static str, text: &str) -> Read<PersonalNumber> {
    PersonalNumber::new(text).map_err(|_| Unreadable::Wrong(field))
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
        query: m.query.map(query::query).transpose()?,
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
        Ok(proto::Kind::Query) => Ok(Kind::Query),
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
    Ok(Applicant {
        number: party("message.applicant.number", &a.number)?,
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
