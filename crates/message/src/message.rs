//! The one noun that travels (S2 cl.4(7)): an application on its way to a provider, or a provider's report
//! (status, result) on its way back (X5, X7, X8), or a question to a register (X6).
//!
//! Everything an applicant said is kept as it came, the signed bytes to the byte (X3). What stages find out
//! is added beside it. `Debug` shows no personal data: names, addresses and bytes are left out or masked.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Bin, Channel, Kind, LaneName, Language, MessageId, Number, ParticipantId, PersonalNumber, Plan,
    ProviderCode, RegisterName, ServiceCode, Signer, Subject,
    person::Iin,
    words::{UnknownWord, spelling, word},
};

/// A message and all that is known about it by now.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: MessageId,
    /// The application or query it is, or (a report) the application it answers.
    pub number: Number,
    pub kind: Kind,
    pub sender: Sender,
    pub service: ServiceCode,
    pub channel: Channel,
    pub received_at: Timestamp,
    /// Present on applications.
    pub applicant: Option<Applicant>,
    pub representative: Option<Representative>,
    /// X10: stands before every query about a person where an operator files.
    pub consent: Option<Consent>,
    /// X18: number of the electronic receipt for the fee.
    pub receipt: Option<String>,
    pub document: Document,
    pub signatures: Vec<Signature>,
    pub attachments: Vec<Attachment>,
    /// Present on status and result messages.
    pub report: Option<Report>,
    /// The provider that was chosen, once the router has chosen.
    pub provider: Option<ProviderCode>,
    /// Who signed, once the signature is verified.
    pub signers: Vec<Signer>,
    /// What registers answered.
    pub findings: Vec<Finding>,
    pub plan: Plan,
    pub attempts: Attempts,
    /// Of a report that is bound to its application: how that one came in.
    pub filed: Option<Filing>,
    /// Present on queries.
    pub query: Option<Query>,
}

impl Message {
    /// Whose signature the document has to carry.
    ///
    /// G2: on the portal the applicant's own (or his representative's); X10: where an operator or the
    /// provider's employee files or asks, an official of the sender; G4: reports, an official of the sender.
    pub fn expected_signer(&self) -> ExpectedSigner {
        match (self.kind, self.channel, &self.applicant) {
            (Kind::Application, Channel::Portal, Some(applicant)) => ExpectedSigner::Applicant {
                applicant: applicant.number.clone(),
                representative: self.representative.as_ref().map(|r| r.iin.clone()),
            },
            _ => ExpectedSigner::Official {
                organisation: self.sender.bin.clone(),
            },
        }
    }

    /// How the application or query came in that this is, or that this report answers; none for a report that
    /// is not bound to one yet.
    pub fn filing(&self) -> Option<Filing> {
        match self.kind {
            Kind::Application | Kind::Query => Some(Filing {
                participant: self.sender.participant.clone(),
                reference: self.sender.reference.clone(),
                channel: self.channel,
            }),
            Kind::Status | Kind::Result => self.filed.clone(),
        }
    }

    /// What the applicant is told in.
    pub fn language(&self) -> Language {
        self.applicant.as_ref().map_or(Language::Kk, |a| a.language)
    }
}

/// Whose certificate the signature must be made with (G2, G4, X10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedSigner {
    /// The applicant, or the one who files for him.
    Applicant {
        applicant: PersonalNumber,
        representative: Option<Iin>,
    },
    /// Somebody who may sign for the organisation.
    Official { organisation: Bin },
}

/// The participant system that handed the message in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub participant: ParticipantId,
    /// The organisation that runs the system; officials sign for it.
    pub bin: Bin,
    /// The id that the sender gave the message.
    pub reference: String,
    /// The provider it answers for, if it is a provider's system.
    pub provider: Option<ProviderCode>,
}

/// How the application came in that a report answers: who filed it, as what, by which door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    pub participant: ParticipantId,
    /// The id that the sender gave the application.
    pub reference: String,
    pub channel: Channel,
}

