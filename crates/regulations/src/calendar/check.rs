//! Finds what is wrong with the content of a calendar: days in the wrong year, days off moved against the
//! Labour Code (article 85: to the next working day), texts left out.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Calendar, Holiday, Moved, Published, is_weekend};
use crate::read::Invalid;

impl Calendar {
    /// Everything wrong with the content; empty where all is well. The monitor refuses to start on a finding.
    pub fn check(&self) -> Vec<Invalid> {
        let mut found = Vec::new();
        for year in self.years.values() {
            let place = format!("years.{}", year.year);
            let mut find = |below: String, problem: &str| {
                found.push(Invalid::new(
                    &format!("{place}.{below}"),
                    problem.to_owned(),
                ));
            };
            if year.source.trim().is_empty() {
                find("source".to_owned(), "must say where the days are published");
            }
            let mut taken = BTreeSet::new();
            for holiday in &year.holidays {
                let place = format!("holidays.{}", holiday.date);
                if let Some(problem) = wrong(year, holiday) {
                    find(place.clone(), problem);
                }
                if !taken.insert(holiday.date) {
                    find(place, "is there twice");
                }
            }
            for (holiday, expected) in moves(year) {
                if holiday.day_off != expected {
                    let problem = match expected {
                        Some(day) => format!("`day_off` must be {day}, the next working day"),
                        None => "has a `day_off`, but needs none".to_owned(),
                    };
                    find(format!("holidays.{}", holiday.date), &problem);
                }
            }
            for moved in &year.moved {
                if let Some(problem) = wrong_move(year, moved) {
                    find(format!("moved.{}", moved.from), problem);
                }
            }
        }
        found
    }
}

fn wrong(year: &Published, holiday: &Holiday) -> Option<&'static str> {
    if holiday.date.year() != year.year {
        Some("is not a day of this year")
    } else if !holiday.name.is_complete() {
        Some("must have a name in Kazakh, Russian and English")
    } else {
        None
    }
}

fn wrong_move(year: &Published, moved: &Moved) -> Option<&'static str> {
    if moved.from.year() != year.year || moved.to.year() != year.year {
        Some("is not a day of this year")
    } else if !is_weekend(moved.from) || is_weekend(moved.to) {
        Some("must go from a Saturday or Sunday to a weekday")
    } else if moved.decree.trim().is_empty() {
        Some("must name the decree that moves it")
    } else {
        None
    }
}

/// Each holiday with the day off that it moves to by the Labour Code.
fn moves(year: &Published) -> Vec<(&Holiday, Option<Date>)> {
    let mut taken: BTreeSet<Date> = year.holidays.iter().map(|h| h.date).collect();
    let mut in_order: Vec<&Holiday> = year.holidays.iter().collect();
    in_order.sort_by_key(|holiday| holiday.date);
    in_order
        .into_iter()
        .map(|holiday| {
            if holiday.religious || !is_weekend(holiday.date) {
                return (holiday, None);
            }
            let next = holiday
                .date
                .series(jiff::Span::new().days(1))
                .skip(1)
                .find(|day| !is_weekend(*day) && !taken.contains(day));
            taken.extend(next);
            (holiday, next)
        })
        .collect()
}
