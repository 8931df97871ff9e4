//! Queries: answered at once where the register answers; else sent on their way, and never lost, where there is a
//! mailbox for the answer.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::Body;
use fault::registers::{REGISTER_GARBLED, REGISTER_UNREACHABLE};
use http::Request;
use intake::{
    query,
    registers::{Registers, Reply, Unanswered},
    verdicts::Verdicts,
};
use jiff::Timestamp;
use message::{Detail, FactName, Kind, Message, Signer, Subject};
use serde_json::{Value, json};
use std::time::Duration;
use wire::signature::Opinion;

use crate::{
    bench::{Bench, Besides, Said},
    letters::{IIN, application, query, seal},
};

/// A register that says what it was told to, or nothing for ever, and keeps what it was asked.
pub(crate) struct Register {
    pub(crate) says: Option<Result<Reply, Unanswered>>,
    pub(crate) asked: Mutex<Vec<Message>>,
}

#[async_trait]
impl Registers for Register {
    async fn ask(&self, message: &Message) -> Result<Reply, Unanswered> {
        self.asked.lock().unwrap().push(message.clone());
        match &self.says {
            Some(said) => said.clone(),
            None => std::future::pending().await,
        }
    }
}

/// A signature service with one opinion.
pub(crate) struct Judge(pub(crate) Opinion);

#[async_trait]
impl Verdicts for Judge {
    async fn opinion(&self, _message: &Message, _limit: Duration) -> Option<Opinion> {
        Some(self.0.clone())
    }
}

pub(crate) fn valid() -> Opinion {
    Opinion::Valid {
        signers: vec![Signer {
            name: "ОПЕРАТОР ҮЛГІ".to_owned(),
            iin: None,
            bin: None,
            roles: vec!["employee".to_owned()],
            certificate_serial: "7e".to_owned(),
            algorithm: "rsa-pkcs1-sha256".to_owned(),
            signed_at: None,
        }],
    }
}

pub(crate) fn known() -> Reply {
    Reply {
        record: Some(json!({ "iin": IIN, "surname": "Үлгі" })),
        cached: false,
        source_at: Some(Timestamp::UNIX_EPOCH),
    }
}

pub(crate) fn unanswered(code: &'static fault::Code) -> Unanswered {
    let cause = "for the log".to_owned();
    Unanswered { code, cause }
}

/// A door whose signature service thinks `opinion` and whose registers say `says`.
pub(crate) fn door(
    opinion: Opinion,
    says: Option<Result<Reply, Unanswered>>,
    change: impl FnOnce(&mut Besides),
) -> (Bench, Arc<Register>) {
    let register = Arc::new(Register {
        says,
        asked: Mutex::default(),
    });
    let mut besides = Besides {
        registers: Some(register.clone()),
        ..Besides::default()
    };
    change(&mut besides);
    let bench = Bench::besides(Some(Arc::new(Judge(opinion))), besides);
    (bench, register)
}

/// The front office has no mailbox any more.
pub(crate) fn without_mailbox(besides: &mut Besides) {
    let text = &besides.participants;
    assert_eq!(text.matches("mailbox = true").count(), 2);
    besides.participants = text.replacen("mailbox = true", "mailbox = false", 1);
    besides.mailboxes = vec!["committee"];
}

pub(crate) async fn ask(bench: &Bench, message: &Value, wish: &str) -> Said {
    ask_at(bench, "/v1/queries", message, wish).await
}

pub(crate) async fn ask_at(bench: &Bench, path: &str, message: &Value, wish: &str) -> Said {
    let request = Request::post(path)
        .header("Prefer", wish)
        .body(Body::from(message.to_string()))
        .unwrap();
    bench.knock("front-office.kezek.test", request).await
}

/// Makes something wrong of a message.
type Spoil = fn(&mut Value);

fn facts(bench: &Bench) -> Vec<(String, FactName)> {
    let carried = bench.post.carried.lock().unwrap();
    let fact = |p: &stage::Publication| (p.key.clone(), p.event.facts.last().unwrap().name());
    carried.iter().map(fact).collect()
}

