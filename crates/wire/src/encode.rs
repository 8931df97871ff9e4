//! Nouns to protobuf. Total: every noun has its bytes.

mod fact;
mod query;

use jiff::Timestamp;
use message::{
    Applicant, Attachment, Attempts, Channel, Consent, ConsentForm, Event, Filing, Finding, Kind,
    Language, Message, Outcome, Report, Representative, Sender, Signature, SignatureFormat, Signer,
};

use self::fact::fact;
use crate::proto::message as proto;

pub(crate) fn event(event: &Event) -> proto::Event {
    proto::Event {
        facts: event.facts.iter().map(fact).collect(),
        message: event.message.as_ref().map(message),
    }
}

pub(crate) fn time(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

/// The text of a value; empty stands for none.
fn optional<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn message(m: &Message) -> proto::Message {
    proto::Message {
        id: m.id.as_uuid().into_bytes().to_vec(),
        number: m.number.to_string(),
        kind: kind(m.kind).into(),
        sender: Some(sender(&m.sender)),
        service: m.service.to_string(),
        channel: channel(m.channel).into(),
        received_at: Some(time(m.received_at)),
        applicant: m.applicant.as_ref().map(applicant),
        representative: m.representative.as_ref().map(representative),
        consent: m.consent.as_ref().map(consent),
        receipt: m.receipt.clone().unwrap_or_default(),
        document: Some(proto::Document {
            media_type: m.document.media_type.clone(),
            content: m.document.content.clone(),
        }),
        signatures: m.signatures.iter().map(signature).collect(),
        attachments: m.attachments.iter().map(attachment).collect(),
        report: m.report.as_ref().map(report),
        provider: m
            .provider
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        signers: m.signers.iter().map(signer).collect(),
        findings: m.findings.iter().map(finding).collect(),
        plan: m.plan.lanes().iter().map(ToString::to_string).collect(),
        attempts: Some(attempts(&m.attempts)),
        filed: m.filed.as_ref().map(filing),
        query: m.query.as_ref().map(query::query),
    }
}

fn filing(f: &Filing) -> proto::Filing {
    proto::Filing {
        participant: f.participant.to_string(),
        reference: f.reference.clone(),
        channel: channel(f.channel).into(),
    }
}

fn kind(kind: Kind) -> proto::Kind {
    match kind {
        Kind::Application => proto::Kind::Application,
        Kind::Status => proto::Kind::Status,
        Kind::Result => proto::Kind::Result,
        Kind::Query => proto::Kind::Query,
    }
}

fn channel(channel: Channel) -> proto::Channel {
    match channel {
        Channel::Portal => proto::Channel::Portal,
        Channel::Provider => proto::Channel::Provider,
        Channel::FrontOffice => proto::Channel::FrontOffice,
    }
}

fn language(language: Language) -> proto::Language {
    match language {
        Language::Kk => proto::Language::Kk,
        Language::Ru => proto::Language::Ru,
        Language::En => proto::Language::En,
    }
}

fn sender(s: &Sender) -> proto::Sender {
    proto::Sender {
        participant: s.participant.to_string(),
        bin: s.bin.reveal().to_owned(),
        reference: s.reference.clone(),
        provider: s
            .provider
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

fn applicant(a: &Applicant) -> proto::Applicant {
    proto::Applicant {
        number: a.number.reveal().to_owned(),
        name: a.name.clone(),
        email: a.email.clone().unwrap_or_default(),
        phone: a.phone.clone().unwrap_or_default(),
        language: language(a.language).into(),
    }
}

fn representative(r: &Representative) -> proto::Representative {
    proto::Representative {
        iin: r.iin.reveal().to_owned(),
        power_number: r.power.number.clone(),
        notarial: r.power.notarial,
    }
}

fn consent(c: &Consent) -> proto::Consent {
    let form = match c.form {
        ConsentForm::Paper => proto::consent::Form::Paper,
        ConsentForm::Recorded => proto::consent::Form::Recorded,
        ConsentForm::Signature => proto::consent::Form::Signature,
    };
    proto::Consent {
        form: form.into(),
        reference: c.reference.clone(),
        given_at: Some(time(c.given_at)),
    }
}

fn signature(s: &Signature) -> proto::Signature {
    let format = match s.format {
        SignatureFormat::CmsDetached => proto::signature::Format::CmsDetached,
        SignatureFormat::CmsAttached => proto::signature::Format::CmsAttached,
        SignatureFormat::XmlEnveloped => proto::signature::Format::XmlEnveloped,
    };
    proto::Signature {
        format: format.into(),
        content: s.content.clone(),
        timestamp: s.timestamp.clone().unwrap_or_default(),
    }
}

fn attachment(a: &Attachment) -> proto::Attachment {
    proto::Attachment {
        sha256: a.sha256.to_vec(),
        name: a.name.clone(),
        media_type: a.media_type.clone(),
        size_bytes: a.size_bytes,
    }
}

fn outcome(outcome: Outcome) -> i32 {
    match outcome {
        Outcome::Granted => proto::Outcome::Granted.into(),
        Outcome::Refused => proto::Outcome::Refused.into(),
    }
}

fn report(r: &Report) -> proto::message::Report {
    match r {
        Report::Status { status } => proto::message::Report::Status(proto::StatusReport {
            status: status.clone(),
        }),
        Report::Result { outcome: o, reason } => {
            proto::message::Report::Result(proto::ResultReport {
                outcome: outcome(*o),
                reason: reason.clone(),
            })
        }
    }
}

pub(crate) fn signer(s: &Signer) -> proto::Signer {
    proto::Signer {
        name: s.name.clone(),
        iin: s
            .iin
            .as_ref()
            .map(|n| n.reveal().to_owned())
            .unwrap_or_default(),
        bin: s
            .bin
            .as_ref()
            .map(|n| n.reveal().to_owned())
            .unwrap_or_default(),
        roles: s.roles.clone(),
        certificate_serial: s.certificate_serial.clone(),
        algorithm: s.algorithm.clone(),
        signed_at: s.signed_at.map(time),
    }
}

fn finding(f: &Finding) -> proto::Finding {
    proto::Finding {
        register: f.register.to_string(),
        record_json: f.record_json.clone(),
    }
}

fn attempts(a: &Attempts) -> proto::Attempts {
    proto::Attempts {
        lane: a.lane.as_ref().map(ToString::to_string).unwrap_or_default(),
        failed: a.failed,
        blamed: a.blamed,
        since: a.since.map(time),
    }
}
