//! One law for every adapter on the roll.
//!
//! Each folder of `cases/` holds recorded exchanges of one adapter; an adapter without cases fails. Every case
//! is a test of its own, `<adapter>::<case>`. What the law demands: an answer within the time-out; the same id
//! handed over twice is one order and one acceptance; failures of the line are outages, 5xx are `later`,
//! "wrong" and nonsense are `never`; nothing secret or personal in `Debug` or errors; bad settings are refused
//! with the field named.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{collections::BTreeSet, error::Error, path::PathBuf, time::Duration};

use fault::{Again, Blame, Fault};
use jiff::Timestamp;
use libtest_mimic::{Arguments, Trial};
use message::{
    Applicant, Attachment, Attempts, Bin, Channel, Document, Finding, Iin, Kind, Language, Message,
    MessageId, Number, ParticipantId, PersonalNumber, Plan, PowerOfAttorney, RegisterName,
    Representative, Sender, ServiceCode, Signature, SignatureFormat,
};
use outside::replay::{Recording, Replay};
use providers::{Acceptance, Adapter, Handover, Provider};
use serde::Deserialize;
use serde_json::Value;

const TOKEN: &str = "open-sesame";
const IIN: &str = "900101300017";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    /// What the other side said.
    recorded: Recording,
    /// What the other side must have been asked.
    request: Option<Request>,
    settings: toml::Table,
    ending: Ending,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    path: String,
    body: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ending {
    Accepted {
        registration_number: String,
        registered_at: Timestamp,
    },
    Outage(String),
    Later(String),
    Never(String),
}

impl Ending {
    fn of(said: &Result<Acceptance, Fault>) -> Self {
        match said {
            Ok(acceptance) => Self::Accepted {
                registration_number: acceptance.registration_number.clone(),
                registered_at: acceptance.registered_at,
            },
            Err(fault) => {
                let code = fault.code.name.to_owned();
                match (fault.again, fault.blame) {
                    (Again::Later, Blame::Lane) => Self::Outage(code),
                    (Again::Later, Blame::Message) => Self::Later(code),
                    (Again::Never, _) => Self::Never(code),
                }
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Outage(_) => "outage",
            Self::Later(_) => "later",
            Self::Never(_) => "never",
        }
    }
}

#[derive(Deserialize)]
struct BadSettings {
    bad: Vec<Bad>,
}

#[derive(Deserialize)]
struct Bad {
    field: String,
    settings: toml::Table,
}

fn folder(adapter: &Adapter) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(adapter.name)
}

fn cases(adapter: &Adapter) -> Vec<(String, Case)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(adapter))
        .unwrap_or_else(|e| panic!("{} has no recorded cases: {e}", adapter.name))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_stem().unwrap() != "bad_settings")
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let case = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_stem().unwrap().to_str().unwrap();
        (name.to_owned(), case)
    };
    files.into_iter().map(read).collect()
}

fn application() -> Message {
    let uuid = uuid::Uuid::try_parse("019b8d57-7c00-8abc-8def-0123456789ab").unwrap();
    let id = MessageId::from_uuid(uuid);
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("front-office").unwrap(),
            bin: Bin::new("120140000027").unwrap(),
            reference: "019b8d57-7c00-7abc-8def-000000000000".to_owned(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::FrontOffice,
        received_at: "2026-11-22T07:00:00Z".parse().unwrap(),
        applicant: Some(Applicant {
            number: PersonalNumber::new(IIN).unwrap(),
            name: "Omarov Daulet".to_owned(),
            email: Some("omarov@kezek.test".to_owned()),
            phone: None,
            language: Language::Kk,
        }),
        representative: Some(Representative {
            iin: Iin::new("850315400025").unwrap(),
            power: PowerOfAttorney {
                number: "KZ-17/4".to_owned(),
                notarial: false,
            },
        }),
        consent: None,
        receipt: Some("R-1009".to_owned()),
        document: Document {
            media_type: "application/json".to_owned(),
            content: b"{}".to_vec(),
        },
        signatures: vec![Signature {
            format: SignatureFormat::CmsDetached,
            content: vec![1, 2, 3],
        }],
        attachments: vec![Attachment {
            sha256: [7; 32],
            name: "scan.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size_bytes: 70_000,
        }],
        report: None,
        provider: None,
        signers: Vec::new(),
        findings: vec![Finding {
            register: RegisterName::new("gbd-fl").unwrap(),
            record_json: r#"{"surname":"Omarov"}"#.to_owned(),
        }],
        plan: Plan::default(),
        attempts: Attempts::default(),
        filed: None,
    }
}

