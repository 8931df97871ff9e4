//! The little XML that is written here: elements without attributes, in order, without white space between.

use jiff::Timestamp;

use crate::time;

/// Text between tags. Characters that XML 1.0 has no way to carry become U+FFFD.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // As itself it would be read as the end of a line.
            '\r' => out.push_str("&#13;"),
            char if carries(char) => out.push(char),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

/// Whether XML 1.0 can carry a character.
pub(crate) fn carries(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Elements, written one after the other.
#[derive(Default)]
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    /// An element with what `inside` writes.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.raw(&["<", name, ">"].concat());
        inside(self);
        self.raw(&["</", name, ">"].concat());
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.element(name, |here| here.raw(&escaped(text)));
    }

    /// An element that may be missing.
    pub(crate) fn may(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(crate) fn time(&mut self, name: &str, at: Timestamp) {
        self.text(name, &time::local(at));
    }

    pub(crate) fn raw(&mut self, xml: &str) {
        self.out.push_str(xml);
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}
