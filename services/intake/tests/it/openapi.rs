//! The OpenAPI document against the door: every status and every code that it promises is provoked, every
//! answer is what it says, and what we send ourselves fits it.

mod besides;

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Request, header};
use intake::config::Limits;
use message::{Channel, ConsentForm, Kind, Outcome, SignatureFormat};
use serde_json::{Value, json};

use self::besides::{collected, forms, queried};
use crate::{
    bench::{Bench, Said},
    letters::{application, attached, attachment, form, front_office, query, report, seal},
};

fn document() -> Value {
    serde_json::from_str(include_str!("../../static/openapi.json")).unwrap()
}

/// What was asked, in the words of the document, and what came back.
type Seen = (&'static str, Said);

/// The error of `schema`, which may refer to the components of the document, in `value`.
fn errors(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let options = jsonschema::draft202012::options();
    let validator = options
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// Messages that end in each code of the document, under their participants.
fn messages() -> Vec<(&'static str, Value)> {
    let portal = |spoil: fn(&mut Value)| {
        let mut message = application();
        spoil(&mut message);
        ("portal", message)
    };
    let status = |service: &str, channel: &str| {
        let said = json!({ "number": "00000000000000000000", "status": "registered" });
        let mut message = report("status", &said);
        message["service"] = json!(service);
        message["channel"] = json!(channel);
        message
    };
    let mut unasked = front_office();
    unasked["consent"] = Value::Null;
    vec![
        portal(|_| ()),
        ("front-office", front_office()),
        portal(|m| m["id"] = json!("7")),
        ("stranger", application()),
        portal(|m| m["kind"] = json!("result")),
        portal(|m| m["x"] = json!("y".repeat(5_000_000))),
        portal(|m| m["signatures"] = json!([])),
        portal(|m| m["signatures"][0]["content"] = json!("AAAA")),
        portal(|m| {
            m["signatures"] = json!([{ "format": "cms-attached", "content": attached(b"{}") }]);
        }),
        portal(|m| seal(m, &json!({}))),
        portal(|m| m["classification"] = json!("state-secret")),
        portal(|m| m["attachments"] = json!([attachment(b"never sent")])),
        ("front-office", unasked),
        (
            "committee",
            status("mass-media-registration", "front-office"),
        ),
        ("national-archive", status("land-survey", "portal")),
    ]
}

/// A body that never comes.
fn endless() -> Body {
    Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>())
}

/// A door whose store is a file where a folder should be.
fn without_store() -> Bench {
    let bench = Bench::new();
    bench.break_store();
    bench
}

async fn taken() -> Vec<Seen> {
    let bench = Bench::new();
    let mut seen = Vec::new();
    for (participant, message) in messages() {
        seen.push(bench.post_as(participant, &message).await);
    }
    let mut message = application();
    bench.post(&message).await;
    let mut other = form();
    other["details"] = json!("басқа");
    seal(&mut message, &other);
    seen.push(bench.post(&message).await);
    let other = application();
    bench.give_number_away(&other);
    seen.push(bench.post(&other).await);

    let bytes = b"a scan of a paper";
    let mut damaged = attachment(bytes);
    bench
        .put(damaged["sha256"].as_str().unwrap(), &bytes[..])
        .await;
    damaged["size_bytes"] = json!(1);
    let mut message = application();
    message["attachments"] = json!([damaged]);
    seen.push(bench.post(&message).await);

    *bench.post.panics.lock().unwrap() = true;
    seen.push(bench.post(&application()).await);
    *bench.post.panics.lock().unwrap() = false;
    *bench.post.is_away.lock().unwrap() = true;
    seen.push(bench.post(&application()).await);
    let mut message = application();
    message["attachments"] = json!([attachment(bytes)]);
    seen.push(without_store().post(&message).await);
    let impatient = Bench::within(Limits {
        body_ms_max: 100,
        ..Limits::default()
    });
    let request = Request::post("/v1/messages").body(endless()).unwrap();
    seen.push(impatient.knock("portal.kezek.test", request).await);
    seen.push(full().post(&application()).await);
    let stampless = Bench::stamping("http://127.0.0.1:1/", |tsa| tsa.required = true);
    seen.push(stampless.post(&application()).await);
    seen.into_iter()
        .map(|said| ("take_message", said))
        .collect()
}

fn full() -> Bench {
    Bench::within(Limits {
        requests_max: 0,
        ..Limits::default()
    })
}

async fn uploaded() -> Vec<Seen> {
    let bytes = b"a scan of a paper";
    let sha256 = attachment(bytes)["sha256"].as_str().unwrap().to_owned();
    let (bench, broken, full) = (Bench::new(), without_store(), full());
    let small = Bench::within(Limits {
        attachment_bytes_max: 2,
        ..Limits::default()
    });
    let slow = Bench::within(Limits {
        upload_ms_max: 100,
        ..Limits::default()
    });
    let path = format!("/v1/attachments/{sha256}");
    let knock = async |bench: &Bench, method: &str, path: &str, san: &str, mark: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("kezek-classification", mark);
        bench.knock(san, request.body(Body::empty()).unwrap()).await
    };
    let (portal, open) = ("portal.kezek.test", "open");
    let mut seen = vec![
        ("take_attachment", bench.put(&sha256, &bytes[..]).await),
        ("take_attachment", bench.put(&sha256, &bytes[..]).await),
        ("take_attachment", bench.put("0A", &bytes[..]).await),
        (
            "take_attachment",
            bench.put(&"0".repeat(64), &bytes[..]).await,
        ),
        ("take_attachment", small.put(&sha256, &bytes[..]).await),
        ("take_attachment", slow.put(&sha256, endless()).await),
        ("take_attachment", broken.put(&sha256, &bytes[..]).await),
        ("take_attachment", full.put(&sha256, &bytes[..]).await),
        (
            "take_attachment",
            knock(&bench, "PUT", &path, "", open).await,
        ),
        (
            "take_attachment",
            knock(&bench, "PUT", &path, portal, "state-secret").await,
        ),
    ];
    let never = format!("/v1/attachments/{}", "0".repeat(64));
    for (bench, path, san) in [
        (&bench, path.as_str(), portal),
        (&bench, "/v1/attachments/0A", portal),
        (&bench, &path, ""),
        (&bench, &never, portal),
        (&broken, &path, portal),
        (&full, &path, portal),
    ] {
        seen.push((
            "has_attachment",
            knock(bench, "HEAD", path, san, open).await,
        ));
    }
    seen
}

