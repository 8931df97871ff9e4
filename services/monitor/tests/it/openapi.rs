//! The OpenAPI document against the door: every path and every answer that it promises is called and validated.

use axum::{Router, body::Body};
use http::{Method, Request, header};
use jiff::Timestamp;
use message::{Detail, Event, Fact, Outcome, RegisterName};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    accesses::{self, looked, made, person, query},
    samples::{batch, fact, issued, number, report, result},
    support::Ground,
};

/// Status, media type and body.
async fn call(
    door: &Router,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, String, Value) {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let request = Request::builder().method(method).uri(path);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let response = door
        .clone()
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap();
    let status = response.status().as_u16();
    let kind = response.headers()[header::CONTENT_TYPE]
        .to_str()
        .unwrap()
        .to_owned();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    (status, kind, serde_json::from_slice(&body).unwrap())
}

/// The check that is there already.
fn opened() -> Fact {
    let detail = Detail::CheckOpened {
        of: made(&query(21), 210).id,
        register: RegisterName::new("gbd-fl").unwrap(),
        by: "owner".to_owned(),
        question: "what for?".to_owned(),
        due_at: Timestamp::UNIX_EPOCH,
    };
    fact(&query(21), 400, detail)
}

/// A step of a check: done, done otherwise where that contradicts, malformed, about nothing.
fn of_check(
    known: &str,
    unknown: &str,
    done: u16,
    body: &Value,
) -> Vec<(u16, String, Option<Value>)> {
    let mut other = body.clone();
    other["by"] = json!("somebody else");
    let contradicts = if done == 201 { 201 } else { 409 };
    vec![
        (done, known.to_owned(), Some(body.clone())),
        (contradicts, known.to_owned(), Some(other)),
        (400, known.to_owned(), Some(json!({}))),
        (404, unknown.to_owned(), Some(body.clone())),
    ]
}

/// Ways to call each operation and the status that comes back: from the house with application 1.
fn calls(operation: &str) -> Vec<(u16, String, Option<Value>)> {
    let (known, unknown) = (number(1), number(5));
    let got = |status, path: String| (status, path, None);
    let (access, check) = (made(&query(21), 210).id, opened().id);
    let nobody = uuid::Uuid::nil();
    match operation {
        "search" => vec![
            (
                200,
                String::new(),
                Some(json!({ "status": "granted", "limit": 1 })),
            ),
            (200, String::new(), Some(json!({}))),
            (400, String::new(), Some(json!({ "applicant": "1" }))),
        ]
        .into_iter()
        .map(|(status, _, body)| (status, "/v1/applications/search".to_owned(), body))
        .collect(),
        "application" => vec![
            got(200, format!("/v1/applications/{known}")),
            got(404, format!("/v1/applications/{unknown}")),
            got(400, "/v1/applications/17".to_owned()),
        ],
        "timeline" => vec![
            got(200, format!("/v1/applications/{known}/timeline")),
            got(404, format!("/v1/applications/{unknown}/timeline")),
            got(400, "/v1/applications/17/timeline".to_owned()),
        ],
        "journal" => vec![
            got(200, "/v1/journal?after=1&limit=2".to_owned()),
            got(400, "/v1/journal?limit=1001".to_owned()),
        ],
        "verify" => vec![
            got(200, "/v1/journal/verify".to_owned()),
            got(400, "/v1/journal/verify?checkpoint=x".to_owned()),
        ],
        "lanes" => vec![got(200, "/v1/lanes".to_owned())],
        "openapi" => vec![got(200, "/v1/openapi.json".to_owned())],
        "accesses_of" => vec![
            got(200, format!("/v1/persons/{}/accesses", person().reveal())),
            got(
                200,
                format!("/v1/persons/{}/accesses?lang=ru", person().reveal()),
            ),
            got(400, "/v1/persons/1/accesses".to_owned()),
        ],
        "accesses_in" => vec![
            got(200, "/v1/registers/gbd-fl/accesses".to_owned()),
            got(400, "/v1/registers/gbd-fl/accesses?limit=201".to_owned()),
        ],
        "access" => vec![
            got(200, format!("/v1/accesses/{access}")),
            got(404, format!("/v1/accesses/{nobody}")),
            got(400, "/v1/accesses/1".to_owned()),
        ],
        "checks" => vec![
            got(200, "/v1/checks?open=true".to_owned()),
            got(400, "/v1/checks?after=1".to_owned()),
        ],
        "open_check" => of_check(
            &format!("/v1/accesses/{access}/checks"),
            &format!("/v1/accesses/{nobody}/checks"),
            201,
            &json!({ "by": "owner", "question": "why?" }),
        ),
        "answer_check" => of_check(
            &format!("/v1/checks/{check}/answer"),
            &format!("/v1/checks/{nobody}/answer"),
            200,
            &json!({ "by": "office", "answer": "for an application" }),
        ),
        "close_check" => of_check(
            &format!("/v1/checks/{check}/close"),
            &format!("/v1/checks/{nobody}/close"),
            200,
            &json!({ "by": "owner", "outcome": "justified" }),
        ),
        other => panic!("the document has the operation {other}, which this test cannot call"),
    }
}

