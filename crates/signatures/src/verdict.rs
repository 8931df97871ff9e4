//! The three answers to "is this signed?": valid, invalid with its reason, undetermined with what is lacking.
//!
//! A reason is stable: callers map it to their catalogue, and its text form stands in records. An
//! undetermined verdict is no softer "valid": the message waits until the lack is gone (G1, G3).

use std::borrow::Cow;

use jiff::Timestamp;

use crate::certificate::Certificate;
use crate::name::Subject;
use crate::revocation::Lack;
use crate::role::Role;

/// What verification found. `'a` is the life of the bytes that were given in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Every signer's signature, certificate and chain hold.
    Valid(Valid<'a>),
    /// At least one does not.
    Invalid(Finding),
    /// Nothing speaks against it, yet something needed is not at hand.
    Undetermined(Need),
}

/// A signed document.
#[derive(Clone, PartialEq, Eq)]
pub struct Valid<'a> {
    /// Who signed, at least one.
    pub signers: Vec<Signer>,
    /// The very bytes that the signatures cover. Read the document from here and from nowhere else.
    pub content: Cow<'a, [u8]>,
}

/// One who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub subject: Subject,
    pub roles: Vec<Role>,
    /// SHA-256 of the certificate.
    pub certificate_sha256: [u8; 32],
    /// Serial number of the certificate, big-endian.
    pub certificate_serial: Vec<u8>,
    /// Who issued the certificate, for people.
    pub issuer: String,
    /// Name of the signature algorithm.
    pub algorithm: &'static str,
    /// When he says he signed. Nobody confirms it.
    pub signing_time: Option<Timestamp>,
}

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub reason: Reason,
    /// Which signer, counted from 0, when it is about one.
    pub signer: Option<usize>,
}

/// What must be had before there is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub lack: Lack,
    /// The authority whose list it is, for people.
    pub issuer: String,
    /// The same authority for programs, see [`crate::Certificate::authority`].
    pub authority: [u8; 32],
    /// Where the certificate says the list is. Untrusted: to be shown, not to be fetched.
    pub urls: Vec<String>,
    /// The certificate that is to be asked about, and its issuer's: what [`crate::ocsp::request`] takes.
    pub about: Option<Box<(Certificate, Certificate)>>,
}

/// Reasons to refuse, with stable names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// It is of no format that is known here.
    FormatUnknown,
    /// Its encoding is broken or beyond a limit.
    Malformed,
    /// It is detached and no content was given.
    ContentMissing,
    /// It carries a content and another one was given.
    ContentDiffers,
    /// What is signed is no plain data.
    ContentTypeWrong,
    /// Nobody signed.
    NoSigner,
    /// More signers than the policy allows.
    TooManySigners,
    /// The signature is over the bare content (a forgery vector; sre.md row 35).
    SignedAttributesMissing,
    /// A signed attribute is missing, doubled or contradictory.
    SignedAttributesWrong,
    /// What a signature refers to is not one thing, or not the thing that must be signed (wrapping).
    ReferenceWrong,
    /// The content is not what was signed.
    DigestMismatch,
    /// The signed reference to the signer's certificate is missing (CAdES-BES).
    SigningCertificateMissing,
    /// The signed reference names another certificate.
    SigningCertificateMismatch,
    /// The signer's certificate is not there.
    CertificateMissing,
    /// An algorithm that is not accepted.
    AlgorithmUnsupported,
    /// A key that is too short or of another kind than its algorithm.
    KeyUnsupported,
    /// The arithmetic says no.
    SignatureWrong,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is not valid any more.
    Expired,
    /// The certificate was revoked, or that of an authority above it.
    Revoked,
    /// Key usage does not allow binding signatures.
    KeyUsageForbids,
    /// Extended key usage allows other things only.
    PurposeForbids,
    /// A critical extension that is not understood.
    CriticalExtension,
    /// No way leads from the certificate to a configured anchor.
    UntrustedIssuer,
    /// A way leads there, but an authority on it may not stand there.
    ChainForbidden,
    /// A way leads there, but an authority on it was not in its period.
    AuthorityNotInTime,
    /// None of the signers is who has to sign.
    SignerDiffers,
    /// The one who has to sign did, without a role that may.
    RoleForbids,
    /// A timestamp is there, and it does not hold.
    TimestampWrong,
    /// A timestamp is there, and no way leads from its authority to a configured anchor.
    TimestampUntrusted,
}

