//! The JSON of a message, strictly read: bytes in, an [`Envelope`] or the place that is wrong out.
//!
//! Unknown members, wrong check digits, broken base64 and dates are refused with the path of the member. What
//! was written is never repeated, so that no number of a person gets into an answer or a log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fault::door;
use jiff::Timestamp;
use message::{
    Bin, Channel, ConsentForm, Iin, Kind, Language, Number, Outcome, ServiceCode, SignatureFormat,
};
use serde::{Deserialize, Deserializer, de};

use crate::{asked::Query, attachments::Hash, problem::Problem};

/// A message as a participant sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// UUIDv7 of the sender's own; the same message has the same id however often it is sent.
    pub id: String,
    pub kind: Kind,
    pub service: ServiceCode,
    /// The door the application came in by; on reports the one of the application they answer.
    pub channel: Channel,
    /// Language of the applicant, where `applicant` names none.
    pub language: Option<Language>,
    #[serde(default)]
    pub classification: Classification,
    pub applicant: Option<Applicant>,
    pub representative: Option<Representative>,
    pub consent: Option<Consent>,
    pub receipt: Option<String>,
    pub document: Document,
    #[serde(default)]
    pub signatures: Vec<Signature>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    pub report: Option<Report>,
    pub query: Option<Query>,
}

/// How secret a document is (X1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classification {
    #[default]
    Open,
    OfficialUse,
    StateSecret,
}

/// Who asks for the service: exactly one of `iin` and `bin`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    pub iin: Option<Iin>,
    pub bin: Option<Bin>,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub language: Option<Language>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representative {
    pub iin: Iin,
    pub power_of_attorney: PowerOfAttorney,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerOfAttorney {
    pub number: String,
    pub certified: Certified,
}

/// Who certified a power of attorney (G5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certified {
    Notary,
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub form: ConsentForm,
    pub reference: String,
    #[serde(deserialize_with = "instant")]
    pub given_at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub media_type: String,
    /// The exact signed bytes; may be absent where a signature has them inside.
    pub content: Option<Base64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    pub format: SignatureFormat,
    pub content: Base64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    #[serde(deserialize_with = "sha256")]
    pub sha256: Hash,
    pub name: String,
    pub media_type: String,
    pub size_bytes: u64,
}

/// What a provider says of an application: `status`, or `outcome` and `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub number: Number,
    pub status: Option<String>,
    pub outcome: Option<Outcome>,
    pub reason: Option<String>,
}

/// Bytes that travel as base64 (RFC 4648 section 4, with padding, without line breaks).
pub struct Base64(pub Vec<u8>);

impl std::fmt::Debug for Base64 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        let bytes = STANDARD.decode(text.as_bytes());
        bytes
            .map(Self)
            .map_err(|_| de::Error::custom("is not base64 (RFC 4648 section 4)"))
    }
}

fn sha256<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
    hash(&text).ok_or_else(|| de::Error::custom("is not a SHA-256 in 64 lower-case hex digits"))
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
    text.parse()
        .map_err(|_| de::Error::custom("is not a time with its offset (RFC 3339)"))
}

/// Reads 64 lower-case hex digits.
pub fn hash(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
    (lower && hex::decode_to_slice(text, &mut hash).is_ok()).then_some(hash)
}

/// Reads a message. Fails with the member that is wrong, and how.
pub fn read(body: &[u8]) -> Result<Envelope, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let envelope = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let problem = Problem::new(&door::MALFORMED, said(error.inner()));
        match place(error.path()) {
            Some(place) => problem.at(place),
            None => problem,
        }
    })?;
    json.end()
        .map_err(|error| Problem::new(&door::MALFORMED, said(&error)))?;
    Ok(envelope)
}

/// What is wrong, without what was written: serde's own messages quote it.
fn said(error: &serde_json::Error) -> String {
    let line = format!("line {}, column {}", error.line(), error.column());
    if !error.is_data() {
        return format!("is not the JSON of a message: stopped at {line}");
    }
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(said, _)| said);
    if let Some((_, wrong)) = text.rsplit_once("` is ") {
        return format!("is {wrong}");
    }
    let quoting = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
    ];
    if !quoting.iter().any(|start| text.starts_with(start)) {
        return text.to_owned();
    }
    let wrong = if text.starts_with("unknown field") {
        "unknown member"
    } else {
        "wrong value"
    };
    match text.rsplit_once("expected ") {
        Some((_, expected)) => format!("{wrong}; expected {expected}"),
        None => wrong.to_owned(),
    }
}

