//! `Prefer: wait`: the verdict on the signature with the answer, if it comes in time.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use axum::body::Body;
use http::Request;
use intake::{
    config::Limits,
    verdicts::{Said, Verdicts},
};
use message::Message;
use serde_json::{Value, json};
use wire::signature::Opinion;

use crate::{
    bench::{Bench, Memory},
    letters::application,
};

/// Says what it was told to, and notes how long it was given.
struct Oracle {
    said: Said,
    limits: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Verdicts for Oracle {
    async fn opinion(&self, _message: &Message, limit: Duration) -> Option<Opinion> {
        self.limits.lock().unwrap().push(limit);
        let explanation = "for operators".to_owned();
        Some(match self.said.clone() {
            Said::Valid => Opinion::Valid {
                signers: Vec::new(),
            },
            Said::Invalid { code } => Opinion::Invalid { code, explanation },
            Said::Undetermined { code } => Opinion::Undetermined { code, explanation },
            Said::Pending => return None,
        })
    }
}

async fn asked(said: Said, wish: &str) -> (crate::bench::Said, Vec<Duration>) {
    let oracle = Arc::new(Oracle {
        said,
        limits: Mutex::default(),
    });
    let memory = Arc::new(Memory::default());
    let bench = Bench::with(
        memory.clone(),
        memory,
        Some(oracle.clone()),
        Limits::default(),
    );
    let request = Request::post("/v1/messages")
        .header("Prefer", wish)
        .body(Body::from(application().to_string()))
        .unwrap();
    let said = bench.knock("portal.kezek.test", request).await;
    let limits = oracle.limits.lock().unwrap().clone();
    (said, limits)
}

#[tokio::test]
async fn who_waits_is_told_the_verdict_and_that_his_wish_was_heard() {
    let code = || "certificate-revoked".to_owned();
    for (verdict, told) in [
        (Said::Valid, json!({ "verdict": "valid" })),
        (
            Said::Invalid { code: code() },
            json!({ "verdict": "invalid", "code": code() }),
        ),
        (
            Said::Undetermined { code: code() },
            json!({ "verdict": "undetermined", "code": code() }),
        ),
        (Said::Pending, json!({ "verdict": "pending" })),
    ] {
        let (said, limits) = asked(verdict, "wait=3").await;
        assert_eq!(
            (said.status.as_u16(), &said.body["signature"]),
            (202, &told)
        );
        assert_eq!(said.headers["preference-applied"], "wait=3");
        assert_eq!(limits, [Duration::from_secs(3)]);
    }
}

#[tokio::test]
async fn nobody_waits_longer_than_the_limit_or_without_asking() {
    let (said, limits) = asked(Said::Valid, "wait=86400").await;
    assert_eq!(said.headers["preference-applied"], "wait=10");
    assert_eq!(limits, [Duration::from_secs(10)]);
    let (said, limits) = asked(Said::Valid, "respond-async").await;
    assert_eq!(said.body["signature"], Value::Null);
    assert!(limits.is_empty() && !said.headers.contains_key("preference-applied"));
}
