//! One law for every adapter on the roll.
//!
//! Each folder of `cases/` holds recorded exchanges of one adapter; an adapter without cases fails. Every case
//! is a test of its own, `<adapter>::<case>`. What the law demands: an answer within the time-out; "not found"
//! is `Unknown`; failures of the line are outages; 5xx are `later`, nonsense a `few` times; the same question
//! twice is the same request and the same answer; nothing secret or personal in `Debug` or errors; bad
//! settings are refused with the field named.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{collections::BTreeSet, io::Write as _, path::Path, process::ExitCode, time::Duration};

use law::{Bench, Ending, TOKEN, filled, shown};
use message::{Bin, Iin, MessageId, Number, PersonalNumber, RegisterName, ServiceCode};
use outside::replay::{Asked, Recording, Replay};
use registries::{Adapter, Answer, Purpose, Question, Subject};
use serde::Deserialize;
use serde_json::{Map, Value};

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
    ending: Ending<Said>,
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
    /// The whole body, as JSON.
    body: Option<String>,
    /// What stands in one of the bodies each.
    #[serde(default)]
    holds: Vec<String>,
    /// The operations that were asked for, in order, both times.
    operations: Option<Vec<String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Said {
    Known(Map<String, Value>),
    Unknown(bool),
}

impl Said {
    fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Known(record) => Self::Known(record.members.clone()),
            Answer::Unknown => Self::Unknown(true),
        }
    }
}

impl law::Case for Case {
    fn about(&self) -> &str {
        &self.about
    }

    fn settings(&self) -> &toml::Table {
        &self.settings
    }

    fn ending(&self) -> &'static str {
        self.ending.kind(|said| match said {
            Said::Known(_) => "known",
            Said::Unknown(_) => "unknown",
        })
    }
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

/// The recording as an answer to this question: `EXCHANGE` is what the question is called.
fn to(question: &Question, recording: Recording) -> Recording {
    let called = question.exchange_id().to_string();
    let to = |text: String| text.replace("EXCHANGE", &called);
    match recording {
        Recording::Response(text) => Recording::Response(to(text)),
        Recording::Operations(answers) => Recording::Operations(
            answers
                .into_iter()
                .map(|(operation, texts)| (operation, texts.into_iter().map(to).collect()))
                .collect(),
        ),
        line @ Recording::Line(_) => line,
    }
}

/// A folder with the certificate of the register that signed the recorded answers, `register.pem`: theirs.
fn certificates() -> String {
    let recorded = include_str!("cases/gateway-sync/signed.toml");
    let (_, from) = recorded.split_once("<ds:X509Certificate>").unwrap();
    let (base64, _) = from.split_once("</ds:X509Certificate>").unwrap();
    let lines = base64.trim();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    // Every case is a process of its own and may be writing just now.
    let mut file = tempfile::NamedTempFile::new_in(folder).unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    file.persist(folder.join("register.pem")).unwrap();
    folder.to_str().unwrap().to_owned()
}

