//! What a register said, with where it comes from.
//!
//! `Debug` shows no value of a record.

use std::{collections::BTreeSet, fmt};

use jiff::Timestamp;
use message::{RegisterName, Signer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many names of members are told of one record; those of a real one are some dozens.
const FIELDS_MAX: usize = 500;
/// The longest name of a member that is told, characters.
const FIELD_CHARS_MAX: usize = 100;
/// So many digits one after the other may be somebody's number.
const DIGITS_MAX: usize = 5;

/// What a register says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What it holds.
    Known(Record),
    /// It holds nothing about the subject.
    Unknown,
}

/// What a register holds about a subject.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// As the register gave it, or as the mapping of its configuration names it.
    pub members: Map<String, Value>,
    pub source: Source,
}

/// Where a record comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub register: RegisterName,
    /// What the register calls its answer; none where it says nothing.
    pub number: Option<String>,
    /// When it answered, by its own clock; none where it says nothing.
    pub answered_at: Option<Timestamp>,
    /// Whose signature stands under the data and was verified; none where none is demanded.
    pub signer: Option<Box<Signer>>,
}

impl Record {
    /// A record of which the register told nothing but what is in it.
    pub fn plain(register: &RegisterName, members: Map<String, Value>) -> Self {
        let source = Source {
            register: register.clone(),
            number: None,
            answered_at: None,
            signer: None,
        };
        Self { members, source }
    }

    /// Which members it has, sorted, never their values: `birth_date`, `address.city`, `documents.number`. A
    /// name that is hardly one, too long or with a number in it, is told as `*`.
    pub fn fields(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        gather(&mut found, "", &self.members);
        found.into_iter().collect()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Record({} members from {})",
            self.members.len(),
            self.source.register
        )
    }
}

fn gather(found: &mut BTreeSet<String>, above: &str, members: &Map<String, Value>) {
    for (name, value) in members {
        if found.len() >= FIELDS_MAX {
            return;
        }
        let here = match above {
            "" => shown(name).to_owned(),
            above => format!("{above}.{}", shown(name)),
        };
        match value {
            Value::Object(inner) if !inner.is_empty() => gather(found, &here, inner),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for inner in items.iter().filter_map(Value::as_object) {
                    gather(found, &here, inner);
                }
            }
            _ => {
                found.insert(here);
            }
        }
    }
}

fn shown(name: &str) -> &str {
    let mut digits = name.split(|c: char| !c.is_numeric());
    let numbered = digits.any(|run| run.chars().count() > DIGITS_MAX);
    if numbered || name.is_empty() || name.chars().count() > FIELD_CHARS_MAX {
        "*"
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(members: &Value) -> Record {
        let register = RegisterName::new("gbd-fl").unwrap();
        Record::plain(&register, members.as_object().unwrap().clone())
    }

    #[test]
    fn fields_are_names_and_never_values() {
        let record = record(&json!({
            "iin": "900101300017", "address": { "city": "Алматы", "region": { "code": "75" } },
            "documents": [{ "number": "1" }, { "number": "2", "series": "A" }],
            "codes": ["a", "b"], "nothing": {}, "900101300017": true, "": 1,
        }));
        let expected = [
            "*",
            "address.city",
            "address.region.code",
            "codes",
            "documents.number",
            "documents.series",
            "iin",
            "nothing",
        ];
        assert_eq!(record.fields(), expected);
    }

    #[test]
    fn a_record_of_any_size_has_few_fields() {
        let many: Map<String, Value> = (0..2_000).map(|n| (format!("m{n}"), Value::Null)).collect();
        assert_eq!(record(&Value::Object(many)).fields().len(), FIELDS_MAX);
    }

    #[test]
    fn what_is_kept_of_a_record_is_the_record() {
        let mut record = record(&json!({ "iin": "900101300017" }));
        record.source.answered_at = Some("2026-11-22T07:00:00Z".parse().unwrap());
        record.source.number = Some("7".to_owned());
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
        assert_eq!(format!("{record:?}"), "Record(1 members from gbd-fl)");
    }
}
