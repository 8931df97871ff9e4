//! A provider's system that speaks JSON over HTTP.
//!
//! `POST {endpoint}/applications` under the header `Idempotency-Key: <message id>`; the answer is
//! `{"registration_number", "registered_at"}`, the same for the same key. 409 and 422 say that the message is
//! wrong. `GET {endpoint}/health` says whether it is up. `outside::Peer` reads the other failures.

use async_trait::async_trait;
use fault::{Fault, delivery::PROVIDER_REJECTED};
use jiff::Timestamp;
use outside::{HttpSettings, Peer};
use serde::Deserialize;

use crate::{
    Acceptance, Adapter, BadSettings, Handover, Provider,
    handed::{DOING, WORDS, application, registration_number},
};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "http-json",
    build,
};

fn build(settings: &toml::Table) -> Result<Box<dyn Provider>, BadSettings> {
    let settings: HttpSettings = outside::read(settings)?;
    Ok(Box::new(HttpJson {
        peer: Peer::new(&settings, WORDS)?,
    }))
}

#[derive(Debug)]
struct HttpJson {
    peer: Peer,
}

/// Members that we do not know are let pass: the provider may say more than was agreed.
#[derive(Deserialize)]
struct Said {
    registration_number: String,
    registered_at: Timestamp,
}

#[async_trait]
impl Provider for HttpJson {
    async fn hand_over(&self, handover: &Handover<'_>) -> Result<Acceptance, Fault> {
        let key = handover.message.id.to_string();
        let reply = self
            .peer
            .post(
                "applications",
                &[("idempotency-key", &key)],
                &application(handover)?,
            )
            .await?;
        if matches!(reply.status.as_u16(), 409 | 422) {
            let told = format!("status {}", reply.status.as_u16());
            return Err(Fault::never(&PROVIDER_REJECTED, DOING).because(told));
        }
        let said: Said = reply.json()?;
        let number = registration_number(&said.registration_number)
            .ok_or_else(|| reply.garbled("a registration number that is none"))?;
        Ok(Acceptance {
            registration_number: number,
            registered_at: said.registered_at,
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.peer.probe().await
    }
}
