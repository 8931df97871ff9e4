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

use jiff::Timestamp;
use law::{Bench, Ending, TOKEN, filled, shown};
use message::{
    Applicant, Attachment, Attempts, Bin, Channel, Document, Finding, Iin, Kind, Language, Message,
    MessageId, Number, ParticipantId, PersonalNumber, Plan, PowerOfAttorney, RegisterName,
    Representative, Sender, ServiceCode, Signature, SignatureFormat,
};
use outside::replay::{Recording, Replay};
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
    let message = application();
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
