//! Files that are no signatures: what they are, who issued them, and whether they hold by themselves.

use jiff::Timestamp;
use signatures::ocsp::{self, OcspError, Status};
use signatures::tsp::{self, TspError};
use signatures::{
    Aspect, Certificate, Check, Crl, CrlError, Delta, Evidence, Kept, Lack, Policy, Reason, Role,
    Said, Token, Trust, Verifier, crl, oid,
};

use super::file::Kind;

/// With what a file is looked at.
pub(super) struct Looked {
    pub(super) trust: Trust,
    pub(super) kept: Kept,
    pub(super) at: Timestamp,
    /// What a timestamp should be about.
    pub(super) content: Option<Vec<u8>>,
}

/// What was found.
pub(super) struct Found {
    /// Stable name of the kind.
    pub(super) what: &'static str,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) checks: Vec<Check>,
    pub(super) evidence: Vec<Evidence>,
}

// === impl Found ===

impl Found {
    pub(super) fn outcome(&self) -> &'static str {
        let any = |is: fn(Said) -> bool| self.checks.iter().any(|check| is(check.said));
        if any(|said| matches!(said, Said::Invalid(_))) {
            "invalid"
        } else if any(|said| matches!(said, Said::Undetermined(_))) {
            "undetermined"
        } else {
            "valid"
        }
    }
}

// === impl Looked ===

impl Looked {
    pub(super) fn at(&self, kind: Kind, bytes: &[u8]) -> anyhow::Result<Found> {
        match kind {
            Kind::Certificate => Ok(self.certificate(&Certificate::parse(bytes)?)),
            Kind::Crl => self.list(bytes),
            Kind::Ocsp => self.answer(bytes),
            Kind::Timestamp => self.token(bytes),
            Kind::Cms | Kind::Xml => anyhow::bail!("a signature"),
        }
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(self.trust.clone(), Policy::default())
    }

    fn certificate(&self, certificate: &Certificate) -> Found {
        let verifier = self.verifier();
        let examined = verifier.certificate(certificate, self.at, &self.kept);
        let roles = certificate.roles();
        let roles: Vec<&str> = roles.iter().map(Role::as_str).collect();
        let mut facts = vec![
            ("subject", certificate.subject().printed()),
            ("issuer", certificate.issuer().printed()),
            ("serial", hex::encode(certificate.serial())),
            ("sha256", hex::encode(certificate.sha256())),
            ("from", certificate.not_before().to_string()),
            ("until", certificate.not_after().to_string()),
        ];
        if !roles.is_empty() {
            facts.push(("roles", roles.join(", ")));
        }
        Found {
            what: "certificate",
            facts,
            checks: examined
                .checks
                .iter()
                .filter(|check| is_about_it(*check))
                .collect(),
            evidence: examined.evidence,
        }
    }

    fn list(&self, bytes: &[u8]) -> anyhow::Result<Found> {
        let read = crl::parse(bytes)?;
        let mut facts = vec![
            ("issuer", read.issuer()),
            ("made", read.this_update().to_string()),
        ];
        facts.extend(read.next_update().map(|next| ("next", next.to_string())));
        facts.push(("entries", read.revoked().to_string()));
        let open = |issuer: &Certificate| {
            if read.is_delta() {
                Delta::open(bytes, issuer).map(drop)
            } else {
                Crl::open(bytes, issuer).map(drop)
            }
        };
        let (signature, issuer) = self.issued(open, |error| match error {
            CrlError::OtherIssuer => None,
            CrlError::Algorithm => Some(Reason::AlgorithmUnsupported),
            CrlError::NotAllowed => Some(Reason::KeyUsageForbids),
            CrlError::Malformed(_) | CrlError::Partial(_) => Some(Reason::Malformed),
            _ => Some(Reason::SignatureWrong),
        });
        let validity = self.current(read.this_update(), read.next_update());
        Ok(Found {
            what: if read.is_delta() { "delta-crl" } else { "crl" },
            facts,
            checks: self.checks(signature, issuer, validity),
            evidence: Vec::new(),
        })
    }

