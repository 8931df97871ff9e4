//! When and why the time of a step stood still.

use regulations::{Standstill, Why};
use serde::Serialize;

use super::{Moment, Text, meaning};

/// A time in which a step's time stood still.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PauseSaid {
    pub from: Moment,
    /// None while it lasts.
    pub to: Option<Moment>,
    /// What stopped it, at least one, by when it began.
    pub reasons: Vec<PauseReason>,
}

/// What stopped the time of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PauseReason {
    /// outage, correction.
    pub kind: &'static str,
    /// The lane whose outside system was away.
    pub lane: Option<String>,
    /// Error code of the catalogue.
    pub code: Option<String>,
    pub meaning: Option<Text>,
    /// The status by which the provider asked for a correction.
    pub status: Option<String>,
}

impl From<&Standstill> for PauseSaid {
    fn from(still: &Standstill) -> Self {
        Self {
            from: Moment(still.from),
            to: still.to.map(Moment),
            reasons: still.whys.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Why> for PauseReason {
    fn from(why: &Why) -> Self {
        match why {
            Why::Outage { lane, code } => Self {
                kind: "outage",
                lane: Some(lane.to_string()),
                code: Some(code.clone()),
                meaning: meaning(code),
                status: None,
            },
            Why::Correction { status } => Self {
                kind: "correction",
                lane: None,
                code: None,
                meaning: None,
                status: Some(status.clone()),
            },
        }
    }
}
