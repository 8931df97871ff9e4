//! Everything a verdict rests on, in one file, so that years later and without any network the same question
//! has the same answer.
//!
//! JSON; bytes in base64. It holds the signature, the content or its SHA-256, the timestamp that was given
//! beside, all authorities that were trusted, the answers and lists that were used, the instant, the demands
//! and who had to sign. What it says is not believed: [`Bundle::verify`] asks the whole question anew, of
//! these bytes. Whom the bundle trusts is for its reader to compare with whom he trusts himself,
//! see [`Bundle::anchors`].

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ber::Malformed;
use crate::certificate::Certificate;
use crate::chain::{NotAnAuthority, Trust};
use crate::evidence::Kind;
use crate::format::Format;
use crate::party::{Party, expect};
use crate::policy::Policy;
use crate::private::Private;
use crate::report::Report;
use crate::revocation::{Freshness, Kept};
use crate::role::Role;
use crate::verify::{Question, Verifier};

/// Bytes of a bundle, at most.
pub const BUNDLE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The version of the file that is written and read here.
const VERSION: u32 = 1;

/// Why a bundle cannot be used. It says nothing about the signature.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("the bundle is longer than {BUNDLE_BYTES_MAX} bytes")]
    TooLong,
    #[error("the bundle cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the bundle is of version {0}; version {VERSION} is read here")]
    Version(u32),
    #[error("the bundle has a signature of the format `{0}`, which is not known here")]
    Format(String),
    #[error("a certificate of the bundle cannot be read: {0}")]
    Certificate(#[from] Malformed),
    #[error("the bundle trusts what is {0}")]
    Authority(#[from] NotAnAuthority),
    #[error("the bundle has only the hash of the content: the content must be given")]
    ContentMissing,
    #[error("the content that was given is not the one of the bundle")]
    OtherContent,
}

/// Bytes, in base64 where they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Blob(Vec<u8>);

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    /// For people: `ocsp`, `crl` or `delta-crl`. Programs look at the bytes.
    kind: String,
    der: Blob,
}

/// Somebody who had to sign.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bin: Option<String>,
    /// Names of roles, see [`Role::as_str`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
}

/// What was demanded. Limits on size and number are those of the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Demands {
    signing_certificate_required: bool,
    list_grace_s: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list_age_s_max: Option<i64>,
    ocsp_age_s_max: i64,
}

/// A question with everything that its answer rests on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    version: u32,
    /// The name of the format by which the signature was read. Without it, the first that recognises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    signature: Blob,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<Blob>,
    /// Hexadecimal; of a content that was given beside the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timestamp: Option<Blob>,
    anchors: Vec<Blob>,
    intermediates: Vec<Blob>,
    revocation: Vec<Piece>,
    at: Timestamp,
    demands: Demands,
    expected: Vec<Expected>,
    /// `valid`, `invalid` or `undetermined`: what was answered then.
    outcome: String,
}

/// What a bundle is made of.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'q> {
    pub question: Question<'q>,
    pub parties: &'q [Party],
    pub freshness: Freshness,
    pub ocsp_age_max: SignedDuration,
}

// === impl Bundle ===

impl Bundle {
    /// Keeps a question and what its report rests on.
    pub fn of(asked: &Asked<'_>, verifier: &Verifier, report: &Report<'_>) -> Self {
        let question = &asked.question;
        let ders = |certificates: &[Certificate]| {
            let ders = certificates.iter().map(|one| Blob(one.der().to_vec()));
            ders.collect()
        };
        let pieces = report.evidence().into_iter();
        Self {
            version: VERSION,
            format: verifier
                .format_of(question.signature)
                .map(|format| format.name().to_owned()),
            signature: Blob(question.signature.to_vec()),
            content: question.content.map(|content| Blob(content.to_vec())),
            content_sha256: question.content.map(sha256),
            timestamp: question.timestamp.map(|token| Blob(token.to_vec())),
            anchors: ders(verifier.trust().anchors()),
            intermediates: ders(verifier.trust().intermediates()),
            revocation: pieces
                .filter(|piece| piece.kind != Kind::Timestamp)
                .map(|piece| Piece {
                    kind: piece.kind.as_str().to_owned(),
                    der: Blob(piece.der.to_vec()),
                })
                .collect(),
            at: question.at,
            demands: Demands {
                signing_certificate_required: verifier.policy().signing_certificate_required,
                list_grace_s: asked.freshness.grace.as_secs(),
                list_age_s_max: asked.freshness.age_max.map(|age| age.as_secs()),
                ocsp_age_s_max: asked.ocsp_age_max.as_secs(),
            },
            expected: asked.parties.iter().map(Expected::of).collect(),
            outcome: report.outcome().to_owned(),
        }
    }

