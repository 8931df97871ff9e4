//! What the letters say.

use message::{Detail, Event, Language, Outcome};
use notifier::{letter, texts::Texts};

use crate::{
    made::{application, at, delivered, event, refused, report, result, status},
    regulations,
};

fn written(event: &Event) -> letter::Letter {
    let texts = Texts::read().unwrap();
    let message = event.message.as_ref().unwrap();
    letter::write(&texts, &regulations(), message, &event.facts[0]).unwrap()
}

fn in_language(language: Language, detail: Detail) -> String {
    let mut message = application();
    message.applicant.as_mut().unwrap().language = language;
    let letter = written(&event(message, detail));
    format!("{}\n{}", letter.subject, letter.body)
}

#[test]
fn every_fact_that_concerns_an_applicant_has_a_letter_in_every_language() {
    let number = application().number.to_string();
    let time = "22.11.2026 12:00:00, UTC+05:00";
    for (_, language) in Language::ALL {
        let mut seen = Vec::new();
        for detail in [
            Detail::Received,
            refused("payment-missing"),
            delivered(),
            status("in-progress"),
            result(Outcome::Granted, ""),
            result(Outcome::Refused, "негіз жоқ"),
        ] {
            assert!(letter::is_told(detail.name()));
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
    let letter = written(&event(message, status("registered")));
    assert!(letter.body.contains("Service: land-registration"));
    assert_eq!(at().to_string(), "2026-11-22T07:00:00Z");
}
