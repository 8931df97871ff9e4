//! Working days of Kazakhstan, and arithmetic with them.

use jiff::{SignedDuration, Timestamp, civil::Date};
use proptest::prelude::*;
use regulations::{Calendar, Length, local};

use crate::calendar;

const DEPLOYED: &str = include_str!("../../../../deploy/calendar.toml");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn works(text: &str) -> bool {
    calendar().is_working_day(day(text)).unwrap()
}

fn due(began: &str, length: Length) -> Timestamp {
    calendar().due(at(began), length).unwrap()
}

/// Days that are worked in a year.
fn worked(year: i16) -> usize {
    day(&format!("{year}-01-01"))
        .series(jiff::Span::new().days(1))
        .take_while(|date| date.year() == year)
        .filter(|date| calendar().is_working_day(*date).unwrap())
        .count()
}

#[test]
fn the_deployed_calendar_has_no_findings_and_says_its_version_and_years() {
    assert_eq!(calendar().check(), []);
    assert!(calendar().version() >= 1);
    assert_eq!(calendar().covers(), 2026..=2027);
}

#[test]
fn holidays_and_the_days_off_they_move_to_are_no_working_days() {
    for off in [
        "2026-01-01",
        "2026-01-02",
        "2026-01-07",
        "2026-03-09",
        "2026-03-23",
        "2026-03-24",
        "2026-03-25",
        "2026-05-01",
        "2026-05-07",
        "2026-05-11",
        "2026-05-27",
        "2026-07-06",
        "2026-10-26",
        "2026-12-16",
        "2027-01-01",
        "2027-01-04",
        "2027-03-08",
        "2027-03-15",
        "2027-03-22",
        "2027-03-24",
        "2027-05-03",
        "2027-05-10",
        "2027-10-25",
        "2027-12-16",
        "2026-11-21",
        "2026-11-22",
    ] {
        assert!(!works(off), "{off}");
    }
    // 30 August is no holiday any more; 7 January and Kurban Ait move nothing; 2027 keeps its first Tuesday.
    for on in [
        "2026-01-05",
        "2026-01-08",
        "2026-08-31",
        "2026-05-28",
        "2026-12-17",
        "2027-01-05",
        "2027-05-17",
        "2027-08-30",
    ] {
        assert!(works(on), "{on}");
    }
    // 365 days, 104 weekend days each year, less the holidays and days off on weekdays.
    assert_eq!((worked(2026), worked(2027)), (247, 247));
}

#[test]
fn working_days_leave_out_weekends_and_holidays() {
    let wd = Length::WorkingDays;
    assert_eq!(
        due("2026-11-20T16:00:00+05:00", wd(1)),
        at("2026-11-23T16:00:00+05:00")
    );
    // Over Nauryz: Friday 20 March, then Thursday 26.
    assert_eq!(
        due("2026-03-20T09:00:00+05:00", wd(1)),
        at("2026-03-26T09:00:00+05:00")
    );
    // Over the New Year: 1 and 2 January are holidays, the second gives Monday 4 off.
    assert_eq!(
        due("2026-12-31T12:00:00+05:00", wd(2)),
        at("2027-01-06T12:00:00+05:00")
    );
    // Begun on a day off, the first day is the next working day.
    assert_eq!(
        due("2026-11-22T09:00:00+05:00", wd(15)),
        at("2026-12-11T09:00:00+05:00")
    );
}

#[test]
fn calendar_days_end_at_the_same_local_time_even_where_the_offset_changed() {
    // On 2024-03-01 Kazakhstan went from UTC+6 to UTC+5; no calendar is needed for such days.
    let began = at("2024-02-28T10:00:00+06:00");
    let over = calendar().due(began, Length::Days(3)).unwrap();
    assert_eq!(over, at("2024-03-02T10:00:00+05:00"));
    assert_eq!(over.duration_since(began), SignedDuration::from_hours(73));
}

#[test]
fn past_its_last_year_the_calendar_refuses_to_guess() {
    let late = at("2027-12-28T10:00:00+05:00");
    let refusal = calendar().due(late, Length::WorkingDays(5)).unwrap_err();
    assert_eq!(refusal.year, 2028);
    assert_eq!(
        refusal.to_string(),
        "the calendar covers 2026 to 2027, not 2028: add the year to calendar.toml"
    );
    assert!(calendar().due(late, Length::WorkingDays(3)).is_ok());
    assert!(calendar().due(late, Length::Days(30)).is_ok());
    assert!(calendar().is_working_day(day("2025-12-31")).is_err());
}

