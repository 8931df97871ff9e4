//! Times on the wire: written in local time with its offset (X13), read with any offset or none.

use std::sync::LazyLock;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

static ZONE: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Asia/Almaty").unwrap_or(TimeZone::UTC));

/// An instant as `xs:dateTime` in the time of Almaty, for example `2026-11-22T12:00:05+05:00`. Before 1924 its offset
/// had seconds, which cannot be written; those instants are written in UTC.
pub fn local(at: Timestamp) -> String {
    let offset = ZONE.to_offset(at);
    let whole = Some(offset).filter(|offset| offset.seconds() % 60 == 0);
    at.display_with_offset(whole.unwrap_or(Offset::UTC))
        .to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same_instant_at_any_time() {
        for (at, written) in [
            ("2026-11-22T07:00:05.5Z", "2026-11-22T12:00:05.5+05:00"),
            ("2023-06-01T00:00:00Z", "2023-06-01T06:00:00+06:00"),
            ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00+00:00"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(local(at), written);
            assert_eq!(read(written), Some(at));
        }
        let noon = "2026-11-22T07:00:00Z".parse().unwrap();
        assert_eq!(read(" 2026-11-22T12:00:00 "), Some(noon), "without offset");
        for none in [
            "",
            "soon",
            "2026-11-22",
            "2026-11-22 12:00:00+05:00",
            "2026-02-30T12:00:00Z",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
