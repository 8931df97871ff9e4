//! What the letters say.

use message::{Detail, Event, Language, Outcome};
use notifier::{
    letter::{self, Case},
    occasion::{Form, Occasion},
    texts::Texts,
};

use crate::{
    made::{application, at, delivered, event, refused, report, result, status},
    regulations,
};

fn written(event: &Event, form: Form) -> Option<letter::Letter> {
    let texts = Texts::read().unwrap();
    let case = Case::of(event.message.as_ref().unwrap());
    letter::write(&texts, &regulations(), &case, &event.facts[0], form)
}

fn told(language: Language, detail: Detail, form: Form) -> Option<letter::Letter> {
    let mut message = application();
    message.applicant.as_mut().unwrap().language = language;
    written(&event(message, detail), form)
}

fn in_language(language: Language, detail: Detail) -> String {
    let letter = told(language, detail, Form::Email).unwrap();
    format!("{}\n{}", letter.subject, letter.text)
}

fn everything() -> [Detail; 6] {
    [
        Detail::Received,
        refused("payment-missing"),
        delivered(),
        status("in-progress"),
        result(Outcome::Granted, ""),
        result(Outcome::Refused, "негіз жоқ"),
    ]
}

#[test]
fn every_fact_that_concerns_an_applicant_has_a_letter_in_every_language() {
    let number = application().number.to_string();
    let time = "22.11.2026 12:00:00, UTC+05:00";
    for (_, language) in Language::ALL {
        let mut seen = Vec::new();
        for detail in everything() {
            let letter = in_language(*language, detail);
            assert!(
                letter.contains(&number) && letter.contains(time),
                "{letter}"
            );
            assert!(letter.contains("1414"), "{letter}");
            assert!(!letter.contains(['{', '}']), "{letter}");
            assert!(
                !letter.contains("Үлгі") && !letter.contains("000229"),
                "{letter}"
            );
            assert!(!seen.contains(&letter));
            seen.push(letter);
        }
    }
}

#[test]
fn a_letter_says_what_the_fact_says() {
    let english = |detail| in_language(Language::En, detail);
    assert!(english(delivered()).contains("under number КИА-2026/17"));
    assert!(english(status("suspended")).contains("work on the application is suspended"));
    assert!(english(status("awaiting-archive")).contains("reports: awaiting-archive."));
    assert!(english(result(Outcome::Refused, "no\tgrounds")).contains("Reason: no grounds"));
    assert!(
        english(result(Outcome::Granted, "")).contains("Notice that the apostille can be stamped")
    );
    let code = fault::find("receipt-missing")
        .or_else(|| fault::catalogue().next())
        .unwrap();
    let refusal = english(refused(code.name));
    assert!(
        refusal.contains(code.meaning.en) && refusal.contains(code.action.en),
        "{refusal}"
    );
    assert!(
        !refusal.contains("receipt 17"),
        "explanations are for operators"
    );
}

#[test]
fn letters_are_in_the_language_of_the_applicant() {
    assert!(in_language(Language::Kk, Detail::Received).contains("Сіздің өтінішіңіз қабылданды"));
    assert!(in_language(Language::Ru, Detail::Received).contains("Услуга: Апостилирование"));
}

#[test]
fn an_unknown_service_is_told_by_its_code() {
    let mut message = report();
    message.service = message::ServiceCode::new("land-registration").unwrap();
    message.applicant = application().applicant;
    let letter = written(&event(message, status("registered")), Form::Email).unwrap();
    assert!(letter.text.contains("Service: land-registration"));
    assert_eq!(at().to_string(), "2026-11-22T07:00:00Z");
}

#[test]
fn every_occasion_is_told_in_every_form_and_language_or_marked_silent() {
    for (_, language) in Language::ALL {
        for (_, form) in Form::ALL {
            let mut seen = Vec::new();
            for detail in everything() {
                let occasion = Occasion::of(&detail).unwrap();
                let letter = told(*language, detail, *form);
                assert_eq!(letter.is_none(), occasion.is_silent(*form));
                if let Some(letter) = letter {
                    let shown = format!("{letter:?}");
                    assert!(!letter.text.is_empty() && !seen.contains(&shown), "{shown}");
                    assert!(
                        !shown.contains("Үлгі") && !shown.contains("000229"),
                        "{shown}"
                    );
                    seen.push(shown);
                }
            }
        }
    }
}

/// An SMS in Cyrillic has 70 signs, or 67 in each of several (GSM 03.40).
#[test]
fn no_sms_has_more_than_three_parts_whatever_others_wrote() {
    let long = "Ұ".repeat(5000);
    let codes = fault::catalogue().map(|code| refused(code.name));
    let others = [
        Detail::Received,
        status(&long),
        status("suspended"),
        result(Outcome::Granted, &long),
        result(Outcome::Refused, &long),
    ];
    for detail in codes.chain(others) {
        for (_, language) in Language::ALL {
            let letter = told(*language, detail.clone(), Form::Sms).unwrap();
            let signs = letter.text.encode_utf16().count();
            assert!(signs <= 3 * 67, "{signs}: {}", letter.text);
            assert!(!letter.text.contains('\n'), "{}", letter.text);
        }
    }
}

#[test]
fn what_is_too_long_ends_in_three_dots() {
    let long = "x".repeat(3000);
    let letter = told(Language::En, result(Outcome::Refused, &long), Form::Email).unwrap();
    let reason = format!("Reason: {}…\n", "x".repeat(1999));
    assert!(letter.text.contains(&reason));
}

#[test]
fn the_result_is_that_of_the_door_the_application_came_in_by() {
    let texts = Texts::read().unwrap();
    let regulations = regulations();
    let mut decided = report();
    decided.applicant = application().applicant;
    let fact = &event(decided.clone(), result(Outcome::Granted, "")).facts[0];
    for door in [message::Channel::Portal, message::Channel::FrontOffice] {
        let mut filing = application().filing().unwrap();
        filing.channel = door;
        decided.filed = Some(filing);
        let case = Case::of(&decided);
        let letter = letter::write(&texts, &regulations, &case, fact, Form::Email).unwrap();
        let rules = regulations.get(&decided.service).unwrap().channel(door);
        let result = rules.unwrap().result.get(Language::En);
        assert!(letter.text.contains(result), "{}", letter.text);
    }
}
