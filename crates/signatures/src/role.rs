//! The roles that the national authority writes into a certificate's extended key usage (kz.md 1.4).
//!
//! Roles are cumulative: a head is an organisation's person *and* its head. Which role may sign what is
//! the caller's rule; here they only get names.

use crate::oid;

/// What the owner of a certificate is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// …1.1: a person who acts for himself.
    Person,
    /// …1.1.1: an information system of a person.
    PersonSystem,
    /// …1.2: somebody of an organisation.
    Organisation,
    /// …1.2.1: first head, who may sign everything.
    Head,
    /// …1.2.2: has the right to sign.
    Signer,
    /// …1.2.3: signs financial documents.
    FinancialSigner,
    /// …1.2.4: staff of human resources.
    HumanResources,
    /// …1.2.5: employee.
    Employee,
    /// …1.2.6 and below: an information system of an organisation.
    OrganisationSystem,
    /// Any other of the registry, dotted.
    Other(String),
}

impl Role {
    /// The role that these content octets of an object identifier stand for.
    pub fn of(purpose: &[u8]) -> Self {
        match purpose.strip_prefix(oid::KZ_ROLES) {
            Some([1]) => Self::Person,
            Some([1, 1]) => Self::PersonSystem,
            Some([2]) => Self::Organisation,
            Some([2, 1]) => Self::Head,
            Some([2, 2]) => Self::Signer,
            Some([2, 3]) => Self::FinancialSigner,
            Some([2, 4]) => Self::HumanResources,
            Some([2, 5]) => Self::Employee,
            Some([2, 6, ..]) => Self::OrganisationSystem,
            _ => Self::Other(oid::dotted(purpose)),
        }
    }

    /// The role of this stable name; a name that is none of them is taken for a dotted identifier.
    pub fn named(name: &str) -> Self {
        let known = Self::KNOWN.iter().find(|role| role.as_str() == name);
        known.map_or_else(|| Self::Other(name.to_owned()), Self::clone)
    }

    /// The roles that have a name of their own.
    pub const KNOWN: [Self; 9] = [
        Self::Person,
        Self::PersonSystem,
        Self::Organisation,
        Self::Head,
        Self::Signer,
        Self::FinancialSigner,
        Self::HumanResources,
        Self::Employee,
        Self::OrganisationSystem,
    ];

    /// Stable name, as configuration and contracts write it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person => "person",
            Self::PersonSystem => "person-system",
            Self::Organisation => "organisation",
            Self::Head => "head",
            Self::Signer => "signer",
            Self::FinancialSigner => "financial-signer",
            Self::HumanResources => "human-resources",
            Self::Employee => "employee",
            Self::OrganisationSystem => "organisation-system",
            Self::Other(dotted) => dotted,
        }
    }
}
