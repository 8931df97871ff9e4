//! `Lookup`, called as a client calls it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use fault::{Fault, door::BROKER_UNAVAILABLE, registers::REGISTER_UNREACHABLE};
use jiff::Timestamp;
use message::{Detail, RegisterName};
use registry::{
    answers::Answers,
    grpc::{Journal, Lookup},
};
use stage::Publication;
use tonic::Code;
use wire::proto::registry::{
    LookupRequest, Payment, Purpose, lookup_request::Subject, lookup_response::Answer, record,
    registry_client::RegistryClient, registry_server::RegistryServer,
};

use crate::fixture::{PERSON, Scripted, application, known, unknown};

/// Keeps what is written, or is away.
#[derive(Default)]
struct Kept {
    away: bool,
    written: Mutex<Vec<Publication>>,
}

#[async_trait]
impl Journal for Kept {
    async fn write(&self, publication: Publication) -> Result<(), Fault> {
        if self.away {
            return Err(Fault::later(&BROKER_UNAVAILABLE, "register the query"));
        }
        self.written.lock().unwrap().push(publication);
        Ok(())
    }
}

/// Makes something wrong in a request.
type Spoil = fn(&mut LookupRequest);

/// A client on the very server, without a network between them.
fn client(register: &Arc<Scripted>, journal: &Arc<Kept>) -> RegistryClient<RegistryServer<Lookup>> {
    let name = RegisterName::new("gbd-fl").unwrap();
    let registers = [(name, register.ask(Answers::forgotten()))].into();
    let journal = Arc::clone(journal) as _;
    RegistryClient::new(Lookup::server(registers, journal, Timestamp::now))
}

pub(crate) fn request() -> LookupRequest {
    let message = application("registry.gbd-fl");
    LookupRequest {
        message_id: message.id.as_uuid().as_bytes().to_vec(),
        register: "gbd-fl".to_owned(),
        subject: Some(Subject::Iin(PERSON.to_owned())),
        purpose: Some(Purpose {
            application: message.number.to_string(),
            service: "apostille".to_owned(),
            operator: "Omarova Aigul".to_owned(),
            consent: "paper 17".to_owned(),
            text: String::new(),
        }),
        participant: "front-office".to_owned(),
    }
}

#[tokio::test]
async fn a_question_is_journalled_and_answered() {
    let (register, journal) = (Scripted::new(known), Arc::new(Kept::default()));
    let response = client(&register, &journal).lookup(request()).await.unwrap();
    let response = response.into_inner();
    assert_eq!(
        response.answer,
        Some(Answer::RecordJson(r#"{"surname":"Omarov"}"#.to_owned()))
    );
    let Some(record::About::Person(person)) = response.record.unwrap().about else {
        panic!("another kind")
    };
    assert_eq!(person.surname, "Omarov");
    let source = response.source.unwrap();
    assert_eq!(source.register, "gbd-fl");
    assert!(source.answered_at.is_some() && !response.cached);
    let written = journal.written.lock().unwrap();
    assert_eq!(written[0].key, "query-made");
    let Detail::QueryMade {
        operator, consent, ..
    } = &written[0].event.facts[0].detail
    else {
        panic!("another fact: {written:?}")
    };
    assert_eq!(
        (operator.as_str(), consent.as_str()),
        ("Omarova Aigul", "paper 17")
    );
}

#[tokio::test]
async fn every_question_is_journalled_as_a_query_of_its_own() {
    let (register, journal) = (Scripted::new(known), Arc::new(Kept::default()));
    let mut other = request();
    other.subject = Some(Subject::Bin("100140000013".to_owned()));
    for asked in [request(), other, request()] {
        client(&register, &journal).lookup(asked).await.unwrap();
    }
    let written = journal.written.lock().unwrap();
    let made = written.iter().filter(|w| w.key == "query-made");
    let ids: BTreeSet<_> = made.map(|w| w.event.facts[0].id).collect();
    assert_eq!((written.len(), ids.len()), (6, 3), "and three answers");
}

#[tokio::test]
async fn not_found_is_an_answer() {
    let (register, journal) = (Scripted::new(unknown), Arc::new(Kept::default()));
    let response = client(&register, &journal).lookup(request()).await.unwrap();
    assert!(matches!(
        response.into_inner().answer,
        Some(Answer::Unknown(_))
    ));
}

#[tokio::test]
async fn a_query_that_cannot_be_journalled_is_not_made() {
    let away = Kept {
        away: true,
        ..Kept::default()
    };
    let (register, journal) = (Scripted::new(known), Arc::new(away));
    let refused = client(&register, &journal)
        .lookup(request())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(
        refused.message().starts_with("broker-unavailable"),
        "{refused}"
    );
    assert_eq!(register.asked(), []);
}

#[tokio::test]
async fn without_consent_nobody_is_asked_about() {
    let (register, journal) = (Scripted::new(known), Arc::new(Kept::default()));
    let mut request = request();
    request.purpose.as_mut().unwrap().consent.clear();
    let refused = client(&register, &journal)
        .lookup(request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(
        refused.message().starts_with("consent-missing"),
        "{refused}"
    );
    assert_eq!(
        (
            register.asked().len(),
            journal.written.lock().unwrap().len()
        ),
        (0, 0)
    );
}

#[tokio::test]
async fn a_register_that_is_down_is_unavailable() {
    let down = || Err(Fault::outage(&REGISTER_UNREACHABLE, "ask the register"));
    let (register, journal) = (Scripted::new(down), Arc::new(Kept::default()));
    let refused = client(&register, &journal)
        .lookup(request())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(
        refused.message().starts_with("register-unreachable"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_is_wrong_in_a_request_is_named_and_never_repeated() {
    let wrong: [(&str, Spoil); 7] = [
        ("message_id", |r| r.message_id.truncate(3)),
        ("register", |r| r.register = "GBD".to_owned()),
        ("subject", |r| r.subject = None),
        ("iin", |r| {
            r.subject = Some(Subject::Iin("900101300018".to_owned()));
        }),
        ("payment.payer", |r| {
            let payment = Payment {
                payer: "900101300018".to_owned(),
                ..Payment::default()
            };
            r.subject = Some(Subject::Payment(payment));
        }),
        ("purpose", |r| r.purpose = None),
        ("purpose.application", |r| {
            r.purpose.as_mut().unwrap().application = "900101300018".to_owned();
        }),
    ];
    for (field, spoil) in wrong {
        let (register, journal) = (Scripted::new(known), Arc::new(Kept::default()));
        let mut request = request();
        spoil(&mut request);
        let refused = client(&register, &journal)
            .lookup(request)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert!(
            refused.message().contains(&format!("`{field}`")),
            "{refused}"
        );
        assert!(!refused.message().contains("9001013"), "{refused}");
        assert_eq!(register.asked(), []);
    }
    let (register, journal) = (Scripted::new(known), Arc::new(Kept::default()));
    let mut elsewhere = request();
    elsewhere.register = "land".to_owned();
    let refused = client(&register, &journal)
        .lookup(elsewhere)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}