impl Need {
    /// Something that no authority can give.
    pub(crate) fn of(lack: Lack) -> Self {
        Self {
            lack,
            issuer: String::new(),
            authority: [0; 32],
            urls: Vec::new(),
            about: None,
        }
    }
}

impl Reason {
    /// All of them, for catalogues.
    pub const ALL: [Self; 30] = [
        Self::FormatUnknown,
        Self::Malformed,
        Self::ContentMissing,
        Self::ContentDiffers,
        Self::ContentTypeWrong,
        Self::NoSigner,
        Self::TooManySigners,
        Self::SignedAttributesMissing,
        Self::SignedAttributesWrong,
        Self::ReferenceWrong,
        Self::DigestMismatch,
        Self::SigningCertificateMissing,
        Self::SigningCertificateMismatch,
        Self::CertificateMissing,
        Self::AlgorithmUnsupported,
        Self::KeyUnsupported,
        Self::SignatureWrong,
        Self::NotYetValid,
        Self::Expired,
        Self::Revoked,
        Self::KeyUsageForbids,
        Self::PurposeForbids,
        Self::CriticalExtension,
        Self::UntrustedIssuer,
        Self::ChainForbidden,
        Self::AuthorityNotInTime,
        Self::SignerDiffers,
        Self::RoleForbids,
        Self::TimestampWrong,
        Self::TimestampUntrusted,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FormatUnknown => "format-unknown",
            Self::Malformed => "malformed",
            Self::ContentMissing => "content-missing",
            Self::ContentDiffers => "content-differs",
            Self::ContentTypeWrong => "content-type-wrong",
            Self::NoSigner => "no-signer",
            Self::TooManySigners => "too-many-signers",
            Self::SignedAttributesMissing => "signed-attributes-missing",
            Self::SignedAttributesWrong => "signed-attributes-wrong",
            Self::ReferenceWrong => "reference-wrong",
            Self::DigestMismatch => "digest-mismatch",
            Self::SigningCertificateMissing => "signing-certificate-missing",
            Self::SigningCertificateMismatch => "signing-certificate-mismatch",
            Self::CertificateMissing => "certificate-missing",
            Self::AlgorithmUnsupported => "algorithm-unsupported",
            Self::KeyUnsupported => "key-unsupported",
            Self::SignatureWrong => "signature-wrong",
            Self::NotYetValid => "not-yet-valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::KeyUsageForbids => "key-usage-forbids",
            Self::PurposeForbids => "purpose-forbids",
            Self::CriticalExtension => "critical-extension",
            Self::UntrustedIssuer => "untrusted-issuer",
            Self::ChainForbidden => "chain-forbidden",
            Self::AuthorityNotInTime => "authority-not-in-time",
            Self::SignerDiffers => "signer-differs",
            Self::RoleForbids => "role-forbids",
            Self::TimestampWrong => "timestamp-wrong",
            Self::TimestampUntrusted => "timestamp-untrusted",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<Reason> for Finding {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            signer: None,
        }
    }
}

impl std::fmt::Debug for Valid<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Valid")
            .field("signers", &self.signers)
            .field("content_bytes", &self.content.len())
            .finish()
    }
}

impl Verdict<'_> {
    /// The same verdict with bytes of its own.
    pub fn into_owned(self) -> Verdict<'static> {
        match self {
            Self::Valid(valid) => Verdict::Valid(Valid {
                signers: valid.signers,
                content: Cow::Owned(valid.content.into_owned()),
            }),
            Self::Invalid(finding) => Verdict::Invalid(finding),
            Self::Undetermined(need) => Verdict::Undetermined(need),
        }
    }
}
