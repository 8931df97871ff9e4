//! The business signature of an answer: who signed the data itself, whatever signed its transport.
//!
//! Enveloped XML signatures, judged with pinned certificates: those that the register's owner has handed over. An
//! answer that is unsigned, changed, or signed by another system is not believed, and nothing is read of it.

use std::path::{Path, PathBuf};

use fault::{Fault, registers::REGISTER_UNTRUSTED};
use jiff::Timestamp;
use message::{Bin, Iin, Signer};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use serde::Deserialize;
use signatures::{Certificate, Private, sign::Identity};
use xmldsig::{Demand, Document, Verified};

use crate::{BadSettings, mapped::untrusted};

/// Whether answers must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Demanded {
    /// Nobody looks for a signature.
    #[default]
    None,
    /// Every answer is signed by one of `signed_by`.
    Required,
}

/// Settings of the business signature.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealSettings {
    /// `none` or `required`. Default `none`.
    #[serde(default)]
    signature: Demanded,
    /// Files with the certificates of those who sign, PEM or DER. Needed where a signature is required.
    #[serde(default)]
    signed_by: Vec<PathBuf>,
}

/// The fields of [`SealSettings`].
pub(crate) const FIELDS: &[&str] = &["signature", "signed_by"];

/// Who must have signed an answer; nobody, if it is empty.
#[derive(Debug)]
pub(crate) struct Seal(Vec<Certificate>);

impl Seal {
    pub(crate) fn open(settings: &SealSettings) -> Result<Self, BadSettings> {
        match (settings.signature, settings.signed_by.is_empty()) {
            (Demanded::None, true) => return Ok(Self(Vec::new())),
            (Demanded::Required, false) => {}
            (Demanded::None, false) => {
                let problem = "certificates are given, so write `signature = \"required\"`";
                return Err(BadSettings::new("signature", problem));
            }
            (Demanded::Required, true) => {
                let problem = "a signature is required; name the certificates";
                return Err(BadSettings::new("signed_by", problem));
            }
        }
        let mut pinned = Vec::new();
        for path in &settings.signed_by {
            pinned.extend(certificates("signed_by", path)?);
        }
        Ok(Self(pinned))
    }

    pub(crate) fn is_demanded(&self) -> bool {
        !self.0.is_empty()
    }

    /// The signed element of an answer and who signed it. The certificate must be in its time `now`.
    pub(crate) fn judge<'d>(
        &self,
        answer: &'d Document<'_>,
        now: Timestamp,
    ) -> Result<(Verified<'d>, Signer), Fault> {
        let demand = Demand {
            known: &self.0,
            ..Demand::DOCUMENT
        };
        // The words beside a reason may quote the document; the reason never does.
        let opened = xmldsig::open(answer, &demand)
            .map_err(|refused| untrusted(refused.finding.reason.to_string()))?;
        let verified = opened
            .pinned(&self.0)
            .map_err(|refused| untrusted(refused.to_string()))?;
        let signed_by = |signer: &signatures::Signer| {
            let of = |known: &&Certificate| known.sha256() == signer.certificate_sha256;
            self.0.iter().find(of)
        };
        let signers = verified.signers();
        let in_time = |known: &Certificate| known.is_in_time(now);
        if !signers
            .iter()
            .all(|signer| signed_by(signer).is_some_and(in_time))
        {
            // All its answers are signed so, and none of the questions is to blame.
            let fault = Fault::outage(&REGISTER_UNTRUSTED, "ask the register");
            return Err(fault.because("the certificate that signs its answers is out of its time"));
        }
        match signers.first().map(told) {
            Some(signer) => Ok((verified, signer)),
            None => Err(untrusted("nobody signed")),
        }
    }
}

/// A signer as records name him. A number with a wrong check digit is none.
fn told(signer: &signatures::Signer) -> Signer {
    let subject = &signer.subject;
    let text = |private: &Option<Private>| private.as_ref().map(|p| p.reveal().to_owned());
    Signer {
        name: text(&subject.common_name).unwrap_or_default(),
        iin: text(&subject.iin).and_then(|iin| Iin::new(&iin).ok()),
        bin: text(&subject.bin).and_then(|bin| Bin::new(&bin).ok()),
        roles: signer
            .roles
            .iter()
            .map(|role| role.as_str().to_owned())
            .collect(),
        certificate_serial: hex::encode(&signer.certificate_serial),
        algorithm: signer.algorithm.to_owned(),
        signed_at: signer.signing_time,
    }
}

/// The certificate and key that we sign our own data with.
pub(crate) fn identity(certificate: &Path, key: &Path) -> Result<Identity, BadSettings> {
    let field = "data_certificate_file";
    let mut found = certificates(field, certificate)?.into_iter();
    let own = found
        .next()
        .ok_or_else(|| BadSettings::new(field, "there is no certificate in it"))?;
    let bad = |problem: String| BadSettings::new("data_key_file", problem);
    let pem = std::fs::read(key)
        .map_err(|e| bad(format!("cannot read {}: {}", key.display(), e.kind())))?;
    let key =
        PrivateKeyDer::from_pem_slice(&pem).map_err(|_| bad("holds no key in PEM".to_owned()))?;
    Identity::new(own.der(), key.secret_der(), found.collect()).map_err(|e| bad(e.to_string()))
}

fn certificates(field: &str, path: &Path) -> Result<Vec<Certificate>, BadSettings> {
    let bad = |problem: String| BadSettings::new(field, problem);
    let bytes = std::fs::read(path)
        .map_err(|e| bad(format!("cannot read {}: {}", path.display(), e.kind())))?;
    match Certificate::all_in_file(&bytes) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(bad(format!(
            "{} holds no certificate that can be read",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use xmldsig::Limits;

    use super::*;

    /// Demands the signature of the register that signed the recorded answer.
    fn seal() -> Seal {
        let answer = answer();
        let (_, from) = answer.split_once("<ds:X509Certificate>").unwrap();
        let (base64, _) = from.split_once("</ds:X509Certificate>").unwrap();
        let lines = base64.trim();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pem).unwrap();
        let settings = SealSettings {
            signature: Demanded::Required,
            signed_by: vec![file.path().to_owned()],
        };
        Seal::open(&settings).unwrap()
    }

    /// The signed answer of a recorded case.
    fn answer() -> String {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/cases/gateway-sync/signed.toml"
        );
        let text = std::fs::read_to_string(path).unwrap();
        let (_, after) = text.split_once("<data>").unwrap();
        after.split_once("</data>").unwrap().0.to_owned()
    }

    #[test]
    fn who_signed_is_told_with_the_answer() {
        let answer = answer();
        let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
        let now = "2026-11-22T07:00:00Z".parse().unwrap();
        let (verified, signer) = seal().judge(&document, now).unwrap();
        assert_eq!(signer.name, "Register of persons, test");
        assert_eq!(signer.bin, Some(Bin::new("100140000013").unwrap()));
        assert!(
            verified.element().only("Signature").is_none(),
            "only what was signed"
        );
    }

    #[test]
    fn a_certificate_out_of_its_time_is_an_outage_of_the_register() {
        let answer = answer();
        let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
        for now in ["2019-12-31T23:00:00Z", "2099-01-01T00:00:00Z"] {
            let fault = seal().judge(&document, now.parse().unwrap()).err().unwrap();
            let said = (fault.code.name, fault.blame);
            assert_eq!(said, ("register-untrusted", fault::Blame::Lane), "{now}");
        }
    }
}
