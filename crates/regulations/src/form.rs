//! The form of a channel: fields with their titles, put together into one JSON Schema (draft 2020-12) that is
//! compiled once.
//!
//! A field is either a piece of JSON Schema or a list of choices. What is wrong with a form is said by field
//! and rule; what the applicant wrote is never repeated.

use std::collections::BTreeMap;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Rule};
use message::RegisterName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Text;

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub title: Text,
    /// JSON Schema of its value. Absent where there are choices.
    pub schema: Option<Value>,
    /// The values one may choose from, in the order they are shown.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// True: several choices may be made, at least one; the value is an array.
    #[serde(default)]
    pub many: bool,
    /// The register that knows the value, so that nobody has to type it (X2).
    pub from: Option<Origin>,
}

/// Where the value of a field is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    pub register: RegisterName,
    /// Its place in the register's record: a JSON Pointer (RFC 6901).
    pub path: String,
}

/// One value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub value: String,
    pub text: Text,
}

/// The fields of a channel's form, in the order they are shown.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormFields {
    pub required: Vec<String>,
    pub optional: Vec<String>,
    /// JSON Schemas that the whole form must meet besides, for example "by post" needs an address.
    #[serde(default)]
    pub rules: Vec<Value>,
}

/// What is wrong with a form, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) of the value; empty for the form as a whole.
    pub pointer: String,
    /// The rule it breaks, in English. Never repeats the value.
    pub message: String,
}

/// Member of every document besides the fields of its form: how secret it is (X1).
pub(crate) const CLASSIFICATION: &str = "classification";

impl FormFields {
    /// Names of all fields, the required first.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.required.iter().chain(&self.optional)
    }

    /// The JSON Schema of the form. Titles are in `x-title`, the texts of choices in `x-choices`, one for each language;
    /// `x-from` says which register knows the value. Fails with the name that
    /// is not among `fields`.
    pub(crate) fn schema(&self, fields: &BTreeMap<String, Field>) -> Result<Value, String> {
        let mut properties = Map::new();
        for name in self.all() {
            let field = fields.get(name).ok_or(name)?;
            properties.insert(name.clone(), field.schema()?);
        }
        let classes = json!({ "enum": ["open", "official-use", "state-secret"] });
        properties.insert(CLASSIFICATION.to_owned(), classes);
        // The draft wants at least one schema in `allOf`; `true` is met by every form.
        let rules: Vec<_> = [Value::Bool(true)]
            .into_iter()
            .chain(self.rules.clone())
            .collect();
        Ok(json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": self.required,
            "additionalProperties": false,
            "allOf": rules,
        }))
    }
}

impl Field {
    fn schema(&self) -> Result<Value, String> {
        let values: Vec<_> = self.choices.iter().map(|choice| &choice.value).collect();
        let title = json!({ "kk": self.title.kk, "ru": self.title.ru, "en": self.title.en });
        let mut schema = match (&self.schema, values.is_empty(), self.many) {
            (Some(Value::Object(schema)), true, false) => schema.clone(),
            (None, false, false) => object(json!({ "enum": values })),
            (None, false, true) => object(json!({
                "type": "array",
                "items": { "enum": values },
                "minItems": 1,
                "uniqueItems": true,
            })),
            _ => return Err(self.title.en.clone()),
        };
        schema.insert("x-title".to_owned(), title);
        if !self.choices.is_empty() {
            schema.insert("x-choices".to_owned(), json!(self.choices));
        }
        if let Some(from) = &self.from {
            schema.insert("x-from".to_owned(), json!(from));
        }
        Ok(Value::Object(schema))
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A form's schema, compiled.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) schema: Value,
    validator: Validator,
}

impl Form {
    /// Compiles `schema`. Fails with what is wrong with it.
    pub(crate) fn compile(schema: Value) -> Result<Self, String> {
        let compiled = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&schema);
        let validator = compiled.map_err(|e| format!("{}: {e}", e.instance_path()))?;
        Ok(Self { schema, validator })
    }

    pub(crate) fn validate(&self, form: &Value) -> Result<(), Vec<FieldError>> {
        let mut errors: Vec<_> = self
            .validator
            .iter_errors(form)
            .flat_map(|e| told(&e))
            .collect();
        errors.dedup();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}

/// The error without the value. A field that is missing or unknown is pointed at by its own name.
fn told(error: &ValidationError<'_>) -> Vec<FieldError> {
    let place = error.instance_path().as_str();
    let at = |pointer: String, message: String| FieldError { pointer, message };
    let here = |message: String| vec![at(place.to_owned(), message)];
    match error.kind() {
        Rule::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![at(format!("{place}/{name}"), "is missing".to_owned())]
        }
        Rule::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                if is_plain(name) {
                    at(
                        format!("{place}/{name}"),
                        "is not a field of this form".to_owned(),
                    )
                } else {
                    at(
                        place.to_owned(),
                        "has a member that is not a field".to_owned(),
                    )
                }
            })
            .collect(),
        Rule::Type { kind } => here(match kind {
            jsonschema::error::TypeKind::Single(kind) => format!("must be of type {kind}"),
            jsonschema::error::TypeKind::Multiple(_) => "is of a type not allowed".to_owned(),
        }),
        Rule::Enum { options } => here(format!("must be one of {options}")),
        Rule::Constant { expected_value } => here(format!("must be {expected_value}")),
        Rule::Format { format } => here(format!("must have the format `{format}`")),
        Rule::Pattern { pattern } => here(format!("must match {pattern}")),
        Rule::MinLength { limit } => here(format!("must have at least {limit} characters")),
        Rule::MaxLength { limit } => here(format!("must have at most {limit} characters")),
        Rule::Minimum { limit } => here(format!("must be at least {limit}")),
        Rule::Maximum { limit } => here(format!("must be at most {limit}")),
        Rule::MinItems { limit } => here(format!("must have at least {limit} items")),
        Rule::MaxItems { limit } => here(format!("must have at most {limit} items")),
        Rule::UniqueItems => here("must not have the same item twice".to_owned()),
        other => here(format!("breaks the rule `{}` of the form", other.keyword())),
    }
}