async fn hold(adapter: &Adapter, name: String, case: Case) {
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), format!("{TOKEN}\n")).unwrap();
    let line_is_up = !matches!(case.recorded, Some(Recording::Line(_)));
    let question = question(case.subject);
    let replay = match case.recorded {
        Some(recording) => Some(Replay::start(to(&question, recording)).await.unwrap()),
        None => None,
    };
    let endpoint = replay.as_ref().map(Replay::endpoint).unwrap_or_default();
    let settings = filled(
        &case.settings,
        &[
            ("{endpoint}", &endpoint),
            ("{token_file}", token.path().to_str().unwrap()),
            (
                "{deploy}",
                concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy"),
            ),
            ("{certificates}", &certificates()),
            (
                "{mappings}",
                concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mappings"),
            ),
        ],
    );
    let registry = (adapter.build)(&settings).unwrap_or_else(|e| panic!("{name}: {e}"));

    let ms = |field: &str| settings.get(field).map_or(0, |ms| ms.as_integer().unwrap());
    let patience = ms("timeout_ms").unsigned_abs() + ms("wait_ms").unsigned_abs();
    let grace = Duration::from_millis(patience + 3_000);
    for _ in 0..2 {
        let said = tokio::time::timeout(grace, registry.ask(&question)).await;
        let said = said.unwrap_or_else(|_| panic!("{name}: no answer within its time-out"));
        assert_eq!(Ending::of(&said, Said::of), case.ending, "{name}");
        let shown = shown(&format!("{registry:?} {question:?}"), &said);
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
    for one in &asked {
        let in_json = one.headers["content-type"] == "application/json";
        let token = one.headers.get("authorization");
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(token, in_json.then_some(&bearer), "{name}");
        let named = !one.path.contains(&IIN[..6]);
        assert!(named, "{name}: a number in the URL");
        // Whoever is asked twice for the same is asked the same, but for the hour.
        let first = asked.iter().find(|a| alike(one, a)).unwrap();
        assert_eq!(timeless(one), timeless(first), "{name}");
    }
    let operations: Vec<String> = asked.iter().filter_map(operation).collect();
    let Some(expected) = expected else {
        let once = operations
            .iter()
            .all(|operation| operation == "SendMessage");
        assert!(
            !once || asked.len() == 2,
            "{name}: an adapter asks once and never tries again"
        );
        return;
    };
    assert!(
        asked
            .iter()
            .all(|one| one.method == "POST" && one.path == expected.path),
        "{name}"
    );
    match expected.operations {
        Some(expected) => assert_eq!(operations, expected, "{name}"),
        None => assert_eq!(
            asked.len(),
            2,
            "{name}: an adapter asks once and never tries again"
        ),
    }
    let filled = |text: &str| {
        let text = text.replace("NUMBER", &question.purpose.application.to_string());
        text.replace("EXCHANGE", &question.exchange_id().to_string())
    };
    if let Some(body) = expected.body {
        let expected: Value = serde_json::from_str(&filled(&body)).unwrap();
        let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
        assert_eq!(body, expected, "{name}");
    }
    for text in expected.holds {
        let holds = |one: &Asked| String::from_utf8_lossy(&one.body).contains(&filled(&text));
        assert!(asked.iter().any(holds), "{name}: nobody was asked `{text}`");
    }
}

/// Whether two requests are the same step of asking: the same operation, confirming the same message if it confirms,
/// for the first time or again.
fn alike(one: &Asked, other: &Asked) -> bool {
    let step = |asked: &Asked| {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        let confirmed = body.split_once("<notification>").map(|(_, rest)| {
            let (id, _) = rest.split_once("</messageId>").unwrap_or_default();
            id.to_owned()
        });
        (
            operation(asked),
            confirmed,
            body.contains("<key>resend</key>"),
        )
    };
    step(one) == step(other)
}

/// The local name of the element inside of the Body of an envelope.
fn operation(asked: &Asked) -> Option<String> {
    let text = String::from_utf8_lossy(&asked.body);
    let (_, inside) = text.split_once("Body")?;
    let (_, after) = inside.split_once('<')?;
    let name = after.split([' ', '>', '/']).next()?;
    Some(name.rsplit(':').next().unwrap_or(name).to_owned())
}

/// A request without the hours in it.
fn timeless(asked: &Asked) -> (String, String, String) {
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    let pieces = body.split_inclusive(['<', '>']).map(|piece| {
        let text = piece.trim_end_matches(['<', '>']);
        match text.parse::<jiff::Timestamp>() {
            Ok(_) => "TIME<",
            Err(_) => piece,
        }
    });
    (asked.method.clone(), asked.path.clone(), pieces.collect())
}

/// An adapter of the roll on the bench.
#[derive(Clone, Copy)]
struct Tried(&'static Adapter);

impl Bench for Tried {
    type Case = Case;

    fn name(self) -> &'static str {
        self.0.name
    }

    fn refusal(self, settings: &toml::Table) -> Option<String> {
        let settings = filled(settings, &[("{certificates}", &certificates())]);
        let refused = (self.0.build)(&settings).err();
        refused.map(|e| e.to_string())
    }

    fn needed(cases: &[(String, Case)]) -> BTreeSet<&'static str> {
        let mut needed = BTreeSet::from(["known", "unknown"]);
        if cases.iter().any(|(_, case)| case.recorded.is_some()) {
            needed.extend(["outage", "later", "few"]);
        }
        needed
    }

    async fn hold(self, name: String, case: Case) {
        hold(self.0, name, case).await;
    }
}

fn main() -> ExitCode {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    law::judge(registries::roll().iter().map(Tried), Path::new(cases))
}
