//! The commands that ask the monitor, here a double of it.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param},
};

use crate::run::{Run, kezekctl};

/// A number with a right check digit.
const NUMBER: &str = "00000000000000000000";

async fn monitor(at: &str, status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

async fn ask(server: &MockServer, arguments: &[&str]) -> Run {
    kezekctl(&[arguments, &["--monitor", &server.uri()]].concat()).await
}

fn timeline() -> Value {
    let text = |kk: &str| json!({"kk": kk, "ru": "", "en": ""});
    let at = "2026-11-22T12:00:00.123+05:00";
    json!({
        "application": {
            "number": NUMBER, "message_id": "", "service": "apostille", "channel": "portal",
            "service_name": text("Апостиль"), "status": "routed",
            "status_text": text("Қызмет берушіге жіберілуде"), "final": false, "since": at,
            "received_at": at, "applicant_masked": "••••••••••12", "provider": "committee",
            "registration_number": null, "reported": null, "reason": null,
            "waiting": {
                "lane": "router.committee", "code": "provider-rejected", "meaning": null,
                "explanation": "connection refused", "attempt": 2, "retry_at": at,
            },
            "a_field_of_tomorrow": 1,
        },
        "facts": [{
            "position": 1, "fact_id": "", "name": "attempt-failed", "message_id": "", "number": NUMBER,
            "lane": "router.committee", "at": at, "by": "router", "hash": "00",
            "detail": {
                "lane": "router.committee", "code": "provider-rejected",
                "explanation": "connection refused", "attempt": 2, "retry_at": at,
            },
        }],
        "steps": [{
            "number": 4, "unit": text("төлем шлюзі"), "action": text("Қызмет ақысын төлеу"),
            "progress": "done", "allowed": "1m30s", "began": at, "due": at, "ended": at,
            "used_ms": 1234, "late": false,
        }],
    })
}

#[tokio::test]
async fn trace_tells_steps_facts_and_error_codes_in_the_language_asked_for() {
    let at = format!("/v1/applications/{NUMBER}/timeline");
    let server = monitor(&at, 200, timeline()).await;
    let run = ask(
        &server,
        &["trace", "00000 00000 00000 00000", "--lang", "kk"],
    )
    .await;
    assert_eq!(run.code, 0, "{}", run.error);
    let code = fault::find("provider-rejected").unwrap();
    for part in [
        "Қызмет берушіге жіберілуде",
        "Қызмет ақысын төлеу",
        "1m30s",
        "1.2s",
        "2026-11-22 12:00:00.123",
        code.meaning.kk,
        code.action.kk,
        "connection refused",
    ] {
        assert!(run.out.contains(part), "{part} is not in\n{}", run.out);
    }
    let run = ask(&server, &["trace", NUMBER, "--json"]).await;
    assert_eq!(run.json(), timeline(), "JSON is the monitor's own");
}

#[tokio::test]
async fn trace_says_what_is_wrong_with_a_number() {
    let server = MockServer::start().await;
    let run = ask(&server, &["trace", "00000000000000000001"]).await;
    assert_eq!(run.code, 1);
    assert!(run.error.contains("check digit"), "{}", run.error);
    let run = ask(&server, &["trace", NUMBER]).await;
    assert_eq!(run.code, 1);
    assert!(run.out.contains("knows no application"), "{}", run.out);
}

#[tokio::test]
async fn lanes_tell_what_is_closed_and_why_and_exit_with_1() {
    let lane = |name: &str, closed: bool| {
        json!({
            "name": name, "kind": "provider", "waiting": 7, "parked": 0,
            "oldest_s": 3725, "consumers": 1,
            "closed": closed, "since": "2026-11-22T12:00:00.000+05:00",
            "code": closed.then_some("provider-rejected"), "explanation": null,
        })
    };
    let open = json!({"lanes": [lane("router.route", false)]});
    let server = monitor("/v1/lanes", 200, open).await;
    assert_eq!(ask(&server, &["lanes"]).await.code, 0);

    let both = json!({"lanes": [lane("router.route", false), lane("router.committee", true)]});
    let server = monitor("/v1/lanes", 200, both).await;
    let run = ask(&server, &["lanes", "--lang", "ru"]).await;
    assert_eq!(run.code, 1);
    let code = fault::find("provider-rejected").unwrap();
    assert!(
        run.out.contains("closed")
            && run.out.contains("1 h 2 min")
            && run.out.contains(code.meaning.ru),
        "{}",
        run.out
    );
}

#[tokio::test]
async fn journal_verify_gives_the_head_or_the_damage() {
    let whole = json!({
        "whole": true, "rows": 12, "head": "12:ab", "damage_count": 0, "damage": [],
    });
    let server = monitor("/v1/journal/verify", 200, whole).await;
    let run = ask(&server, &["journal", "verify"]).await;
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(run.out.contains("head: 12:ab"), "{}", run.out);

    let broken = json!({
        "whole": false, "rows": 12, "head": "12:ab", "damage_count": 1,
        "damage": [{"kind": "changed", "first": 3, "last": 3, "text": "row 3 was changed"}],
    });
    let server = MockServer::start().await;
    Mock::given(path("/v1/journal/verify"))
        .and(query_param("checkpoint", "9:cd"))
        .respond_with(ResponseTemplate::new(200).set_body_json(broken))
        .mount(&server)
        .await;
    let run = ask(&server, &["journal", "verify", "--since", "9:cd"]).await;
    assert_eq!(run.code, 1);
    assert!(run.out.contains("row 3 was changed"), "{}", run.out);
}

#[tokio::test]
async fn a_monitor_that_is_away_or_refuses_is_told_with_a_next_step() {
    let run = kezekctl(&["lanes", "--monitor", "http://127.0.0.1:1"]).await;
    assert_eq!(run.code, 1);
    assert!(run.error.contains("KEZEK_MONITOR"), "{}", run.error);
    let problem = json!({"title": "The database is away.", "detail": "", "action": "Wait."});
    let server = monitor("/v1/lanes", 503, problem).await;
    let run = ask(&server, &["lanes"]).await;
    assert!(run.error.contains("The database is away.") && run.error.contains("next: Wait."));
}
