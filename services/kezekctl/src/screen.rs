//! What the commands write to: text for people or JSON for programs, to standard output.
//!
//! In: lines, rows and values. Out: the same, aligned where it is a table. A reader that has gone (`| head`)
//! ends the program quietly.

use std::{fmt::Display, io::Write};

use message::Language;
use serde::Serialize;

/// Standard output in one of its two forms.
pub(crate) struct Screen {
    /// Whether programs read it.
    pub(crate) json: bool,
    pub(crate) language: Language,
}

impl Screen {
    pub(crate) fn new(json: bool, language: Language) -> Self {
        Self { json, language }
    }

    /// A line for people; programs do not get it.
    pub(crate) fn line(&self, line: impl Display) {
        if !self.json {
            out(&format!("{line}\n"));
        }
    }

    /// A value for programs; people do not get it.
    pub(crate) fn value(&self, value: &impl Serialize) -> anyhow::Result<()> {
        if self.json {
            out(&format!("{}\n", serde_json::to_string(value)?));
        }
        Ok(())
    }

    /// Text that is the same for both.
    pub(crate) fn text(text: &str) {
        out(text);
    }

    /// A table for people, columns as wide as their widest cell.
    pub(crate) fn table(&self, head: &[&str], rows: &[Vec<String>]) {
        let head: Vec<String> = head.iter().map(ToString::to_string).collect();
        let width = |column: usize| {
            let cells = std::iter::once(&head)
                .chain(rows)
                .filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        for row in std::iter::once(&head).chain(rows) {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"));
            self.line(cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }

    /// The one of three texts that people asked for.
    pub(crate) fn pick<'a>(&self, kk: &'a str, ru: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Kk => kk,
            Language::Ru => ru,
            Language::En => en,
        }
    }
}

fn out(text: &str) {
    if std::io::stdout().lock().write_all(text.as_bytes()).is_err() {
        std::process::exit(0);
    }
}
