//! The four state registers: persons, legal entities, notaries' powers of attorney, payments.
//!
//! In: `POST /lookup` with a subject and the purpose of the query (X15). Out: the record, or that there is
//! none. They answer from the cast and from the receipts issued through the control API, and remember every
//! query with its subject masked. A register asked about what it does not keep answers 400.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use message::{Iin, PersonalNumber};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    cast::{Member, Organisation, POWERS, Person, Power, everybody},
    kept::{Kept, locked},
};

/// What a register is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lookup {
    request_id: String,
    register: String,
    subject: Subject,
    purpose: Purpose,
}

/// Whom or what the query is about; each register knows one kind.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Subject {
    Person {
        iin: String,
    },
    Organisation {
        bin: String,
    },
    Power {
        power_of_attorney: String,
        principal: String,
        representative: String,
    },
    Payment {
        receipt: String,
        payer: String,
        service: String,
        amount_tenge: u64,
    },
}

impl Subject {
    /// The register that can answer, and the subject with personal numbers masked.
    fn masked(&self) -> (&'static str, String) {
        match self {
            Self::Person { iin } => ("gbd-fl", mask(iin)),
            Self::Organisation { bin } => ("gbd-ul", mask(bin)),
            Self::Power {
                power_of_attorney,
                principal,
                representative,
            } => {
                let (principal, representative) = (mask(principal), mask(representative));
                (
                    "enis",
                    format!("{power_of_attorney} {principal} {representative}"),
                )
            }
            Self::Payment {
                receipt,
                payer,
                service,
                amount_tenge,
            } => (
                "payment",
                format!("{receipt} {} {service} {amount_tenge}", mask(payer)),
            ),
        }
    }
}

/// A personal number as the control API may show it.
fn mask(number: &str) -> String {
    PersonalNumber::new(number).map_or_else(|_| "not a number".to_owned(), |n| n.to_string())
}

/// Why somebody asks (X15).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Purpose {
    pub(crate) application: String,
    pub(crate) service: String,
    pub(crate) operator: String,
    pub(crate) consent: String,
}

/// A query that a register remembers.
#[derive(Debug, Clone, Serialize)]
pub struct Query {
    at: Timestamp,
    register: &'static str,
    request_id: String,
    /// Masked.
    subject: String,
    purpose: Purpose,
    found: bool,
}

/// A fee that was paid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// IIN or BIN.
    payer: PersonalNumberText,
    service: String,
    amount_tenge: u64,
}

/// A personal number as it stands in JSON: twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct PersonalNumberText(PersonalNumber);

impl TryFrom<String> for PersonalNumberText {
    type Error = message::InvalidIdentifier;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        PersonalNumber::new(&text).map(Self)
    }
}

/// What all four keep.
#[derive(Debug)]
pub struct Registers {
    cast: Vec<Member>,
    receipts: Mutex<BTreeMap<String, Payment>>,
    queries: Kept<Query>,
}

impl Registers {
    pub fn new(items_max: usize) -> Arc<Self> {
        Arc::new(Self {
            cast: everybody(),
            receipts: Mutex::default(),
            queries: Kept::new(items_max),
        })
    }

    /// The register `name` as an HTTP system.
    pub fn routes(self: &Arc<Self>, name: &'static str) -> Router {
        Router::new()
            .route("/health", get(|| async { "well" }))
            .route(
                "/lookup",
                post(async move |state, body| look_up(name, state, body)),
            )
            .with_state(Arc::clone(self))
    }

    /// Takes a payment and gives its receipt number, which is unknown to the register before.
    pub fn pay(&self, payment: Payment) -> String {
        let mut receipts = locked(&self.receipts);
        let receipt = format!("R-{:08}", receipts.len() + 1);
        receipts.insert(receipt.clone(), payment);
        receipt
    }

    pub fn queries(&self) -> Vec<Query> {
        self.queries.all()
    }

