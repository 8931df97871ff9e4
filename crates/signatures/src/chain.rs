//! From a signer's certificate up to a configured anchor (RFC 5280, 6, as far as it applies here).
//!
//! Takes a certificate, the certificates that may lie between, the anchors and an instant; gives the
//! way up. An issuer is found by the DER of its name and, where both sides have one, the key identifier
//! (kz.md 1.1); a validity period need not lie inside the issuer's. Never fetches anything.

use std::sync::OnceLock;

use jiff::Timestamp;

use crate::algorithm::{Algorithm, find};
use crate::certificate::Certificate;
use crate::extensions::usage;
use crate::report::Said;
use crate::revocation::Lack;
use crate::verdict::Reason;

/// How many signatures of certificates may still be checked for one document: those that came along
/// are the stranger's, and he could plait them.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// Enough for one way that is hard to find, and for two easy ones of each signer: his own and his timestamp's.
    pub(crate) fn of(signers: usize) -> Self {
        Self(40 + 16 * signers)
    }

    fn spend(&mut self) -> bool {
        let left = self.0.checked_sub(1);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// Whom to trust.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    anchors: Vec<Certificate>,
    intermediates: Vec<Certificate>,
}

/// A certificate that cannot be an anchor or stand between.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a certification authority: {0}")]
pub struct NotAnAuthority(pub String);

impl Trust {
    /// Trusts `anchors` for their own sake, and uses `intermediates` to find the way to them.
    pub fn new(
        anchors: Vec<Certificate>,
        intermediates: Vec<Certificate>,
    ) -> Result<Self, NotAnAuthority> {
        match anchors
            .iter()
            .chain(&intermediates)
            .find(|other| !other.extensions().is_authority)
        {
            Some(other) => Err(NotAnAuthority(other.subject().printed())),
            None => Ok(Self {
                anchors,
                intermediates,
            }),
        }
    }

    /// Trusts the self-issued of these certificates, and uses the others to find the way to them.
    pub fn of(certificates: Vec<Certificate>) -> Result<Self, NotAnAuthority> {
        let (anchors, intermediates) = certificates
            .into_iter()
            .partition(|one| one.subject() == one.issuer());
        Self::new(anchors, intermediates)
    }

    /// All authorities that are configured, anchors first.
    pub fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        self.anchors.iter().chain(&self.intermediates)
    }

    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// Those that are only used to find the way to an anchor.
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }
}

/// On what ways are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'g> {
    pub(crate) trust: &'g Trust,
    pub(crate) algorithms: &'g [&'static dyn Algorithm],
    pub(crate) authorities_max: usize,
    /// Which authorities of `trust` signed which by these `algorithms`, for those who ask often.
    pub(crate) links: Option<&'g Links>,
}

/// Pairs of configured authorities, by their places, of which the second signed the first. They never
/// change, so their signatures are checked once, when the first way is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links(OnceLock<Vec<(usize, usize)>>);

impl Links {
    /// Whether these very authorities are known to be such a pair.
    fn holds(&self, ground: &Ground<'_>, child: &Certificate, issuer: &Certificate) -> bool {
        let authorities = || ground.trust.authorities().enumerate();
        let place = |one: &Certificate| {
            let found = authorities().find(|(_, other)| std::ptr::eq(*other, one));
            found.map(|(place, _)| place)
        };
        let (Some(child), Some(issuer)) = (place(child), place(issuer)) else {
            return false;
        };
        let pairs = self.0.get_or_init(|| {
            let signed_by = |(below, child): (usize, &Certificate)| {
                let issuers = authorities().filter(|(_, issuer)| {
                    names_match(child, issuer) && signed(ground.algorithms, child, issuer).is_ok()
                });
                issuers.map(|(above, _)| (below, above)).collect::<Vec<_>>()
            };
            authorities().flat_map(signed_by).collect()
        });
        pairs.contains(&(child, issuer))
    }
}

/// Looks for a way from `leaf` to an anchor. The way begins with `leaf` and ends with the anchor.
pub(crate) fn climb<'a>(
    leaf: &'a Certificate,
    along: &'a [Certificate],
    ground: Ground<'a>,
    at: Timestamp,
    budget: &mut Budget,
) -> Result<Vec<&'a Certificate>, Reason> {
    let mut search = Search {
        ground,
        along,
        at,
        budget,
        obstacle: None,
    };
    let mut path = vec![leaf];
    if search.step(&mut path) {
        Ok(path)
    } else {
        Err(search.obstacle.unwrap_or(Reason::UntrustedIssuer))
    }
}

