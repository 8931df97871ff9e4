//! No path gives out what a register holds without leaving the fact (X15, X16): lanes and questions, applications and
//! queries, found or not, kept answers, failures of the register and of the journal.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use fault::{
    Fault,
    door::BROKER_UNAVAILABLE,
    registers::{REGISTER_FAILED, REGISTER_GARBLED, REGISTER_UNREACHABLE},
};
use jiff::Timestamp;
use message::{
    Detail, Fact, FactName, Iin, Kind, Message, Number, PersonalNumber, Query, RegisterName,
    Subject,
};
use registry::{
    answers::Answers,
    grpc::{Journal, Lookup},
};
use stage::{Publication, memory::Told};
use wire::proto::registry::{
    lookup_response::Answer, registry_client::RegistryClient, registry_server::RegistryServer,
};

use crate::fixture::{PERSON, Script, Scripted, application, fed, known, unknown};

/// Keeps what is written, until so many facts were.
struct Kept {
    left: AtomicUsize,
    written: Mutex<Vec<Fact>>,
}

impl Kept {
    fn so_many(left: usize) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(left),
            written: Mutex::default(),
        })
    }

    fn names(&self) -> Vec<FactName> {
        let written = self.written.lock().unwrap();
        written.iter().map(Fact::name).collect()
    }
}

#[async_trait]
impl Journal for Kept {
    async fn write(&self, publication: Publication) -> Result<(), Fault> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(Fault::later(&BROKER_UNAVAILABLE, "register the query"));
        }
        self.left.store(left - 1, Ordering::Relaxed);
        self.written.lock().unwrap().extend(publication.event.facts);
        Ok(())
    }
}

/// A query of an operator about the sample person.
fn query(about: Subject) -> Message {
    let mut message = application("registry.gbd-fl");
    message.kind = Kind::Query;
    message.applicant = None;
    message.representative = None;
    message.receipt = None;
    message.query = Some(Query {
        register: RegisterName::new("gbd-fl").unwrap(),
        subject: about,
        purpose: "to fill in a form".to_owned(),
        application: None,
    });
    message
}

fn person() -> Subject {
    Subject::Person(Iin::new(PERSON).unwrap())
}

fn names(told: &Told) -> Vec<FactName> {
    let facts = &told.last().event.facts;
    facts.iter().map(Fact::name).collect()
}

const SCRIPTS: [(&str, Script, bool); 5] = [
    ("known", known, true),
    ("unknown", unknown, true),
    (
        "down",
        || Err(Fault::outage(&REGISTER_UNREACHABLE, "ask")),
        false,
    ),
    (
        "fails",
        || Err(Fault::later(&REGISTER_FAILED, "ask")),
        false,
    ),
    (
        "garbled",
        || Err(Fault::never(&REGISTER_GARBLED, "ask")),
        false,
    ),
];

