//! What has to hold before a message is taken: one check, one function, one code.
//!
//! | # | check | code |
//! |---|---|---|
//! | 1 | [`authenticated`] | `not-authenticated` |
//! | 2 | [`allowed`], [`queried`] | `not-allowed` |
//! | 3 | [`size`] | `too-large` |
//! | 4 | [`well_formed`], [`signed`] | `malformed`, `signature-missing`, `signature-malformed`, `signature-wrong` |
//! | 5 | [`known`] | `unknown-service`, `unknown-channel` |
//! | 6 | [`form_valid`] | `form-invalid`, `too-large` (an attachment) |
//! | 7 | [`not_secret`] | `state-secret` |
//! | 8 | [`consented`] | `consent-missing` |
//! | 9 | [`attached`] | `attachment-missing`, `attachment-damaged` |
//!
//! They are asked in this order, so a message is refused for its first fault, and who may not send learns
//! nothing about the rest. Checks store nothing, log nothing and repeat nothing of what was sent.

use std::borrow::Cow;

use fault::{door, signing};
use jiff::Timestamp;
use message::{Channel, InvalidMessageId, Kind, MessageId, SignatureFormat};
use participants::{Participant, Participants};
use regulations::{ApplicantKind, ChannelRules, Regulation, Regulations};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    attachments::Attachments,
    config::Limits,
    document,
    envelope::{self, Classification, Envelope},
    head::Head,
    problem::{FieldProblem, Problem},
    shape,
    tls::Peer,
};

/// A request's body, as much of it as was read.
#[derive(Debug)]
pub struct Received {
    pub bytes: Vec<u8>,
    /// False where reading stopped at the limit.
    pub whole: bool,
    /// True where the sender's ids need not be of version 7.
    pub any_id: bool,
}

/// A message that is well formed: its id, what was said, and the exact bytes that were signed.
#[derive(Debug)]
pub struct Letter {
    pub id: MessageId,
    pub envelope: Envelope,
    pub content: Vec<u8>,
}

/// Checks 2 to 4: who may send such a message, and whether it is one.
pub fn of_the_envelope(
    sender: &Participant,
    head: &Head,
    body: &Received,
    limits: &Limits,
    now: Timestamp,
) -> Result<Letter, Problem> {
    allowed(sender, head)?;
    size(body, limits)?;
    let (id, envelope) = well_formed(sender, body, limits, now)?;
    queried(sender, &envelope)?;
    let content = signed(&envelope)?;
    Ok(Letter {
        id,
        envelope,
        content,
    })
}

/// Checks 5 to 9: whether the content fits the service it is for. Answers with the service's regulation.
pub async fn of_the_content<'a>(
    letter: &Letter,
    regulations: &'a Regulations,
    attachments: &Attachments,
    now: Timestamp,
) -> Result<&'a Regulation, Problem> {
    let envelope = &letter.envelope;
    let (regulation, rules) = known(envelope, regulations)?;
    let document = form_valid(letter, regulation, rules)?;
    not_secret(envelope, &document)?;
    consented(envelope, rules, now)?;
    attached(envelope, attachments).await?;
    Ok(regulation)
}

/// 1: the certificate belongs to a participant (X14).
pub fn authenticated<'a>(
    peer: &Peer,
    participants: &'a Participants,
) -> Result<&'a Participant, Problem> {
    if peer.0.is_empty() {
        let detail = "no client certificate with a DNS name was presented";
        return Err(Problem::new(&door::NOT_AUTHENTICATED, detail));
    }
    peer.0
        .iter()
        .find_map(|name| participants.by_san(name))
        .ok_or_else(|| {
            let detail = "the name in the client certificate belongs to no participant";
            Problem::new(&door::NOT_AUTHENTICATED, detail)
        })
}

