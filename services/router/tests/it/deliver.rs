//! Every ending of a provider's lane.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use fault::{
    Blame, Fault,
    delivery::{PROVIDER_FAILED, PROVIDER_REJECTED, PROVIDER_UNREACHABLE},
};
use jiff::Timestamp;
use message::{Detail, MessageId, ProviderCode};
use providers::{Acceptance, Handover, Provider};
use router::deliver::Deliver;
use serde_json::json;
use stage::{
    Stage,
    memory::{Run, Told},
};

use crate::fixture::{enriched, map, told};

/// A provider's system: a ledger by idempotency key, and a trouble on command.
#[derive(Debug, Default)]
struct Ledger {
    orders: Mutex<BTreeMap<MessageId, String>>,
    received: Mutex<u32>,
    trouble: Mutex<Option<fn() -> Fault>>,
}

impl Ledger {
    fn in_trouble(fault: fn() -> Fault) -> Arc<Self> {
        let ledger = Self::default();
        *ledger.trouble.lock().unwrap() = Some(fault);
        Arc::new(ledger)
    }

    fn trouble(&self) -> Result<(), Fault> {
        let trouble = *self.trouble.lock().unwrap();
        trouble.map_or(Ok(()), |fault| Err(fault()))
    }
}

#[async_trait]
impl Provider for Ledger {
    async fn hand_over(&self, handover: &Handover<'_>) -> Result<Acceptance, Fault> {
        *self.received.lock().unwrap() += 1;
        self.trouble()?;
        let mut orders = self.orders.lock().unwrap();
        let next = format!("K-{}", orders.len() + 1);
        let number = orders.entry(handover.message.id).or_insert(next).clone();
        Ok(Acceptance {
            registration_number: number,
            registered_at: Timestamp::UNIX_EPOCH,
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.trouble()
    }
}

fn deliver(provider: &Arc<Ledger>) -> Arc<Deliver> {
    Arc::new(Deliver {
        code: ProviderCode::new("committee").unwrap(),
        provider: Arc::clone(provider) as Arc<dyn Provider>,
    })
}

async fn fed(provider: &Arc<Ledger>, event: message::Event) -> Told {
    Run::new(map())
        .with("router.committee", deliver(provider))
        .feed("router.committee", event)
        .await
}

fn is_parked(told: &Told) -> bool {
    told.last()
        .queues
        .contains(&"router.committee.parked".to_owned())
}

#[tokio::test]
async fn what_the_provider_takes_is_delivered_under_its_registration_number() {
    let provider = Arc::default();
    let told = fed(&provider, enriched("apostille", &json!({}))).await;
    assert_eq!(told.keys(), ["delivered"]);
    let delivered = Detail::Delivered {
        provider: ProviderCode::new("committee").unwrap(),
        registration_number: "K-1".to_owned(),
    };
    assert_eq!(told.last().event.facts[0].detail, delivered);
    let message = told.last().event.message.as_ref().unwrap();
    assert_eq!(message.provider.as_ref().unwrap().as_str(), "committee");
}

#[tokio::test]
async fn the_same_event_twice_is_one_order_and_one_fact() {
    let provider = Arc::default();
    let once = fed(&provider, enriched("apostille", &json!({}))).await;
    let again = fed(&provider, enriched("apostille", &json!({}))).await;
    assert_eq!(once.facts()[0].id, again.facts()[0].id);
    assert_eq!(once.facts()[0].detail, again.facts()[0].detail);
    assert_eq!(*provider.received.lock().unwrap(), 2);
    assert_eq!(provider.orders.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_provider_that_is_down_is_an_outage_of_its_lane() {
    let down = || Fault::outage(&PROVIDER_UNREACHABLE, "hand it over");
    let provider = Ledger::in_trouble(down);
    let step = deliver(&provider);
    let fault = step
        .handle(&enriched("apostille", &json!({})))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code.name, fault.blame),
        ("provider-unreachable", Blame::Lane)
    );
    assert!(step.probe().await.is_err());
    *provider.trouble.lock().unwrap() = None;
    assert!(step.probe().await.is_ok());
}

#[tokio::test]
async fn a_message_the_provider_fails_on_is_tried_again_with_its_code_and_then_parked() {
    let provider = Ledger::in_trouble(|| Fault::later(&PROVIDER_FAILED, "hand it over"));
    let told = fed(&provider, enriched("apostille", &json!({}))).await;
    let Detail::AttemptFailed { code, attempt, .. } = &told.0[0].event.facts.last().unwrap().detail
    else {
        panic!("no failed attempt: {:?}", told.keys())
    };
    assert_eq!((code.as_str(), *attempt), ("provider-failed", 1));
    assert!(is_parked(&told), "{:?}", told.keys());
    assert_eq!(*provider.received.lock().unwrap() as usize, told.0.len());
}

#[tokio::test]
async fn a_message_the_provider_calls_wrong_is_parked_at_once() {
    let provider = Ledger::in_trouble(|| Fault::never(&PROVIDER_REJECTED, "hand it over"));
    let told = fed(&provider, enriched("apostille", &json!({}))).await;
    assert_eq!(told.0.len(), 1);
    assert!(is_parked(&told), "{:?}", told.keys());
}

#[tokio::test]
async fn a_report_is_never_handed_over() {
    let provider = Arc::default();
    let mut report = enriched("apostille", &json!({})).message.unwrap();
    report.applicant = None;
    let ended = fed(&provider, told(report)).await;
    assert!(is_parked(&ended), "{:?}", ended.keys());
    assert_eq!(*provider.received.lock().unwrap(), 0);
}
