//! The cast: every person, organisation and information system the testbed plays or plays for.
//!
//! Nobody here exists. People are born in the last years of this century, names say that they are samples,
//! mail ends in `.test`, and check digits are found by asking `message` which digit makes a number valid.
//! In: nothing. Out: the same cast every time. Certificates are made of it by `authority`, the registers
//! answer from it.

use message::{Bin, Iin};
use serde::{Deserialize, Serialize};

mod everybody;

pub use everybody::everybody;

/// What a member of the cast is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A person who applies for himself.
    Applicant,
    /// The first head of an organisation: applies for it.
    Head,
    /// A person who files for another under a power of attorney (G5).
    Representative,
    /// An operator of the front office.
    Operator,
    /// A provider's employee, who files in the provider channel (X9).
    Employee,
    /// A provider's authorised person, who signs statuses and results (G4).
    Signer,
    /// An information system.
    System,
}

/// Whether the certificate of a member passes (G1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Good,
    Revoked,
    Expired,
}

/// The key of a member. Most have the first, as everybody has it who was certified since 2024 (kz.md 1.5);
/// the others keep every algorithm in use that may still be presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    #[serde(rename = "gost2015-512")]
    Gost2015With512,
    #[serde(rename = "gost2015-256")]
    Gost2015With256,
    #[serde(rename = "gost2004")]
    Gost2004,
    #[serde(rename = "rsa2048")]
    Rsa2048,
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
}

/// A person, as the register of persons would have him.
#[derive(Debug, Clone)]
pub struct Person {
    pub iin: Iin,
    pub surname: &'static str,
    pub given_name: &'static str,
    pub patronymic: &'static str,
    /// ISO 8601 date.
    pub birth_date: &'static str,
    /// As the register of persons writes it: 1 male, 2 female.
    pub gender: &'static str,
    /// False where the register of persons answers that it knows nobody.
    pub registered: bool,
}

/// An organisation, as the register of legal entities would have it.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub bin: Bin,
    pub name_kk: &'static str,
    pub name_ru: &'static str,
}

/// One of the cast.
#[derive(Debug, Clone)]
pub struct Member {
    /// Name of its files and on command lines: lower-case, unique.
    pub name: &'static str,
    pub role: Role,
    pub standing: Standing,
    pub key: Key,
    /// None for an information system.
    pub person: Option<Person>,
    /// None for a private person.
    pub organisation: Option<Organisation>,
}

impl Member {
    /// "SURNAME NAME" of a person, `ИС "…"` of a system: the common name of its certificate (kz.md 1.3).
    pub fn common_name(&self) -> String {
        match (&self.person, &self.organisation) {
            (Some(p), _) => format!("{} {}", p.surname, p.given_name).to_uppercase(),
            (None, Some(o)) => format!("ИС \"{}\"", o.name_ru),
            (None, None) => self.name.to_owned(),
        }
    }

    /// Where mail for it goes in the tests.
    pub fn email(&self) -> String {
        format!("{}@mail.test", self.name)
    }

    /// E.164, in a code that no operator has: it ends in month and day of birth.
    pub fn phone(&self) -> String {
        let birth = self
            .person
            .as_ref()
            .map_or("2099-00-00", |p| p.birth_date)
            .replace('-', "");
        format!("+7000000{}", &birth[4..])
    }
}

/// A power of attorney, as the notary register has it.
#[derive(Debug, Clone)]
pub struct Power {
    pub number: &'static str,
    /// Name of the member who gave it.
    pub principal: &'static str,
    /// Name of the member who acts under it.
    pub representative: &'static str,
    /// ISO 8601 date of its last day.
    pub valid_until: &'static str,
}

/// A system with a client certificate for the front door of intake.
#[derive(Debug, Clone, Copy)]
pub struct Participant {
    pub name: &'static str,
    /// The DNS name in its certificate.
    pub dns: &'static str,
}

/// Those the platform knows, and one it does not.
pub const PARTICIPANTS: [Participant; 5] = [
    Participant {
        name: "portal",
        dns: "portal.kezek.test",
    },
    Participant {
        name: "front-office",
        dns: "front-office.kezek.test",
    },
    Participant {
        name: "committee",
        dns: "committee.kezek.test",
    },
    Participant {
        name: "national-archive",
        dns: "national-archive.kezek.test",
    },
    Participant {
        name: "stranger",
        dns: "stranger.kezek.test",
    },
];

/// The confirmed powers of attorney.
pub const POWERS: [Power; 2] = [
    Power {
        number: "ENIS-0001",
        principal: "aigul",
        representative: "samat",
        valid_until: "2099-12-31",
    },
    Power {
        number: "ENIS-0002",
        principal: "dana",
        representative: "samat",
        valid_until: "2099-12-31",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_a_name_and_numbers_of_his_own() {
        let all = everybody();
        let names: BTreeSet<_> = all.iter().map(|m| m.name).collect();
        let iins: BTreeSet<_> = all
            .iter()
            .filter_map(|m| m.person.as_ref())
            .map(|p| p.iin.reveal())
            .collect();
        assert_eq!(names.len(), all.len());
        assert_eq!(
            iins.len(),
            all.iter().filter(|m| m.person.is_some()).count()
        );
    }

    #[test]
    fn nobody_of_the_cast_can_be_born_yet() {
        for person in everybody().into_iter().filter_map(|m| m.person) {
            assert!(person.birth_date > "2087-01-01", "{}", person.given_name);
        }
    }

    #[test]
    fn organisations_of_officials_are_the_participants_organisations() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/participants.toml"
        );
        let file: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
        for participant in file["participants"].as_array().unwrap() {
            let bin = participant["bin"].as_str().unwrap();
            let system = format!("{}-system", participant["id"].as_str().unwrap());
            let organisation = everybody().into_iter().find(|m| m.name == system).unwrap();
            assert_eq!(
                organisation.organisation.unwrap().bin.reveal(),
                bin,
                "{system}"
            );
        }
    }

    #[test]
    fn powers_are_given_by_and_to_people_of_the_cast() {
        let all = everybody();
        for power in POWERS {
            for name in [power.principal, power.representative] {
                assert!(
                    all.iter().any(|m| m.name == name && m.person.is_some()),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn every_role_and_every_standing_is_played() {
        use Role::{Applicant, Employee, Head, Operator, Representative, Signer, System};
        let all = everybody();
        for role in [
            Applicant,
            Head,
            Representative,
            Operator,
            Employee,
            Signer,
            System,
        ] {
            assert!(all.iter().any(|m| m.role == role), "{role:?}");
        }
        for standing in [Standing::Good, Standing::Revoked, Standing::Expired] {
            assert!(all.iter().any(|m| m.standing == standing), "{standing:?}");
        }
    }

    #[test]
    fn most_have_a_gost_key_of_512_bits_and_every_other_key_is_in_use() {
        let all = everybody();
        let with = |key| all.iter().filter(|m| m.key == key).count();
        assert!(with(Key::Gost2015With512) > all.len() / 2);
        for key in [
            Key::Gost2015With256,
            Key::Gost2004,
            Key::Rsa2048,
            Key::EcdsaP256,
        ] {
            assert!(with(key) > 0, "{key:?}");
        }
    }
}