    fn answer(&self, subject: &Subject) -> Option<Value> {
        match subject {
            Subject::Person { iin } => self.person(iin).map(person_record),
            Subject::Organisation { bin } => self.organisation(bin).map(organisation_record),
            Subject::Power {
                power_of_attorney,
                principal,
                representative,
            } => {
                let power = self.power(power_of_attorney, principal, representative)?;
                Some(json!({
                    "number": power.number, "certified": "notary", "valid_until": power.valid_until,
                    "principal": principal, "representative": representative,
                }))
            }
            Subject::Payment {
                receipt,
                payer,
                service,
                amount_tenge,
            } => self
                .is_paid(receipt, payer, service, *amount_tenge)
                .then(|| json!({"receipt": receipt, "amount_tenge": amount_tenge, "paid": true})),
        }
    }

    pub(crate) fn person(&self, iin: &str) -> Option<&Person> {
        let people = self.cast.iter().filter_map(|m| m.person.as_ref());
        people
            .filter(|p| p.registered)
            .find(|p| p.iin.reveal() == iin)
    }

    pub(crate) fn organisation(&self, bin: &str) -> Option<&Organisation> {
        let mut all = self.cast.iter().filter_map(|m| m.organisation.as_ref());
        all.find(|o| o.bin.reveal() == bin)
    }

    /// The power of attorney that one of the two gave to the other.
    pub(crate) fn power(
        &self,
        number: &str,
        principal: &str,
        representative: &str,
    ) -> Option<&'static Power> {
        let power = POWERS.iter().find(|p| p.number == number)?;
        let is = |name: &str, iin: &str| {
            let member = self.cast.iter().find(|m| m.name == name);
            member
                .and_then(|m| m.person.as_ref())
                .is_some_and(|p| p.iin.reveal() == iin)
        };
        (is(power.principal, principal) && is(power.representative, representative))
            .then_some(power)
    }

    /// Whether this was paid, by him, for this.
    pub(crate) fn is_paid(&self, receipt: &str, payer: &str, service: &str, tenge: u64) -> bool {
        let Ok(payer) = payer.to_owned().try_into() else {
            return false;
        };
        let asked = Payment {
            payer,
            service: service.to_owned(),
            amount_tenge: tenge,
        };
        locked(&self.receipts).get(receipt) == Some(&asked)
    }

    /// Keeps a query, with its subject masked.
    pub(crate) fn remember(
        &self,
        register: &'static str,
        request_id: &str,
        subject: &Subject,
        purpose: Purpose,
        found: bool,
    ) {
        self.queries.add(Query {
            at: Timestamp::now(),
            register,
            request_id: request_id.to_owned(),
            subject: subject.masked().1,
            purpose,
            found,
        });
    }
}

fn organisation_record(found: &Organisation) -> Value {
    json!({
        "bin": found.bin.reveal(), "name_kk": found.name_kk, "name_ru": found.name_ru,
        "status": "registered",
    })
}

fn person_record(person: &Person) -> Value {
    let iin: &Iin = &person.iin;
    json!({
        "iin": iin.reveal(), "surname": person.surname, "name": person.given_name,
        "patronymic": person.patronymic, "birth_date": person.birth_date,
        "gender": person.gender, "life_status": "0",
    })
}

fn look_up(
    register: &'static str,
    State(registers): State<Arc<Registers>>,
    Json(lookup): Json<Lookup>,
) -> Response {
    let (keeper, _) = lookup.subject.masked();
    if lookup.register != register || keeper != register {
        let said = format!("{register} does not keep that");
        return (StatusCode::BAD_REQUEST, said).into_response();
    }
    let record = registers.answer(&lookup.subject);
    registers.remember(
        register,
        &lookup.request_id,
        &lookup.subject,
        lookup.purpose,
        record.is_some(),
    );
    match record {
        Some(record) => Json(json!({"found": true, "record": record})).into_response(),
        None => Json(json!({"found": false})).into_response(),
    }
}