/// Everything that a log could show of it.
fn shown(
    provider: &dyn Provider,
    handover: &Handover<'_>,
    said: &Result<Acceptance, Fault>,
) -> String {
    let mut shown = vec![format!("{provider:?} {handover:?} {said:?}")];
    let mut cause = said.as_ref().err().map(|fault| fault as &dyn Error);
    while let Some(error) = cause {
        shown.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    shown.join(" ")
}

async fn hold(adapter: &Adapter, file: &str, case: Case) {
    let name = format!("{}/{file} ({})", adapter.name, case.about);
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), format!("{TOKEN}\n")).unwrap();
    let line_is_up = !matches!(case.recorded, Recording::Line(_));
    let replay = Replay::start(case.recorded).await.unwrap();
    let mut settings = case.settings;
    for value in settings.iter_mut().map(|(_, value)| value) {
        if let toml::Value::String(text) = value {
            *text = text
                .replace("{endpoint}", &replay.endpoint())
                .replace("{token_file}", token.path().to_str().unwrap());
        }
    }
    let provider = (adapter.build)(&settings).unwrap_or_else(|e| panic!("{name}: {e}"));
    let message = application();
    let handover = Handover::of(&message).unwrap();

    let timeout_ms = settings["timeout_ms"].as_integer().unwrap().unsigned_abs();
    let grace = Duration::from_millis(timeout_ms + 3_000);
    for _ in 0..2 {
        let said = tokio::time::timeout(grace, provider.hand_over(&handover)).await;
        let said = said.unwrap_or_else(|_| panic!("{name}: no answer within its time-out"));
        assert_eq!(Ending::of(&said), case.ending, "{name}");
        let shown = shown(&*provider, &handover, &said);
        for secret in [TOKEN, &IIN[..10], "Omarov", "omarov@", "8503154000"] {
            assert!(
                !shown.contains(secret),
                "{name}: shows `{secret}` in {shown}"
            );
        }
    }
    let probe = provider.probe().await;
    assert_eq!(probe.is_ok(), line_is_up, "{name}: {probe:?}");
    if replay.is_up() {
        compare(&name, &replay, case.request, &message);
    }
}

fn compare(name: &str, replay: &Replay, expected: Option<Request>, message: &Message) {
    let asked = replay.asked();
    assert_eq!(
        asked.len(),
        2,
        "{name}: an adapter asks once and never tries again by itself"
    );
    assert_eq!(
        asked[0], asked[1],
        "{name}: the same handover is the same request"
    );
    let orders: BTreeSet<_> = asked
        .iter()
        .map(|a| a.headers.get("idempotency-key"))
        .collect();
    let key = message.id.to_string();
    let one = BTreeSet::from([Some(&key)]);
    assert_eq!(
        orders, one,
        "{name}: the same id handed over twice is one order"
    );
    assert_eq!(
        asked[0].headers["authorization"],
        format!("Bearer {TOKEN}"),
        "{name}"
    );
    assert!(
        !asked[0].path.contains(&IIN[..6]),
        "{name}: a number in the URL"
    );
    if let Some(expected) = expected {
        assert_eq!(
            (&asked[0].method, &asked[0].path),
            (&"POST".to_owned(), &expected.path)
        );
        let body = expected.body.replace("NUMBER", &message.number.to_string());
        let expected: Value = serde_json::from_str(&body).unwrap();
        let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
        assert_eq!(body, expected, "{name}");
    }
}

fn has_every_ending(adapter: &Adapter) {
    let cases = cases(adapter);
    let seen: BTreeSet<_> = cases.iter().map(|(_, case)| case.ending.kind()).collect();
    let needed = BTreeSet::from(["accepted", "outage", "later", "never"]);
    assert!(
        seen.is_superset(&needed),
        "{}: has cases that end in {seen:?}, needs {needed:?}",
        adapter.name
    );
}

fn refuses_bad_settings(adapter: &Adapter) {
    let refusal = |settings: &toml::Table, field: &str| {
        let said = (adapter.build)(settings).err();
        let said = said.unwrap_or_else(|| panic!("{}: takes bad `{field}`", adapter.name));
        let text = said.to_string();
        assert!(
            text.contains(&format!("`{field}`")),
            "{}: {text}",
            adapter.name
        );
        assert!(!text.contains(TOKEN), "{}: {text}", adapter.name);
    };
    let text = std::fs::read_to_string(folder(adapter).join("bad_settings.toml"));
    let text = text.unwrap_or_else(|e| panic!("{}: bad_settings.toml: {e}", adapter.name));
    for bad in toml::from_str::<BadSettings>(&text).unwrap().bad {
        refusal(&bad.settings, &bad.field);
    }
    let (_, case) = cases(adapter).remove(0);
    let mut settings = case.settings;
    settings.insert("surprise".to_owned(), toml::Value::Integer(1));
    refusal(&settings, "surprise");
}

/// What the law asks of one adapter: a test for each recorded case, and two for the folder.
fn law(adapter: &'static Adapter) -> Vec<Trial> {
    let test = |name: &str, test: Box<dyn FnOnce() + Send>| {
        Trial::test(format!("{}::{name}", adapter.name), move || {
            test();
            Ok(())
        })
    };
    let mut law = vec![
        test("has_every_ending", Box::new(|| has_every_ending(adapter))),
        test(
            "refuses_bad_settings",
            Box::new(|| refuses_bad_settings(adapter)),
        ),
    ];
    for (file, case) in cases(adapter) {
        let name = file.clone();
        let held = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(hold(adapter, &file, case));
        };
        law.push(test(&name, Box::new(held)));
    }
    law
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = providers::roll().iter().flat_map(law).collect();
    libtest_mimic::run(&arguments, trials).exit()
}
