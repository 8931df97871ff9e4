//! `notifier preview`, as a person calls it.

use std::process::{Command, Output};

use crate::repository;

fn preview(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notifier"));
    let command = command.arg("preview").args(arguments);
    command.current_dir(repository()).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = preview(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_text_is_printed_as_it_would_be_sent() {
    let asked = [
        "--fact",
        "result-issued",
        "--language",
        "kk",
        "--channel",
        "email",
    ];
    let text = printed(&asked);
    assert!(text.contains("── granted, email, kk\n"), "{text}");
    assert!(text.contains("── declined, email, kk\n"), "{text}");
    assert!(
        text.contains("Сіздің өтінішіңіз қанағаттандырылды. Нәтижесі: "),
        "{text}"
    );
    assert!(text.contains("1414"), "{text}");
    let sms = printed(&[
        "--fact",
        "delivered",
        "--channel",
        "sms",
        "--language",
        "ru",
    ]);
    assert_eq!(sms, "── delivered, sms, ru\n(nothing is said)\n\n");
}

#[test]
fn everything_is_printed_when_nothing_is_asked_for() {
    let text = printed(&[]);
    assert_eq!(text.matches("── ").count(), 6 * 3 * 3);
}

#[test]
fn what_nobody_is_told_of_is_said_to_be_so() {
    for (arguments, says) in [
        (["--fact", "verified"], "--fact: no applicant is told of it"),
        (
            ["--channel", "pigeon"],
            "--channel: is none of email, sms, webhook",
        ),
        (["--fact", "rumoured"], "`rumoured` is not one of"),
        (["--code", "bad-luck"], "--code: is not in"),
        (["--language", "de"], "`de` is not one of: kk, ru, en"),
    ] {
        let output = preview(&arguments);
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(says), "{said}");
    }
}