struct Search<'a, 's> {
    ground: Ground<'a>,
    along: &'a [Certificate],
    at: Timestamp,
    budget: &'s mut Budget,
    /// Why the first issuer that really signed could not be used.
    obstacle: Option<Reason>,
}

impl<'a> Search<'a, '_> {
    fn step(&mut self, path: &mut Vec<&'a Certificate>) -> bool {
        for anchor in &self.ground.trust.anchors {
            if self.is_issuer(path, anchor) {
                path.push(anchor);
                return true;
            }
        }
        if path.len() > self.ground.authorities_max {
            return false;
        }
        for middle in self.ground.trust.intermediates.iter().chain(self.along) {
            if path.contains(&middle) || !self.is_issuer(path, middle) {
                continue;
            }
            path.push(middle);
            if self.step(path) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Whether `candidate` signed the last certificate of the way, and may stand above it.
    fn is_issuer(&mut self, path: &[&Certificate], candidate: &Certificate) -> bool {
        let Some(child) = path.last() else {
            return false;
        };
        if !names_match(child, candidate) {
            return false;
        }
        match self
            .signed(child, candidate)
            .and_then(|()| self.may_stand(path, candidate))
        {
            Ok(()) => true,
            Err(Reason::SignatureWrong) => false,
            Err(reason) => {
                self.obstacle.get_or_insert(reason);
                false
            }
        }
    }

    fn signed(&mut self, child: &Certificate, issuer: &Certificate) -> Result<(), Reason> {
        let is_known = |links: &Links| links.holds(&self.ground, child, issuer);
        if self.ground.links.is_some_and(is_known) {
            Ok(())
        } else if self.budget.spend() {
            signed(self.ground.algorithms, child, issuer)
        } else {
            Err(Reason::SignatureWrong)
        }
    }

    fn may_stand(&self, path: &[&Certificate], candidate: &Certificate) -> Result<(), Reason> {
        let extensions = candidate.extensions();
        if !extensions.unknown_critical.is_empty() {
            return Err(Reason::CriticalExtension);
        }
        // Authorities below the candidate that count: self-issued ones do not (RFC 5280, 4.2.1.9).
        let below = path
            .iter()
            .skip(1)
            .filter(|middle| middle.subject() != middle.issuer())
            .count();
        let too_long = extensions
            .path_length
            .is_some_and(|most| below > usize::try_from(most).unwrap_or(usize::MAX));
        if !extensions.is_authority || !extensions.allows(usage::KEY_CERT_SIGN) || too_long {
            return Err(Reason::ChainForbidden);
        }
        in_time(candidate, self.at).map_err(|_| Reason::AuthorityNotInTime)
    }
}

fn signed(
    algorithms: &[&'static dyn Algorithm],
    child: &Certificate,
    issuer: &Certificate,
) -> Result<(), Reason> {
    let statement = child.signature_algorithm();
    let algorithm = find(algorithms, statement).ok_or(Reason::AlgorithmUnsupported)?;
    algorithm
        .verify(issuer.key(), statement, child.signed(), child.signature())
        .map_err(Reason::from)
}

/// What is to be said about the issuer's signature on a certificate, if one of these issued it.
pub(crate) fn issued_by<'a>(
    certificate: &Certificate,
    issuers: impl Iterator<Item = &'a Certificate>,
    algorithms: &[&'static dyn Algorithm],
) -> Said {
    let mut said = Said::Undetermined(Lack::IssuerMissing);
    for issuer in issuers.filter(|issuer| names_match(certificate, issuer)) {
        said = signed(algorithms, certificate, issuer).into();
        if said == Said::Valid {
            break;
        }
    }
    said
}

/// Whether the certificate may be used at that instant.
pub(crate) fn in_time(certificate: &Certificate, at: Timestamp) -> Result<(), Reason> {
    if at < certificate.not_before() {
        Err(Reason::NotYetValid)
    } else if at > certificate.not_after() {
        Err(Reason::Expired)
    } else {
        Ok(())
    }
}

fn names_match(child: &Certificate, issuer: &Certificate) -> bool {
    let keys = (
        &child.extensions().authority_key_id,
        &issuer.extensions().subject_key_id,
    );
    child.issuer().der() == issuer.subject().der()
        && match keys {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        }
}
