//! An invented message and a small map.

use std::sync::Arc;

use flow::Map;
use jiff::Timestamp;
use message::*;

pub(crate) const MAP: &str = "delays = ['1s', '5s', '30s', '2m']\n\
    [[lane]]\nname = 'signature.verify'\nkind = 'stage'\n\
    [[lane]]\nname = 'registry.enis'\nkind = 'register'\nattempts_max = 4\nfailing_s_max = 3600\n\
    [[lane]]\nname = 'router.route'\nkind = 'stage'\n";

pub(crate) fn map() -> Arc<Map> {
    Arc::new(Map::parse(MAP).unwrap())
}

pub(crate) fn lane(name: &str) -> LaneName {
    LaneName::new(name).unwrap()
}

/// Received, on its way through the three lanes.
pub(crate) fn received() -> Event {
    let message = message();
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let fact = Fact::new(about, Timestamp::UNIX_EPOCH, "intake", Detail::Received);
    Event::new(vec![fact], message)
}

pub(crate) fn message() -> Message {
    let id = 0x019a_b8d5_7c00_8000_8000_0000_0000_0000_u128;
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(id));
    let bin = (0..1000)
        .find_map(|n| Bin::new(&format!("050740000{n:03}")).ok())
        .unwrap();
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin,
            reference: "7".to_owned(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::Portal,
        received_at: Timestamp::UNIX_EPOCH,
        applicant: None,
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: b"{}".to_vec(),
        },
        signatures: vec![],
        attachments: vec![],
        report: None,
        provider: None,
        signers: vec![],
        findings: vec![],
        plan: Plan::new(vec![
            lane("signature.verify"),
            lane("registry.enis"),
            lane("router.route"),
        ]),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

pub(crate) fn names(event: &Event) -> Vec<FactName> {
    event.facts.iter().map(Fact::name).collect()
}