/// The schema promised for a status and media type, with the components it refers to.
fn schema(document: &Value, operation: &Value, status: u16, kind: &str) -> Value {
    let mut response = &operation["responses"][status.to_string()];
    if let Some(reference) = response["$ref"].as_str() {
        response = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    let schema = &response["content"][kind]["schema"];
    assert!(
        schema.is_object(),
        "{} {status} {kind} is not promised",
        operation["operationId"]
    );
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    schema
}

#[tokio::test]
async fn every_operation_answers_as_the_document_promises() {
    let ground = looked("openapi_all").await;
    let mut writer = ground.writer().await;
    let answer = report(8, 1, "committee", result(Outcome::Granted));
    let decided = fact(&answer, 3600, issued("committee", Outcome::Granted));
    let told = vec![
        Event::new(vec![decided], answer),
        Event {
            facts: vec![opened()],
            message: None,
        },
    ];
    let offset = writer.next_offset();
    writer.write(&batch(offset, told)).await.unwrap();
    drop(writer);
    let door = accesses::door(&ground);
    let away = accesses::door(&Ground::empty("openapi_away").await);
    let (_, _, document) = call(&door, "get", "/v1/openapi.json", None).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let mut promised: Vec<u16> = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .map(|status| status.parse().unwrap())
                .collect();
            let mut ways: Vec<_> = calls(id).into_iter().map(|way| (&door, way)).collect();
            if promised.contains(&503) {
                let (_, path, body) = calls(id).swap_remove(0);
                ways.push((&away, (503, path, body)));
            }
            for (door, (expected, address, body)) in ways {
                assert!(
                    address.split('/').count() == path.split('/').count(),
                    "{address}: {path}"
                );
                let (status, kind, said) = call(door, method, &address, body.as_ref()).await;
                assert_eq!(status, expected, "{method} {address}: {said}");
                let schema = schema(&document, operation, status, &kind);
                let validator = jsonschema::draft202012::options()
                    .should_validate_formats(true)
                    .build(&schema)
                    .unwrap();
                let errors: Vec<String> = validator
                    .iter_errors(&said)
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert!(errors.is_empty(), "{method} {address}: {errors:#?}");
                promised.retain(|one| *one != status);
            }
            assert!(promised.is_empty(), "{id} never answered {promised:?}");
        }
    }
}

#[test]
fn every_route_of_the_door_is_in_the_document() {
    let source = [
        include_str!("../../src/http.rs"),
        include_str!("../../src/http/accesses.rs"),
    ]
    .concat();
    let document: Value = serde_json::from_str(include_str!("../../static/openapi.json")).unwrap();
    let routes = source
        .split(".route(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let mut count = 0;
    for route in routes {
        assert!(document["paths"][route].is_object(), "{route}");
        count += 1;
    }
    assert_eq!(count, document["paths"].as_object().unwrap().len());
}
