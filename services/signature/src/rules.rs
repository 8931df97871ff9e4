//! The rules about signers, as pure functions: was it the right person, and what is a finding called?
//!
//! Takes a message; gives the parties of whom one has to sign. Takes a finding; gives a refusal. No clock, no
//! I/O. Explanations name places ("signature 1"), never persons.

use fault::{Code, Refusal, signing};
use message::{Bin, ConsentForm, ExpectedSigner, Iin, Kind, Message, PersonalNumber};
use serde::Deserialize;
use signatures::{Finding, Party, Private, Reason, Role, Signer};

/// The `[rights]` section: who may sign what, by kind of message. Roles of certificates by the names of
/// `signatures::Role`, for example `head`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// Who may file an application or query a register as an official of the sender (X10). Default:
    /// `head`, `signer`, `employee`.
    pub officials: Vec<String>,
    /// Who may bind an organisation: apply for it, and report for a provider (G4) where nothing else is said.
    /// Default: `head`, `signer`.
    pub authorised: Vec<String>,
    /// Who may report a status for a provider (G4). Default: as `authorised`.
    pub status: Option<Vec<String>>,
    /// Who may issue a result for a provider (G4). Default: as `authorised`.
    pub result: Option<Vec<String>>,
    /// What becomes of a message while nobody can tell whether a certificate is revoked.
    pub undetermined: Undetermined,
}

/// The `[rights.undetermined]` section, by kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Undetermined {
    pub application: Then,
    pub status: Then,
    pub result: Then,
    pub query: Then,
}

/// What becomes of such a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// It waits and is asked about again, as long as the lane's `failing_s_max` says; then it is parked.
    #[default]
    Hold,
    /// It is refused at once.
    Refuse,
}

impl Default for Rights {
    fn default() -> Self {
        let names = |roles: &[Role]| roles.iter().map(|role| role.as_str().to_owned()).collect();
        Self {
            officials: names(&[Role::Head, Role::Signer, Role::Employee]),
            authorised: names(&[Role::Head, Role::Signer]),
            status: None,
            result: None,
            undetermined: Undetermined::default(),
        }
    }
}

/// Roles of an organisation's people, which alone can be rights.
const KNOWN: [Role; 6] = [
    Role::Head,
    Role::Signer,
    Role::FinancialSigner,
    Role::HumanResources,
    Role::Employee,
    Role::Organisation,
];

impl Rights {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        for (field, roles) in [
            ("officials", &self.officials),
            ("authorised", &self.authorised),
            ("status", self.of(Kind::Status)),
            ("result", self.of(Kind::Result)),
        ] {
            if roles.is_empty() {
                return Err(format!("rights.{field}: must name a role"));
            }
            if let Some(odd) = roles
                .iter()
                .find(|role| KNOWN.iter().all(|known| known.as_str() != role.as_str()))
            {
                let known: Vec<&str> = KNOWN.iter().map(Role::as_str).collect();
                let known = known.join(", ");
                return Err(format!("rights.{field}: `{odd}` is not one of {known}"));
            }
        }
        Ok(())
    }

    /// Whose role an official of the sender must have.
    fn of(&self, kind: Kind) -> &Vec<String> {
        match kind {
            Kind::Application | Kind::Query => &self.officials,
            Kind::Status => self.status.as_ref().unwrap_or(&self.authorised),
            Kind::Result => self.result.as_ref().unwrap_or(&self.authorised),
        }
    }

    /// What becomes of a message of this kind while revocation cannot be told.
    pub fn then(&self, kind: Kind) -> Then {
        match kind {
            Kind::Application => self.undetermined.application,
            Kind::Status => self.undetermined.status,
            Kind::Result => self.undetermined.result,
            Kind::Query => self.undetermined.query,
        }
    }
}

fn person(iin: &Iin) -> Party {
    Party {
        iin: Some(Private::new(iin.reveal())),
        ..Party::default()
    }
}

