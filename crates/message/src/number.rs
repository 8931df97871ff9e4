//! The application number: what the applicant, the operator and the call centre (1414) say aloud.
//!
//! Twenty digits: nine for the second it was sent (since 2026-01-01 UTC, enough until 2057), ten from a hash
//! of the message's id, one check digit (Damm's algorithm, which catches every single wrong digit and every
//! swap of neighbours). It follows from the [`MessageId`] alone, so it needs no coordination, and a message
//! that arrives again gets its number again. Two messages of one second share a number with probability
//! 10⁻¹⁰: at a million applications a day, about once in five years; intake notices and asks for a new id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{MessageId, id::hash};

/// An application number. Its text form is twenty digits; `Display` with `#` groups them by five.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number([u8; Number::DIGITS]);

/// Why a text is not an application number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNumber {
    #[error("an application number has 20 digits, not {0}")]
    Length(usize),
    #[error("an application number has digits only (spaces and hyphens between them are fine)")]
    NotADigit,
    #[error("the check digit does not fit: a digit is wrong, or two are swapped")]
    CheckDigit,
}

/// 2026-01-01T00:00:00Z in seconds since 1970.
const EPOCH_S: i64 = 1_767_225_600;

/// The quasigroup of Damm (2004), order 10.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

fn damm(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |interim, digit| {
        DAMM[usize::from(interim)][usize::from(*digit)]
    })
}

impl Number {
    const DIGITS: usize = 20;

    /// The number of the application that entered as message `id`.
    pub fn of(id: MessageId) -> Self {
        let second = u64::try_from(id.millis() / 1000 - EPOCH_S).unwrap_or(0) % 1_000_000_000;
        let hash = hash(&[b"number", id.as_uuid().as_bytes()]);
        let mut random = [0; 8];
        random.copy_from_slice(&hash[..8]);
        let random = u64::from_be_bytes(random) % 10_000_000_000;
        let mut digits = [0; Self::DIGITS];
        fill(&mut digits[..9], second);
        fill(&mut digits[9..19], random);
        digits[19] = damm(&digits[..19]);
        Self(digits)
    }
}

fn fill(digits: &mut [u8], mut value: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

impl FromStr for Number {
    type Err = InvalidNumber;

    /// Reads a number as a person types it: spaces and hyphens do not matter.
    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let mut digits = [0; Self::DIGITS];
        let mut count = 0;
        for c in text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')) {
            let digit = c.to_digit(10).ok_or(InvalidNumber::NotADigit)?;
            if let Some(place) = digits.get_mut(count) {
                *place = u8::try_from(digit).map_err(|_| InvalidNumber::NotADigit)?;
            }
            count += 1;
        }
        if count != Self::DIGITS {
            return Err(InvalidNumber::Length(count));
        }
        if damm(&digits) != 0 {
            return Err(InvalidNumber::CheckDigit);
        }
        Ok(Self(digits))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in self.0.iter().enumerate() {
            if f.alternate() && place > 0 && place % 5 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Number {
    type Error = InvalidNumber;
    fn try_from(text: String) -> Result<Self, InvalidNumber> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> String {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn number(random: u128) -> Number {
        Number::of(MessageId::from_uuid(Uuid::from_u128(
            (0x019a_b8d5_7c00 << 80) | (random >> 48),
        )))
    }

    #[test]
    fn a_person_may_type_it_with_spaces() {
        let number = number(7);
        assert_eq!(format!("{number:#}").parse(), Ok(number));
        assert_eq!(
            format!(" {number:#} ").replace(' ', "-").parse(),
            Ok(number)
        );
        assert_eq!("12".parse::<Number>(), Err(InvalidNumber::Length(2)));
        assert_eq!("1x".parse::<Number>(), Err(InvalidNumber::NotADigit));
    }

    proptest! {
        #[test]
        fn every_wrong_digit_is_noticed(random: u128, place in 0..20_usize, other in 1..10_u8) {
            let mut text = number(random).to_string().into_bytes();
            text[place] = b'0' + (text[place] - b'0' + other) % 10;
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(text.parse::<Number>(), Err(InvalidNumber::CheckDigit));
        }

        #[test]
        fn every_swap_of_neighbours_is_noticed(random: u128, place in 0..19_usize) {
            let mut text = number(random).to_string().into_bytes();
            prop_assume!(text[place] != text[place + 1]);
            text.swap(place, place + 1);
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(text.parse::<Number>(), Err(InvalidNumber::CheckDigit));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            if let Ok(number) = text.parse::<Number>() {
                prop_assert_eq!(number.to_string().parse(), Ok(number));
            }
        }
    }
}
