//! Applications and a register that says what a test wants.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use fault::Fault;
use flow::Map;
use message::{
    About, Applicant, Attempts, Bin, Channel, Consent, ConsentForm, Detail, Document, Event, Fact,
    Iin, Kind, LaneName, Language, Message, MessageId, Number, ParticipantId, PersonalNumber, Plan,
    PowerOfAttorney, RegisterName, Representative, Sender, ServiceCode, Signer,
};
use registries::{Answer, Question, Record, Registry};
use registry::{answers::Answers, ask::Ask, look_up::LookUp, question};
use regulations::Regulations;
use serde_json::json;
use stage::memory::{Run, Told};

pub(crate) const PERSON: &str = "900101300017";
pub(crate) const ORGANISATION: &str = "100140000013";
pub(crate) const FRONT_OFFICE: &str = "120140000027";

pub(crate) fn deploy(below: &str) -> std::path::PathBuf {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy")).join(below)
}

/// An apostille application by an operator, for a person, with everything a register could ask for.
pub(crate) fn application(lane: &str) -> Message {
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(
        0x019b_8d57_7c00_8abc_8def_0123_4567_89ab,
    ));
    let bin = Bin::new(FRONT_OFFICE).unwrap();
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("front-office").unwrap(),
            bin: bin.clone(),
            reference: "019b8d57-7c00-7abc-8def-000000000000".to_owned(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::FrontOffice,
        received_at: "2026-11-22T07:00:00Z".parse().unwrap(),
        applicant: Some(Applicant {
            number: PersonalNumber::new(PERSON).unwrap(),
            name: "Omarov Daulet".to_owned(),
            email: None,
            phone: None,
            language: Language::Kk,
        }),
        representative: Some(Representative {
            iin: Iin::new("850315400025").unwrap(),
            power: PowerOfAttorney {
                number: "KZ-17/4".to_owned(),
                notarial: true,
            },
        }),
        consent: Some(Consent {
            form: ConsentForm::Paper,
            reference: "paper 17".to_owned(),
            given_at: "2026-11-22T06:50:00Z".parse().unwrap(),
        }),
        receipt: Some("R-1009".to_owned()),
        document: Document {
            media_type: "application/json".to_owned(),
            content: b"{}".to_vec(),
        },
        signatures: Vec::new(),
        attachments: Vec::new(),
        report: None,
        provider: None,
        signers: vec![Signer {
            name: "Omarova Aigul".to_owned(),
            iin: None,
            bin: Some(bin),
            roles: vec!["authorised-signer".to_owned()],
            certificate_serial: "01".to_owned(),
            algorithm: "rsa-pkcs1-sha256".to_owned(),
            signed_at: None,
        }],
        findings: Vec::new(),
        plan: Plan::new(
            [lane, "router.route"]
                .map(|lane| LaneName::new(lane).unwrap())
                .to_vec(),
        ),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

/// The same, filed by the applicant himself.
pub(crate) fn own_application(lane: &str) -> Message {
    let mut message = application(lane);
    message.channel = Channel::Portal;
    message.sender.participant = ParticipantId::new("portal").unwrap();
    message.representative = None;
    message.consent = None;
    message
}

pub(crate) fn verified(message: Message) -> Event {
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let signers = message.signers.clone();
    let fact = Fact::new(
        about,
        message.received_at,
        "signature",
        Detail::Verified { signers },
    );
    Event::new(vec![fact], message)
}

/// What a scripted register does at each question.
pub(crate) type Script = fn() -> Result<Answer, Fault>;

/// A register that follows its script and remembers what it was asked.
#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) script: Mutex<Script>,
    pub(crate) asked: Mutex<Vec<Question>>,
}

impl Scripted {
    pub(crate) fn new(script: Script) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(script),
            asked: Mutex::default(),
        })
    }

    pub(crate) fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn ask(self: &Arc<Self>, answers: Answers) -> Ask {
        Ask {
            registry: Arc::clone(self) as Arc<dyn Registry>,
            answers,
            cache_s: 0,
            now: || "2026-11-22T07:01:00Z".parse().unwrap(),
        }
    }
}

#[async_trait]
impl Registry for Scripted {
    async fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        self.asked.lock().unwrap().push(question.clone());
        let script = *self.script.lock().unwrap();
        script()
    }

    async fn probe(&self) -> Result<(), Fault> {
        let script = *self.script.lock().unwrap();
        script().map(drop)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a script")]
pub(crate) fn known() -> Result<Answer, Fault> {
    let record = json!({ "surname": "Omarov" });
    let register = RegisterName::new("gbd-fl").unwrap();
    let record = Record::plain(&register, record.as_object().unwrap().clone());
    Ok(Answer::Known(record))
}

#[expect(clippy::unnecessary_wraps, reason = "a script")]
pub(crate) fn unknown() -> Result<Answer, Fault> {
    Ok(Answer::Unknown)
}

/// The step of the register `name`, asking `register`.
pub(crate) fn look_up(name: &str, register: &Arc<Scripted>, answers: Answers) -> Arc<LookUp> {
    let about = match name {
        "gbd-fl" => question::About::Person,
        "gbd-ul" => question::About::Organisation,
        "enis" => question::About::PowerOfAttorney,
        _ => question::About::Payment,
    };
    Arc::new(LookUp {
        register: RegisterName::new(name).unwrap(),
        about,
        ask: register.ask(answers),
        regulations: Arc::new(Regulations::load(&deploy("regulations")).unwrap()),
    })
}

/// Hands `message` to the lane of `name` and tells what came of it.
pub(crate) async fn fed(name: &str, register: &Arc<Scripted>, message: Message) -> Told {
    let lane = format!("registry.{name}");
    let map = Arc::new(Map::load(&deploy("flow.toml")).unwrap());
    Run::new(map)
        .with(&lane, look_up(name, register, Answers::forgotten()))
        .feed(&lane, verified(message))
        .await
}
