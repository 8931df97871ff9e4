//! Records of state registers, as contracts have them.
//!
//! A record is a JSON object whose members an adapter or a mapping has named; what is read here by kind are the
//! names of `proto/kezek/registry/v1/record.proto`. A member of another name, or of another type, stays in the
//! JSON only: a register may say more, or say it otherwise, and nothing is lost by that.

mod question;

use jiff::Timestamp;
use message::{RegisterName, Signer};
use serde_json::{Map, Value};

use crate::encode;
use crate::proto::registry::{
    IdentityDocument, OrganisationRecord, PaymentRecord, PersonRecord, Place,
    PowerOfAttorneyRecord, Record, Source, Term, record,
};

pub use question::lookup;

/// What a register is asked about, which decides how its record is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Person,
    Organisation,
    PowerOfAttorney,
    Payment,
}

/// The record of a register by kind.
pub fn record(about: About, members: &Map<String, Value>) -> Record {
    let of = Members(members);
    let about = match about {
        About::Person => record::About::Person(of.person()),
        About::Organisation => record::About::Organisation(of.organisation()),
        About::PowerOfAttorney => record::About::PowerOfAttorney(of.power()),
        About::Payment => record::About::Payment(of.payment()),
    };
    Record { about: Some(about) }
}

/// Where a record comes from.
pub fn source(
    register: &RegisterName,
    number: Option<String>,
    answered_at: Timestamp,
    signer: Option<&Signer>,
) -> Source {
    Source {
        register: register.to_string(),
        number: number.unwrap_or_default(),
        answered_at: Some(encode::time(answered_at)),
        signer: signer.map(encode::signer),
    }
}

/// An object of the record, read by names.
struct Members<'r>(&'r Map<String, Value>);

impl<'r> Members<'r> {
    fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    fn inner(&self, name: &str) -> Option<Members<'r>> {
        self.0.get(name)?.as_object().map(Members)
    }

    /// The objects of a list; a single object is a list of one.
    fn list(&self, name: &str) -> impl Iterator<Item = &'r Value> + use<'r> {
        let items = match self.0.get(name) {
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        items.iter()
    }

    fn instant(&self, name: &str) -> Option<prost_types::Timestamp> {
        self.0.get(name)?.as_str()?.parse().ok().map(encode::time)
    }

    fn term(&self, name: &str) -> Option<Term> {
        term(self.0.get(name)?)
    }

    fn place(&self, name: &str) -> Option<Place> {
        let of = self.inner(name)?;
        Some(Place {
            country: of.term("country"),
            region: of.term("region"),
            district: of.term("district"),
            city: of.text("city"),
            street: of.text("street"),
            building: of.text("building"),
            corpus: of.text("corpus"),
            flat: of.text("flat"),
            begin_date: of.text("begin_date"),
            address_code: of.text("address_code"),
        })
    }

    fn person(&self) -> PersonRecord {
        let documents = self.list("documents").filter_map(Value::as_object);
        PersonRecord {
            iin: self.text("iin"),
            surname: self.text("surname"),
            name: self.text("name"),
            patronymic: self.text("patronymic"),
            latin_surname: self.text("latin_surname"),
            latin_name: self.text("latin_name"),
            birth_date: self.text("birth_date"),
            death_date: self.text("death_date"),
            gender: self.text("gender"),
            nationality: self.term("nationality"),
            citizenship: self.term("citizenship"),
            life_status: self.text("life_status"),
            birth_place: self.place("birth_place"),
            address: self.place("address"),
            documents: documents.map(|inner| Members(inner).document()).collect(),
            capability: self.term("capability"),
        }
    }

    fn document(&self) -> IdentityDocument {
        IdentityDocument {
            r#type: self.term("type"),
            number: self.text("number"),
            series: self.text("series"),
            begin_date: self.text("begin_date"),
            end_date: self.text("end_date"),
            issuer: self.term("issuer"),
            status: self.term("status"),
        }
    }

    fn organisation(&self) -> OrganisationRecord {
        let head = self.inner("head");
        let of_head = |name| {
            head.as_ref()
                .map(|head| head.text(name))
                .unwrap_or_default()
        };
        OrganisationRecord {
            bin: self.text("bin"),
            name_kk: self.text("name_kk"),
            name_ru: self.text("name_ru"),
            name_en: self.text("name_en"),
            short_name_kk: self.text("short_name_kk"),
            short_name_ru: self.text("short_name_ru"),
            status: self.term("status"),
            legal_form: self.term("legal_form"),
            registered_on: self.text("registered_on"),
            reregistered_on: self.text("reregistered_on"),
            head_name: of_head("name"),
            head_iin: of_head("iin"),
            address: self.text("address"),
            activities: self.list("activities").filter_map(term).collect(),
        }
    }

    fn power(&self) -> PowerOfAttorneyRecord {
        PowerOfAttorneyRecord {
            number: self.text("number"),
            certified: self.text("certified"),
            issued_on: self.text("issued_on"),
            valid_until: self.text("valid_until"),
            principal: self.text("principal"),
            representative: self.text("representative"),
            notary: self.text("notary"),
        }
    }

    fn payment(&self) -> PaymentRecord {
        let amount = self.0.get("amount_tenge").and_then(Value::as_u64);
        let paid = self.0.get("paid").and_then(Value::as_bool);
        PaymentRecord {
            receipt: self.text("receipt"),
            amount_tenge: amount.unwrap_or_default(),
            paid: paid.unwrap_or_default(),
            paid_at: self.instant("paid_at"),
            payer: self.text("payer"),
        }
    }
}