#[test]
fn what_is_wrong_with_a_calendar_is_found_and_named() {
    for (from, to, expected) in [
        (
            "day_off = \"2026-03-09\"",
            "day_off = \"2026-03-10\"",
            "years.2026.holidays.2026-03-08: `day_off` must be 2026-03-09, the next working day",
        ),
        (
            "\"2026-01-01\", name",
            "\"2026-01-01\", day_off = \"2026-01-05\", name",
            "years.2026.holidays.2026-01-01: has a `day_off`, but needs none",
        ),
        (
            "date = \"2026-07-06\"",
            "date = \"2025-07-07\"",
            "years.2026.holidays.2025-07-07: is not a day of this year",
        ),
        (
            "date = \"2026-01-02\"",
            "date = \"2026-01-01\"",
            "years.2026.holidays.2026-01-01: is there twice",
        ),
        (
            "en = \"Nauryz\"",
            "en = \"\"",
            "years.2026.holidays.2026-03-21: must have a name in Kazakh, Russian and English",
        ),
        (
            "moved = []",
            "moved = [{ from = \"2026-11-23\", to = \"2026-11-24\", decree = \"1\" }]",
            "years.2026.moved.2026-11-23: must go from a Saturday or Sunday to a weekday",
        ),
    ] {
        assert!(DEPLOYED.contains(from), "{from}");
        let calendar = Calendar::parse(&DEPLOYED.replacen(from, to, 1)).unwrap();
        let found: Vec<_> = calendar.check().iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|f| f == expected), "{expected}: {found:?}");
    }
    for (from, to, expected) in [
        ("year = 2027", "year = 2029", "without gaps"),
        ("year = 2027", "year = 2026", "a year twice"),
        ("religious = true", "holy = true", "unknown field `holy`"),
    ] {
        let refusal = Calendar::parse(&DEPLOYED.replacen(from, to, 1)).unwrap_err();
        assert!(refusal.to_string().contains(expected), "{refusal}");
    }
}

#[test]
fn a_saturday_that_the_government_makes_a_working_day_is_one() {
    let moved = "moved = [{ from = \"2026-11-28\", to = \"2026-11-27\", decree = \"an example\" }]";
    let calendar = Calendar::parse(&DEPLOYED.replacen("moved = []", moved, 1)).unwrap();
    assert_eq!(calendar.check(), []);
    assert_eq!(calendar.is_working_day(day("2026-11-28")), Ok(true));
    assert_eq!(calendar.is_working_day(day("2026-11-27")), Ok(false));
}

fn moment() -> impl Strategy<Value = Timestamp> {
    // From the first second of 2026 to the summer of 2027, local time.
    (1_767_207_600_i64..1_813_000_000).prop_map(|s| Timestamp::from_second(s).unwrap())
}

proptest! {
    #[test]
    fn a_term_is_over_after_it_began_at_the_same_time_of_day_and_the_longer_one_later(
        began in moment(),
        days in 1..60_u16,
        working in any::<bool>(),
    ) {
        let length = |n| if working { Length::WorkingDays(n) } else { Length::Days(n) };
        let over = calendar().due(began, length(days)).unwrap();
        prop_assert!(over > began);
        prop_assert!(calendar().due(began, length(days + 1)).unwrap() > over);
        prop_assert_eq!(local(over).time(), local(began).time());
        prop_assert!(!working || calendar().is_working_day(local(over).date()).unwrap());
        prop_assert!(over >= calendar().due(began, Length::Days(days)).unwrap());
    }

    #[test]
    fn days_one_after_another_are_the_days_together(began in moment(), a in 1..20_u16, b in 1..20_u16) {
        let due = |from, n| calendar().due(from, Length::WorkingDays(n)).unwrap();
        prop_assert_eq!(due(due(began, a), b), due(began, a + b));
    }

    #[test]
    fn what_counts_is_what_was_advanced_by(
        began in moment(),
        seconds in 0..2_000_000_u32,
        days in prop_oneof![Just(Length::WorkingDays(1)), Just(Length::Days(1)), Just(Length::Seconds(1))],
    ) {
        let time = SignedDuration::from_secs(seconds.into());
        let end = calendar().advance(began, time, days).unwrap();
        prop_assert!(end >= began);
        prop_assert_eq!(calendar().counted(began, end, days).unwrap(), time);
        prop_assert_eq!(calendar().counted(end, began, days).unwrap(), SignedDuration::ZERO);
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in ".{0,80}") {
        if let Ok(calendar) = Calendar::parse(&text) {
            prop_assert!(calendar.covers().count() > 0);
        }
    }
}
