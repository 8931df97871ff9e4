//! In which lane a message stands: what the entries of the stream say of it, in their order.
//!
//! The routing key of an entry says where it leads. A message stands in its lane from the entry that leads there
//! to the entry that leads on, waiting, in work or between two tries. Copies move it too, and whatever copy is
//! told of last has moved last. Lanes that listen for facts, those of notifications, are left out: a fact that is
//! none of their business passes them in silence.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use flow::{Map, lane_of_key};
use jiff::Timestamp;
use message::{Event, FactName};
use uuid::Uuid;

/// The lanes that messages pass, one after another. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Ways(Arc<BTreeSet<String>>);

/// Where an entry left its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub message: Uuid,
    /// The lane that it came to or stays in; none when it has left the last one, or stands aside.
    pub lane: Option<String>,
    pub since: Timestamp,
}

impl Ways {
    pub fn of(map: &Map) -> Self {
        let passed = map.lanes.iter().filter(|lane| lane.facts.is_empty());
        Self(Arc::new(passed.map(|lane| lane.name.to_string()).collect()))
    }

    /// What an entry says that was published under `key`; none if it moves no message. `given_up` is the lane
    /// from which the broker itself has set the message aside.
    pub fn stand(&self, key: &str, event: &Event, given_up: Option<&str>) -> Option<Stand> {
        let (message, last) = (event.message.as_ref()?, event.facts.last()?);
        let lane = given_up.or_else(|| lane_of_key(key));
        let is_aside = given_up.is_some() || last.name() == FactName::Parked;
        let lane = match lane {
            Some(lane) if !self.0.contains(lane) => return None,
            Some(lane) => (!is_aside).then(|| lane.to_owned()),
            None if last.name() == FactName::Notified => return None,
            None => None,
        };
        Some(Stand {
            message: message.id.as_uuid(),
            lane,
            since: last.at,
        })
    }
}

/// Where each message stands after `stands`, in their order; one that stays in its lane stands there since it came.
pub fn last_of<'a>(stands: impl IntoIterator<Item = &'a Stand>) -> Vec<&'a Stand> {
    let mut last: HashMap<Uuid, &Stand> = HashMap::new();
    for stand in stands {
        let known = last.entry(stand.message).or_insert(stand);
        if known.lane != stand.lane {
            *known = stand;
        }
    }
    last.into_values().collect()
}