/// 2: the participant may send such messages for this service in this channel.
fn allowed(sender: &Participant, head: &Head) -> Result<(), Problem> {
    let (Some(kind), Some(service), Some(channel)) = (head.kind, &head.service, head.channel)
    else {
        // Not readable as a right: check 4 says which member is wrong.
        return Ok(());
    };
    let denied =
        |denied: participants::Denied| Problem::new(&door::NOT_ALLOWED, denied.to_string());
    sender.may(kind, service, channel).map_err(denied)
}

/// 3: the body is within its limit.
fn size(body: &Received, limits: &Limits) -> Result<(), Problem> {
    if body.whole {
        return Ok(());
    }
    let detail = format!("a message may have {} bytes", limits.message_bytes_max);
    Err(Problem::new(&door::TOO_LARGE, detail))
}

/// 4: the body is a message of the agreed form, under an id that may be used now.
fn well_formed(
    sender: &Participant,
    body: &Received,
    limits: &Limits,
    now: Timestamp,
) -> Result<(MessageId, Envelope), Problem> {
    let envelope = envelope::read(&body.bytes)?;
    let derived = MessageId::derive(&sender.id, &envelope.id, now);
    let id = derived.or_else(|error| match error {
        _ if body.any_id => Ok(MessageId::named(&sender.id, &envelope.id)),
        InvalidMessageId::NotUuid(_) => {
            Err(Problem::new(&door::MALFORMED, "is not a UUID").at("id"))
        }
        other => Err(Problem::new(&door::MALFORMED, other.to_string()).at("id")),
    })?;
    shape::check(&envelope, limits)?;
    Ok((id, envelope))
}

/// 2, continued, once it can be read: the participant may query this register (X15).
fn queried(sender: &Participant, envelope: &Envelope) -> Result<(), Problem> {
    let Some(query) = &envelope.query else {
        return Ok(());
    };
    let allowed = sender.may_query(&query.register);
    allowed
        .map_err(|denied| Problem::new(&door::NOT_ALLOWED, denied.to_string()).at("query.register"))
}

/// 4, continued: there is a signature (X4), and one document that all of them are about. Answers with its bytes.
///
/// Whether a signature is valid is asked later, by `signature`. But what a signature has inside must be what
/// the message says, or a document could pass the checks that follow unseen (X1).
fn signed(envelope: &Envelope) -> Result<Vec<u8>, Problem> {
    if envelope.signatures.is_empty() {
        return Err(Problem::new(&signing::SIGNATURE_MISSING, "").at("signatures"));
    }
    let mut content = envelope
        .document
        .content
        .as_ref()
        .map(|content| content.0.clone());
    for (place, signature) in envelope.signatures.iter().enumerate() {
        let field = format!("signatures[{place}].content");
        let inside = inside(signature)
            .map_err(|detail| Problem::new(&signing::SIGNATURE_MALFORMED, detail).at(&field))?;
        if let Some(inside) = inside
            && *content.get_or_insert_with(|| inside.to_vec()) != *inside
        {
            let detail = "has another document inside than the message";
            return Err(Problem::new(&signing::SIGNATURE_WRONG, detail).at(&field));
        }
    }
    content.ok_or_else(|| {
        let detail = "is missing, and no signature has the document inside";
        Problem::new(&door::MALFORMED, detail).at("document.content")
    })
}

const NO_TEXT: &str =
    "is not XML whose document element has a text and signatures inside, and nothing else";