    /// The same with the hash of the content in its place, for those who keep documents elsewhere.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self {
            content: None,
            ..self
        }
    }

    /// Writes the file.
    pub fn to_json(&self) -> Result<Vec<u8>, BundleError> {
        Ok(serde_json::to_vec_pretty(self)?)
    }

    /// Reads a file.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > BUNDLE_BYTES_MAX {
            return Err(BundleError::TooLong);
        }
        let bundle: Self = serde_json::from_slice(bytes)?;
        if bundle.version == VERSION {
            Ok(bundle)
        } else {
            Err(BundleError::Version(bundle.version))
        }
    }

    /// What was answered when the bundle was made: `valid`, `invalid` or `undetermined`.
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// The instant of the question.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Whom the bundle trusts. Compare them: anybody can write a bundle.
    pub fn anchors(&self) -> Result<Vec<Certificate>, BundleError> {
        certificates(&self.anchors)
    }

    /// Asks the question anew, of the bytes in the bundle and of nothing else. `content` is needed when the
    /// bundle has only its hash; `formats` are those to be understood, of which the bundle names one.
    pub fn verify(
        &self,
        content: Option<&[u8]>,
        formats: &'static [&'static dyn Format],
    ) -> Result<Report<'static>, BundleError> {
        let kept = self.content.as_ref().map(|content| &*content.0);
        let content = content.or(kept);
        match (&self.content_sha256, content) {
            (Some(_), None) => return Err(BundleError::ContentMissing),
            (Some(hash), Some(content)) if *hash != sha256(content) => {
                return Err(BundleError::OtherContent);
            }
            _ => {}
        }
        let trust = Trust::new(self.anchors()?, certificates(&self.intermediates)?)?;
        let policy = Policy {
            signing_certificate_required: self.demands.signing_certificate_required,
            ..Policy::default()
        };
        let question = Question {
            signature: &self.signature.0,
            content,
            at: self.at,
            timestamp: self.timestamp.as_ref().map(|token| &*token.0),
        };
        let verifier = Verifier::new(trust, policy).with_formats(formats);
        let verifier = match &self.format {
            Some(name) => verifier
                .with_format(name)
                .ok_or_else(|| BundleError::Format(name.clone()))?,
            None => verifier,
        };
        let report = verifier.examine(&question, &self.kept());
        let mut reports = [report];
        let parties: Vec<Party> = self.expected.iter().map(Expected::party).collect();
        expect(&mut reports, &parties);
        let [report] = reports;
        Ok(report.into_owned())
    }

    fn kept(&self) -> Kept {
        let seconds = SignedDuration::from_secs;
        Kept {
            pieces: self
                .revocation
                .iter()
                .map(|piece| Arc::from(&*piece.der.0))
                .collect(),
            freshness: Freshness {
                grace: seconds(self.demands.list_grace_s),
                age_max: self.demands.list_age_s_max.map(seconds),
            },
            ocsp_age_max: seconds(self.demands.ocsp_age_s_max),
        }
    }
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Bundle")
            .field("at", &self.at)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

fn certificates(ders: &[Blob]) -> Result<Vec<Certificate>, BundleError> {
    let read = ders.iter().map(|der| Certificate::parse(&der.0));
    Ok(read.collect::<Result<_, _>>()?)
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

// === impl Expected ===

impl Expected {
    fn of(party: &Party) -> Self {
        let digits = |number: &Option<Private>| number.as_ref().map(|n| n.reveal().to_owned());
        Self {
            iin: digits(&party.iin),
            bin: digits(&party.bin),
            roles: party
                .roles
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
        }
    }

    fn party(&self) -> Party {
        Party {
            iin: self.iin.as_ref().map(Private::new),
            bin: self.bin.as_ref().map(Private::new),
            roles: self.roles.iter().map(|name| Role::named(name)).collect(),
        }
    }
}

// === impl Blob ===

impl TryFrom<String> for Blob {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        STANDARD.decode(text).map(Self)
    }
}

impl From<Blob> for String {
    fn from(blob: Blob) -> Self {
        STANDARD.encode(blob.0)
    }
}
