//! Texts in the three languages of the house, and the words that all regulations share.

use std::collections::BTreeMap;

use message::Language;
use serde::{Deserialize, Serialize};

/// A text in Kazakh, Russian and English; none may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub kk: String,
    pub ru: String,
    pub en: String,
}

impl Text {
    /// The text in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Kk => &self.kk,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }

    /// Whether each language has its text, in its own letters: a text that was only copied is not there.
    pub(crate) fn is_complete(&self) -> bool {
        let is_cyrillic = |letter: char| ('\u{400}'..='\u{52f}').contains(&letter);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        let cyrillic = |text: &str| text.chars().filter(|c| is_cyrillic(*c)).count();
        let is_own = |text: &str| letters(text) == 0 || cyrillic(text) > 0;
        let all = [&self.kk, &self.ru, &self.en];
        all.iter().all(|text| !text.trim().is_empty())
            && is_own(&self.kk)
            && is_own(&self.ru)
            && cyrillic(&self.en) == 0
    }
}

/// `words.toml`: what the step tables say again and again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Units of the process (structural-functional units): who acts in a step.
    pub units: BTreeMap<String, Text>,
    /// Forms of completion: what a step leaves behind.
    pub completions: BTreeMap<String, Text>,
    /// Conditions that choose between two next steps.
    pub conditions: BTreeMap<String, Condition>,
}

/// A condition and its complement, as the step tables print them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Said where it holds.
    pub yes: Text,
    /// Said where it does not.
    pub no: Text,
}