/// The document that a signature has inside, if it is of a format that has one.
fn inside(signature: &envelope::Signature) -> Result<Option<Cow<'_, [u8]>>, String> {
    let bytes = &signature.content.0;
    let in_cms =
        || signatures::attached_content(bytes).map_err(|_| "is not CMS SignedData".to_owned());
    match signature.format {
        SignatureFormat::CmsDetached => match in_cms()? {
            None => Ok(None),
            Some(_) => Err("has a document inside, so it is not detached".to_owned()),
        },
        SignatureFormat::CmsAttached => match in_cms()? {
            None => Err("has no document inside, so it is not attached".to_owned()),
            inside => Ok(inside),
        },
        SignatureFormat::XmlEnveloped => {
            let text = xmldsig::text(bytes, &xmldsig::Limits::default());
            let unreadable = |refused: xmldsig::Refused| {
                let at = refused.at.map(|at| format!(" ({at})"));
                format!("{NO_TEXT}{}", at.unwrap_or_default())
            };
            let inside = text.map_err(unreadable)?;
            Ok(Some(Cow::Owned(inside.into_bytes())))
        }
    }
}

/// 5: the service has a regulation, and the regulation has the channel.
fn known<'a>(
    envelope: &Envelope,
    regulations: &'a Regulations,
) -> Result<(&'a Regulation, &'a ChannelRules), Problem> {
    let regulation = regulations
        .get(&envelope.service)
        .ok_or_else(|| Problem::new(&door::UNKNOWN_SERVICE, "").at("service"))?;
    let rules = regulation.channel(envelope.channel).ok_or_else(|| {
        let there: Vec<_> = regulation
            .channels
            .keys()
            .map(|channel| channel.as_str())
            .collect();
        let detail = format!("the service has the channels: {}", there.join(", "));
        Problem::new(&door::UNKNOWN_CHANNEL, detail).at("channel")
    })?;
    Ok((regulation, rules))
}

/// 6: the signed document is a form of the service, or says what the report says. Answers with its members.
fn form_valid(
    letter: &Letter,
    regulation: &Regulation,
    rules: &ChannelRules,
) -> Result<Map<String, Value>, Problem> {
    let envelope = &letter.envelope;
    let invalid = |field: &str, detail: String| Problem::new(&door::FORM_INVALID, detail).at(field);
    if envelope.document.media_type != "application/json" {
        return Err(invalid(
            "document.media_type",
            "must be application/json".to_owned(),
        ));
    }
    let document = document::read(&letter.content)
        .map_err(|error| invalid("document.content", error.to_string()))?;
    let (report, query) = (envelope.report.as_ref(), envelope.query.as_ref());
    let said = report.map(|report| ("report", says(&document, report)));
    let said = said.or_else(|| Some(("query", says(&document, query?))));
    match said {
        Some((_, true)) => return Ok(document),
        Some((member, false)) => {
            let detail = format!(
                "the signed document must have the members of `{member}`, with the same values"
            );
            return Err(invalid("document.content", detail));
        }
        None => {}
    }
    applicant_fits(envelope, regulation)?;
    attachments_fit(envelope, rules)?;
    let form = Value::Object(document);
    regulation
        .validate_form(envelope.channel, &form)
        .map_err(|errors| {
            let errors: Vec<_> = errors.iter().map(field_problem).collect();
            let detail = "the form in the signed document does not fit the regulation";
            Problem::new(&door::FORM_INVALID, detail).listing(errors)
        })?;
    match form {
        Value::Object(document) => Ok(document),
        _ => Ok(Map::new()),
    }
}

/// Whether the signed document says the same as the report or query, so that what is signed is what is said (G4).
fn says<T>(document: &Map<String, Value>, member: &T) -> bool
where
    T: for<'de> Deserialize<'de> + PartialEq,
{
    let mut said = document.clone();
    said.remove("classification");
    T::deserialize(Value::Object(said)).is_ok_and(|said| said == *member)
}

fn field_problem(error: &regulations::FieldError) -> FieldProblem {
    let mut field = "form".to_owned();
    for part in error.pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(place) => field = format!("{field}[{place}]"),
            Err(_) => field = format!("{field}.{part}"),
        }
    }
    FieldProblem {
        field,
        detail: error.message.clone(),
    }
}

