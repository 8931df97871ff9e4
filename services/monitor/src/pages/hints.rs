//! How a field is written, said to the one who wrote it otherwise.

use fault::Text;

use super::words::text;

/// How the fields of the search, and a number in an address, are written.
const HINTS: &[(&str, Text)] = &[
    (
        "number",
        text(
            "Өтінім нөмірі: 20 цифр.",
            "Номер заявления: 20 цифр.",
            "An application number has 20 digits.",
        ),
    ),
    (
        "applicant",
        text(
            "ЖСН немесе БСН: 12 цифр, соңғысы бақылау цифры. Ол тек іздеу нысанына жазылады.",
            "ИИН или БИН: 12 цифр, последняя контрольная. Он вводится только в форму поиска.",
            "An IIN or BIN has 12 digits, the last a check digit. It is typed into the form only.",
        ),
    ),
    (
        "from",
        text(
            "Күн былай жазылады: 2026-11-22.",
            "День записывается так: 2026-11-22.",
            "A day is written like this: 2026-11-22.",
        ),
    ),
    (
        "to",
        text(
            "Күн былай жазылады: 2026-11-22.",
            "День записывается так: 2026-11-22.",
            "A day is written like this: 2026-11-22.",
        ),
    ),
];

/// How a field is written; none where it is not typed by people.
pub(super) fn of(field: &str) -> Option<Text> {
    let known = HINTS.iter().find(|(name, _)| *name == field);
    known.map(|(_, text)| *text)
}