fn organisation(bin: &Bin, roles: &[String]) -> Party {
    Party {
        bin: Some(Private::new(bin.reveal())),
        roles: roles.iter().map(|name| Role::named(name)).collect(),
        ..Party::default()
    }
}

/// Somebody for himself: a person, or who may bind an organisation.
fn own(number: &PersonalNumber, rights: &Rights) -> Party {
    match number {
        PersonalNumber::Iin(iin) => person(iin),
        PersonalNumber::Bin(bin) => organisation(bin, &rights.authorised),
    }
}

/// Of whom one has to sign (G2, G4, X10).
pub fn parties(message: &Message, rights: &Rights) -> Vec<Party> {
    match message.expected_signer() {
        ExpectedSigner::Applicant {
            applicant,
            representative,
        } => {
            let own = own(&applicant, rights);
            let representative = representative.as_ref().map(person);
            representative.into_iter().chain([own]).collect()
        }
        ExpectedSigner::Official { organisation: bin } => {
            vec![organisation(&bin, rights.of(message.kind))]
        }
    }
}

/// The refusal of a query whose consent is said to be a signature of the one it is about, where he is not among
/// those who signed (X10). For an organisation signs who may bind it.
pub fn consent_unsigned<'s>(
    message: &Message,
    rights: &Rights,
    mut signers: impl Iterator<Item = &'s Signer>,
) -> Option<Refusal> {
    let query = message.query.as_ref()?;
    let consent = message.consent.as_ref()?;
    if message.kind != Kind::Query || consent.form != ConsentForm::Signature {
        return None;
    }
    let subject = own(&query.subject.about(), rights);
    let signed = signers.any(|signer| subject.fits(signer));
    (!signed).then(|| {
        let why = "the one whom the query is about has not signed it";
        Refusal::new(&signing::CONSENT_UNSIGNED, why)
    })
}

/// The refusal that a finding means (G3). `place` counts the message's signatures from 0.
pub fn refusal(place: usize, finding: &Finding) -> Refusal {
    let signature = place + 1;
    let told = match finding.signer {
        Some(signer) => {
            format!(
                "signature {signature}, signer {}: {}",
                signer + 1,
                finding.reason
            )
        }
        None => format!("signature {signature}: {}", finding.reason),
    };
    Refusal::new(code(finding.reason), told)
}

fn code(reason: Reason) -> &'static Code {
    match reason {
        Reason::FormatUnknown
        | Reason::Malformed
        | Reason::ContentMissing
        | Reason::ContentTypeWrong
        | Reason::NoSigner
        | Reason::TooManySigners
        | Reason::SignedAttributesMissing
        | Reason::SignedAttributesWrong
        | Reason::SigningCertificateMissing
        | Reason::CertificateMissing => &signing::SIGNATURE_MALFORMED,
        Reason::ContentDiffers
        | Reason::ReferenceWrong
        | Reason::DigestMismatch
        | Reason::SigningCertificateMismatch
        | Reason::TimestampWrong
        | Reason::TimestampUntrusted
        | Reason::SignatureWrong => &signing::SIGNATURE_WRONG,
        Reason::AlgorithmUnsupported | Reason::KeyUnsupported => &signing::ALGORITHM_UNSUPPORTED,
        Reason::NotYetValid => &signing::CERTIFICATE_NOT_YET_VALID,
        Reason::Expired | Reason::AuthorityNotInTime => &signing::CERTIFICATE_EXPIRED,
        Reason::Revoked => &signing::CERTIFICATE_REVOKED,
        Reason::KeyUsageForbids | Reason::PurposeForbids | Reason::CriticalExtension => {
            &signing::CERTIFICATE_PURPOSE
        }
        Reason::UntrustedIssuer | Reason::ChainForbidden => &signing::CERTIFICATE_UNTRUSTED,
        Reason::SignerDiffers => &signing::SIGNER_DIFFERS,
        Reason::RoleForbids => &signing::SIGNER_NOT_AUTHORISED,
    }
}
