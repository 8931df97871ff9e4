//! The letters that applicants got, as the test bench's mail server took them.

use std::time::Duration;

use rig::{Rig, wait_for};
use serde_json::Value;

/// Longer than a letter takes on a slow machine.
const SOON: Duration = Duration::from_mins(1);

/// A word that only the letter about a granted application has, by language.
const RESULT: [(&str, &str); 3] = [
    ("kk", "қанағаттандырылды"),
    ("ru", "удовлетворено"),
    ("en", "granted"),
];

/// The letter about the result of an application, as text, when it has come.
pub(crate) async fn last(rig: &Rig, number: &str, language: &str) -> anyhow::Result<String> {
    let (_, word) = RESULT
        .into_iter()
        .find(|(known, _)| *known == language)
        .unwrap_or(("", ""));
    let letter = wait_for("the letter about the result", SOON, async || {
        let mail = rig.outside.mail().await?;
        let of = |letter: &&Value| about(letter, number) && said(letter).contains(word);
        Ok(mail.iter().rev().find(of).cloned())
    })
    .await?;
    Ok(shown(&letter, language))
}

fn member<'a>(letter: &'a Value, name: &str) -> &'a str {
    letter[name].as_str().unwrap_or_default()
}

fn said(letter: &Value) -> String {
    let said = format!("{}\n{}", member(letter, "subject"), member(letter, "text"));
    said.to_lowercase()
}

/// A number may be written in groups.
fn about(letter: &Value, number: &str) -> bool {
    let text = said(letter);
    text.replace([' ', '\u{a0}'], "").contains(number)
}

fn shown(letter: &Value, language: &str) -> String {
    let to = letter["to"][0].as_str().unwrap_or_default();
    let mut shown = format!("  [{language}] {to}\n      {}\n", member(letter, "subject"));
    for line in member(letter, "text")
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        shown = format!("{shown}      │ {line}\n");
    }
    shown
}
