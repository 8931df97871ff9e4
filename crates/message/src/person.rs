//! IIN and BIN: twelve digits with a check digit, masked wherever they could be seen by accident.
//!
//! `Debug` and `Display` show `••••••••1234`-like text only; [`Iin::reveal`] is the one way to the digits and
//! stands only where bytes leave for a register, a provider or the database.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not an IIN or BIN. Never repeats the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    #[error("must have exactly 12 digits")]
    Length,
    #[error("has a date that does not exist")]
    Date,
    #[error("has a type digit that is not in use")]
    Type,
    #[error("has a wrong check digit")]
    CheckDigit,
}

/// The check digit over the first eleven digits; `None` where the number is never issued.
///
/// Weights 1..11, sum modulo 11; if that is 10, weights 3..11,1,2; if again 10, none.
fn check_digit(digits: &[u8]) -> Option<u8> {
    let sum = |shift: usize| -> usize {
        digits
            .iter()
            .take(11)
            .enumerate()
            .map(|(i, d)| usize::from(*d) * ((i + shift) % 11 + 1))
            .sum()
    };
    let first = sum(0) % 11;
    let check = if first == 10 { sum(2) % 11 } else { first };
    u8::try_from(check).ok().filter(|check| *check < 10)
}

fn digits(text: &str) -> Result<[u8; 12], InvalidIdentifier> {
    let bytes: &[u8; 12] = text
        .as_bytes()
        .try_into()
        .map_err(|_| InvalidIdentifier::Length)?;
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(InvalidIdentifier::Length);
    }
    let digits = bytes.map(|b| b - b'0');
    if check_digit(&digits) == Some(digits[11]) {
        Ok(digits)
    } else {
        Err(InvalidIdentifier::CheckDigit)
    }
}

fn two(digits: &[u8]) -> u8 {
    digits[0] * 10 + digits[1]
}

/// Individual identification number: birth date `YYMMDD`, century and sex, serial, check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iin(String);

impl Iin {
    /// Checks length, birth date, century digit (0 for some foreigners, else 1 to 6) and check digit.
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        let d = digits(text)?;
        let century = match d[6] {
            0 | 5 | 6 => 2000,
            1 | 2 => 1800,
            3 | 4 => 1900,
            _ => return Err(InvalidIdentifier::Type),
        };
        let year = century + i16::from(two(&d[0..2]));
        let (month, day) = (two(&d[2..4]), two(&d[4..6]));
        let exists =
            |year| jiff::civil::Date::new(year, month.cast_signed(), day.cast_signed()).is_ok();
        // The century of a foreigner's 0 is not known, so a date of either will do.
        if exists(year) || (d[6] == 0 && exists(year - 100)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidIdentifier::Date)
        }
    }

    /// The twelve digits, for a register, a provider or the database, and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Business identification number: `YYMM` of registration, type, attribute, serial, check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bin(String);

impl Bin {
    /// Checks length, month, type (4, 5, 6), attribute (0 to 3) and check digit.
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        let d = digits(text)?;
        if !(1..=12).contains(&two(&d[2..4])) {
            return Err(InvalidIdentifier::Date);
        }
        if !(4..=6).contains(&d[4]) || d[5] > 3 {
            return Err(InvalidIdentifier::Type);
        }
        Ok(Self(text.to_owned()))
    }

    /// The twelve digits, for a register, a provider or the database, and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// The number of a person or of an organisation: who applies, who signs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonalNumber {
    Iin(Iin),
    Bin(Bin),
}

impl PersonalNumber {
    /// Reads an IIN or, if its fifth digit says so (4, 5, 6), a BIN: no day of birth begins with one of them.
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        match text.as_bytes().get(4) {
            Some(b'4'..=b'6') => Bin::new(text).map(Self::Bin),
            _ => Iin::new(text).map(Self::Iin),
        }
    }

    /// The twelve digits, for a register, a provider or the database, and for nothing else.
    pub fn reveal(&self) -> &str {
        match self {
            Self::Iin(iin) => iin.reveal(),
            Self::Bin(bin) => bin.reveal(),
        }
    }
}

impl fmt::Display for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iin(iin) => fmt::Display::fmt(iin, f),
            Self::Bin(bin) => fmt::Display::fmt(bin, f),
        }
    }
}

