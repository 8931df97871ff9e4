//! Forms as they are told, and what registers fill in of them.

use intake::registers::Reply;
use serde_json::json;

use crate::{
    bench::Bench,
    letters::{query, seal},
    queries::{ask_at, door, valid},
};

#[tokio::test]
async fn the_form_is_filled_with_what_the_register_knows_and_with_nothing_else() {
    let reply = Reply {
        record: Some(json!({ "bin": "100140000013", "name_ru": "ТОО «Үлгі»", "status": "1" })),
        cached: false,
        source_at: None,
    };
    let (bench, _) = door(valid(), Some(Ok(reply)), |_| ());
    let mut message = query();
    message["service"] = json!("archive-certificate");
    let asked =
        json!({ "register": "gbd-ul", "subject": { "bin": "100140000013" }, "purpose": "толтыру" });
    message["query"] = asked.clone();
    seal(&mut message, &asked);
    let path = "/v1/services/archive-certificate/prefill";
    let said = ask_at(&bench, path, &message, "").await;
    assert_eq!(said.status.as_u16(), 200, "{said:?}");
    assert_eq!(said.body["fields"], json!({ "organisation": "ТОО «Үлгі»" }));
    assert_eq!(said.body["register"], "gbd-ul");
    let other = ask_at(&bench, "/v1/services/apostille/prefill", &message, "").await;
    assert_eq!((other.code(), other.field()), ("malformed", "service"));
    assert_eq!(bench.keys().len(), 1, "it is registered like any query");
}

#[tokio::test]
async fn a_form_is_told_in_one_language_or_in_all_with_the_registers_that_know_its_fields() {
    let bench = Bench::new();
    let form = async |query: &str| {
        let path = format!("/v1/services/archive-certificate/form?channel=portal{query}");
        crate::collecting::get(&bench, "", &path).await.body
    };
    let (all, kazakh) = (form("").await, form("&lang=kk").await);
    let place = "/schema/properties/organisation";
    for form in [&all, &kazakh] {
        let field = form.pointer(place).unwrap();
        assert_eq!(field["x-from"]["register"], "gbd-ul");
        assert_eq!(form["order"][0], "archive");
    }
    let title = &all.pointer(place).unwrap()["x-title"];
    assert_eq!(kazakh.pointer(place).unwrap()["x-title"], title["kk"]);
    assert!(title["ru"].is_string() && title["en"].is_string());
    let choice = "/schema/properties/archive/x-choices/0/text";
    assert!(all.pointer(choice).unwrap()["ru"].is_string());
    assert!(kazakh.pointer(choice).unwrap().is_string());
    assert_eq!(kazakh["name"], all["name"]["kk"]);
    let schema = jsonschema::draft202012::new(&all["schema"]).unwrap();
    assert!(schema.is_valid(&crate::letters::form()));
}
