//! Reading and checking the map.

use std::{collections::BTreeSet, path::Path};

use message::{LaneName, ParticipantId};
use serde::Deserialize;

use crate::{Delay, Lane, LaneKind};

/// Every lane there is, and the pauses between tries.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// Pauses between tries, shortest first.
    pub delays: Vec<Delay>,
    #[serde(rename = "lane")]
    pub lanes: Vec<Lane>,
}

/// Why a map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMap {
    #[error("cannot read the map {path}")]
    Read {
        path: String,
        source: std::io::Error,
    },
    #[error("the map is not valid at `{field}`: {why}")]
    Parse { field: String, why: String },
    #[error("lane `{lane}`: {field}: {why}")]
    Bounds {
        lane: LaneName,
        field: &'static str,
        why: String,
    },
    #[error("lane `{0}` stands twice")]
    Twice(LaneName),
    #[error("delays must stand shortest first, each once, and there must be at least one")]
    Delays,
    #[error(
        "lane `{0}` is not on the map; add it to flow.toml and load the broker's new definitions"
    )]
    Unknown(String),
}

/// A configuration names other lanes than the map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OtherLanes {
    #[error("the map has lane `{0}`; add its entry")]
    Missing(String),
    #[error("lane `{0}` is not on the map")]
    Unknown(String),
}

impl Map {
    /// Reads the map from a file such as `deploy/flow.toml`.
    pub fn load(path: &Path) -> Result<Self, InvalidMap> {
        let text = std::fs::read_to_string(path).map_err(|source| InvalidMap::Read {
            path: path.display().to_string(),
            source,
        })?;
        Self::parse(&text)
    }

    /// Reads the map from TOML. Unknown fields, values out of bounds and double lanes are refused.
    pub fn parse(text: &str) -> Result<Self, InvalidMap> {
        let parse = |field: String, why: String| InvalidMap::Parse { field, why };
        let document = toml::Deserializer::parse(text)
            .map_err(|e| parse("(file)".to_owned(), e.message().to_owned()))?;
        let map: Self = serde_path_to_error::deserialize(document)
            .map_err(|e| parse(e.path().to_string(), e.inner().message().to_owned()))?;
        map.check()?;
        Ok(map)
    }

    /// Whether `here` names the lanes of this kind, all of them and no other: every lane must be worked, and
    /// nothing else can be.
    pub fn has_exactly(
        &self,
        kind: LaneKind,
        here: impl IntoIterator<Item = String>,
    ) -> Result<(), OtherLanes> {
        let here: BTreeSet<String> = here.into_iter().collect();
        let on_map = self.lanes_of_kind(kind);
        let on_map: BTreeSet<String> = on_map.map(|lane| lane.name.to_string()).collect();
        if let Some(lane) = on_map.difference(&here).next() {
            return Err(OtherLanes::Missing(lane.clone()));
        }
        match here.difference(&on_map).next() {
            Some(lane) => Err(OtherLanes::Unknown(lane.clone())),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), InvalidMap> {
        let mut seen = BTreeSet::new();
        for lane in &self.lanes {
            if let Some((field, why)) = lane.out_of_bounds() {
                return Err(InvalidMap::Bounds {
                    lane: lane.name.clone(),
                    field,
                    why,
                });
            }
            if !lane.name.as_str().contains('.') || lane.name.as_str().ends_with(".parked") {
                let why = "write `<service>.<what>`; `.parked` is added by itself".to_owned();
                return Err(InvalidMap::Bounds {
                    lane: lane.name.clone(),
                    field: "name",
                    why,
                });
            }
            if !lane.is_named_as_its_kind() {
                let why = "a mailbox, and nothing else, is called `mailbox.<participant>`, and its participant \
                     stands in `filed_by`";
                return Err(InvalidMap::Bounds {
                    lane: lane.name.clone(),
                    field: "name",
                    why: why.to_owned(),
                });
            }
            if !seen.insert(&lane.name) {
                return Err(InvalidMap::Twice(lane.name.clone()));
            }
        }
        let rising = self
            .delays
            .windows(2)
            .all(|pair| pair[0].pause() < pair[1].pause());
        if self.delays.is_empty() || !rising {
            return Err(InvalidMap::Delays);
        }
        Ok(())
    }

    /// The lane of that name.
    pub fn lane(&self, name: &str) -> Result<&Lane, InvalidMap> {
        let found = self.lanes.iter().find(|lane| lane.name.as_str() == name);
        found.ok_or_else(|| InvalidMap::Unknown(name.to_owned()))
    }

    /// The lanes that a service works, in the order of the file.
    pub fn lanes_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a Lane> {
        self.lanes
            .iter()
            .filter(move |lane| lane.service() == service)
    }

    pub fn lanes_of_kind(&self, kind: LaneKind) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(move |lane| lane.kind == kind)
    }

