//! The two hierarchies: which keys each certifies, and what it is called.

use crate::cast::Key;

/// The hierarchies of the authority: the real one has these two side by side (kz.md 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hierarchy {
    /// GOST 34.10-2015 with 512 bits, for every GOST key.
    Gost,
    /// RSA, for RSA and P-256 keys.
    Rsa,
}

impl Hierarchy {
    pub const ALL: [Self; 2] = [Self::Gost, Self::Rsa];

    /// The one that certifies keys of this kind.
    pub fn of(key: Key) -> Self {
        match key {
            Key::Gost2015With512 | Key::Gost2015With256 | Key::Gost2004 => Self::Gost,
            Key::Rsa2048 | Key::EcdsaP256 => Self::Rsa,
        }
    }

    /// How its files begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gost => "gost",
            Self::Rsa => "rsa",
        }
    }

    /// The key of its authorities.
    pub(super) fn key(self) -> Key {
        match self {
            Self::Gost => Key::Gost2015With512,
            Self::Rsa => Key::Rsa2048,
        }
    }

    /// The names of the real authorities, plainly marked.
    pub(super) fn common_name(self, kind: &str) -> String {
        let family = self.name().to_uppercase();
        format!("{kind} КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ({family}) KEZEK TESTBED")
    }
}
