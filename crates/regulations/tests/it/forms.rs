//! Forms of the deployed services.

use message::Channel;
use serde_json::{Value, json};

use crate::regulation;

fn apostille() -> Value {
    json!({
        "document_kind": "certificate",
        "document_number": "А-17",
        "document_date": "2026-10-01",
        "issued_by": "ҚР Ұлттық мұрағаты",
        "country": "DE",
    })
}

#[test]
fn a_filled_in_form_of_each_service_passes_on_the_portal() {
    for (code, form) in [
        ("apostille", apostille()),
        (
            "archive-certificate",
            json!({ "archive": "national", "subject": "salary", "details": "1987-1991", "year_from": 1987 }),
        ),
        (
            "mass-media-registration",
            json!({ "title": "Дала", "medium": "online", "languages": ["kk", "ru"], "territory": "ҚР" }),
        ),
    ] {
        assert_eq!(
            regulation(code).validate_form(Channel::Portal, &form),
            Ok(()),
            "{code}"
        );
    }
}

#[test]
fn by_post_needs_an_address() {
    let mut form = apostille();
    form["papers"] = json!(["archival-document"]);
    form["delivery"] = json!("in-person");
    let service = regulation("apostille");
    assert_eq!(service.validate_form(Channel::Provider, &form), Ok(()));
    form["delivery"] = json!("post");
    let errors = service.validate_form(Channel::Provider, &form).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].pointer, "/postal_address");
}

#[test]
fn a_channel_the_service_does_not_have_takes_no_form() {
    let errors = regulation("mass-media-registration")
        .validate_form(Channel::FrontOffice, &json!({}))
        .unwrap_err();
    assert!(errors[0].message.contains("no channel `front-office`"));
}

#[test]
fn the_schema_carries_titles_in_three_languages() {
    let schema = regulation("apostille").schema(Channel::Portal).unwrap();
    let title = &schema["properties"]["country"]["x-title"];
    for language in ["kk", "ru", "en"] {
        assert!(
            title[language]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
    }
}

#[test]
fn a_fee_means_a_receipt() {
    assert!(regulation("apostille").receipt_required());
    assert!(!regulation("archive-certificate").receipt_required());
}

#[test]
fn what_a_register_knows_is_filled_in_and_what_does_not_fit_is_not() {
    let certificate = regulation("archive-certificate");
    let register = |name: &str| message::RegisterName::new(name).unwrap();
    let filled = |name: &str, record: &Value| {
        Value::Object(certificate.prefilled(Channel::Portal, &register(name), record))
    };
    let record = json!({ "bin": "100140000013", "name_ru": "ТОО «Үлгі»" });
    assert_eq!(
        filled("gbd-ul", &record),
        json!({ "organisation": "ТОО «Үлгі»" })
    );
    for (name, record) in [
        ("gbd-fl", record),
        ("gbd-ul", json!({ "name_ru": null })),
        ("gbd-ul", json!({ "name_ru": 7 })),
        ("gbd-ul", json!({ "name_ru": "я".repeat(301) })),
        ("gbd-ul", json!([])),
    ] {
        assert_eq!(filled(name, &record), json!({}), "{record}");
    }
}

#[test]
fn the_schema_says_which_register_knows_a_field_and_what_choices_are_called() {
    let certificate = regulation("archive-certificate");
    let schema = certificate.schema(Channel::Portal).unwrap();
    assert_eq!(
        schema["properties"]["organisation"]["x-from"],
        json!({ "register": "gbd-ul", "path": "/name_ru" })
    );
    let choice = &schema["properties"]["archive"]["x-choices"][0];
    assert!(choice["text"]["kk"].is_string() && choice["value"].is_string());
    assert_eq!(schema["properties"]["details"].get("x-from"), None);
}