    /// The mailbox of this participant, if it has one.
    pub fn mailbox(&self, participant: &ParticipantId) -> Option<&Lane> {
        let is_his = |lane: &&Lane| lane.mailbox_of() == Some(participant);
        self.lanes.iter().find(is_his)
    }

    /// The longest pause not longer than `wanted`, or the shortest there is.
    pub fn delay_for(&self, wanted: std::time::Duration) -> &Delay {
        self.delays
            .iter()
            .rev()
            .find(|delay| delay.pause() <= wanted)
            .unwrap_or(&self.delays[0])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SMALL: &str = "delays = ['1s', '5s']\n[[lane]]\nname = 'a.b'\nkind = 'stage'\n";

    #[test]
    fn the_map_we_deploy_is_valid() {
        let map = Map::load(Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/flow.toml"
        )));
        let map = map.unwrap();
        assert!(map.lane("signature.verify").is_ok());
        assert_eq!(map.lanes_of_kind(LaneKind::Provider).count(), 2);
        let office = ParticipantId::new("front-office").unwrap();
        let mailbox = map.mailbox(&office).unwrap();
        assert_eq!(
            (mailbox.name.as_str(), mailbox.service()),
            ("mailbox.front-office", "intake")
        );
        assert_eq!(map.mailbox(&ParticipantId::new("portal").unwrap()), None);
    }

    #[test]
    fn a_broken_map_is_refused_with_the_field_named() {
        let said = |text: &str| Map::parse(text).unwrap_err().to_string();
        assert!(
            said(&format!("{SMALL}windows = 3")).contains("lane[0].windows"),
            "{}",
            said(&format!("{SMALL}windows = 3"))
        );
        assert!(said(&format!("{SMALL}window = 0")).contains("window"));
        assert!(said(&format!("{SMALL}concurrency_max = 201")).contains("concurrency_max"));
        assert!(said(&SMALL.replace("a.b", "ab")).contains("name"));
        assert!(said(&SMALL.replace("'1s', '5s'", "'5s', '1s'")).contains("shortest first"));
        assert!(said(&SMALL.replace("'1s', '5s'", "'soon'")).contains("`soon` is not a pause"));
        let mailbox = |name: &str, filed_by: &str| {
            said(&format!(
                "{SMALL}[[lane]]\nname = '{name}'\nkind = 'mailbox'\n{filed_by}"
            ))
        };
        for wrong in [
            mailbox("a.portal", "filed_by = 'portal'"),
            mailbox("mailbox.portal", "filed_by = 'committee'"),
            mailbox("mailbox.portal", ""),
            said(&SMALL.replace("a.b", "mailbox.b")),
        ] {
            assert!(wrong.contains("`mailbox.<participant>`"), "{wrong}");
        }
        let twice = format!("{SMALL}[[lane]]\nname = 'a.b'\nkind = 'stage'\n");
        assert!(said(&twice).contains("twice"));
        assert!(
            Map::parse(SMALL)
                .unwrap()
                .lane("a.c")
                .unwrap_err()
                .to_string()
                .contains("a.c")
        );
    }

    #[test]
    fn a_pause_is_the_longest_that_is_not_too_long() {
        let map = Map::parse(SMALL).unwrap();
        assert_eq!(map.delay_for(Duration::from_secs(7)).name(), "5s");
        assert_eq!(map.delay_for(Duration::from_millis(10)).name(), "1s");
    }
}