async fn asked() -> Vec<Seen> {
    let (bench, full) = (Bench::new(), full());
    let get = async |bench: &Bench, path: &str| {
        bench
            .knock("", Request::get(path).body(Body::empty()).unwrap())
            .await
    };
    vec![
        ("codes", get(&bench, "/v1/codes").await),
        ("codes", get(&bench, "/v1/codes?language=kk").await),
        ("codes", get(&bench, "/v1/codes?language=de").await),
        ("codes", get(&full, "/v1/codes").await),
        ("openapi", get(&bench, "/v1/openapi.json").await),
        ("openapi", get(&full, "/v1/openapi.json").await),
    ]
}

/// Operation, status and code (empty where it went well) of everything that the document promises.
fn promised(document: &Value) -> BTreeSet<(String, u16, String)> {
    let mut promised = BTreeSet::new();
    for (operation, responses) in operations(document) {
        for (status, response) in responses.as_object().unwrap() {
            let code = &response["content"]["application/problem+json"]["schema"]["allOf"][1];
            let codes = code["properties"]["code"]["enum"].as_array();
            let codes = codes.map_or_else(
                || vec![String::new()],
                |codes| {
                    codes
                        .iter()
                        .map(|code| code.as_str().unwrap().to_owned())
                        .collect()
                },
            );
            let status = status.parse().unwrap();
            promised.extend(
                codes
                    .into_iter()
                    .map(|code| (operation.clone(), status, code)),
            );
        }
    }
    promised
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().values();
    let all = paths.flat_map(|path| path.as_object().unwrap().values());
    all.map(|one| {
        (
            one["operationId"].as_str().unwrap().to_owned(),
            &one["responses"],
        )
    })
    .collect()
}

