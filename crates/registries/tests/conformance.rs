//! One law for every adapter on the roll.
//!
//! Each folder of `cases/` holds recorded exchanges of one adapter; an adapter without cases fails. Every case
//! is a test of its own, `<adapter>::<case>`. What the law demands: an answer within the time-out; "not found"
//! is `Unknown`; failures of the line are outages; 5xx are `later`, nonsense is `never`; the same question
//! twice is the same request and the same answer; nothing secret or personal in `Debug` or errors; bad
//! settings are refused with the field named.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{collections::BTreeSet, error::Error, path::PathBuf, time::Duration};

use fault::{Again, Blame, Fault};
use libtest_mimic::{Arguments, Trial};
use message::{Bin, Iin, MessageId, Number, PersonalNumber, RegisterName, ServiceCode};
use outside::replay::{Asked, Recording, Replay};
use registries::{Adapter, Answer, Purpose, Question, Registry, Subject};
use serde::Deserialize;
use serde_json::{Map, Value};

const TOKEN: &str = "open-sesame";
const IIN: &str = "900101300017";
const BIN: &str = "100140000013";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    subject: AskedAbout,
    /// What the other side said; none for adapters that ask nobody.
    recorded: Option<Recording>,
    /// What the other side must have been asked.
    request: Option<Request>,
    settings: toml::Table,
    ending: Ending,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AskedAbout {
    Person {
        iin: Iin,
    },
    Organisation {
        bin: Bin,
    },
    Power {
        power_of_attorney: String,
        principal: String,
        representative: Iin,
    },
    Payment {
        receipt: String,
        payer: String,
        service: ServiceCode,
        amount_tenge: u64,
    },
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
    Known(Map<String, Value>),
    Unknown(bool),
    Outage(String),
    Later(String),
    Never(String),
}

impl Ending {
    fn of(said: &Result<Answer, Fault>) -> Self {
        match said {
            Ok(Answer::Known(record)) => Self::Known(record.clone()),
            Ok(Answer::Unknown) => Self::Unknown(true),
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
            Self::Known(_) => "known",
            Self::Unknown(_) => "unknown",
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

fn folder(adapter: &Adapter) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(adapter.name)
}

fn question(about: AskedAbout) -> Question {
    let party = |text: &str| PersonalNumber::new(text).unwrap();
    let (register, subject) = match about {
        AskedAbout::Person { iin } => ("gbd-fl", Subject::Person(iin)),
        AskedAbout::Organisation { bin } => ("gbd-ul", Subject::Organisation(bin)),
        AskedAbout::Power {
            power_of_attorney,
            principal,
            representative,
        } => {
            let power = Subject::PowerOfAttorney {
                number: power_of_attorney,
                principal: party(&principal),
                representative,
            };
            ("enis", power)
        }
        AskedAbout::Payment {
            receipt,
            payer,
            service,
            amount_tenge,
        } => {
            let payment = Subject::Payment {
                receipt,
                payer: party(&payer),
                service,
                amount_tenge,
            };
            ("payment", payment)
        }
    };
    let id = uuid::Uuid::try_parse("019b8d57-7c00-8abc-8def-0123456789ab").unwrap();
    let request_id = MessageId::from_uuid(id);
    Question {
        request_id,
        register: RegisterName::new(register).unwrap(),
        subject,
        purpose: Purpose {
            application: Number::of(request_id),
            service: ServiceCode::new("apostille").unwrap(),
            operator: "Omarova Aigul".to_owned(),
            consent: "paper 17".to_owned(),
        },
    }
}

/// Everything that a log could show of it.
fn shown(registry: &dyn Registry, question: &Question, said: &Result<Answer, Fault>) -> String {
    let mut shown = vec![format!("{registry:?} {question:?} {said:?}")];
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
    let line_is_up = !matches!(case.recorded, Some(Recording::Line(_)));
    let replay = match case.recorded {
        Some(recording) => Some(Replay::start(recording).await.unwrap()),
        None => None,
    };
    let mut settings = case.settings;
    for value in settings.iter_mut().map(|(_, value)| value) {
        if let toml::Value::String(text) = value {
            let endpoint = replay.as_ref().map(Replay::endpoint).unwrap_or_default();
            *text = text
                .replace("{endpoint}", &endpoint)
                .replace("{token_file}", token.path().to_str().unwrap());
        }
    }
    let registry = (adapter.build)(&settings).unwrap_or_else(|e| panic!("{name}: {e}"));
    let question = question(case.subject);

    let timeout_ms = settings
        .get("timeout_ms")
        .map(|ms| ms.as_integer().unwrap());
    let grace = Duration::from_millis(timeout_ms.unwrap_or(0).unsigned_abs() + 3_000);
    for _ in 0..2 {
        let said = tokio::time::timeout(grace, registry.ask(&question)).await;
        let said = said.unwrap_or_else(|_| panic!("{name}: no answer within its time-out"));
        assert_eq!(Ending::of(&said), case.ending, "{name}");
        let shown = shown(&*registry, &question, &said);
        for secret in [
            TOKEN,
            &IIN[..10],
            &BIN[..10],
            "Omarov",
            "paper 17",
            "R-1009",
        ] {
            assert!(
                !shown.contains(secret),
                "{name}: shows `{secret}` in {shown}"
            );
        }
    }
    if let Some(replay) = replay {
        let probe = registry.probe().await;
        assert_eq!(probe.is_ok(), line_is_up, "{name}: {probe:?}");
        compare(&name, &replay, case.request, &question);
    }
}

fn compare(name: &str, replay: &Replay, expected: Option<Request>, question: &Question) {
    let asked = replay.asked();
    if !replay.is_up() {
        return;
    }
    assert_eq!(
        asked.len(),
        2,
        "{name}: an adapter asks once and never tries again by itself"
    );
    assert_eq!(
        asked[0], asked[1],
        "{name}: the same question is the same request"
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
        let Asked {
            method, path, body, ..
        } = &asked[0];
        assert_eq!((method.as_str(), path), ("POST", &expected.path), "{name}");
        let number = question.purpose.application.to_string();
        let expected: Value =
            serde_json::from_str(&expected.body.replace("NUMBER", &number)).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(body).unwrap(),
            expected,
            "{name}"
        );
    }
}

fn has_every_ending(adapter: &Adapter) {
    let cases = cases(adapter);
    let seen: BTreeSet<_> = cases.iter().map(|(_, case)| case.ending.kind()).collect();
    let mut needed = BTreeSet::from(["known", "unknown"]);
    if cases.iter().any(|(_, case)| case.recorded.is_some()) {
        needed.extend(["outage", "later", "never"]);
    }
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
    let trials = registries::roll().iter().flat_map(law).collect();
    libtest_mimic::run(&arguments, trials).exit()
}