/// A word of a classifier: an object of `code`, `kk`, `ru`, or the code alone.
fn term(value: &Value) -> Option<Term> {
    match value {
        Value::Object(inner) => {
            let of = Members(inner);
            Some(Term {
                code: of.text("code"),
                kk: of.text("kk"),
                ru: of.text("ru"),
            })
        }
        Value::String(code) => Some(Term {
            code: code.clone(),
            ..Term::default()
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(about: About, members: &Value) -> record::About {
        record(about, members.as_object().unwrap()).about.unwrap()
    }

    #[test]
    fn a_person_is_read_by_the_names_of_the_contract() {
        let said = json!({
            "iin": "900101300017", "surname": "Omarov", "birth_date": "1990-01-01", "gender": "1",
            "nationality": { "code": "005", "kk": "қазақ", "ru": "казах" }, "citizenship": "398",
            "address": { "country": { "code": "398" }, "city": "Алматы", "address_code": "0201300138842614" },
            "documents": [{ "type": { "code": "002" }, "number": "1", "end_date": "2030-01-01" }, "odd"],
            "unheard_of": true, "patronymic": ["odd"],
        });
        let record::About::Person(person) = read(About::Person, &said) else {
            panic!("another kind")
        };
        assert_eq!(
            (person.iin.as_str(), person.gender.as_str()),
            ("900101300017", "1")
        );
        assert_eq!(person.nationality.unwrap().ru, "казах");
        assert_eq!(
            person.citizenship.unwrap().code,
            "398",
            "a code alone is a word too"
        );
        assert_eq!(
            person.patronymic, "",
            "of another type: as if it were not there"
        );
        assert_eq!(person.address.unwrap().city, "Алматы");
        assert_eq!(person.documents.len(), 1);
        assert_eq!(person.documents[0].r#type.as_ref().unwrap().code, "002");
        assert_eq!(person.birth_place, None);
    }

    #[test]
    fn an_organisation_a_power_and_a_payment_are_read_too() {
        let said = json!({
            "bin": "100140000013", "status": "registered", "head": { "name": "O", "iin": "900101300017" },
            "activities": [{ "code": "91.01" }, "58.13"],
        });
        let record::About::Organisation(found) = read(About::Organisation, &said) else {
            panic!("another kind")
        };
        assert_eq!(found.status.unwrap().code, "registered");
        assert_eq!((found.head_name.as_str(), found.activities.len()), ("O", 2));

        let said = json!({ "number": "7", "certified": "notary", "valid_until": "2030-01-01" });
        let record::About::PowerOfAttorney(power) = read(About::PowerOfAttorney, &said) else {
            panic!("another kind")
        };
        assert_eq!(
            (power.number.as_str(), power.certified.as_str()),
            ("7", "notary")
        );

        let said =
            json!({ "amount_tenge": 1_500, "paid": true, "paid_at": "2026-11-22T07:00:00Z" });
        let record::About::Payment(payment) = read(About::Payment, &said) else {
            panic!("another kind")
        };
        assert_eq!((payment.amount_tenge, payment.paid), (1_500, true));
        assert_eq!(payment.paid_at.unwrap().seconds, 1_795_330_800);
    }
}
