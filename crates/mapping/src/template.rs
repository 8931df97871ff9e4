//! Texts with names in them, `{subject.iin}`, which the values of a question take the place of.
//!
//! A name begins right after the brace with a small letter, so the braces of JSON are no names. Values are
//! escaped for the place they come to: none can end a text or begin an element.

use std::borrow::Cow;

use xmldsig::{Document, Limits};

use crate::{About, Asked, Format, bad::BadMapping, mapping::Values};

/// The longest template, bytes.
const TEMPLATE_BYTES_MAX: usize = 100_000;

/// What a template is tried with before it is used: everything that needs care somewhere.
const HOSTILE: &str = "<&>\"'\\ -- ]]>";

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

impl Template {
    /// Reads a template whose names are those of `about` and of `values`. The values of the configuration are
    /// put in at once.
    pub(crate) fn parse(
        text: &str,
        about: About,
        values: &Values,
        field: &str,
    ) -> Result<Self, BadMapping> {
        if text.len() > TEMPLATE_BYTES_MAX {
            let problem = format!("longer than {TEMPLATE_BYTES_MAX} bytes");
            return Err(BadMapping::new(field, problem));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = begin(rest) {
            let (before, after) = rest.split_at(start);
            let after = after.get(1..).unwrap_or_default();
            let end = after.find(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.'));
            let (name, behind) = after.split_at(end.unwrap_or(after.len()));
            let Some(behind) = behind.strip_prefix('}') else {
                let shown: String = name.chars().take(40).collect();
                let problem = format!("the name `{{{shown}` does not end: `}}` is lacking");
                return Err(BadMapping::new(field, problem));
            };
            check(name, about, values).map_err(|problem| BadMapping::new(field, problem))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Name(name.to_owned()));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// Checks that it is well-formed whatever the values are.
    pub(crate) fn try_out(
        &self,
        format: Format,
        values: &Values,
        field: &str,
    ) -> Result<(), BadMapping> {
        let filled = self.filled(format, |name| match name.strip_prefix("values.") {
            Some(key) => values.get(key).map(String::as_str),
            None if name == "subject.amount_tenge" => Some("1500"),
            None => Some(HOSTILE),
        });
        let filled = filled.unwrap_or_default();
        let bad = |problem: String| BadMapping::new(field, problem);
        match format {
            Format::Json => serde_json::from_str::<serde_json::Value>(&filled)
                .map(drop)
                .map_err(|e| {
                    bad(format!(
                        "no JSON when filled in: {e}; put names inside of quotes"
                    ))
                }),
            Format::Xml => {
                if ["<!", "<?"].iter().any(|odd| filled.contains(odd)) {
                    return Err(bad(
                        "holds a comment, CDATA, declaration or instruction; leave it out"
                            .to_owned(),
                    ));
                }
                Document::parse(filled.as_bytes(), &Limits::default())
                    .map(drop)
                    .map_err(|e| bad(format!("no XML when filled in: {e}")))
            }
        }
    }

    /// The text for this question; the name that it has no value for, if any.
    pub(crate) fn fill(
        &self,
        format: Format,
        asked: &Asked,
        values: &Values,
    ) -> Result<String, String> {
        self.filled(format, |name| match name.strip_prefix("values.") {
            Some(key) => values.get(key).map(String::as_str),
            None => asked.get(name),
        })
    }

    /// The same without any escaping, for comparing.
    pub(crate) fn plain(&self, asked: &Asked, values: &Values) -> Result<String, String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => {
                    let value = match name.strip_prefix("values.") {
                        Some(key) => values.get(key).map(String::as_str),
                        None => asked.get(name),
                    };
                    filled.push_str(value.ok_or_else(|| name.clone())?);
                }
            }
        }
        Ok(filled)
    }

    fn filled<'v>(
        &self,
        format: Format,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<String, String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => {
                    let value = value(name).ok_or_else(|| name.clone())?;
                    filled.push_str(&escaped(value, format));
                }
            }
        }
        Ok(filled)
    }
}

/// Where the next name begins: a brace with a small letter after it.
fn begin(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(2)
        .position(|pair| matches!(pair, [b'{', b'a'..=b'z']))
}

fn check(name: &str, about: About, values: &Values) -> Result<(), String> {
    if let Some(key) = name.strip_prefix("values.") {
        if values.contains_key(key) {
            return Ok(());
        }
        return Err(format!(
            "`{{{name}}}` has no value; give `{key}` in `values` of the configuration"
        ));
    }
    if about.names().any(|known| known == name) {
        return Ok(());
    }
    let shown: String = name.chars().take(40).collect();
    let known: Vec<&str> = about.names().collect();
    Err(format!(
        "there is no `{{{shown}}}` here; known: {}, values.…",
        known.join(", ")
    ))
}

fn escaped(value: &str, format: Format) -> Cow<'_, str> {
    match format {
        Format::Xml => Cow::Owned(value.chars().fold(String::new(), |mut done, char| {
            match char {
                '&' => done.push_str("&amp;"),
                '<' => done.push_str("&lt;"),
                '>' => done.push_str("&gt;"),
                '"' => done.push_str("&quot;"),
                '\'' => done.push_str("&apos;"),
                // As themselves they would be read as spaces or line ends.
                '\t' => done.push_str("&#9;"),
                '\n' => done.push_str("&#10;"),
                '\r' => done.push_str("&#13;"),
                // XML 1.0 has no way to write these.
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => done.push(' '),
                char => done.push(char),
            }
            done
        })),
        Format::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
            Cow::Owned(inner.to_owned())
        }
    }
}
