//! Who looked at whose data: a person sees every look, and no number of a person is shown or written anywhere.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use message::{
    Consent, ConsentForm, Detail, Event, Fact, Kind, Message, PersonalNumber, Query, RegisterName,
    Subject,
};
use monitor::{checks::Checks, clock::Teller, store::Store};
use serde_json::{Value, json};
use tower::ServiceExt;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::{
    asking::questions,
    samples::{application, at, batch, fact, failed, number, way},
    support::{Ground, writer},
};

/// What is told stands in the journal at once.
struct AtOnce(Store);

#[async_trait]
impl Teller for AtOnce {
    fn is_ready(&self) -> bool {
        true
    }

    async fn tell(&self, events: Vec<Event>) -> Vec<bool> {
        let count = events.len();
        written(&self.0, events).await;
        vec![true; count]
    }
}

/// Writes events down, as soon as nobody else writes.
pub(crate) async fn written(store: &Store, events: Vec<Event>) {
    let mut writer = writer(store).await;
    let offset = writer.next_offset();
    writer.write(&batch(offset, events)).await.unwrap();
}

pub(crate) fn checks(ground: &Ground) -> Checks {
    Checks {
        store: ground.store.clone(),
        teller: Arc::new(AtOnce(ground.store.clone())),
        answer_days: 10,
        patience: Duration::from_secs(5),
    }
}

pub(crate) fn door(ground: &Ground) -> Router {
    let questions = questions(ground);
    monitor::http::accesses::router(questions.clone(), checks(ground))
        .merge(monitor::http::router(questions))
}

pub(crate) fn person() -> PersonalNumber {
    application(1).applicant.unwrap().number
}

pub(crate) fn register(name: &str) -> RegisterName {
    RegisterName::new(name).unwrap()
}

/// A query about the applicant of the samples.
pub(crate) fn query(seed: u64) -> Message {
    let PersonalNumber::Iin(iin) = person() else {
        panic!("the sample applicant is a person");
    };
    let mut message = application(seed);
    message.kind = Kind::Query;
    message.sender.participant = message::ParticipantId::new("front-office").unwrap();
    message.applicant = None;
    message.receipt = None;
    message.consent = Some(Consent {
        form: ConsentForm::Paper,
        reference: "paper 17".to_owned(),
        given_at: at(-60),
    });
    message.query = Some(Query {
        register: register("gbd-fl"),
        subject: Subject::Person(iin),
        purpose: "өтінішті толтыру".to_owned(),
        application: None,
    });
    message
}

/// The look that `query` is, and its id.
pub(crate) fn made(query: &Message, second: i64) -> Fact {
    let asked = query.query.clone().unwrap();
    let detail = Detail::QueryMade {
        register: asked.register,
        purpose: asked.purpose,
        operator: "Omarova Aigul".to_owned(),
        consent: "paper 17".to_owned(),
        subject: Some(asked.subject.about()),
        participant: Some(query.sender.participant.clone()),
        application: asked.application,
    };
    fact(query, second, detail)
}

fn answered(query: &Message, of: &Fact, second: i64, found: bool, cached: bool) -> Fact {
    let detail = Detail::QueryAnswered {
        of: of.id,
        register: register("gbd-fl"),
        found,
        fields: if found {
            vec!["surname".to_owned(), "address.city".to_owned()]
        } else {
            vec![]
        },
        cached,
        source_at: found.then(|| at(second - 1)),
    };
    fact(query, second, detail)
}

/// Application 1 asked the payment register; query 21 was answered, 22 from what was kept, 23 in vain, 24 is asked
/// again and again, 25 has no answer at all.
pub(crate) async fn looked(name: &str) -> Ground {
    let ground = Ground::new(name).await;
    let mut events = way(1);
    for (seed, end) in (21..).zip([
        Some((true, false)),
        Some((true, true)),
        Some((false, false)),
    ]) {
        let query = query(seed);
        let second = i64::try_from(seed).unwrap() * 10;
        let made = made(&query, second);
        let mut facts = vec![fact(&query, 1, Detail::Received), made.clone()];
        facts.extend(end.map(|(found, cached)| answered(&query, &made, second + 2, found, cached)));
        events.push(Event::new(facts, query));
    }
    for (seed, failure) in [(24, true), (25, false)] {
        let query = query(seed);
        let mut facts = vec![made(&query, i64::try_from(seed).unwrap() * 10)];
        facts.extend(failure.then(|| fact(&query, 300, failed("registry.gbd-fl", 1))));
        events.push(Event::new(facts, query));
    }
    written(&ground.store, events).await;
    ground
}

pub(crate) async fn ask(
    door: &Router,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_LANGUAGE, "kk");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let response = door.clone().oneshot(request.body(body).unwrap());
    let response = response.await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20);
    let body = body.await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

pub(crate) fn of_person(more: &str) -> String {
    format!("/v1/persons/{}/accesses{more}", person().reveal())
}