/// Whether a member's name can be shown: one that carries personal data would look otherwise.
fn is_plain(name: &str) -> bool {
    name.len() <= 40
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(en: &str) -> Text {
        Text {
            kk: en.to_owned(),
            ru: en.to_owned(),
            en: en.to_owned(),
        }
    }

    fn form() -> Form {
        let field = |schema| Field {
            title: text("t"),
            schema: Some(schema),
            choices: Vec::new(),
            many: false,
            from: None,
        };
        let choices: Vec<_> = ["a", "b"]
            .map(|v| Choice {
                value: v.to_owned(),
                text: text(v),
            })
            .into();
        let fields = BTreeMap::from([
            (
                "name".to_owned(),
                field(json!({ "type": "string", "maxLength": 5 })),
            ),
            (
                "day".to_owned(),
                field(json!({ "type": "string", "format": "date" })),
            ),
            (
                "papers".to_owned(),
                Field {
                    title: text("t"),
                    schema: None,
                    choices,
                    many: true,
                    from: None,
                },
            ),
        ]);
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let form = FormFields {
            required: names(&["name"]),
            optional: names(&["day", "papers"]),
            rules: vec![
                json!({ "if": { "required": ["day"] }, "then": { "required": ["papers"] } }),
            ],
        };
        Form::compile(form.schema(&fields).unwrap()).unwrap()
    }

    fn errors(value: &Value) -> Vec<(String, String)> {
        let errors = form().validate(value).unwrap_err();
        errors.into_iter().map(|e| (e.pointer, e.message)).collect()
    }

    #[test]
    fn a_good_form_passes_with_and_without_its_classification() {
        assert_eq!(form().validate(&json!({ "name": "Айгүл" })), Ok(()));
        let full = json!({
            "name": "x", "day": "2026-11-22", "papers": ["a", "b"], "classification": "open"
        });
        assert_eq!(form().validate(&full), Ok(()));
    }

    #[test]
    fn each_error_points_at_its_field_and_says_its_rule() {
        for (value, pointer, message) in [
            (json!({}), "/name", "is missing"),
            (json!({ "name": 1 }), "/name", "must be of type string"),
            (
                json!({ "name": "secret" }),
                "/name",
                "must have at most 5 characters",
            ),
            (
                json!({ "name": "x", "else": 1 }),
                "/else",
                "is not a field of this form",
            ),
            (
                json!({ "name": "x", "papers": ["c"] }),
                "/papers/0",
                "must be one of [\"a\",\"b\"]",
            ),
            (
                json!({ "name": "x", "papers": [] }),
                "/papers",
                "must have at least 1 items",
            ),
            (
                json!({ "name": "x", "papers": ["a", "a"] }),
                "/papers",
                "must not have the same item twice",
            ),
            (
                json!({ "name": "x", "papers": ["a"], "day": "2026-02-30" }),
                "/day",
                "must have the format `date`",
            ),
            (
                json!({ "name": "x", "day": "2026-02-03" }),
                "/papers",
                "is missing",
            ),
            (json!([]), "", "must be of type object"),
        ] {
            assert_eq!(
                errors(&value),
                [(pointer.to_owned(), message.to_owned())],
                "{value}"
            );
        }
    }

    #[test]
    fn no_error_repeats_what_was_written() {
        let told = format!(
            "{:?}",
            errors(&json!({ "name": "900101300017", "900101300017": 1 }))
        );
        assert!(!told.contains("900101"), "{told}");
    }

    #[test]
    fn a_field_is_either_a_schema_or_choices() {
        let field = Field {
            title: text("odd"),
            schema: None,
            choices: Vec::new(),
            many: false,
            from: None,
        };
        let form = FormFields {
            required: vec!["x".to_owned()],
            optional: vec![],
            rules: vec![],
        };
        let fields = BTreeMap::from([("x".to_owned(), field)]);
        assert!(form.schema(&fields).is_err());
        assert_eq!(form.schema(&BTreeMap::new()), Err("x".to_owned()));
    }
}
