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

use std::{collections::BTreeSet, path::Path, process::ExitCode, time::Duration};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use far::{Far, Recorded};
use law::{Bench, Ending, TOKEN, filled, shown};
use made::{IIN, application, delivered};
use message::{Fact, Message, ParticipantId};
use notifier::{
    channels::{Adapter, Answer, Channel, Note, roll},
    letter::{Case as Matter, Letter},
};
use outside::replay::Asked;
use serde::Deserialize;
use serde_json::Value;

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
    ending: Ending<Said>,
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
enum Said {
    Taken,
    Rejected,
}

impl Said {
    fn of(answer: Answer) -> Self {
        match answer {
            Answer::Taken => Self::Taken,
            Answer::Rejected => Self::Rejected,
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
            Said::Taken => "taken",
            Said::Rejected => "rejected",
        })
    }
}

/// Settings with what only the test knows put in.
fn settings(of: &toml::Table, address: &str, token_file: &str) -> toml::Table {
    let endpoint = format!("http://{address}/v1");
    let known = [
        ("{address}", address),
        ("{endpoint}", &endpoint),
        ("{token_file}", token_file),
        ("{secret}", SECRET),
    ];
    filled(of, &known)
}

async fn hold(adapter: &Adapter, name: String, case: Case) {
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
        assert_eq!(
            Ending::of(&said, |answer| Said::of(*answer)),
            case.ending,
            "{name}"
        );
        let shown = shown(&format!("{channel:?}"), &said) + &channel.mask(address);
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

/// A channel of the roll on the bench.
#[derive(Clone, Copy)]
struct Tried(&'static Adapter);

impl Bench for Tried {
    type Case = Case;

    fn name(self) -> &'static str {
        self.0.name
    }

    fn refusal(self, bad: &toml::Table) -> Option<String> {
        let refused = (self.0.build)(&settings(bad, "127.0.0.1:1", "/dev/null")).err();
        let text = refused?.to_string();
        let secret = text.contains("b3Blbi1z") || text.contains(&SECRET[6..]);
        assert!(!secret, "{}: {text}", self.0.name);
        Some(text)
    }

    fn needed(_cases: &[(String, Case)]) -> BTreeSet<&'static str> {
        BTreeSet::from(["taken", "rejected", "outage", "later"])
    }

    async fn hold(self, name: String, case: Case) {
        hold(self.0, name, case).await;
    }
}

fn main() -> ExitCode {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    law::judge(roll().iter().map(Tried), Path::new(cases))
}
