//! A form for a test application: what was given, and something fitting for every required field that was not.
//!
//! In: a regulation, a channel, `name=value` pairs. Out: the form as the JSON object that is signed. A value
//! is read as its field's schema says; whether it is right, the regulation decides.

use anyhow::{Context, bail};
use message::Channel;
use regulations::{Field, FieldError, Regulation};
use serde_json::{Map, Value, json};

/// Reads `name=value`; several choices are separated by commas.
pub(crate) fn field(regulation: &Regulation, pair: &str) -> anyhow::Result<(String, Value)> {
    let (name, value) = pair
        .split_once('=')
        .with_context(|| format!("`{pair}` is not of the form name=value"))?;
    let Some(field) = regulation.fields.get(name) else {
        let there: Vec<_> = regulation.fields.keys().map(String::as_str).collect();
        bail!(
            "`{}` has no field `{name}`; it has: {}",
            regulation.code,
            there.join(", ")
        );
    };
    let is_text = |schema: &Value| schema["type"] == "string";
    let value = match &field.schema {
        None if field.many => value.split(',').map(|v| json!(v.trim())).collect(),
        Some(schema) if !is_text(schema) => serde_json::from_str(value).with_context(|| {
            format!("the value of `{name}` is not JSON: numbers bare, texts in quotes")
        })?,
        _ => json!(value),
    };
    Ok((name.to_owned(), value))
}

/// Adds what is required and missing, as far as one of a few samples fits its field.
pub(crate) fn fill(
    regulation: &Regulation,
    channel: Channel,
    mut form: Map<String, Value>,
) -> anyhow::Result<Map<String, Value>> {
    let rules = regulation.channel(channel).with_context(|| {
        let there: Vec<_> = regulation.channels.keys().map(|c| c.as_str()).collect();
        format!(
            "`{}` has no channel `{channel}`; it has: {}",
            regulation.code,
            there.join(", ")
        )
    })?;
    for name in &rules.form.required {
        if form.contains_key(name) {
            continue;
        }
        let samples = regulation.fields.get(name).map(samples).unwrap_or_default();
        for sample in samples {
            form.insert(name.clone(), sample);
            if errors(regulation, channel, &form)
                .iter()
                .all(|e| !is_about(e, name))
            {
                break;
            }
            form.remove(name);
        }
    }
    Ok(form)
}

/// What the regulation says against the form.
pub(crate) fn errors(
    regulation: &Regulation,
    channel: Channel,
    form: &Map<String, Value>,
) -> Vec<FieldError> {
    regulation
        .validate_form(channel, &Value::Object(form.clone()))
        .err()
        .unwrap_or_default()
}

fn is_about(error: &FieldError, name: &str) -> bool {
    let rest = error
        .pointer
        .strip_prefix('/')
        .and_then(|p| p.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Values worth trying, the likeliest first.
fn samples(field: &Field) -> Vec<Value> {
    match (&field.choices[..], field.many) {
        ([first, ..], true) => vec![json!([first.value])],
        ([first, ..], false) => vec![json!(first.value)],
        _ => vec![
            json!("Үлгі"),
            json!("2026-01-15"),
            json!("KZ"),
            json!("https://uli.test/"),
            json!("sample@mail.test"),
            json!("1234567890"),
            json!(1),
            json!(true),
            json!(["Үлгі"]),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_form_of_every_regulation_can_be_filled_with_samples() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        let regulations = crate::regulation::load(&deploy).unwrap();
        for regulation in regulations.iter() {
            for channel in regulation.channels.keys() {
                let form = fill(regulation, *channel, Map::new()).unwrap();
                let errors = errors(regulation, *channel, &form);
                assert_eq!(errors, [], "{} {channel} {form:?}", regulation.code);
            }
        }
    }

    #[test]
    fn values_are_read_as_their_fields_say() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        let regulations = crate::regulation::load(&deploy).unwrap();
        let apostille = regulations
            .iter()
            .find(|r| r.code.as_str() == "apostille")
            .unwrap();
        let read = |pair: &str| field(apostille, pair).map(|(_, value)| value);
        assert_eq!(read("country=DE").unwrap(), json!("DE"));
        assert_eq!(read("copies=2").unwrap(), json!(2));
        assert_eq!(
            read("papers=receipt,other").unwrap(),
            json!(["receipt", "other"])
        );
        assert!(read("copies=two").is_err());
        assert!(
            read("colour=red")
                .unwrap_err()
                .to_string()
                .contains("document_kind")
        );
    }
}
