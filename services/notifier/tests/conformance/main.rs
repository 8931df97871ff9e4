//! One law for every channel on the roll.
//!
//! Each folder of `cases/` holds recorded exchanges of one adapter; an adapter without cases fails. Every case
//! is a test of its own, `<adapter>::<case>`. What the law demands: an answer within the time-out; one attempt
//! for one call, and the same for the same note; a system that cannot be reached is an outage, a refusal for
//! good is an answer, what may pass is `later`; nothing secret or personal in `Debug`, errors or paths; who
//! cannot be reached this way has no address; bad settings are refused with the field named.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod far;
mod made;

use std::{collections::BTreeSet, error::Error, path::PathBuf, time::Duration};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use far::{Far, Recorded};
use fault::{Again, Blame, Fault};
use libtest_mimic::{Arguments, Trial};
use made::{IIN, application, delivered};
use message::{Fact, Message, ParticipantId};
use notifier::{
    channels::{Adapter, Answer, Channel, Note, roll},
    letter::{Case as Matter, Letter},
};
use outside::replay::Asked;
use serde::Deserialize;
use serde_json::Value;

const TOKEN: &str = "open-sesame";
const SECRET: &str = "whsec_Zm9yIHRyaWFscyBhbmQgbm90aGluZyBlbHNl";
const NOTE: &str = "0199b8d5-7c00-8abc-8def-0123456789ab.channel";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    /// What the other side said.
    recorded: Recorded,
    /// Whether a probe finds it up. Default: while there is a line.
    is_up: Option<bool>,
    /// What the other side must have been sent.
    request: Option<Request>,
    settings: toml::Table,
    ending: Ending,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    path: String,
    #[serde(default)]
    headers: toml::Table,
    /// JSON, or lines that a mail must have.
    body: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ending {
    Taken,
    Rejected,
    Outage(String),
    Later(String),
    Never(String),
}