#[tokio::test]
async fn every_answer_that_the_document_promises_is_given_and_no_other() {
    let document = document();
    let operations = operations(&document);
    let mut open = promised(&document);
    let known = open.clone();
    for (operation, said) in taken()
        .await
        .into_iter()
        .chain(uploaded().await)
        .chain(collected().await)
        .chain(queried("ask", |_| "/v1/queries".to_owned()).await)
        .chain(
            queried("prefill", |service| {
                format!("/v1/services/{service}/prefill")
            })
            .await,
        )
        .chain(forms().await)
        .chain(asked().await)
    {
        let status = said.status.as_u16();
        // The answer to HEAD has no body: the code stands in the description alone.
        let code = if operation == "has_attachment" {
            ""
        } else {
            said.code()
        };
        let answer = (operation.to_owned(), status, code.to_owned());
        assert!(
            known.contains(&answer),
            "not in the document: {answer:?} {said:?}"
        );
        open.remove(&answer);
        let (_, responses) = operations.iter().find(|(id, _)| id == operation).unwrap();
        let kind = said.headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or("", |kind| kind.to_str().unwrap());
        let schema = &responses[status.to_string()]["content"][kind]["schema"];
        if schema.is_object() {
            let errors = errors(&document, schema, &said.body);
            assert!(errors.is_empty(), "{answer:?}: {errors:#?}");
        } else {
            assert!(
                operation == "has_attachment" || status < 300,
                "{answer:?}: {kind}"
            );
        }
    }
    assert!(open.is_empty(), "never answered: {open:#?}");
}

#[test]
fn every_code_of_the_document_is_in_the_catalogue_under_its_status() {
    let promised = promised(&document());
    let codes: Vec<_> = promised
        .iter()
        .filter(|(.., code)| !code.is_empty())
        .collect();
    assert!(codes.len() > 20);
    for (operation, status, code) in codes {
        let known = fault::find(code).unwrap_or_else(|| panic!("{operation}: {code}"));
        assert_eq!(known.http_status, *status, "{code}");
    }
}

#[test]
fn what_is_taken_fits_the_document_and_what_is_malformed_does_not() {
    let document = document();
    let schema = json!({ "$ref": "#/components/schemas/Message" });
    let said = json!({ "number": "00000000000000000000", "outcome": "granted" });
    for message in [
        application(),
        front_office(),
        query(),
        report("result", &said),
    ] {
        let errors = errors(&document, &schema, &message);
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut more = application();
    more["more"] = json!(1);
    let mut wrong = application();
    wrong["applicant"]["iin"] = json!("9001");
    for message in [more, wrong, json!([]), json!({})] {
        assert!(
            !errors(&document, &schema, &message).is_empty(),
            "{message}"
        );
    }
}

fn names<T>(all: &[(&'static str, T)]) -> Vec<String> {
    all.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn the_words_of_the_document_are_those_of_the_code() {
    let schemas = &document()["components"]["schemas"];
    let words = |place: &str| -> Vec<String> {
        let words = schemas.pointer(place).unwrap().as_array().unwrap();
        words
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(words("/Message/properties/kind/enum"), names(Kind::ALL));
    assert_eq!(
        words("/Message/properties/channel/enum"),
        names(Channel::ALL)
    );
    assert_eq!(
        words("/Consent/properties/form/enum"),
        names(ConsentForm::ALL)
    );
    assert_eq!(
        words("/Signature/properties/format/enum"),
        names(SignatureFormat::ALL)
    );
    assert_eq!(
        words("/Report/properties/outcome/anyOf/0/enum"),
        names(Outcome::ALL)
    );
}

#[test]
fn every_route_of_the_door_is_in_the_document() {
    let document = document();
    let source = include_str!("../../src/http.rs");
    let routes = source.split(".route(").skip(1);
    let routes: Vec<&str> = routes.filter_map(|rest| rest.split('"').nth(1)).collect();
    assert_eq!(routes.len(), document["paths"].as_object().unwrap().len());
    for route in routes {
        assert!(document["paths"][route].is_object(), "{route}");
    }
}