/// What a register is asked on somebody's behalf (X6, X10).
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    pub register: RegisterName,
    /// Whom or what it is about.
    pub subject: Subject,
    /// Why it is asked, in the words of who asks (X15): 1 to 500 characters.
    pub purpose: String,
    /// The application it is needed for, if there is one yet.
    pub application: Option<Number>,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({} {:?})", self.register, self.subject)
    }
}

/// Who asks for the service.
#[derive(Clone, PartialEq, Eq)]
pub struct Applicant {
    pub number: PersonalNumber,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub language: Language,
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applicant")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Who files for the applicant (G5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representative {
    pub iin: Iin,
    pub power: PowerOfAttorney,
}

/// The paper the representative acts by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerOfAttorney {
    pub number: String,
    /// True: a notary certified it, so the notary register must confirm it; false: certified in another way,
    /// entered without that check and marked so (G5).
    pub notarial: bool,
}

/// The applicant's consent to be asked about (X10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub form: ConsentForm,
    /// Where the consent can be found: the paper's number, the recording, the signature.
    pub reference: String,
    pub given_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentForm {
    Paper,
    Recorded,
    Signature,
}

impl ConsentForm {
    pub const ALL: &[(&'static str, Self)] = &[
        ("paper", Self::Paper),
        ("recorded", Self::Recorded),
        ("signature", Self::Signature),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl FromStr for ConsentForm {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

/// The digital content of an electronic document (X4), exactly as it was signed (X3).
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub media_type: String,
    pub content: Vec<u8>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Document({}, {} bytes)",
            self.media_type,
            self.content.len()
        )
    }
}

/// A signature over the document (X4).
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    pub format: SignatureFormat,
    pub content: Vec<u8>,
    /// A token of RFC 3161 over `content`, obtained when the message was taken.
    pub timestamp: Option<Vec<u8>>,
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Signature({}, {} bytes)",
            self.format.as_str(),
            self.content.len()
        )
    }
}

/// How the signature is wrapped: CMS (RFC 5652) or XML Signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureFormat {
    CmsDetached,
    CmsAttached,
    /// XML whose document element is signed and has nothing but the document, as text, and signatures inside.
    XmlEnveloped,
}

impl SignatureFormat {
    pub const ALL: &[(&'static str, Self)] = &[
        ("cms-detached", Self::CmsDetached),
        ("cms-attached", Self::CmsAttached),
        ("xml-enveloped", Self::XmlEnveloped),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl FromStr for SignatureFormat {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

/// A file that stays in the object store, known by its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    pub sha256: [u8; 32],
    pub name: String,
    pub media_type: String,
    pub size_bytes: u64,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Attachment({}, {} bytes)",
            self.media_type, self.size_bytes
        )
    }
}

/// What a provider says of an application (X5, X7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Where it stands, for example `registered`, `in-progress`, `suspended`.
    Status { status: String },
    /// How it ended, with the ground of a refusal.
    Result { outcome: Outcome, reason: String },
}

/// The provider's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Granted,
    Refused,
}

impl Outcome {
    pub const ALL: &[(&'static str, Self)] =
        &[("granted", Self::Granted), ("refused", Self::Refused)];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl FromStr for Outcome {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

/// What a register answered, as the JSON object it gave.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    pub register: RegisterName,
    pub record_json: String,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Finding({}, {} bytes)",
            self.register,
            self.record_json.len()
        )
    }
}

/// How often the lane it is in has failed this message, which parks it at last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    /// The lane counted for; a message that moves on starts anew.
    pub lane: Option<LaneName>,
    /// All tries that failed, which numbers the `attempt-failed` facts.
    pub failed: u32,
    /// Those for which the message itself is to blame, not the lane; they are limited.
    pub blamed: u32,
    /// When the first of them failed.
    pub since: Option<Timestamp>,
}
