//! Everything at the door besides messages: files, paths, languages, what nobody foresaw.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;

use crate::{
    bench::Bench,
    letters::{application, attachment},
};

#[tokio::test]
async fn attachments_come_first_and_must_be_as_the_message_says() {
    let bench = Bench::new();
    let bytes = b"a scan of a paper";
    let named = attachment(bytes);
    let sha256 = named["sha256"].as_str().unwrap();
    assert_eq!(
        bench.put(sha256, &bytes[1..]).await.code(),
        "attachment-damaged"
    );
    assert_eq!(bench.put("0A", &bytes[..]).await.code(), "malformed");
    assert_eq!(bench.files(), 0);
    assert_eq!(
        bench.put(sha256, &bytes[..]).await.status,
        StatusCode::CREATED
    );
    assert_eq!(bench.put(sha256, &bytes[..]).await.status, StatusCode::OK);
    let mut message = application();
    message["attachments"] = json!([named]);
    message["attachments"][0]["size_bytes"] = json!(1);
    assert_eq!(bench.post(&message).await.code(), "attachment-damaged");
    message["attachments"] = json!([named]);
    assert_eq!(bench.post(&message).await.status, StatusCode::ACCEPTED);
    assert_eq!(bench.last().attachments[0].size_bytes, 17);
}

#[tokio::test]
async fn a_file_marked_as_a_state_secret_is_refused_before_it_is_read() {
    let bench = Bench::new();
    let unread = Body::from_stream(futures::stream::poll_fn(
        |_| -> std::task::Poll<Option<Result<String, std::io::Error>>> {
            panic!("the body was read")
        },
    ));
    let request = Request::put(format!("/v1/attachments/{}", "0".repeat(64)))
        .header("Kezek-Classification", "state-secret")
        .body(unread)
        .unwrap();
    assert_eq!(
        bench.knock("portal.kezek.test", request).await.code(),
        "state-secret"
    );
    assert_eq!(bench.files(), 0);
}

#[tokio::test]
async fn a_wrong_path_or_method_is_a_problem_too() {
    let bench = Bench::new();
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    assert_eq!(
        bench.knock("", get("/v2/messages")).await.code(),
        "unknown-path"
    );
    let said = bench.knock("", get("/v1/messages")).await;
    assert_eq!(said.code(), "method-not-allowed");
    assert_eq!(said.headers[http::header::ALLOW], "POST");
}

#[tokio::test]
async fn what_nobody_foresaw_is_a_problem_and_the_door_stays_open() {
    let bench = Bench::new();
    *bench.post.panics.lock().unwrap() = true;
    let said = bench.post(&application()).await;
    assert_eq!((said.status.as_u16(), said.code()), (500, "internal"));
    *bench.post.panics.lock().unwrap() = false;
    assert_eq!(
        bench.post(&application()).await.status,
        StatusCode::ACCEPTED
    );
}

#[tokio::test]
async fn problems_and_the_catalogue_speak_three_languages() {
    let bench = Bench::new();
    let request = Request::post("/v1/messages")
        .header("Accept-Language", "kk")
        .body(Body::empty());
    let said = bench.knock("", request.unwrap()).await;
    assert_eq!(
        said.body["title"],
        fault::door::NOT_AUTHENTICATED.meaning.kk
    );
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let all = bench.knock("", get("/v1/codes")).await.body;
    assert_eq!(all.as_array().unwrap().len(), fault::catalogue().count());
    assert!(all[0]["meaning"]["ru"].is_string());
    let russian = bench.knock("", get("/v1/codes?language=ru")).await.body;
    assert_eq!(russian[0]["meaning"], all[0]["meaning"]["ru"]);
    assert_eq!(
        bench.knock("", get("/v1/codes?language=de")).await.code(),
        "malformed"
    );
}

#[tokio::test]
async fn who_presents_no_certificate_or_an_unknown_one_is_told_so() {
    let bench = Bench::new();
    for name in ["", "stranger.kezek.test", "*.kezek.test"] {
        for request in [
            Request::post("/v1/messages")
                .body(Body::from("{}"))
                .unwrap(),
            Request::put(format!("/v1/attachments/{}", "0".repeat(64)))
                .body(Body::empty())
                .unwrap(),
        ] {
            let said = bench.knock(name, request).await;
            assert_eq!(
                (said.status.as_u16(), said.code()),
                (401, "not-authenticated")
            );
        }
    }
}
