//! The first look at foreign XML: one pass over the bytes, before any tree is built.
//!
//! Takes text and [`Limits`]; says yes, or where and why not. It is no parser: it only finds where tags,
//! comments, CDATA and instructions begin and end, and counts. What it lets through the parser may still
//! refuse; what it refuses never costs more than this one pass, with memory bounded by the depth.

use crate::parse::{Limits, ParseError, Position, Why};

/// What one open element has declared.
struct Open {
    namespaces: usize,
}

struct Guard<'t> {
    text: &'t str,
    limits: Limits,
    at: usize,
    open: Vec<Open>,
    /// Namespace declarations in force.
    namespaces: usize,
    elements: usize,
    attributes: usize,
}

/// Passes text that stays inside the limits and declares no document type.
pub(crate) fn check(text: &str, limits: Limits) -> Result<(), ParseError> {
    let mut guard = Guard {
        text,
        limits,
        at: 0,
        open: Vec::new(),
        namespaces: 0,
        elements: 0,
        attributes: 0,
    };
    while let Some(found) = text.get(guard.at..).and_then(|rest| rest.find('<')) {
        guard.at += found;
        guard.markup()?;
    }
    Ok(())
}

impl<'t> Guard<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn refuse(&self, why: Why) -> ParseError {
        ParseError {
            at: Position::of(self.text, self.at),
            why,
        }
    }

    fn markup(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.skip_past(4, "-->")
        } else if rest.starts_with("<![CDATA[") {
            self.skip_past(9, "]]>")
        } else if rest.starts_with("<!") {
            Err(self.refuse(Why::DocumentType))
        } else if rest.starts_with("<?") {
            self.instruction()
        } else if rest.starts_with("</") {
            if let Some(closed) = self.open.pop() {
                self.namespaces -= closed.namespaces;
            }
            self.skip_past(2, ">")
        } else {
            self.start_tag()
        }
    }

    fn skip_past(&mut self, opening: usize, end: &str) -> Result<(), ParseError> {
        let inside = self.rest().get(opening..).unwrap_or_default();
        let length = inside
            .find(end)
            .ok_or_else(|| self.refuse(Why::Unfinished))?;
        self.at += opening + length + end.len();
        Ok(())
    }

    fn instruction(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        self.skip_past(2, "?>")?;
        let whole = self.text.get(start..self.at).unwrap_or_default();
        let Some(declaration) = whole
            .strip_prefix("<?xml")
            .filter(|rest| rest.starts_with([' ', '\t', '\r', '\n']))
        else {
            return Ok(());
        };
        self.at = start;
        let says = |name: &str| {
            let (_, after) = declaration.split_once(name)?;
            let value = after.trim_start().strip_prefix('=')?.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            value.get(1..)?.split(quote).next()
        };
        if says("version") != Some("1.0") {
            return Err(self.refuse(Why::Version));
        }
        if says("encoding").is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
            return Err(self.refuse(Why::Encoding));
        }
        self.at = start + whole.len();
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), ParseError> {
        let (length, attributes, namespaces) = self.measure()?;
        self.elements += 1;
        self.attributes += attributes;
        self.namespaces += namespaces;
        let limits = self.limits;
        let all_attributes_max = limits.elements_max.saturating_mul(2);
        for (count, max, why) in [
            (self.elements, limits.elements_max, Why::TooManyElements),
            (self.open.len() + 1, limits.depth_max, Why::TooDeep),
            (attributes, limits.attributes_max, Why::TooManyAttributes),
            (
                self.attributes,
                all_attributes_max.max(limits.attributes_max),
                Why::TooManyAttributes,
            ),
            (
                self.namespaces,
                limits.namespaces_max,
                Why::TooManyNamespaces,
            ),
        ] {
            if count > max {
                return Err(self.refuse(why));
            }
        }
        let closed = self
            .rest()
            .get(..length)
            .is_some_and(|tag| tag.ends_with("/>"));
        if closed {
            self.namespaces -= namespaces;
        } else {
            self.open.push(Open { namespaces });
        }
        self.at += length;
        Ok(())
    }

    /// Length of the tag that begins here, how many attributes it has, declarations included, and how
    /// many of them are declarations.
    fn measure(&self) -> Result<(usize, usize, usize), ParseError> {
        let bytes = self.rest().as_bytes();
        let (mut attributes, mut namespaces) = (0, 0);
        let mut place = 1;
        let mut word = place;
        while let Some(byte) = bytes.get(place) {
            match byte {
                b'>' => return Ok((place + 1, attributes, namespaces)),
                b' ' | b'\t' | b'\r' | b'\n' => word = place + 1,
                b'=' => {
                    attributes += 1;
                    let name = bytes.get(word..place).unwrap_or_default();
                    namespaces += usize::from(name.starts_with(b"xmlns"));
                }
                b'"' | b'\'' => {
                    let inside = bytes.get(place + 1..).unwrap_or_default();
                    let length = inside
                        .iter()
                        .position(|other| other == byte)
                        .ok_or_else(|| self.refuse(Why::Unfinished))?;
                    place += length + 1;
                    word = place + 1;
                }
                b'<' => return Err(self.refuse(Why::Unfinished)),
                _ => {}
            }
            place += 1;
        }
        Err(self.refuse(Why::Unfinished))
    }
}
