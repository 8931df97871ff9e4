//! A provider's system on the sync channel of the e-government gateway (`crates/gateway`).
//!
//! `SendMessage` with kezek's `application` in `data`; `registered` comes back in the same exchange. The message's
//! id is `messageId` and `correlationId`, so that the same application is the same order. `SCSS001` alone is
//! success; another status is the provider's no. `GET {endpoint}?wsdl` says whether it is up.

use async_trait::async_trait;
use fault::Fault;
use gateway::{
    client::{Client, Settings, shown},
    types::{SyncMessageInfo, SyncSend},
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    Acceptance, Adapter, BadSettings, Handover, Provider,
    channel::{NAMED, Said, data, refused, said},
};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "gateway-sync",
    build,
};

/// It has no settings beside those of the channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {}

#[derive(Debug)]
struct GatewaySync {
    client: Client,
    service_id: String,
    route_id: Option<String>,
}

fn build(settings: &toml::Table) -> Result<Box<dyn Provider>, BadSettings> {
    let (settings, Own {}) = Settings::beside(settings, &[])?;
    Ok(Box::new(GatewaySync {
        client: settings.client(NAMED, Timestamp::now)?,
        service_id: settings.service_id,
        route_id: settings.route_id,
    }))
}

#[async_trait]
impl Provider for GatewaySync {
    async fn hand_over(&self, handover: &Handover<'_>) -> Result<Acceptance, Fault> {
        let id = handover.message.id.to_string();
        let call = SyncSend {
            info: SyncMessageInfo {
                correlation_id: Some(id.clone()),
                message_id: id,
                service_id: self.service_id.clone(),
                message_date: handover.message.received_at,
                route_id: self.route_id.clone(),
                sender: self.client.sender().clone(),
                properties: Vec::new(),
                session_id: None,
            },
            data: data(handover)?,
        };
        let reply = self.client.send_sync(call).await?;
        let status = &reply.info.status;
        if !status.is_success() {
            return Err(refused(&format!("status {}", shown(&status.code))));
        }
        match said(&reply.data).map_err(|why| self.client.garbled(why))? {
            Said::Registered(acceptance) => Ok(acceptance),
            Said::Refused => Err(refused("its document says so")),
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.client.probe().await
    }
}