impl Ending {
    fn of(said: &Result<Answer, Fault>) -> Self {
        match said {
            Ok(Answer::Taken) => Self::Taken,
            Ok(Answer::Rejected) => Self::Rejected,
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
            Self::Taken => "taken",
            Self::Rejected => "rejected",
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

/// Everything that a log could show of it.
fn shown(channel: &dyn Channel, said: &Result<Answer, Fault>) -> String {
    let mut shown = vec![format!("{channel:?} {said:?}")];
    let mut cause = said.as_ref().err().map(|fault| fault as &dyn Error);
    while let Some(error) = cause {
        shown.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    shown.join(" ")
}

/// Settings with what only the test knows put in.
fn settings(of: &toml::Table, address: &str, token_file: &str) -> toml::Table {
    let mut settings = of.clone();
    for (_, value) in &mut settings {
        if let toml::Value::String(text) = value {
            *text = text
                .replace("{address}", address)
                .replace("{endpoint}", &format!("http://{address}/v1"))
                .replace("{token_file}", token_file)
                .replace("{secret}", SECRET);
        }
    }
    settings
}

async fn hold(adapter: &Adapter, file: &str, case: Case) {
    let name = format!("{}/{file} ({})", adapter.name, case.about);
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), format!("{TOKEN}\n")).unwrap();
    let has_line = !matches!(case.recorded, Recorded::Line(_));
    let is_smtp = case.settings.contains_key("address");
    let far = Far::start(case.recorded, is_smtp).await.unwrap();
    let table = settings(
        &case.settings,
        &far.address(),
        token.path().to_str().unwrap(),
    );
    let channel = (adapter.build)(&table).unwrap_or_else(|e| panic!("{name}: {e}"));
    let message = application();
    let (fact, about) = (delivered(&message), Matter::of(&message));
    let letter = Letter {
        subject: format!("Application {}", message.number),
        text: format!("Letter about {}", message.number),
    };
    let address = channel.address(&message).unwrap();
    let note = Note {
        id: NOTE,
        at: "2026-11-22T07:00:05Z".parse().unwrap(),
        address,
        letter: &letter,
        fact: &fact,
        case: &about,
    };
    let timeout_ms = case.settings["timeout_ms"]
        .as_integer()
        .unwrap()
        .unsigned_abs();
    let grace = Duration::from_millis(timeout_ms + 3_000);
    for _ in 0..2 {
        let said = tokio::time::timeout(grace, channel.send(note)).await;
        let said = said.unwrap_or_else(|_| panic!("{name}: no answer within its time-out"));
        assert_eq!(Ending::of(&said), case.ending, "{name}");
        let shown = shown(&*channel, &said) + &channel.mask(address);
        for secret in [TOKEN, &SECRET[6..], &IIN[..10], "marov", "01000", "01 000"] {
            assert!(
                !shown.contains(secret),
                "{name}: shows `{secret}` in {shown}"
            );
        }
    }
    let probe = channel.probe().await;
    let is_up = case.is_up.unwrap_or(has_line);
    assert_eq!(probe.is_ok(), is_up, "{name}: {probe:?}");
    has_nobody(&name, &*channel);
    if has_line && !is_smtp {
        let asked = far.asked();
        assert_eq!(
            asked.len(),
            2,
            "{name}: a channel asks once and never tries again by itself"
        );
        assert_eq!(
            asked[0], asked[1],
            "{name}: the same note is the same request"
        );
        assert_eq!(
            asked[0].headers["authorization"],
            format!("Bearer {TOKEN}"),
            "{name}"
        );
    }
    if let Some(request) = case.request {
        compare(&name, &far.asked(), &request, &message, &fact);
    }
}

/// Somebody who left nothing behind, and whose application another system filed, has no address.
fn has_nobody(name: &str, channel: &dyn Channel) {
    let mut nobodys = application();
    let applicant = nobodys.applicant.as_mut().unwrap();
    (applicant.email, applicant.phone) = (None, Some("  ".to_owned()));
    nobodys.sender.participant = ParticipantId::new("front-office").unwrap();
    assert_eq!(channel.address(&nobodys), None, "{name}");
}

fn compare(name: &str, asked: &[Asked], expected: &Request, message: &Message, fact: &Fact) {
    let first = &asked[0];
    assert_eq!(asked.len(), 2, "{name}");
    assert_eq!(
        first.body, asked[1].body,
        "{name}: the same note is the same"
    );
    let filled = |text: &str| {
        text.replace("NUMBER", &message.number.to_string())
            .replace("NOTE", NOTE)
            .replace("FACT", &fact.id.to_string())
            .replace("SIGNATURE", &signature(first))
    };
    assert_eq!(first.path, expected.path, "{name}");
    for (header, value) in &expected.headers {
        assert_eq!(
            first.headers[header],
            filled(value.as_str().unwrap()),
            "{name}: {header}"
        );
    }
    let body = filled(&expected.body);
    if let Ok(expected) = serde_json::from_str::<Value>(&body) {
        let said: Value = serde_json::from_slice(&first.body).unwrap();
        assert_eq!(said, expected, "{name}");
    } else {
        let mail = String::from_utf8_lossy(&first.body);
        let has = |line: &str| mail.lines().any(|said| said == line);
        for line in body.lines() {
            assert!(has(line), "{name}: `{line}` is not in\n{mail}");
        }
    }
}

/// The signature that the receiver computes for what it was sent.
fn signature(asked: &Asked) -> String {
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let mut signed =
        format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).into_bytes();
    signed.extend(&asked.body);
    let key = BASE64.decode(&SECRET[6..]).unwrap();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed);
    format!("v1,{}", BASE64.encode(tag))
}

fn has_every_ending(adapter: &Adapter) {
    let cases = cases(adapter);
    let seen: BTreeSet<_> = cases.iter().map(|(_, case)| case.ending.kind()).collect();
    let needed = BTreeSet::from(["taken", "rejected", "outage", "later"]);
    assert!(
        seen.is_superset(&needed),
        "{}: has cases that end in {seen:?}, needs {needed:?}",
        adapter.name
    );
}

fn refuses_bad_settings(adapter: &Adapter) {
    let refusal = |bad: &toml::Table, field: &str| {
        let said = (adapter.build)(&settings(bad, "127.0.0.1:1", "/dev/null")).err();
        let said = said.unwrap_or_else(|| panic!("{}: takes bad `{field}`", adapter.name));
        let text = said.to_string();
        assert!(
            text.contains(&format!("`{field}`")),
            "{}: {text}",
            adapter.name
        );
        assert!(
            !text.contains(TOKEN) && !text.contains("b3Blbi1z"),
            "{}: {text}",
            adapter.name
        );
        assert!(!text.contains(&SECRET[6..]), "{}: {text}", adapter.name);
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
    let trials = roll().iter().flat_map(law).collect();
    libtest_mimic::run(&arguments, trials).exit()
}
