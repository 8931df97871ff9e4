//! UTCTime and GeneralizedTime: an element in, an instant out.
//!
//! Certificates and lists write `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` (RFC 5280, 4.1.2.5); signing times
//! of some signers add a fraction of a second, which is read over. Anything without `Z` is refused:
//! an instant of an unknown zone proves nothing.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::ber::{Element, Malformed, tag};
use crate::encode;

const BAD: Malformed = Malformed::BadValue("time");

/// Reads either of the two types.
pub(crate) fn read(element: &Element<'_>) -> Result<Timestamp, Malformed> {
    let text = std::str::from_utf8(element.content).map_err(|_| BAD)?;
    let text = text.strip_suffix('Z').ok_or(BAD)?;
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BAD);
    }
    let (year, rest) = match element.tag {
        tag::UTC_TIME => {
            let (year, rest) = whole.split_at_checked(2).ok_or(BAD)?;
            let year: i16 = year.parse().map_err(|_| BAD)?;
            // RFC 5280, 4.1.2.5.1: 50..99 are of the last century.
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        tag::GENERALIZED_TIME => {
            let (year, rest) = whole.split_at_checked(4).ok_or(BAD)?;
            (year.parse().map_err(|_| BAD)?, rest)
        }
        _ => return Err(Malformed::UnexpectedTag),
    };
    if rest.len() != 10 {
        return Err(BAD);
    }
    let part = |at: usize| -> Result<i8, Malformed> {
        rest.get(at..at + 2)
            .and_then(|digits| digits.parse().ok())
            .ok_or(BAD)
    };
    let civil = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0)
        .map_err(|_| BAD)?;
    // 99991231235959Z is "no end" (RFC 5280, 4.1.2.5) and a day beyond what an instant here can be.
    Ok(TimeZone::UTC.to_timestamp(civil).unwrap_or(Timestamp::MAX))
}

/// Reads a GeneralizedTime, the only type of time in a response or a token (RFC 6960; RFC 3161).
pub(crate) fn read_generalized(element: &Element<'_>) -> Result<Timestamp, Malformed> {
    read(&element.must_be(tag::GENERALIZED_TIME)?)
}

/// Writes a GeneralizedTime, whole seconds.
pub(crate) fn write_generalized(at: Timestamp) -> Vec<u8> {
    let civil = TimeZone::UTC.to_datetime(at);
    let text = civil.strftime("%Y%m%d%H%M%SZ").to_string();
    encode::element(tag::GENERALIZED_TIME, text.as_bytes())
}

/// Writes UTCTime up to 2049 and GeneralizedTime after it, as RFC 5280 and RFC 5652 ask.
pub(crate) fn write(at: Timestamp) -> Vec<u8> {
    let civil = TimeZone::UTC.to_datetime(at);
    if (1950..2050).contains(&civil.year()) {
        encode::element(
            tag::UTC_TIME,
            civil.strftime("%y%m%d%H%M%SZ").to_string().as_bytes(),
        )
    } else {
        write_generalized(at)
    }
}
