//! What people see: every page in every language, without a script, strict, and without personal numbers.

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode, header};
use message::Event;
use monitor::pages::Pages;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::{
    asking::{questions, told},
    samples::{application, batch, fact, failed, number, parked, way},
    support::Ground,
};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// The pages over the journal of `ground`.
pub(crate) fn pages(ground: &Ground) -> (Router, watch::Sender<i64>) {
    let (moved, seen) = watch::channel(0);
    let trace = "http://traces.test/?n={number}&m={message_id}".to_owned();
    let pages = Pages::new(questions(ground), seen, Some(trace));
    (monitor::pages::router(pages), moved)
}

async fn ask(door: &Router, request: Request<Body>) -> Answer {
    let response = door.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.into()).unwrap(),
    }
}

async fn get(door: &Router, path: &str) -> Answer {
    ask(door, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(door: &Router, path: &str, form: String) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post(path).header(header::CONTENT_TYPE, kind);
    ask(door, request.body(Body::from(form)).unwrap()).await
}

/// Application 1 granted, 2 failing at its provider, 3 set aside.
pub(crate) async fn ground(name: &str) -> Ground {
    let (ground, _) = told(name).await;
    let mut events = Vec::new();
    for (seed, what) in [
        (2, failed("router.committee", 1)),
        (3, parked("router.committee")),
    ] {
        let mut way = way(seed);
        way.truncate(4);
        events.extend(way);
        let message = application(seed);
        events.push(Event::new(vec![fact(&message, 9, what)], message));
    }
    let offset = ground.store.next_offset().await.unwrap();
    let mut writer = ground.writer().await;
    writer.write(&batch(offset, events)).await.unwrap();
    ground
}

/// Every page, after its language.
fn all() -> Vec<String> {
    let mut all: Vec<String> = ["/", "/applications", "/lanes", "/parked", "/regulations"]
        .map(str::to_owned)
        .into();
    all.extend((1..=3).map(|seed| format!("/applications/{}", number(seed))));
    all.push("/applications?status=parked&service=apostille&from=2026-11-22".to_owned());
    all.push("/regulations/apostille/portal".to_owned());
    all.push("/regulations/archive-certificate/front-office".to_owned());
    all
}

#[tokio::test]
async fn every_page_is_strict_and_complete_in_every_language_and_shows_no_personal_number() {
    let ground = ground("seen_all").await;
    let (door, _moved) = pages(&ground);
    let person = application(1).applicant.unwrap().number;
    for language in ["kk", "ru", "en"] {
        for place in all() {
            let path = format!("/{language}{place}");
            let answer = get(&door, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            let csp = answer.header(header::CONTENT_SECURITY_POLICY);
            assert!(csp.starts_with("default-src 'self';") && !csp.contains("unsafe"));
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
            let body = &answer.body;
            assert!(
                body.contains(&format!("<html lang=\"{language}\">")),
                "{path}"
            );
            assert!(
                !body.contains("style=") && !body.contains("<style"),
                "{path}"
            );
            assert_eq!(body.matches("<script").count(), 1, "{path}");
            assert!(!body.contains(person.reveal()), "{path}");
        }
    }
}

/// The text of a page that is meant to be in its language: without markup, and without what is marked as a code
/// or as another language.
fn words(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let mut text = String::new();
    // The innermost element that is marked, and how deep we are in elements of its name.
    let mut skipped: Option<(String, usize)> = None;
    for part in body.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap();
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let marked = tag.contains("translate=\"no\"") || tag.contains("lang=\"");
        match &mut skipped {
            Some((outer, depth)) if *outer == name => {
                *depth = if tag.starts_with('/') {
                    *depth - 1
                } else {
                    *depth + 1
                };
                if *depth == 0 {
                    skipped = None;
                }
            }
            None if marked && name != "svg" => skipped = Some((name, 1)),
            _ => {}
        }
        if skipped.is_none() {
            text.push_str(after);
            text.push(' ');
        }
    }
    text
}

#[tokio::test]
async fn kazakh_and_russian_pages_hold_no_english_word() {
    let ground = ground("seen_words").await;
    let (door, _moved) = pages(&ground);
    for language in ["kk", "ru"] {
        for place in all() {
            let page = get(&door, &format!("/{language}{place}")).await.body;
            let words = words(&page);
            let latin = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() > 1;
            let foreign: Vec<&str> = words
                .split(|c: char| !c.is_alphanumeric())
                .filter(latin)
                .filter(|word| !["UTC", "nbsp", "amp", "quot", "gt", "lt"].contains(word))
                .collect();
            assert!(foreign.is_empty(), "/{language}{place}: {foreign:?}");
        }
    }
}

#[tokio::test]
async fn an_application_is_told_with_its_steps_attempts_signers_and_trace() {
    let ground = ground("seen_one").await;
    let (door, _moved) = pages(&ground);
    let granted = get(&door, &format!("/en/applications/{}", number(1)))
        .await
        .body;
    for said in [
        "Granted",
        "СЫНАҚОВА АЙГЕРІМ",
        "rsa-pkcs1-sha256",
        "class=\"bar done\"",
        "3 days",
        &format!("http://traces.test/?n={}", number(1)),
        "Register answered",
    ] {
        assert!(granted.contains(said), "{said}");
    }
    let waits = get(&door, &format!("/ru/applications/{}", number(2)))
        .await
        .body;
    let code = fault::find("provider-failed").unwrap();
    assert!(waits.contains(code.meaning.ru) && waits.contains(code.action.ru));
}

#[tokio::test]
async fn a_personal_number_is_searched_for_by_post_and_stands_in_no_address() {
    let ground = ground("seen_search").await;
    let (door, _moved) = pages(&ground);
    let person = application(1).applicant.unwrap().number;
    let form = format!("applicant={}&service=", person.reveal());
    let found = post(&door, "/kk/applications", form).await;
    assert_eq!(found.status, StatusCode::OK);
    for seed in 1..=3 {
        assert!(
            found
                .body
                .contains(&format!("/kk/applications/{}", number(seed)))
        );
    }
    let addresses = found.body.split("href=\"").skip(1);
    let mut addresses = addresses.filter_map(|rest| rest.split('"').next());
    assert!(addresses.all(|address| !address.contains(person.reveal())));
    let in_address = get(
        &door,
        &format!("/kk/applications?applicant={}", person.reveal()),
    )
    .await;
    assert_eq!(in_address.status, StatusCode::BAD_REQUEST);
    assert!(!in_address.body.contains(person.reveal()));

    let kept = post(
        &door,
        "/ru/applications",
        "status=parked&applicant=&from=".to_owned(),
    )
    .await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    assert_eq!(
        kept.header(header::LOCATION),
        "/ru/applications?status=parked"
    );
}

#[tokio::test]
async fn the_language_is_the_one_chosen_last_else_the_readers_else_kazakh() {
    let ground = Ground::empty("seen_language").await;
    let (door, _moved) = pages(&ground);
    let home = async |name: header::HeaderName, value: &str| {
        let request = Request::get("/").header(name, value);
        let answer = ask(&door, request.body(Body::empty()).unwrap()).await;
        answer.header(header::LOCATION).to_owned()
    };
    assert_eq!(home(header::COOKIE, "a=b; language=ru").await, "/ru/");
    assert_eq!(home(header::ACCEPT_LANGUAGE, "de, en;q=0.8").await, "/en/");
    assert_eq!(home(header::ACCEPT_LANGUAGE, "de").await, "/kk/");
    let page = get(&door, "/ru/regulations").await;
    assert!(page.header(header::SET_COOKIE).starts_with("language=ru;"));
}

#[tokio::test]
async fn what_cannot_be_shown_is_a_page_too_in_the_readers_language() {
    let away = Ground::empty("seen_away").await;
    let (door, _moved) = pages(&away);
    let answer = get(&door, "/kk/").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let code = fault::inside::STORE_OF_FACTS_UNAVAILABLE;
    assert!(answer.body.contains(code.meaning.kk), "{}", answer.body);
    let answer = get(&door, &format!("/ru/applications/{}", number(1))).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);

    let ground = ground("seen_unknown").await;
    let (door, _moved) = pages(&ground);
    for path in [
        format!("/ru/applications/{}", number(9)),
        "/ru/regulations/nothing/portal".to_owned(),
        "/ru/regulations/mass-media-registration/front-office".to_owned(),
    ] {
        let answer = get(&door, &path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("<html lang=\"ru\">"), "{path}");
    }
}

#[tokio::test]
async fn the_live_line_tells_that_the_journal_moved_and_ends_at_shutdown() {
    let ground = Ground::empty("seen_live").await;
    let (door, moved) = pages(&ground);
    let request = Request::get("/live").body(Body::empty()).unwrap();
    let response = door.oneshot(request).await.unwrap();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    moved.send_replace(17);
    drop(moved);
    let told = axum::body::to_bytes(response.into_body(), 1 << 10)
        .await
        .unwrap();
    assert_eq!(&told[..], b"event: moved\ndata: 17\n\n");
}
