//! One participant and its rights.
//!
//! A right is a kind of message, a service, and (for applications) a channel; all three must be given. A
//! report (status, result) answers an application whatever channel that came in by, so no channel is asked
//! of it; that the application is the provider's own is checked where reports are bound to applications. A query
//! needs the right to its register besides.

use message::{Bin, Channel, Kind, ParticipantId, ProviderCode, RegisterName, ServiceCode};
use serde::Deserialize;

use crate::Gateway;

/// A system that may send messages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Short name, used in facts, logs and metrics.
    pub id: ParticipantId,
    /// What people call it.
    pub name: Names,
    /// The organisation that runs it; its officials sign what it sends (X14).
    pub bin: Bin,
    /// DNS name in the client certificate that the system presents (mTLS, X14).
    pub certificate_san: String,
    /// Kinds of message it may send.
    pub messages: Vec<Kind>,
    /// Services it may send them for.
    pub services: Vec<ServiceCode>,
    /// Channels its applications and queries may come in by; empty for one that sends none.
    pub channels: Vec<Channel>,
    /// The provider it answers for. Present exactly where it may send reports (X5, X7).
    pub provider: Option<ProviderCode>,
    /// Registers that its people may query. Given exactly where it may send queries (X15).
    #[serde(default)]
    pub registers: Vec<RegisterName>,
    /// Whether what concerns it waits for it in a mailbox, the lane `mailbox.<id>`. Default false.
    #[serde(default)]
    pub mailbox: bool,
    /// How its system comes in by the channels of the e-government gateway. Absent: it does not.
    pub gateway: Option<Gateway>,
}

/// A name in the three languages of the house.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    pub kk: String,
    pub ru: String,
    pub en: String,
}

/// The right that is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("participant `{participant}` has no right to send messages of kind `{kind}`")]
    Kind {
        participant: ParticipantId,
        kind: Kind,
    },
    #[error("participant `{participant}` has no right to the service `{service}`")]
    Service {
        participant: ParticipantId,
        service: ServiceCode,
    },
    #[error("participant `{participant}` has no right to the channel `{channel}`")]
    Channel {
        participant: ParticipantId,
        channel: Channel,
    },
    #[error("participant `{participant}` has no right to query the register `{register}`")]
    Register {
        participant: ParticipantId,
        register: RegisterName,
    },
}

impl Participant {
    /// Whether it may send a message of `kind` for `service` in `channel`; if not, which right it lacks.
    pub fn may(&self, kind: Kind, service: &ServiceCode, channel: Channel) -> Result<(), Denied> {
        let participant = || self.id.clone();
        if !self.messages.contains(&kind) {
            return Err(Denied::Kind {
                participant: participant(),
                kind,
            });
        }
        if !self.services.contains(service) {
            return Err(Denied::Service {
                participant: participant(),
                service: service.clone(),
            });
        }
        let in_a_channel = matches!(kind, Kind::Application | Kind::Query);
        if in_a_channel && !self.channels.contains(&channel) {
            return Err(Denied::Channel {
                participant: participant(),
                channel,
            });
        }
        Ok(())
    }

    /// Whether its people may query `register`.
    pub fn may_query(&self, register: &RegisterName) -> Result<(), Denied> {
        if self.registers.contains(register) {
            return Ok(());
        }
        Err(Denied::Register {
            participant: self.id.clone(),
            register: register.clone(),
        })
    }
}
