//! The arrows of the map: who may tell what into which lane. Drawn in the picture, and held against the traces
//! of running services.

use message::{FactName, LaneName};

use crate::{LaneKind, Map};

/// One arrow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The service that tells the fact.
    pub from: &'static str,
    pub fact: FactName,
    /// The lane where a message waits because of it.
    pub to: LaneName,
}

impl Map {
    /// The ways of messages from step to step, in the order in which a message meets them. A message that
    /// stays in its lane, to be tried again, goes no way.
    pub fn ways(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        let mut way = |from, fact, to: &LaneName| {
            let to = to.clone();
            ways.push(Way { from, fact, to });
        };
        for lane in &self.lanes {
            match (lane.name.as_str(), lane.kind) {
                ("signature.verify", _) => way("intake", FactName::Received, &lane.name),
                ("monitor.follow", _) => way("signature", FactName::Verified, &lane.name),
                ("router.route", _) | (_, LaneKind::Register) => {
                    way("signature", FactName::Verified, &lane.name);
                    way("registry", FactName::Enriched, &lane.name);
                }
                (_, LaneKind::Provider) => way("router", FactName::Routed, &lane.name),
                (_, LaneKind::Mailbox) => way("registry", FactName::QueryAnswered, &lane.name),
                (_, LaneKind::Stage | LaneKind::Notification) => {}
            }
            for fact in &lane.facts {
                for from in tellers(*fact) {
                    way(from, *fact, &lane.name);
                }
            }
        }
        ways
    }
}

/// The services that tell a fact of a message.
fn tellers(fact: FactName) -> &'static [&'static str] {
    match fact {
        FactName::Received => &["intake"],
        FactName::Verified => &["signature"],
        FactName::QueryMade | FactName::QueryAnswered | FactName::Enriched => &["registry"],
        FactName::Routed | FactName::Delivered => &["router"],
        FactName::StatusReported
        | FactName::ResultIssued
        | FactName::DeadlineNear
        | FactName::DeadlinePassed
        | FactName::CheckOpened
        | FactName::CheckAnswered
        | FactName::CheckClosed => &["monitor"],
        FactName::Notified => &["notifier", "intake"],
        FactName::Refused => &["signature", "registry", "router", "monitor"],
        FactName::AttemptFailed
        | FactName::Parked
        | FactName::LaneClosed
        | FactName::LaneOpened => &["signature", "registry", "router", "monitor", "notifier"],
        FactName::Released => &["kezekctl"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_into_every_lane_we_deploy() {
        let map = Map::parse(include_str!("../../../deploy/flow.toml")).unwrap();
        let ways = map.ways();
        for lane in &map.lanes {
            assert!(ways.iter().any(|way| way.to == lane.name), "{}", lane.name);
        }
    }
}
