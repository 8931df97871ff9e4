//! What a query asks: the member `query` of a message, and what has to hold of it before it is asked.
//!
//! In: JSON, strictly read. Out: the noun that travels, or the member that is wrong. What was written is never
//! repeated.

use fault::door::MALFORMED;
use message::{Bin, Iin, Number, PersonalNumber, RegisterName, ServiceCode, Subject};
use serde::{Deserialize, Deserializer, de::Error};

use crate::problem::Problem;

/// What a register is asked, about whom, and why (X15).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub register: RegisterName,
    pub subject: About,
    pub purpose: String,
    /// The application it is asked for, if there is one.
    pub application: Option<Number>,
}

/// Whom or what it is about: the members of exactly one kind of subject.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// A person.
    pub iin: Option<Iin>,
    /// An organisation.
    pub bin: Option<Bin>,
    /// A power of attorney, by its number, with who gave it and who acts by it.
    pub power_of_attorney: Option<String>,
    #[serde(deserialize_with = "number")]
    pub principal: Option<PersonalNumber>,
    pub representative: Option<Iin>,
    /// A payment, by its receipt, with who paid what for which service.
    pub receipt: Option<String>,
    #[serde(deserialize_with = "number")]
    pub payer: Option<PersonalNumber>,
    pub service: Option<ServiceCode>,
    pub amount_tenge: Option<u64>,
}

/// An IIN or a BIN, as text.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PersonalNumber>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let number = text.map(|text| PersonalNumber::new(&text).map_err(D::Error::custom));
    number.transpose()
}

impl std::fmt::Debug for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("About")
    }
}

const SUBJECTS: &str = "must have exactly one of: iin; bin; power_of_attorney, principal, representative; \
                        receipt, payer, service, amount_tenge";

impl About {
    /// The noun; none where members are missing, or are of several subjects.
    pub fn subject(&self) -> Option<Subject> {
        let only = |own: About| *self == own;
        if let Some(iin) = &self.iin {
            let own = About {
                iin: self.iin.clone(),
                ..About::default()
            };
            return only(own).then(|| Subject::Person(iin.clone()));
        }
        if let Some(bin) = &self.bin {
            let own = About {
                bin: self.bin.clone(),
                ..About::default()
            };
            return only(own).then(|| Subject::Organisation(bin.clone()));
        }
        if let Some(number) = &self.power_of_attorney {
            let own = About {
                power_of_attorney: self.power_of_attorney.clone(),
                principal: self.principal.clone(),
                representative: self.representative.clone(),
                ..About::default()
            };
            return Some(Subject::PowerOfAttorney {
                number: number.clone(),
                principal: self.principal.clone()?,
                representative: self.representative.clone()?,
            })
            .filter(|_| only(own));
        }
        let own = About {
            receipt: self.receipt.clone(),
            payer: self.payer.clone(),
            service: self.service.clone(),
            amount_tenge: self.amount_tenge,
            ..About::default()
        };
        Some(Subject::Payment {
            receipt: self.receipt.clone()?,
            payer: self.payer.clone()?,
            service: self.service.clone()?,
            amount_tenge: self.amount_tenge?,
        })
        .filter(|_| only(own))
    }
}

impl Query {
    /// Checks what reading each member alone cannot.
    pub fn check(&self) -> Result<(), Problem> {
        let wrong = |field, detail| Err(Problem::new(&MALFORMED, detail).at(field));
        if self.subject.subject().is_none() {
            return wrong("query.subject", SUBJECTS);
        }
        let subject = &self.subject;
        let paper = "must have 1 to 100 characters, and no control characters";
        for (field, text, chars_max, detail) in [
            (
                "query.purpose",
                Some(&self.purpose),
                500,
                "must say why, in 1 to 500 characters, and no control characters",
            ),
            (
                "query.subject.power_of_attorney",
                subject.power_of_attorney.as_ref(),
                100,
                paper,
            ),
            (
                "query.subject.receipt",
                subject.receipt.as_ref(),
                100,
                paper,
            ),
        ] {
            let fits = |text: &String| {
                !text.trim().is_empty()
                    && text.chars().count() <= chars_max
                    && !text.chars().any(char::is_control)
            };
            if !text.is_none_or(fits) {
                return wrong(field, detail);
            }
        }
        Ok(())
    }

    /// The noun; none for one that does not pass [`Query::check`].
    pub fn noun(self) -> Option<message::Query> {
        Some(message::Query {
            subject: self.subject.subject()?,
            register: self.register,
            purpose: self.purpose,
            application: self.application,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn query(subject: &Value) -> Query {
        let all = json!({ "register": "gbd-fl", "subject": subject, "purpose": "prefill" });
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn a_subject_is_one_thing_and_all_of_it() {
        let power = json!({ "power_of_attorney": "7", "principal": "900101300017",
                            "representative": "900101300017" });
        let payment = json!({ "receipt": "7", "payer": "900101300017", "service": "apostille",
                              "amount_tenge": 1 });
        for subject in [
            json!({ "iin": "900101300017" }),
            json!({ "bin": "100140000013" }),
            power.clone(),
            payment.clone(),
        ] {
            assert_eq!(query(&subject).check(), Ok(()), "{subject}");
            assert!(query(&subject).noun().is_some());
        }
        let mut half = power.clone();
        half.as_object_mut().unwrap().remove("principal");
        let mut free = payment.clone();
        free.as_object_mut().unwrap().remove("amount_tenge");
        let mut both = power;
        both["iin"] = json!("900101300017");
        let mut mixed = payment;
        mixed["representative"] = json!("900101300017");
        for subject in [json!({}), half, free, both, mixed] {
            let problem = query(&subject).check().unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("query.subject"));
            assert!(!format!("{problem:?}").contains("900101"), "{problem:?}");
        }
    }

    #[test]
    fn a_purpose_is_said_and_is_not_endless() {
        for purpose in ["", " ", "\u{7}", &"я".repeat(501)] {
            let mut query = query(&json!({ "iin": "900101300017" }));
            query.purpose = purpose.to_owned();
            let problem = query.check().unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("query.purpose"));
        }
    }
}
