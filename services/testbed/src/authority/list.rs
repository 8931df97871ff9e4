//! Which revocation lists there are, and where they lie.

use super::Hierarchy;

/// One of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    pub hierarchy: Hierarchy,
    pub kind: Kind,
}

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of the root, about issuing authorities: always empty.
    Root,
    /// Of the issuing authority, about people, officials and systems.
    Issuing,
    /// What came to that since the authority was made (RFC 5280 5.2.4).
    Delta,
}

/// What is written on the lists besides those who always are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entries<'a> {
    /// Names of identities, on the full list and on the delta list.
    pub revoked: &'a [String],
    /// On the delta list alone.
    pub revoked_since: &'a [String],
}

impl List {
    pub fn all() -> impl Iterator<Item = Self> {
        Hierarchy::ALL.into_iter().flat_map(|hierarchy| {
            [Kind::Root, Kind::Issuing, Kind::Delta].map(|kind| Self { hierarchy, kind })
        })
    }

    /// Its file name under the lists' address.
    pub fn file_name(self) -> String {
        let kind = match self.kind {
            Kind::Root => "root",
            Kind::Issuing => "issuing",
            Kind::Delta => "delta",
        };
        format!("{}-{kind}.crl", self.hierarchy.name())
    }
}
