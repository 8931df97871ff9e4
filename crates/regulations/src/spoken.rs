//! Lengths of time in words, in the three languages of the house: as a person reads them on a page or in a
//! drawing, for example `1 min 30 s`, `15 рабочих дней`, `3 күн`.

use jiff::SignedDuration;
use message::Language;

use crate::{Allowed, Length};

impl Allowed {
    /// In words: `10–15 s`, `1 min 30 s`, `15 working days`.
    pub fn spoken(self, language: Language) -> String {
        let max = self.max.spoken(language);
        match (self.min, self.max) {
            // One unit said once.
            (Some(Length::Seconds(min)), Length::Seconds(top)) if min < 60 && top < 60 => {
                format!("{min}–{max}")
            }
            (Some(Length::Days(min)), Length::Days(_))
            | (Some(Length::WorkingDays(min)), Length::WorkingDays(_)) => format!("{min}–{max}"),
            (Some(min), _) => format!("{} – {max}", min.spoken(language)),
            (None, _) => max,
        }
    }
}

impl Length {
    /// In words.
    pub fn spoken(self, language: Language) -> String {
        match self {
            Self::Seconds(seconds) => clock(u64::from(seconds), language),
            Self::Days(days) => self::days(days.into(), language),
            Self::WorkingDays(days) => {
                let word = match (language, days) {
                    (Language::Kk, _) => "жұмыс күні",
                    (Language::Ru, n) => {
                        russian(n.into(), ["рабочий день", "рабочих дня", "рабочих дней"])
                    }
                    (Language::En, 1) => "working day",
                    (Language::En, _) => "working days",
                };
                format!("{days} {word}")
            }
        }
    }
}

/// A measured time in words, as exact as a person needs: `0.4 s`, `12 s`, `3 min 5 s`, `2 days 4 h`.
pub fn spoken(time: SignedDuration, language: Language) -> String {
    const DAY_S: u64 = 86_400;
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    let seconds = millis / 1000;
    if millis < 10_000 {
        let point = if language == Language::En { '.' } else { ',' };
        let second = unit(0, language);
        return format!("{seconds}{point}{} {second}", millis % 1000 / 100);
    }
    if seconds < DAY_S {
        return clock(seconds, language);
    }
    let hours = seconds % DAY_S / 3600;
    let whole = days(seconds / DAY_S, language);
    if hours == 0 {
        whole
    } else {
        format!("{whole} {hours} {}", unit(2, language))
    }
}

/// Hours, minutes and seconds; beyond an hour without seconds.
fn clock(seconds: u64, language: Language) -> String {
    let parts = [
        (seconds / 3600, 2),
        (seconds / 60 % 60, 1),
        (seconds % 60, 0),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(amount, place)| *amount > 0 && (*place > 0 || seconds < 3600))
        .map(|(amount, place)| format!("{amount} {}", unit(place, language)))
        .collect();
    said.join(" ")
}

/// Abbreviations of second, minute, hour.
fn unit(place: usize, language: Language) -> &'static str {
    match language {
        Language::Kk => ["с", "мин", "сағ"],
        Language::Ru => ["с", "мин", "ч"],
        Language::En => ["s", "min", "h"],
    }
    .get(place)
    .copied()
    .unwrap_or_default()
}

fn days(days: u64, language: Language) -> String {
    let word = match (language, days) {
        (Language::Kk, _) => "күн",
        (Language::Ru, n) => russian(n, ["день", "дня", "дней"]),
        (Language::En, 1) => "day",
        (Language::En, _) => "days",
    };
    format!("{days} {word}")
}

/// The form of a Russian noun that goes with `n`: 1, 2 to 4, 5 and more.
fn russian(n: u64, [one, few, many]: [&'static str; 3]) -> &'static str {
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_times_are_said_in_three_languages() {
        for (written, kk, ru, en) in [
            ("10s..15s", "10–15 с", "10–15 с", "10–15 s"),
            ("30s..1m", "30 с – 1 мин", "30 с – 1 мин", "30 s – 1 min"),
            ("1m30s", "1 мин 30 с", "1 мин 30 с", "1 min 30 s"),
            ("2h", "2 сағ", "2 ч", "2 h"),
            ("1d", "1 күн", "1 день", "1 day"),
            ("3d", "3 күн", "3 дня", "3 days"),
            ("12d..14d", "12–14 күн", "12–14 дней", "12–14 days"),
            (
                "15wd",
                "15 жұмыс күні",
                "15 рабочих дней",
                "15 working days",
            ),
            (
                "21wd",
                "21 жұмыс күні",
                "21 рабочий день",
                "21 working days",
            ),
        ] {
            let allowed: Allowed = written.parse().unwrap();
            let said = [Language::Kk, Language::Ru, Language::En].map(|l| allowed.spoken(l));
            assert_eq!(said, [kk, ru, en], "{written}");
        }
    }

    #[test]
    fn measured_times_are_as_exact_as_a_person_needs() {
        for (millis, en) in [
            (0, "0.0 s"),
            (430, "0.4 s"),
            (12_900, "12 s"),
            (185_000, "3 min 5 s"),
            (7_260_000, "2 h 1 min"),
            (86_400_000, "1 day"),
            (187_200_000, "2 days 4 h"),
        ] {
            let time = SignedDuration::from_millis(millis);
            assert_eq!(spoken(time, Language::En), en);
        }
        let time = SignedDuration::from_millis(430);
        assert_eq!(spoken(time, Language::Ru), "0,4 с");
    }
}
