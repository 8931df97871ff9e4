//! Deliver: a routed application comes in, its provider takes it, the registration number goes out.
//!
//! The message's id is the idempotency key, so a message handed over twice is one order. It keeps nothing,
//! never retries, and never sees the broker.

use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, inside::INTERNAL};
use message::{Detail, Event, ProviderCode};
use providers::{Handover, Provider};
use stage::{Next, Stage, Verdict};

/// The step of one provider lane.
pub struct Deliver {
    pub code: ProviderCode,
    pub provider: Arc<dyn Provider>,
}

const DOING: &str = "deliver a message";

#[async_trait]
impl Stage for Deliver {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let message = event.message.clone();
        let mut message =
            message.ok_or_else(|| Fault::never(&INTERNAL, DOING).because("there is no message"))?;
        let handover = Handover::of(&message).ok_or_else(|| {
            Fault::never(&INTERNAL, DOING).because("nobody applies in this message")
        })?;
        let acceptance = self.provider.hand_over(&handover).await?;
        let delivered = Detail::Delivered {
            provider: self.code.clone(),
            registration_number: acceptance.registration_number,
        };
        message.provider = Some(self.code.clone());
        Ok(Verdict::Pass {
            message,
            facts: vec![delivered],
            next: Next::End,
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.provider.probe().await
    }
}