/// The service is for such applicants, in such a language.
fn applicant_fits(envelope: &Envelope, regulation: &Regulation) -> Result<(), Problem> {
    let Some(applicant) = &envelope.applicant else {
        return Ok(());
    };
    let invalid = |field, detail| Err(Problem::new(&door::FORM_INVALID, detail).at(field));
    let kind = match applicant.bin {
        Some(_) => ApplicantKind::Organisation,
        None => ApplicantKind::Person,
    };
    if !regulation.applicants.contains(&kind) {
        return invalid("applicant", "the service is not given to such applicants");
    }
    let language = applicant.language.or(envelope.language);
    if language.is_some_and(|language| !regulation.languages.contains(&language)) {
        return invalid(
            "applicant.language",
            "the service is not given in this language",
        );
    }
    Ok(())
}

/// As many attachments as the channel wants, each of a kind and size it takes.
fn attachments_fit(envelope: &Envelope, rules: &ChannelRules) -> Result<(), Problem> {
    let rules = &rules.attachments;
    let (min, max) = (usize::from(rules.count_min), usize::from(rules.count_max));
    if !(min..=max).contains(&envelope.attachments.len()) {
        let detail = format!("there must be {min} to {max} attachments");
        return Err(Problem::new(&door::FORM_INVALID, detail).at("attachments"));
    }
    for (place, attachment) in envelope.attachments.iter().enumerate() {
        if !rules.media_types.contains(&attachment.media_type) {
            let taken: Vec<_> = rules.media_types.iter().map(String::as_str).collect();
            let field = format!("attachments[{place}].media_type");
            let detail = format!("must be one of: {}", taken.join(", "));
            return Err(Problem::new(&door::FORM_INVALID, detail).at(field));
        }
        if attachment.size_bytes > rules.bytes_max {
            let field = format!("attachments[{place}].size_bytes");
            let detail = format!("may be {} at most", rules.bytes_max);
            return Err(Problem::new(&door::TOO_LARGE, detail).at(field));
        }
    }
    Ok(())
}

/// 7: neither the envelope nor the document is marked as a state secret (X1).
fn not_secret(envelope: &Envelope, document: &Map<String, Value>) -> Result<(), Problem> {
    let marked = envelope.classification == Classification::StateSecret;
    if marked || document::is_state_secret(document) {
        return Err(Problem::new(&door::STATE_SECRET, "").at("classification"));
    }
    Ok(())
}

/// 8: where somebody files for the applicant, or asks about somebody, that one has consented, and not in the future
/// (X10).
fn consented(envelope: &Envelope, rules: &ChannelRules, now: Timestamp) -> Result<(), Problem> {
    let files_himself = envelope.channel == Channel::Portal && !rules.consent_required;
    if matches!(envelope.kind, Kind::Status | Kind::Result)
        || (envelope.kind == Kind::Application && files_himself)
    {
        return Ok(());
    }
    let consent = envelope
        .consent
        .as_ref()
        .ok_or_else(|| Problem::new(&door::CONSENT_MISSING, "").at("consent"))?;
    if consent.given_at > now + MessageId::AHEAD_MAX {
        let detail = "the consent is dated in the future";
        return Err(Problem::new(&door::CONSENT_MISSING, detail).at("consent.given_at"));
    }
    Ok(())
}

/// 9: every attachment was uploaded, and is as long as the message says. Its hash was checked on arrival.
async fn attached(envelope: &Envelope, attachments: &Attachments) -> Result<(), Problem> {
    for (place, attachment) in envelope.attachments.iter().enumerate() {
        let at = |code, detail| Err(Problem::new(code, detail).at(format!("attachments[{place}]")));
        match attachments.size_bytes(&attachment.sha256).await? {
            None => return at(&door::ATTACHMENT_MISSING, String::new()),
            Some(size) if size != attachment.size_bytes => {
                let detail = format!("the file that was uploaded has {size} bytes");
                return at(&door::ATTACHMENT_DAMAGED, detail);
            }
            Some(_) => {}
        }
    }
    Ok(())
}