/// The path of a member, as far as it is ours: a name that a sender made up is left out.
fn place(path: &serde_path_to_error::Path) -> Option<String> {
    use serde_path_to_error::Segment;
    let mut place = String::new();
    for segment in path {
        match segment {
            Segment::Map { key } if is_ours(key) => {
                let dot = if place.is_empty() { "" } else { "." };
                place = format!("{place}{dot}{key}");
            }
            Segment::Seq { index } => place = format!("{place}[{index}]"),
            _ => break,
        }
    }
    (!place.is_empty()).then_some(place)
}

fn is_ours(key: &str) -> bool {
    const MEMBERS: &[&str] = &[
        "amount_tenge",
        "applicant",
        "application",
        "attachments",
        "bin",
        "certified",
        "channel",
        "classification",
        "consent",
        "content",
        "document",
        "email",
        "form",
        "format",
        "given_at",
        "id",
        "iin",
        "kind",
        "language",
        "media_type",
        "name",
        "number",
        "outcome",
        "payer",
        "phone",
        "power_of_attorney",
        "principal",
        "purpose",
        "query",
        "reason",
        "receipt",
        "reference",
        "register",
        "report",
        "representative",
        "service",
        "sha256",
        "signatures",
        "size_bytes",
        "status",
        "subject",
    ];
    MEMBERS.contains(&key)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn small() -> Value {
        json!({
            "id": "019ab8d5-7c00-7abc-8def-0123456789ab", "kind": "application", "service": "apostille",
            "channel": "portal", "document": { "media_type": "application/json", "content": "e30=" }
        })
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let envelope = read(small().to_string().as_bytes()).unwrap();
        assert_eq!(envelope.classification, Classification::Open);
        assert_eq!(envelope.document.content.unwrap().0, b"{}");
        assert!(envelope.signatures.is_empty() && envelope.consent.is_none());
    }

    #[test]
    fn what_is_wrong_is_told_by_its_path_and_never_repeated() {
        for (place, value, told) in [
            (
                "kind",
                json!("900101300017"),
                "wrong value; expected one of",
            ),
            ("kind", json!(900_101_300_017_u64), "stopped at line"),
            (
                "service",
                json!("900101300017 expected"),
                "is not a valid name",
            ),
            (
                "applicant.iin",
                json!("900101300018"),
                "has a wrong check digit",
            ),
            (
                "applicant.iin",
                json!("9001"),
                "must have exactly 12 digits",
            ),
            (
                "applicant.bin",
                json!("900101300018"),
                "has a wrong check digit",
            ),
            ("document.content", json!("900101300017="), "is not base64"),
            ("consent.given_at", json!("900101300017"), "is not a time"),
            (
                "attachments[0].sha256",
                json!("900101300017"),
                "is not a SHA-256",
            ),
            ("report.number", json!("900101300017"), "has 20 digits"),
            (
                "document",
                json!({ "900101300017": 1 }),
                "unknown member; expected",
            ),
        ] {
            let mut message = small();
            match place {
                "applicant.iin" => message["applicant"] = json!({ "iin": value }),
                "applicant.bin" => message["applicant"] = json!({ "bin": value }),
                "document.content" => message["document"]["content"] = value,
                "consent.given_at" => {
                    message["consent"] =
                        json!({ "form": "paper", "reference": "1", "given_at": value });
                }
                "attachments[0].sha256" => message["attachments"] = json!([{ "sha256": value }]),
                "report.number" => message["report"] = json!({ "number": value }),
                whole => message[whole] = value,
            }
            let problem = read(message.to_string().as_bytes()).unwrap_err();
            assert_eq!(problem.code, &door::MALFORMED);
            assert_eq!(problem.field.as_deref(), Some(place), "{problem:?}");
            assert!(problem.detail.contains(told), "{problem:?}");
            assert!(!format!("{problem:?}").contains("900101"), "{problem:?}");
        }
    }

    #[test]
    fn what_is_not_json_or_goes_on_after_its_end_is_refused() {
        for body in [
            "",
            "{",
            "[]",
            "{}",
            "null",
            "\u{feff}{}",
            &format!("{} 1", small()),
        ] {
            assert_eq!(
                read(body.as_bytes()).unwrap_err().code,
                &door::MALFORMED,
                "{body}"
            );
        }
    }
}