    fn answer(&self, bytes: &[u8]) -> anyhow::Result<Found> {
        let read = ocsp::parse(bytes)?;
        let mut facts = Vec::new();
        facts.extend(read.responder().map(|name| ("responder", name)));
        facts.push(("made", read.produced_at().to_string()));
        facts.extend(read.next_update().map(|next| ("next", next.to_string())));
        for (serial, status, _) in read.about() {
            let serial = hex::encode(serial);
            facts.push(match status {
                Status::Good => ("good", serial),
                // "I never issued it" (RFC 6960, 4.4.8).
                Status::Unknown => ("unknown", serial),
                Status::Revoked { since, .. } if since == Timestamp::UNIX_EPOCH => {
                    ("unknown", serial)
                }
                Status::Revoked { since, on_hold } => {
                    let name = if on_hold { "on-hold" } else { "revoked" };
                    (name, format!("{serial}, {since}"))
                }
            });
        }
        let (signature, issuer) = self.issued(
            |issuer| read.check(issuer),
            |error| match error {
                OcspError::ResponderMissing | OcspError::NotAuthorised => None,
                OcspError::ResponderNotInTime => Some(Reason::Expired),
                OcspError::Algorithm => Some(Reason::AlgorithmUnsupported),
                OcspError::Signature => Some(Reason::SignatureWrong),
                _ => Some(Reason::Malformed),
            },
        );
        let since = read.about().map(|(.., at)| at).max();
        let since = since.unwrap_or_else(|| read.produced_at());
        let next = read.next_update().unwrap_or(since + self.kept.ocsp_age_max);
        let validity = self.current(since, Some(next));
        Ok(Found {
            what: "ocsp",
            facts,
            checks: self.checks(signature, issuer, validity),
            evidence: Vec::new(),
        })
    }

    fn token(&self, bytes: &[u8]) -> anyhow::Result<Found> {
        let read = tsp::parse(bytes)?;
        let mut facts = vec![
            ("made", read.at().to_string()),
            ("policy", oid::dotted(read.policy())),
        ];
        if let Some(authority) = read.authority() {
            facts.push(("authority", authority.subject().printed()));
            facts.push(("issuer", authority.issuer().printed()));
        }
        let signature = Said::from(read.signed());
        let content = self.content.as_deref();
        let integrity = |token: &Token| match content.map(|content| token.covers(content)) {
            None => Said::NotAsked,
            Some(covers) => covers.map_err(|_| Reason::DigestMismatch).into(),
        };
        let checked = read.check(&self.trust);
        let said = |aspect| match &checked {
            _ if aspect == Aspect::Signature => signature,
            Ok(token) if aspect == Aspect::Integrity => integrity(token),
            Ok(_) => Said::Valid,
            Err(error) if blamed(error).0 == aspect && signature == Said::Valid => {
                Said::Invalid(blamed(error).1)
            }
            Err(_) => Said::Undetermined(Lack::NotExamined),
        };
        let aspects = [
            Aspect::Integrity,
            Aspect::Signature,
            Aspect::Chain,
            Aspect::Validity,
            Aspect::Usage,
        ];
        Ok(Found {
            what: "timestamp",
            facts,
            checks: listed(&aspects.map(|aspect| (aspect, said(aspect)))),
            evidence: Vec::new(),
        })
    }

    /// Tries every authority. `wrong` says what an error means, or none if it only means another authority.
    fn issued<E>(
        &self,
        open: impl Fn(&Certificate) -> Result<(), E>,
        wrong: impl Fn(&E) -> Option<Reason>,
    ) -> (Said, Option<&Certificate>) {
        let mut said = Said::Undetermined(Lack::IssuerMissing);
        for issuer in self.trust.authorities() {
            match open(issuer) {
                Ok(()) => return (Said::Valid, Some(issuer)),
                Err(error) => {
                    if let Some(reason) = wrong(&error) {
                        said = Said::Invalid(reason);
                    }
                }
            }
        }
        (said, None)
    }

    fn current(&self, since: Timestamp, next: Option<Timestamp>) -> Said {
        if self.at < since {
            Said::Invalid(Reason::NotYetValid)
        } else if next.is_some_and(|next| self.at > next) {
            Said::Undetermined(Lack::Stale)
        } else {
            Said::Valid
        }
    }

    fn checks(&self, signature: Said, issuer: Option<&Certificate>, validity: Said) -> Vec<Check> {
        let chain = match issuer {
            None => Said::Undetermined(Lack::NotExamined),
            Some(issuer) => {
                let verifier = self.verifier();
                let examined = verifier.certificate(issuer, self.at, &self.kept);
                examined.checks.of(Aspect::Chain)
            }
        };
        listed(&[
            (Aspect::Signature, signature),
            (Aspect::Chain, chain),
            (Aspect::Validity, validity),
        ])
    }
}

/// What a token fails at. Its signature is looked at before.
fn blamed(error: &TspError) -> (Aspect, Reason) {
    match error {
        TspError::NotForStamping => (Aspect::Usage, Reason::PurposeForbids),
        TspError::Wrong(reason @ Reason::CriticalExtension) => (Aspect::Usage, *reason),
        TspError::Wrong(reason @ (Reason::Expired | Reason::NotYetValid)) => {
            (Aspect::Validity, *reason)
        }
        TspError::Wrong(reason) => (Aspect::Chain, *reason),
        _ => (Aspect::Integrity, Reason::TimestampWrong),
    }
}

/// A certificate by itself has no content, and nobody in particular is expected.
fn is_about_it(check: Check) -> bool {
    check.aspect != Aspect::Integrity && check.said != Said::NotAsked
}

fn listed(checks: &[(Aspect, Said)]) -> Vec<Check> {
    checks
        .iter()
        .map(|&(aspect, said)| Check { aspect, said })
        .collect()
}
