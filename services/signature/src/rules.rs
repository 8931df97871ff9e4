//! The rules about signers, as pure functions: was it the right person, and what is a finding called?
//!
//! Takes a message and the verified signers; gives a refusal or nothing. No clock, no I/O. Explanations name
//! places ("signature 1"), never persons.

use fault::{Code, Refusal, signing};
use message::{Bin, ExpectedSigner, Iin, Kind, Message, PersonalNumber};
use serde::Deserialize;
use signatures::{Finding, Private, Reason, Role, Signer};

/// The `[rights]` section: roles of certificates by the names of `signatures::Role`, for example `head`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// Who may file an application for an applicant as an official of the sender (X10). Default: `head`,
    /// `signer`, `employee`.
    pub officials: Vec<String>,
    /// Who may bind an organisation: report on an application for a provider (G4), apply for an organisation.
    /// Default: `head`, `signer`.
    pub authorised: Vec<String>,
}

impl Default for Rights {
    fn default() -> Self {
        let names = |roles: &[Role]| roles.iter().map(|role| role.as_str().to_owned()).collect();
        Self {
            officials: names(&[Role::Head, Role::Signer, Role::Employee]),
            authorised: names(&[Role::Head, Role::Signer]),
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
}

/// Whether one of the signers is who has to sign (G2, G4, X10).
pub fn right_person(message: &Message, signers: &[Signer], rights: &Rights) -> Result<(), Refusal> {
    let fits = match message.expected_signer() {
        ExpectedSigner::Applicant {
            applicant,
            representative,
        } => {
            let by_representative = representative.is_some_and(|iin| is_person(signers, &iin));
            let own = match applicant {
                PersonalNumber::Iin(iin) => found(is_person(signers, &iin)),
                PersonalNumber::Bin(bin) => acts_for(signers, &bin, &rights.authorised),
            };
            if by_representative { Ok(()) } else { own }
        }
        ExpectedSigner::Official { organisation } => {
            let roles = match message.kind {
                Kind::Application => &rights.officials,
                Kind::Status | Kind::Result => &rights.authorised,
            };
            acts_for(signers, &organisation, roles)
        }
    };
    fits.map_err(|code| Refusal::new(code, ""))
}

fn found(found: bool) -> Result<(), &'static Code> {
    if found {
        Ok(())
    } else {
        Err(&signing::SIGNER_DIFFERS)
    }
}

fn is_person(signers: &[Signer], iin: &Iin) -> bool {
    signers
        .iter()
        .any(|signer| equal(signer.subject.iin.as_ref(), iin.reveal()))
}

fn acts_for(signers: &[Signer], bin: &Bin, roles: &[String]) -> Result<(), &'static Code> {
    let mut of_organisation = signers
        .iter()
        .filter(|signer| equal(signer.subject.bin.as_ref(), bin.reveal()))
        .peekable();
    found(of_organisation.peek().is_some())?;
    let may = |signer: &Signer| {
        signer
            .roles
            .iter()
            .any(|role| roles.iter().any(|right| right == role.as_str()))
    };
    if of_organisation.any(may) {
        Ok(())
    } else {
        Err(&signing::SIGNER_NOT_AUTHORISED)
    }
}

fn equal(number: Option<&Private>, wanted: &str) -> bool {
    number.is_some_and(|number| number.reveal() == wanted)
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