fn masked(f: &mut fmt::Formatter<'_>, digits: &str) -> fmt::Result {
    write!(f, "••••••••••{}", &digits[10..])
}

impl fmt::Debug for Iin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(f, &self.0)
    }
}

impl fmt::Display for Iin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(f, &self.0)
    }
}

impl fmt::Debug for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(f, &self.0)
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(f, &self.0)
    }
}

impl FromStr for Iin {
    type Err = InvalidIdentifier;
    fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
        Self::new(text)
    }
}

impl FromStr for Bin {
    type Err = InvalidIdentifier;
    fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
        Self::new(text)
    }
}

impl TryFrom<String> for Iin {
    type Error = InvalidIdentifier;
    fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
        Self::new(&text)
    }
}

impl TryFrom<String> for Bin {
    type Error = InvalidIdentifier;
    fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
        Self::new(&text)
    }
}

impl From<Iin> for String {
    fn from(iin: Iin) -> String {
        iin.0
    }
}

impl From<Bin> for String {
    fn from(bin: Bin) -> String {
        bin.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An invented number: eleven digits with their check digit, if one exists.
    fn invented(eleven: &str) -> Option<String> {
        let digits: Vec<u8> = eleven.bytes().map(|b| b - b'0').collect();
        check_digit(&digits).map(|check| format!("{eleven}{check}"))
    }

    #[test]
    fn the_check_digit_takes_its_second_row_of_weights_when_the_first_gives_ten() {
        let (mut first, mut second, mut never) = (0, 0, 0);
        for serial in 0..10_000 {
            let eleven = format!("9001013{serial:04}");
            let digits: Vec<u8> = eleven.bytes().map(|b| b - b'0').collect();
            let row: usize = digits
                .iter()
                .enumerate()
                .map(|(i, d)| usize::from(*d) * (i + 1))
                .sum();
            match (row % 11, check_digit(&digits)) {
                (10, Some(_)) => second += 1,
                (10, None) => never += 1,
                (sum, check) => {
                    first += 1;
                    assert_eq!(check.map(usize::from), Some(sum));
                }
            }
        }
        assert!(
            first > 9000 && second > 700 && never > 10,
            "{first} {second} {never}"
        );
    }

    #[test]
    fn impossible_dates_and_types_are_refused() {
        let bad_month = invented("90130130001").unwrap();
        assert_eq!(Iin::new(&bad_month), Err(InvalidIdentifier::Date));
        let bad_century = (0..10)
            .find_map(|n| invented(&format!("9001017000{n}")))
            .unwrap();
        assert_eq!(Iin::new(&bad_century), Err(InvalidIdentifier::Type));
        assert_eq!(Iin::new("12"), Err(InvalidIdentifier::Length));
        assert_eq!(Iin::new("90010130001я"), Err(InvalidIdentifier::Length));
    }

    #[test]
    fn a_bin_is_told_from_an_iin_by_its_fifth_digit() {
        let bin = (0..10)
            .find_map(|n| invented(&format!("1001400000{n}")))
            .unwrap();
        let iin = (0..10)
            .find_map(|n| invented(&format!("9001013000{n}")))
            .unwrap();
        assert!(matches!(
            PersonalNumber::new(&bin),
            Ok(PersonalNumber::Bin(_))
        ));
        assert!(matches!(
            PersonalNumber::new(&iin),
            Ok(PersonalNumber::Iin(_))
        ));
    }

    proptest! {
        #[test]
        fn debug_and_display_never_show_the_digits(serial in 0..10_000_u32) {
            if let Some(Ok(iin)) = invented(&format!("9001013{serial:04}")).map(|t| Iin::new(&t)) {
                let shown = format!("{iin} {iin:?} {:?}", PersonalNumber::Iin(iin.clone()));
                prop_assert!(!shown.contains(&iin.reveal()[..10]));
                prop_assert_eq!(shown.chars().filter(char::is_ascii_digit).count(), 6);
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,16}") {
            if let Ok(number) = PersonalNumber::new(&text) {
                prop_assert_eq!(number.reveal(), text.as_str());
            }
        }
    }
}