#[tokio::test]
async fn a_lane_tells_that_it_asked_whatever_came_of_it() {
    for (name, script, answers) in SCRIPTS {
        if name == "down" {
            // An outage never ends by itself: the runner's gate closes the lane, see `lanes`.
            continue;
        }
        for message in [application("registry.gbd-fl"), query(person())] {
            let kind = message.kind;
            let told = fed("gbd-fl", &Scripted::new(script), message).await;
            for published in &told.0 {
                let facts = &published.event.facts;
                let made = facts.iter().find(|fact| fact.name() == FactName::QueryMade);
                let made = made.unwrap_or_else(|| panic!("{name} {kind}: {}", published.key));
                let answered = facts.iter().find_map(|fact| match &fact.detail {
                    Detail::QueryAnswered {
                        of,
                        found,
                        fields,
                        cached,
                        ..
                    } => Some((*of, *found, fields.clone(), *cached)),
                    _ => None,
                });
                let fields = if name == "known" {
                    vec!["surname".to_owned()]
                } else {
                    vec![]
                };
                let expected = answers.then_some((made.id, name == "known", fields, false));
                assert_eq!(answered, expected, "{name} {kind}");
                let message = published.event.message.as_ref().unwrap();
                assert_eq!(
                    !message.findings.is_empty(),
                    name == "known",
                    "{name} {kind}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_register_that_is_down_was_asked_all_the_same() {
    let down = || Err(Fault::outage(&REGISTER_UNREACHABLE, "ask"));
    let register = Scripted::new(down);
    let step = crate::fixture::look_up("gbd-fl", &register, Answers::forgotten());
    let event = crate::fixture::verified(query(person()));
    let attempted = stage::Stage::attempted(step.as_ref(), &event);
    assert_eq!(attempted.len(), 1);
    let Detail::QueryMade {
        purpose,
        subject,
        participant,
        application,
        ..
    } = &attempted[0]
    else {
        panic!("another fact");
    };
    assert_eq!(purpose, "to fill in a form");
    assert_eq!(subject, &PersonalNumber::new(PERSON).ok());
    assert_eq!(participant.as_ref().unwrap().as_str(), "front-office");
    assert_eq!(*application, None);
}

#[tokio::test]
async fn a_query_goes_on_with_what_the_register_holds_or_with_nothing_and_is_never_refused_for_it()
{
    let told = fed("gbd-fl", &Scripted::new(known), query(person())).await;
    assert_eq!(told.keys(), ["query-answered.router.route"]);
    assert_eq!(names(&told), [FactName::QueryMade, FactName::QueryAnswered]);
    let told = fed("gbd-fl", &Scripted::new(unknown), query(person())).await;
    assert_eq!(told.keys(), ["query-answered.router.route"]);
    let message = told.last().event.message.as_ref().unwrap();
    assert_eq!(message.findings, []);
}

#[tokio::test]
async fn a_query_that_has_no_business_in_the_lane_is_not_asked() {
    let bin = message::Bin::new(crate::fixture::ORGANISATION).unwrap();
    let register = Scripted::new(known);
    let told = fed("gbd-fl", &register, query(Subject::Organisation(bin))).await;
    assert_eq!(told.keys(), ["refused"]);
    let mut silent = query(person());
    silent.consent = None;
    let mut elsewhere = query(person());
    elsewhere.query.as_mut().unwrap().register = RegisterName::new("enis").unwrap();
    for message in [silent, elsewhere] {
        let told = fed("gbd-fl", &register, message).await;
        assert_eq!(names(&told).last(), Some(&FactName::Parked));
        assert!(!names(&told).contains(&FactName::QueryMade));
    }
    assert_eq!(register.asked(), []);
}

fn client(register: &Arc<Scripted>, journal: &Arc<Kept>) -> RegistryClient<RegistryServer<Lookup>> {
    asking(register, journal, Answers::forgotten())
}

fn asking(
    register: &Arc<Scripted>,
    journal: &Arc<Kept>,
    answers: Answers,
) -> RegistryClient<RegistryServer<Lookup>> {
    let name = RegisterName::new("gbd-fl").unwrap();
    let mut ask = register.ask(answers);
    ask.cache_s = 60;
    let journal = Arc::clone(journal) as _;
    RegistryClient::new(Lookup::server(
        [(name, ask)].into(),
        journal,
        Timestamp::now,
    ))
}

#[tokio::test]
async fn a_question_leaves_the_query_and_what_came_back_or_gives_nothing_out() {
    let request = || wire::registry::lookup(&query(person())).unwrap();
    for (name, script, answers) in SCRIPTS {
        let journal = Kept::so_many(2);
        let said = client(&Scripted::new(script), &journal)
            .lookup(request())
            .await;
        assert_eq!(said.is_ok(), answers, "{name}");
        let mut expected = vec![FactName::QueryMade];
        expected.extend(answers.then_some(FactName::QueryAnswered));
        assert_eq!(journal.names(), expected, "{name}");
    }
    for left in [0, 1] {
        let (register, journal) = (Scripted::new(known), Kept::so_many(left));
        let refused = client(&register, &journal).lookup(request()).await;
        let refused = refused.unwrap_err().message().to_owned();
        assert!(refused.starts_with("broker-unavailable"), "{refused}");
        assert_eq!(
            register.asked().len(),
            left,
            "asked only once it is journalled"
        );
    }
}

#[tokio::test]
async fn the_facts_of_a_query_name_who_why_and_whom_and_stand_under_its_own_number() {
    let (register, journal) = (Scripted::new(known), Kept::so_many(2));
    let message = query(person());
    let request = wire::registry::lookup(&message).unwrap();
    client(&register, &journal).lookup(request).await.unwrap();
    let written = journal.written.lock().unwrap();
    for fact in written.iter() {
        assert_eq!(fact.about.number(), Some(Number::of(message.id)));
    }
    let expected = Detail::QueryMade {
        register: RegisterName::new("gbd-fl").unwrap(),
        purpose: "to fill in a form".to_owned(),
        operator: "Omarova Aigul".to_owned(),
        consent: "paper 17".to_owned(),
        subject: PersonalNumber::new(PERSON).ok(),
        participant: Some(message.sender.participant.clone()),
        application: None,
    };
    assert_eq!(written[0].detail, expected);
    let Detail::QueryAnswered { of, fields, .. } = &written[1].detail else {
        panic!("another fact");
    };
    assert_eq!(
        (of, fields.as_slice()),
        (&written[0].id, &["surname".to_owned()][..])
    );
}

#[tokio::test]
async fn a_kept_answer_leaves_the_same_facts_and_says_that_it_was_kept() {
    let redis = rig::Redis::start().await.unwrap();
    let (register, journal) = (Scripted::new(known), Kept::so_many(6));
    let first = query(person());
    let mut other = query(person());
    other.id = message::MessageId::from_uuid(uuid::Uuid::from_u128(7));
    for message in [&first, &first, &other] {
        let mut client = asking(&register, &journal, crate::cache::answers(&redis.url()));
        let request = wire::registry::lookup(message).unwrap();
        let said = client.lookup(request).await.unwrap().into_inner();
        assert!(matches!(said.answer, Some(Answer::RecordJson(_))));
    }
    assert_eq!(register.asked().len(), 1, "the register was asked once");
    let written = journal.written.lock().unwrap();
    let cached: Vec<bool> = written
        .iter()
        .filter_map(|fact| match &fact.detail {
            Detail::QueryAnswered { cached, found, .. } => Some(*cached && *found),
            _ => None,
        })
        .collect();
    assert_eq!(cached, [false, true, true]);
    let made = written.iter().filter(|f| f.name() == FactName::QueryMade);
    assert_eq!(made.count(), 3);
}
