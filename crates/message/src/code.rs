//! Names that configuration gives: services, participants, registers, providers, lanes.
//!
//! A name is lower-case ASCII letters, digits, `-` and (lanes only) `.`, at most 64 bytes: it becomes part
//! of routing keys and metric labels, so nothing else may enter.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Serialize};

/// A name that does not follow the rules of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a valid name: use 1 to 64 of a-z, 0-9 and `-`{and_dot}", and_dot = if *.dots { ", words joined by `.`" } else { "" })]
pub struct InvalidCode {
    given: String,
    dots: bool,
}

const BYTES_MAX: usize = 64;

fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !word.starts_with('-')
        && !word.ends_with('-')
}

fn checked(given: &str, dots: bool) -> Result<String, InvalidCode> {
    let fits = given.len() <= BYTES_MAX
        && if dots {
            given.split('.').all(is_word)
        } else {
            is_word(given)
        };
    if fits {
        Ok(given.to_owned())
    } else {
        Err(InvalidCode {
            given: given.chars().take(BYTES_MAX).collect(),
            dots,
        })
    }
}

/// What a name names; tells the types apart.
pub trait Named: Clone + Ord + std::hash::Hash + fmt::Debug {
    /// Whether the name is several words joined by dots.
    const DOTS: bool = false;
}

/// A checked name of something of kind `K`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String", bound = "")]
pub struct Name<K: Named>(String, PhantomData<K>);

/// A public service, for example `apostille`: the name of its regulation.
pub type ServiceCode = Name<kind::Service>;
/// A system that may send messages, for example `portal`.
pub type ParticipantId = Name<kind::Participant>;
/// A service provider, for example `committee`.
pub type ProviderCode = Name<kind::Provider>;
/// A state register, for example `gbd-fl`.
pub type RegisterName = Name<kind::Register>;
/// A lane, which is also the name of its queue: `<service>.<what>`, for example `registry.gbd-fl`.
pub type LaneName = Name<kind::Lane>;

/// The kinds of [`Name`].
pub mod kind {
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Service {}
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Participant {}
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Provider {}
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Register {}
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Lane {}

    impl super::Named for Service {}
    impl super::Named for Participant {}
    impl super::Named for Provider {}
    impl super::Named for Register {}
    impl super::Named for Lane {
        const DOTS: bool = true;
    }
}

impl<K: Named> Name<K> {
    /// Checks the name. Fails with [`InvalidCode`], which repeats what was given.
    pub fn new(given: &str) -> Result<Self, InvalidCode> {
        checked(given, K::DOTS).map(|name| Self(name, PhantomData))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K: Named> fmt::Display for Name<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<K: Named> fmt::Debug for Name<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<K: Named> TryFrom<String> for Name<K> {
    type Error = InvalidCode;
    fn try_from(given: String) -> Result<Self, InvalidCode> {
        Self::new(&given)
    }
}

impl<K: Named> From<Name<K>> for String {
    fn from(name: Name<K>) -> String {
        name.0
    }
}

impl<K: Named> std::str::FromStr for Name<K> {
    type Err = InvalidCode;
    fn from_str(given: &str) -> Result<Self, InvalidCode> {
        Self::new(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_words_joined_by_dots() {
        assert_eq!(
            LaneName::new("registry.gbd-fl").unwrap().as_str(),
            "registry.gbd-fl"
        );
        for bad in [
            "",
            ".",
            "registry.",
            "Registry",
            "a b",
            "a.*",
            "a.#",
            "-a",
            &"x".repeat(65),
        ] {
            assert!(LaneName::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn other_names_have_no_dots() {
        assert!(ServiceCode::new("archive-certificate").is_ok());
        assert!(ServiceCode::new("archive.certificate").is_err());
    }
}