#[tokio::test]
async fn a_person_sees_every_look_with_who_why_and_what_came_back_newest_first() {
    let ground = looked("accesses_all").await;
    let (status, said) = ask(&door(&ground), "GET", &of_person(""), None).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let outcomes: Vec<(&str, bool)> = said["accesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["outcome"].as_str().unwrap(),
                one["cached"].as_bool().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("no-answer", false),
        ("no-answer", false),
        ("not-found", false),
        ("answered", true),
        ("answered", false),
        ("answered", false),
    ];
    assert_eq!(outcomes, expected);
    let first = &said["accesses"][4];
    assert_eq!(first["operator"], "Omarova Aigul");
    assert_eq!(first["organisation"]["kk"], "Мемлекеттік корпорация");
    assert_eq!(first["register_name"]["ru"], "ГБД ФЛ");
    assert_eq!(first["purpose"], "өтінішті толтыру");
    assert_eq!(first["consent_text"]["ru"], "Согласие: paper 17");
    assert_eq!(first["fields"], json!(["surname", "address.city"]));
    assert_eq!(first["source_at"], "2026-11-22T12:03:31.000+05:00");
    let waiting = &said["accesses"][1];
    assert_eq!(waiting["failure"]["code"], "provider-failed");
    // The application's own question, told by a registry that does not tell answers yet.
    let own = &said["accesses"][5];
    assert_eq!(own["participant"], "portal");
    assert_eq!(own["consent_text"]["en"], "The person applied himself");
    assert_eq!(own["number"], number(1).to_string());
    assert!(!said.to_string().contains(person().reveal()));
}

#[tokio::test]
async fn the_view_can_be_had_in_one_language_and_page_by_page() {
    let ground = looked("accesses_pages").await;
    let door = door(&ground);
    let (_, all) = ask(&door, "GET", &of_person(""), None).await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let more = format!("?limit=2&after={after}");
        let (_, page) = ask(&door, "GET", &of_person(&more), None).await;
        seen.extend(page["accesses"].as_array().unwrap().clone());
        match page["next_after"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(json!(seen), all["accesses"]);
    let (_, kazakh) = ask(&door, "GET", &of_person("?lang=kk&limit=1"), None).await;
    let text = &kazakh["accesses"][0]["outcome_text"];
    assert_eq!(text, &json!({ "kk": "Сұралды, жауап алынбады" }));
    for wrong in ["?lang=de", "?limit=201", "?after=yesterday", "?who=me"] {
        let (status, said) = ask(&door, "GET", &of_person(wrong), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {said}");
        assert!(!said.to_string().contains(person().reveal()), "{wrong}");
    }
    let (status, said) = ask(&door, "GET", "/v1/persons/900101300129/accesses", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!said.to_string().contains("9001"), "{said}");
}

#[tokio::test]
async fn a_register_sees_what_was_asked_of_it_and_nothing_else() {
    let ground = looked("accesses_register").await;
    let (_, said) = ask(&door(&ground), "GET", "/v1/registers/gbd-fl/accesses", None).await;
    let accesses = said["accesses"].as_array().unwrap();
    assert_eq!(accesses.len(), 5);
    assert!(accesses.iter().all(|one| one["register"] == "gbd-fl"));
    assert!(!said.to_string().contains(person().reveal()));
}

#[tokio::test]
async fn a_query_has_a_number_a_kind_and_a_status_and_is_no_application() {
    let ground = looked("accesses_query").await;
    let door = door(&ground);
    let (_, said) = ask(
        &door,
        "GET",
        &format!("/v1/applications/{}", number(21)),
        None,
    )
    .await;
    assert_eq!(
        (&said["kind"], &said["status"]),
        (&json!("query"), &json!("answered"))
    );
    assert_eq!(said["final"], true);
    assert_eq!(said["deadline"], Value::Null);
    let path = format!("/v1/applications/{}/timeline", number(24));
    let (_, said) = ask(&door, "GET", &path, None).await;
    assert_eq!(said["application"]["status"], "in-registers");
    assert_eq!(said["steps"], json!([]));
    assert!(!said.to_string().contains(person().reveal()), "{said}");
    let (_, found) = ask(&door, "POST", "/v1/applications/search", Some(json!({}))).await;
    let numbers: Vec<&Value> = found["applications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["number"])
        .collect();
    assert_eq!(numbers, [&json!(number(1).to_string())]);
    let late = "SELECT count(*) FROM deadlines WHERE number <> '{}'";
    let late = late.replace("{}", &number(1).to_string());
    assert_eq!(ground.sql(&late).await, "0");
}

/// What the house writes about a request, spans and their fields too.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_personal_number_in_the_path_is_never_written_down() {
    let ground = looked("accesses_unwritten").await;
    let away = Ground::empty("accesses_away").await;
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _in_place = tracing::subscriber::set_default(subscriber);
    for door in [door(&ground), door(&away)] {
        ask(&door, "GET", &of_person(""), None).await;
        ask(&door, "GET", &of_person("?lang=de"), None).await;
        ask(&door, "GET", &of_person("/nowhere"), None).await;
        ask(&door, "DELETE", &of_person(""), None).await;
    }
    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("/v1/persons/{iin}/accesses"), "{log}");
    assert!(!log.contains(person().reveal()), "{log}");
}
