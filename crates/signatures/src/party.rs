//! Who has to sign: parties in, findings about role and identity out.
//!
//! One of the signers, of one document or of several together, has to be one of the parties; the others may
//! be anybody, if their signatures hold. What is asked of whom is the caller's rule.

use crate::private::Private;
use crate::report::{Aspect, Report, Said};
use crate::role::Role;
use crate::verdict::{Reason, Signer};

/// Somebody who may be the one. Everything that is stated must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Twelve digits of a person.
    pub iin: Option<Private>,
    /// Twelve digits of an organisation.
    pub bin: Option<Private>,
    /// At least one of these must stand in the certificate. Empty: any will do.
    pub roles: Vec<Role>,
}

impl Party {
    /// Whether this signer is who is meant, and has a role that is asked for.
    pub fn fits(&self, signer: &Signer) -> bool {
        self.is(signer) && self.may(signer)
    }

    fn is(&self, signer: &Signer) -> bool {
        let fits =
            |wanted: &Option<Private>, has: &Option<Private>| wanted.is_none() || wanted == has;
        fits(&self.iin, &signer.subject.iin) && fits(&self.bin, &signer.subject.bin)
    }

    fn may(&self, signer: &Signer) -> bool {
        self.roles.is_empty() || signer.roles.iter().any(|role| self.roles.contains(role))
    }
}

/// How far one signer fits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Not,
    Person,
    PersonAndRole,
}

/// Holds the signers of all reports together against those of whom one has to sign, and writes down the
/// findings. Without parties nothing is asked.
pub fn expect(reports: &mut [Report<'_>], parties: &[Party]) {
    if parties.is_empty() {
        return;
    }
    let fit = |signer: Option<&Signer>| {
        let fits = parties.iter().filter_map(|party| {
            let signer = signer.filter(|signer| party.is(signer))?;
            Some(if party.may(signer) {
                Fit::PersonAndRole
            } else {
                Fit::Person
            })
        });
        fits.max().unwrap_or(Fit::Not)
    };
    let signers = reports.iter().flat_map(|report| &report.signers);
    let best = signers
        .map(|one| fit(one.signer.as_ref()))
        .max()
        .unwrap_or(Fit::Not);
    let asked_for_roles = parties.iter().any(|party| !party.roles.is_empty());
    for one in reports.iter_mut().flat_map(|report| &mut report.signers) {
        let (identity, role) = match (fit(one.signer.as_ref()), best) {
            (Fit::PersonAndRole, _) => (Said::Valid, Said::Valid),
            (Fit::Person, Fit::PersonAndRole) => (Said::Valid, Said::NotAsked),
            (Fit::Person, _) => (Said::Valid, Said::Invalid(Reason::RoleForbids)),
            (Fit::Not, Fit::Not) => (Said::Invalid(Reason::SignerDiffers), Said::NotAsked),
            (Fit::Not, _) => (Said::NotAsked, Said::NotAsked),
        };
        one.checks.set(Aspect::Identity, identity);
        if asked_for_roles {
            one.checks.set(Aspect::Role, role);
        }
    }
}

/// The parties to hold this report against by itself, later, so that it says the same as it did when [`expect`]
/// held it together with others: all of them if the one who may sign is in it, whoever they are without their
/// roles if he is in another, nobody if none of them is in it.
pub fn share(report: &Report<'_>, parties: &[Party]) -> Vec<Party> {
    let says = |aspect, wanted: Said| {
        let mut signers = report.signers.iter();
        signers.any(|one| one.checks.of(aspect) == wanted)
    };
    let is_asked = |aspect| {
        let mut signers = report.signers.iter();
        signers.any(|one| one.checks.of(aspect) != Said::NotAsked)
    };
    if !is_asked(Aspect::Identity) {
        return Vec::new();
    }
    let asked_for_roles = parties.iter().any(|party| !party.roles.is_empty());
    if asked_for_roles && says(Aspect::Identity, Said::Valid) && !is_asked(Aspect::Role) {
        let anyhow = |party: &Party| Party {
            roles: Vec::new(),
            ..party.clone()
        };
        return parties.iter().map(anyhow).collect();
    }
    parties.to_vec()
}
