//! The map as a picture: Mermaid, kept in ARCHITECTURE.md.

use crate::{LaneKind, Map};

impl Map {
    /// A Mermaid flowchart: services as boxes, lanes as queues, registers, providers and people outside.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        let mut line = |text: &str| {
            out.push_str("    ");
            out.push_str(text);
            out.push('\n');
        };
        line("senders([portal, front office, providers' systems]) -- HTTPS --> intake");
        line("journal[(journal stream)] --> monitor");
        for kind in [
            LaneKind::Stage,
            LaneKind::Register,
            LaneKind::Provider,
            LaneKind::Notification,
            LaneKind::Mailbox,
        ] {
            for lane in self.lanes_of_kind(kind) {
                let (name, service) = (lane.name.as_str(), lane.service());
                let id = name.replace(['.', '-'], "_");
                // A mailbox is looked into and stays as it is until its owner confirms.
                let arrow = match kind {
                    LaneKind::Mailbox => "<-- look, confirm -->",
                    _ => "-->",
                };
                line(&format!("{id}[/{name}/] {arrow} {service}"));
                let outside = name.split_once('.').map_or(name, |(_, what)| what);
                match kind {
                    LaneKind::Stage => {}
                    LaneKind::Register => {
                        line(&format!("{service} <-- question --> {id}_out([{outside}])"));
                    }
                    LaneKind::Provider => {
                        line(&format!("{service} -- delivered --> {id}_out([{outside}])"));
                    }
                    LaneKind::Notification => {
                        // A webhook tells the system of a participant, the others tell people.
                        let told = match outside.strip_prefix("webhook-") {
                            Some(system) => format!("{id}_out([{system}])"),
                            None => "applicant([applicant])".to_owned(),
                        };
                        line(&format!("{service} -- {outside} --> {told}"));
                    }
                    LaneKind::Mailbox => {
                        line(&format!("{service} <-- mailbox --> {id}_out([{outside}])"));
                    }
                }
                for fact in &lane.facts {
                    line(&format!("{fact}{{{{{fact}}}}} -.-> {id}"));
                }
            }
        }
        for way in self.ways() {
            let mut heard = self
                .lanes
                .iter()
                .filter(|lane| lane.facts.contains(&way.fact));
            if heard.all(|lane| lane.name != way.to) {
                let to = way.to.as_str().replace(['.', '-'], "_");
                line(&format!("{} -- {} --> {to}", way.from, way.fact));
            }
        }
        line(
            "intake & signature & registry & router & monitor & notifier -. every fact .-> journal",
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use crate::Map;

    #[test]
    fn every_lane_is_in_the_picture() {
        let map = Map::parse(include_str!("../../../deploy/flow.toml")).unwrap();
        let picture = map.mermaid();
        for lane in &map.lanes {
            assert!(
                picture.contains(&format!("[/{}/]", lane.name)),
                "{}",
                lane.name
            );
        }
    }

    #[test]
    fn the_picture_in_the_architecture_page_is_that_of_the_map() {
        let map = Map::parse(include_str!("../../../deploy/flow.toml")).unwrap();
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md");
        let page = std::fs::read_to_string(page).unwrap_or_default();
        let block = format!("```mermaid\n{}```", map.mermaid());
        assert!(
            page.contains(&block),
            "out of date: paste the output of `cargo run -p kezekctl -- flow`"
        );
    }
}