#[tokio::test]
async fn what_the_register_knows_is_the_answer_and_the_query_is_registered_before() {
    let (bench, register) = door(valid(), Some(Ok(known())), |_| ());
    let said = ask(&bench, &query(), "").await;
    assert_eq!(said.status.as_u16(), 200, "{said:?}");
    assert_eq!(said.headers["cache-control"], "no-store");
    assert_eq!(said.body["record"]["surname"], "Үлгі");
    assert_eq!(said.body["register"], "gbd-fl");
    assert_eq!(
        (&said.body["found"], &said.body["cached"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(said.body["source_at"], "1970-01-01T06:00:00+06:00");
    assert_eq!(
        facts(&bench),
        [("received".to_owned(), FactName::Received)],
        "registered, and on no lane"
    );
    let asked = register.asked.lock().unwrap();
    let message = &asked[0];
    assert_eq!(message.kind, Kind::Query);
    assert_eq!(message.signers[0].roles, ["employee"]);
    let query = message.query.as_ref().unwrap();
    assert_eq!(query.purpose, "толтыру");
    let subject = Subject::Person(message::Iin::new(IIN).unwrap());
    assert!(query.subject == subject);
}

#[tokio::test]
async fn that_nothing_is_known_is_an_answer_too() {
    let reply = Reply {
        record: None,
        cached: true,
        source_at: None,
    };
    let (bench, _) = door(valid(), Some(Ok(reply)), |_| ());
    let said = ask(&bench, &query(), "").await;
    assert_eq!(said.status.as_u16(), 200);
    assert_eq!(
        (&said.body["found"], &said.body["cached"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(said.body["record"], Value::Null);
}

#[tokio::test]
async fn where_the_register_is_down_or_slow_the_query_goes_its_way_to_the_mailbox() {
    for says in [Some(Err(unanswered(&REGISTER_UNREACHABLE))), None] {
        let (bench, _) = door(valid(), says, |_| ());
        let said = ask(&bench, &query(), "wait=1").await;
        assert_eq!(said.status.as_u16(), 202, "{said:?}");
        assert_eq!(said.headers["preference-applied"], "wait=1");
        assert_eq!(
            facts(&bench),
            [
                ("received".to_owned(), FactName::Received),
                ("received.signature.verify".to_owned(), FactName::Received),
            ]
        );
        let message = bench.last();
        let lanes: Vec<_> = message
            .plan
            .lanes()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            lanes,
            [
                "signature.verify",
                "registry.gbd-fl",
                "mailbox.front-office"
            ]
        );
        assert!(message.signers.is_empty(), "it is verified anew");
        assert_eq!(said.body["number"], json!(message.number));
    }
}

#[tokio::test]
async fn who_does_not_wait_is_sent_on_at_once_and_too_many_do_not_wait_either() {
    let (bench, register) = door(valid(), Some(Ok(known())), |_| ());
    let said = ask(&bench, &query(), "wait=0").await;
    assert_eq!(said.status.as_u16(), 202);
    assert_eq!(facts(&bench).len(), 1);
    assert!(register.asked.lock().unwrap().is_empty());
    let (bench, register) = door(valid(), None, |besides| {
        besides.query = query::Config {
            waiting_max: 1,
            ..query::Config::default()
        };
    });
    let message = query();
    let (first, second) = tokio::join!(ask(&bench, &message, "wait=2"), async {
        while register.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        ask(&bench, &query(), "").await
    });
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (202, 202));
    assert_eq!(register.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_mailbox_the_registers_own_code_is_the_answer_and_nothing_is_queued() {
    let says = Some(Err(unanswered(&REGISTER_UNREACHABLE)));
    let (bench, _) = door(valid(), says, without_mailbox);
    let said = ask(&bench, &query(), "").await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (503, "register-unreachable")
    );
    assert_eq!(facts(&bench), [("received".to_owned(), FactName::Received)]);
}

#[tokio::test]
async fn a_signature_that_does_not_hold_refuses_the_query_and_asks_nobody() {
    let opinion = Opinion::Invalid {
        code: "signer-not-authorised".to_owned(),
        explanation: "about a person".to_owned(),
    };
    let (bench, register) = door(opinion, Some(Ok(known())), |_| ());
    let said = ask(&bench, &query(), "").await;
    assert_eq!(said.code(), "signer-not-authorised");
    assert!(!said.body.to_string().contains("about a person"));
    assert!(register.asked.lock().unwrap().is_empty());
    let carried = bench.post.carried.lock().unwrap();
    let refused = carried.last().unwrap();
    assert_eq!((refused.key.as_str(), &refused.also), ("refused", &None));
    assert!(
        matches!(&refused.event.facts[0].detail, Detail::Refused { code, .. }
        if code == "signer-not-authorised")
    );
}

#[tokio::test]
async fn a_signature_that_cannot_be_told_yet_waits_in_its_lane() {
    let opinion = Opinion::Undetermined {
        code: "revocation-unknown".to_owned(),
        explanation: String::new(),
    };
    let (bench, register) = door(opinion.clone(), Some(Ok(known())), |_| ());
    assert_eq!(ask(&bench, &query(), "").await.status.as_u16(), 202);
    assert!(register.asked.lock().unwrap().is_empty());
    let (bench, _) = door(opinion, Some(Ok(known())), without_mailbox);
    assert_eq!(ask(&bench, &query(), "").await.code(), "revocation-unknown");
}

#[tokio::test]
async fn the_same_query_again_is_asked_again_under_its_id_or_stays_on_its_way() {
    let (bench, register) = door(valid(), Some(Ok(known())), |_| ());
    let message = query();
    let first = ask(&bench, &message, "").await;
    let again = ask(&bench, &message, "").await;
    assert_eq!(again.status.as_u16(), 200);
    for member in ["number", "message_id", "accepted_at"] {
        assert_eq!(first.body[member], again.body[member], "{member}");
    }
    {
        let asked = register.asked.lock().unwrap();
        assert_eq!((asked.len(), asked[0].id), (2, asked[1].id));
    }

    let says = Some(Err(unanswered(&REGISTER_UNREACHABLE)));
    let (bench, register) = door(valid(), says, |_| ());
    let first = ask(&bench, &message, "").await;
    let again = ask(&bench, &message, "").await;
    assert_eq!((again.status.as_u16(), &again.body), (202, &first.body));
    assert_eq!(register.asked.lock().unwrap().len(), 1);
    assert_eq!(facts(&bench).len(), 2, "it is on its way once");
    let mut other = message;
    let asked = json!({ "register": "gbd-fl", "subject": { "iin": IIN }, "purpose": "басқа" });
    other["query"] = asked.clone();
    seal(&mut other, &asked);
    assert_eq!(ask(&bench, &other, "").await.code(), "message-id-reused");
}

#[tokio::test]
async fn a_query_that_may_not_be_asked_is_refused_by_its_first_fault_and_registered_nowhere() {
    let (bench, register) = door(valid(), Some(Ok(known())), |_| ());
    let cases: [(Spoil, &str, &str); 9] = [
        (
            |m| m["query"]["register"] = json!("payment"),
            "not-allowed",
            "query.register",
        ),
        (|m| m["consent"] = Value::Null, "consent-missing", "consent"),
        (
            |m| m["query"]["purpose"] = json!("басқа"),
            "form-invalid",
            "document.content",
        ),
        (
            |m| m["query"]["purpose"] = json!(" "),
            "malformed",
            "query.purpose",
        ),
        (
            |m| m["query"]["subject"] = json!({}),
            "malformed",
            "query.subject",
        ),
        (|m| m["query"] = Value::Null, "malformed", "query"),
        (|m| m["receipt"] = json!("7"), "malformed", "receipt"),
        (
            |m| m["signatures"] = json!([]),
            "signature-missing",
            "signatures",
        ),
        (|m| m["channel"] = json!("portal"), "not-allowed", ""),
    ];
    for (spoil, code, field) in cases {
        let mut message = query();
        spoil(&mut message);
        let said = ask(&bench, &message, "").await;
        assert_eq!((said.code(), said.field()), (code, field), "{said:?}");
        assert!(!said.body.to_string().contains(IIN));
    }
    for (message, path) in [(application(), "/v1/queries"), (query(), "/v1/messages")] {
        let request = Request::post(path).body(Body::from(message.to_string()));
        let san = if path.ends_with("messages") {
            "front-office"
        } else {
            "portal"
        };
        let said = bench
            .knock(&format!("{san}.kezek.test"), request.unwrap())
            .await;
        assert_eq!((said.code(), said.field()), ("malformed", "kind"), "{path}");
    }
    assert!(bench.keys().is_empty() && register.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_of_no_agreed_form_is_tried_again_by_the_lanes() {
    let (bench, _) = door(valid(), Some(Err(unanswered(&REGISTER_GARBLED))), |_| ());
    assert_eq!(ask(&bench, &query(), "").await.status.as_u16(), 202);
}
