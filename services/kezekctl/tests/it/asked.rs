//! The commands that ask the monitor, here a double of it.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, method, path, query_param},
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

const CHECK: &str = "019ab8d5-7c00-8abc-8def-0123456789ab";
/// Invented, with a right check digit.
const PERSON: &str = "900101300017";

fn check(overdue: bool) -> Value {
    let text = |kk: &str| json!({"kk": kk, "ru": "", "en": ""});
    json!({
        "id": CHECK, "access": CHECK, "register": "gbd-fl", "state": "open",
        "state_text": text("Жауап күтілуде"), "opened_by": "owner", "question": "Не үшін?",
        "opened_at": "2026-11-22T12:00:00.000+05:00", "due_at": "2026-12-02T12:00:00.000+05:00",
        "overdue": overdue, "answered_by": null, "answer": null, "answered_at": null,
        "closed_by": null, "outcome": null, "outcome_text": null, "note": null, "closed_at": null,
    })
}

fn accesses() -> Value {
    let text = |kk: &str| json!({"kk": kk, "ru": "", "en": ""});
    let at = "2026-11-22T12:00:00.123+05:00";
    json!({
        "accesses": [{
            "id": CHECK, "asked_at": at, "register": "gbd-fl", "register_name": text("ЖТ МДҚ"),
            "subject_masked": "••••••••••17", "operator": "Omarova Aigul",
            "participant": "front-office", "organisation": text("Мемлекеттік корпорация"),
            "purpose": "p", "purpose_text": text("Апостиль: деректер"), "consent": "paper 17",
            "consent_text": text("Келісім: paper 17"), "application": null, "service": "apostille",
            "service_name": null, "message_id": CHECK, "number": NUMBER, "outcome": "answered",
            "outcome_text": text("Тізілім жауап берді"), "answered_at": at,
            "fields": ["surname", "address.city"], "cached": false, "source_at": at, "failure": null,
            "checks": [check(false)],
        }],
        "next_after": null,
    })
}

#[tokio::test]
async fn accesses_tell_who_looked_why_and_what_came_back_and_never_the_number() {
    let server = monitor(&format!("/v1/persons/{PERSON}/accesses"), 200, accesses()).await;
    let run = ask(&server, &["accesses", "900101 300017", "--lang", "kk"]).await;
    assert_eq!(run.code, 0, "{}", run.error);
    for part in [
        "ЖТ МДҚ",
        "Omarova Aigul (Мемлекеттік корпорация)",
        "Апостиль: деректер",
        "Келісім: paper 17",
        "surname, address.city",
        "Не үшін?",
    ] {
        assert!(run.out.contains(part), "{part} is not in\n{}", run.out);
    }
    assert!(!run.out.contains(PERSON));
    let run = ask(&server, &["accesses", PERSON, "--json"]).await;
    assert_eq!(run.json(), accesses(), "JSON is the monitor's own");
}

#[tokio::test]
async fn no_error_about_accesses_repeats_the_number() {
    let problem = json!({"title": "The database is away.", "detail": "", "action": "Wait."});
    let server = monitor(&format!("/v1/persons/{PERSON}/accesses"), 503, problem).await;
    let away = kezekctl(&["accesses", PERSON, "--monitor", "http://127.0.0.1:1"]).await;
    let wrong = kezekctl(&["accesses", "900101300018"]).await;
    for run in [ask(&server, &["accesses", PERSON]).await, away, wrong] {
        assert_eq!(run.code, 1);
        assert!(!run.error.contains("90010130001"), "{}", run.error);
    }
}

#[tokio::test]
async fn a_check_is_opened_answered_and_closed_as_the_monitor_takes_it() {
    let cases: [(&[&str], String, Value); 3] = [
        (
            &[
                "open",
                CHECK,
                "--by",
                "owner",
                "--question",
                "why?",
                "--days",
                "5",
            ],
            format!("/v1/accesses/{CHECK}/checks"),
            json!({"by": "owner", "question": "why?", "days": 5}),
        ),
        (
            &[
                "answer",
                CHECK,
                "--by",
                "office",
                "--answer",
                "for an application",
            ],
            format!("/v1/checks/{CHECK}/answer"),
            json!({"by": "office", "answer": "for an application"}),
        ),
        (
            &["close", CHECK, "--by", "owner", "--outcome", "justified"],
            format!("/v1/checks/{CHECK}/close"),
            json!({"by": "owner", "outcome": "justified", "note": ""}),
        ),
    ];
    for (arguments, at, body) in cases {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path(at))
            .and(body_json(body))
            .respond_with(ResponseTemplate::new(200).set_body_json(check(false)))
            .mount(&server)
            .await;
        let arguments = [&["check", "--lang", "kk"], arguments].concat();
        let run = ask(&server, &arguments).await;
        assert_eq!(run.code, 0, "{}", run.error);
        assert!(run.out.contains("Жауап күтілуде") && run.out.contains("2026-12-02"));
    }
}

#[tokio::test]
async fn the_list_of_checks_ends_with_1_while_one_is_overdue() {
    for overdue in [false, true] {
        let server = monitor("/v1/checks", 200, json!({"checks": [check(overdue)]})).await;
        let run = ask(&server, &["check", "list", "--open"]).await;
        assert_eq!(run.code, i32::from(overdue), "{}", run.error);
        assert_eq!(run.out.contains("OVERDUE"), overdue);
    }
}
