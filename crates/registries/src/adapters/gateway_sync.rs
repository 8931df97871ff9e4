//! A register on the sync channel of the e-government gateway (`crates/gateway`).
//!
//! `SendMessage` with the request that the mapping describes in `data`; the answer comes at once. `messageId` is
//! the same at every try. SCSS001 alone is success; another status is the register's own answer without data,
//! which means that it knows nobody only where the settings say so.

use async_trait::async_trait;
use fault::{Fault, registers::REGISTER_REFUSED};
use gateway::{
    client::shown,
    types::{StatusInfo, SyncMessageInfo, SyncSend},
};
use serde::Deserialize;

use crate::{
    Adapter, Answer, BadSettings, Question, Registry,
    channel::{Channel, DOING},
};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "gateway-sync",
    build,
};

/// Settings beside those of the channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    /// Status codes by which the register says that it knows nothing of the subject. Default: none.
    #[serde(default)]
    unknown_codes: Vec<String>,
}

#[derive(Debug)]
struct GatewaySync {
    channel: Channel,
    unknown_codes: Vec<String>,
}

fn build(settings: &toml::Table) -> Result<Box<dyn Registry>, BadSettings> {
    let (channel, own) = Channel::open::<Own>(settings, &["unknown_codes"])?;
    if channel.wants_signatures() && !own.unknown_codes.is_empty() {
        let problem =
            "a status is not signed by the register; leave it out, or `signature` be `none`";
        return Err(BadSettings::new("unknown_codes", problem));
    }
    Ok(Box::new(GatewaySync {
        channel,
        unknown_codes: own.unknown_codes,
    }))
}

#[async_trait]
impl Registry for GatewaySync {
    async fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        let channel = &self.channel;
        let now = channel.client.now();
        let id = question.exchange_id().to_string();
        let call = SyncSend {
            info: SyncMessageInfo {
                message_id: id.clone(),
                correlation_id: Some(id),
                service_id: channel.service_id.clone(),
                message_date: now,
                route_id: channel.route_id.clone(),
                sender: channel.client.sender().clone(),
                properties: Vec::new(),
                session_id: None,
            },
            data: channel.data(question, now)?,
        };
        let reply = channel.client.send_sync(call).await?;
        if reply.info.status.is_success() {
            channel.read(&reply.data, question, now)
        } else {
            self.told(&reply.info.status)
        }
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.channel.client.probe().await
    }
}

impl GatewaySync {
    /// What a status means that is no success.
    fn told(&self, status: &StatusInfo) -> Result<Answer, Fault> {
        if self.unknown_codes.contains(&status.code) {
            return Ok(Answer::Unknown);
        }
        let told = format!("status {}", shown(&status.code));
        Err(Fault::never(&REGISTER_REFUSED, DOING).because(told))
    }
}
