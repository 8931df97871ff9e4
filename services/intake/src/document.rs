//! The signed document as JSON: a form, or a provider's report.
//!
//! A member that stands twice is refused, since two readers could take different ones: what we check has to be
//! what every later reader sees. Out goes a value to check; what travels on is always the exact bytes (X3).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::envelope::Classification;

/// Why a document cannot be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the signed document is not JSON in UTF-8, or a member of it stands twice")]
    NotJson,
    #[error("the signed document is not a JSON object")]
    NotAnObject,
}

/// Reads the document.
pub fn read(content: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let Unique(value) = serde_json::from_slice(content).map_err(|_| Unreadable::NotJson)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Unreadable::NotAnObject),
    }
}

/// Whether the document marks itself as a state secret (X1).
pub fn is_state_secret(document: &Map<String, Value>) -> bool {
    let mark = document
        .get("classification")
        .map(Classification::deserialize);
    matches!(mark, Some(Ok(Classification::StateSecret)))
}

/// A JSON value, none of whose objects has a member twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Build).map(Self)
    }
}

struct Build;

impl<'de> Visitor<'de> for Build {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, given: bool) -> Result<Value, E> {
        Ok(given.into())
    }

    fn visit_i64<E>(self, given: i64) -> Result<Value, E> {
        Ok(given.into())
    }

    fn visit_u64<E>(self, given: u64) -> Result<Value, E> {
        Ok(given.into())
    }

    fn visit_f64<E>(self, given: f64) -> Result<Value, E> {
        Ok(given.into())
    }

    fn visit_str<E>(self, given: &str) -> Result<Value, E> {
        Ok(given.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if all.insert(name, value).is_some() {
                return Err(de::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_read_as_serde_json_would() {
        let text = r#"{"a":[1,-2,0.5,null,true,"қ"],"b":{"c":{}}}"#;
        let plain: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(read(text.as_bytes()).unwrap()), plain);
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for text in [
            r#"{"classification":"state-secret","classification":"open"}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":1} {"a":1}"#,
            "{",
        ] {
            assert_eq!(read(text.as_bytes()), Err(Unreadable::NotJson), "{text}");
        }
        assert_eq!(read(b"[]"), Err(Unreadable::NotAnObject));
    }

    #[test]
    fn only_the_mark_of_a_state_secret_is_one() {
        for (mark, secret) in [
            (json!("state-secret"), true),
            (json!("official-use"), false),
            (json!(1), false),
        ] {
            let document = json!({ "classification": mark });
            assert_eq!(is_state_secret(document.as_object().unwrap()), secret);
        }
        assert!(!is_state_secret(&Map::new()));
    }
}
