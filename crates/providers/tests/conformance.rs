//! One law for every adapter on the roll.
//!
//! Each folder of `cases/` holds recorded exchanges of one adapter; an adapter without cases fails. Every case
//! is a test of its own, `<adapter>::<case>`. What the law demands: an answer within the time-out; the same id
//! handed over twice is one order and one acceptance; failures of the line are outages, 5xx are `later`,
//! nonsense a `few` times, "wrong" is `never`; nothing secret or personal in `Debug` or errors; bad settings are refused
//! with the field named.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{collections::BTreeSet, path::Path, process::ExitCode, time::Duration};

use gateway::{Call, Data, Limits, kezek::to_json, read_call};
use jiff::Timestamp;
use law::{Bench, Ending, TOKEN, filled, shown};
use message::{
    Applicant, Attachment, Attempts, Bin, Channel, Document, Finding, Iin, Kind, Language, Message,
    MessageId, Number, ParticipantId, PersonalNumber, Plan, PowerOfAttorney, RegisterName,
    Representative, Sender, ServiceCode, Signature, SignatureFormat,
};
use outside::replay::{Asked, Recording, Replay};
use providers::{Acceptance, Adapter, Handover};
use serde::Deserialize;
use serde_json::Value;

const IIN: &str = "900101300017";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    /// What the other side said.
    recorded: Recording,
    /// What the other side must have been asked.
    request: Option<Request>,
    /// On the gateway's channels: the operations that two hand-overs ask for, in turn. Default: `SendMessage`,
    /// each time.
    asked: Option<Vec<String>>,
    /// How often the message was tried before.
    #[serde(default)]
    tried: u32,
    settings: toml::Table,
    ending: Ending<Said>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    path: String,
    body: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Said {
    Accepted {
        registration_number: String,
        registered_at: Timestamp,
    },
}

impl Said {
    fn of(acceptance: &Acceptance) -> Self {
        Self::Accepted {
            registration_number: acceptance.registration_number.clone(),
            registered_at: acceptance.registered_at,
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
        self.ending.kind(|_| "accepted")
    }
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
            timestamp: None,
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
        query: None,
    }
}

async fn hold(adapter: &Adapter, name: String, case: Case) {
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), format!("{TOKEN}\n")).unwrap();
    let line_is_up = !matches!(case.recorded, Recording::Line(_));
    let replay = Replay::start(case.recorded).await.unwrap();
    let settings = filled(
        &case.settings,
        &[
            ("{endpoint}", &replay.endpoint()),
            ("{token_file}", token.path().to_str().unwrap()),
        ],
    );
    let provider = (adapter.build)(&settings).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut message = application();
    message.attempts.failed = case.tried;
    let handover = Handover::of(&message).unwrap();

    let timeout_ms = settings["timeout_ms"].as_integer().unwrap().unsigned_abs();
    let grace = Duration::from_millis(timeout_ms + 3_000);
    for _ in 0..2 {
        let said = tokio::time::timeout(grace, provider.hand_over(&handover)).await;
        let said = said.unwrap_or_else(|_| panic!("{name}: no answer within its time-out"));
        assert_eq!(Ending::of(&said, Said::of), case.ending, "{name}");
        let shown = shown(&format!("{provider:?} {handover:?}"), &said);
        for secret in [TOKEN, &IIN[..10], "Omarov", "omarov@", "8503154000"] {
            assert!(
                !shown.contains(secret),
                "{name}: shows `{secret}` in {shown}"
            );
        }
    }
    let probe = provider.probe().await;
    assert_eq!(probe.is_ok(), line_is_up, "{name}: {probe:?}");
    if !replay.is_up() {
        return;
    }
    if adapter.name.starts_with("gateway-") {
        let asked = case
            .asked
            .unwrap_or_else(|| vec!["SendMessage".to_owned(); 2]);
        compare_soap(&name, &replay.asked(), &asked, case.request, &message);
    } else {
        compare(&name, &replay, case.request, &message);
    }
}

/// What holds for SOAP: it says who we are, each order has the id of its message, and nothing is asked but what
/// the case says.
fn compare_soap(
    name: &str,
    asked: &[Asked],
    operations: &[String],
    expected: Option<Request>,
    message: &Message,
) {
    let calls: Vec<Call> = asked
        .iter()
        .map(|asked| read_call(&asked.body, &Limits::default()).unwrap())
        .collect();
    let seen: Vec<_> = calls.iter().map(|call| call.operation().name()).collect();
    assert_eq!(seen, operations, "{name}");
    let key = message.id.to_string();
    for (asked, call) in asked.iter().zip(&calls) {
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("POST", "/v1"),
            "{name}"
        );
        let action = format!("\"{}\"", call.operation().action());
        assert_eq!(asked.headers["soapaction"], action, "{name}");
        let sender = call.sender().unwrap();
        assert_eq!(sender.sender_id, "kezek", "{name}");
        assert_eq!(sender.password.as_ref().unwrap().reveal(), TOKEN, "{name}");
        let (id, correlation) = match call {
            Call::SyncSend(call) => (&call.info.message_id, &call.info.correlation_id),
            Call::Send(call) => (
                call.info.message_id.as_ref().unwrap(),
                &call.info.correlation_id,
            ),
            Call::MessageStatus(call) => (&call.message_id, &None),
            Call::GetMessages(call) => (&key, &call.correlation_id),
            _ => (&key, &None),
        };
        assert_eq!(
            id, &key,
            "{name}: the same id handed over twice is one order"
        );
        assert!(correlation.as_ref().is_none_or(|id| *id == key), "{name}");
    }
    let sent: Vec<_> = calls.iter().filter_map(sent).collect();
    let (same, first) = (sent.windows(2).all(|two| two[0] == two[1]), sent.first());
    assert!(same, "{name}: the same handover is the same request");
    if let Some((resend, data)) = first {
        assert_eq!(
            *resend,
            message.attempts.failed > 0 && operations[0] != "SendMessage",
            "{name}"
        );
        let document = data.document(&Limits::default()).unwrap();
        let json = to_json(&document.unverified()).unwrap();
        if let Some(expected) = expected {
            let body = expected.body.replace("NUMBER", &message.number.to_string());
            assert_eq!(
                json,
                serde_json::from_str::<Value>(&body).unwrap(),
                "{name}"
            );
        }
    }
}

/// Whether it is marked as sent again, and what is sent.
fn sent(call: &Call) -> Option<(bool, Data)> {
    let (properties, data) = match call {
        Call::SyncSend(call) => (&call.info.properties, &call.data),
        Call::Send(call) => (&call.info.properties, &call.data),
        _ => return None,
    };
    let resend = properties
        .iter()
        .any(|one| (one.key.as_str(), one.value.as_str()) == ("resend", "true"));
    Some((resend, data.clone()))
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

/// An adapter of the roll on the bench.
#[derive(Clone, Copy)]
struct Tried(&'static Adapter);

impl Bench for Tried {
    type Case = Case;

    fn name(self) -> &'static str {
        self.0.name
    }

    fn refusal(self, settings: &toml::Table) -> Option<String> {
        let refused = (self.0.build)(settings).err();
        refused.map(|e| e.to_string())
    }

    fn needed(_cases: &[(String, Case)]) -> BTreeSet<&'static str> {
        BTreeSet::from(["accepted", "outage", "later", "few", "never"])
    }

    async fn hold(self, name: String, case: Case) {
        hold(self.0, name, case).await;
    }
}

fn main() -> ExitCode {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    law::judge(providers::roll().iter().map(Tried), Path::new(cases))
}
