//! Times on the wire: written in local time with its offset (X13), read with any offset or none.

use std::sync::LazyLock;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

static ZONE: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Asia/Almaty").unwrap_or(TimeZone::UTC));

/// An instant as `xs:dateTime` in the time of Almaty, for example `2026-11-22T12:00:05+05:00`.
pub fn local(at: Timestamp) -> String {
    at.display_with_offset(ZONE.to_offset(at)).to_string()
}

/// Reads `xs:dateTime`; one without offset is meant in the time of Almaty. None if it is no time.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // jiff also takes what XML Schema does not: a space for the T, names of zones.
    if !text.contains('T') || text.contains('[') {
        return None;
    }
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let clock: DateTime = text.parse().ok()?;
    Some(clock.to_zoned(ZONE.clone()).ok()?.timestamp())
}
