//! Paths: over XML by local names (`/*/persons/person[0]/iin`, `/a/b/@c`), over JSON as RFC 6901 has them.
//!
//! A step without a number that several elements fit leads nowhere but to a contradiction, unless all of them
//! are asked for: an answer about one person that holds two is not guessed at.

use crate::{Format, bad::BadMapping, bad::Unreadable, here::Here};

/// The longest path, bytes.
const PATH_BYTES_MAX: usize = 500;
/// The most steps of a path.
const STEPS_MAX: usize = 32;
/// The highest number of an element in a step.
const INDEX_MAX: usize = 10_000;

/// A path that begins at the document, or at the item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Elements of this local name, or of any; the one with this number, from 0.
    Elements {
        name: Option<String>,
        index: Option<usize>,
    },
    Attribute(String),
    /// A member or an item of JSON.
    Token(String),
}

impl Path {
    /// Reads a path; `""` is the place itself.
    pub(crate) fn parse(text: &str, format: Format, field: &str) -> Result<Self, BadMapping> {
        let bad = |problem: String| Err(BadMapping::new(field, problem));
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        if text.len() > PATH_BYTES_MAX {
            return bad(format!("longer than {PATH_BYTES_MAX} bytes"));
        }
        let Some(steps) = text.strip_prefix('/') else {
            return bad(format!("`{text}` must begin with `/`"));
        };
        let steps: Vec<&str> = steps.split('/').collect();
        if steps.len() > STEPS_MAX {
            return bad(format!("has more than {STEPS_MAX} steps"));
        }
        let last = steps.len() - 1;
        let mut read = Vec::with_capacity(steps.len());
        for (number, step) in steps.into_iter().enumerate() {
            let step = match format {
                Format::Json => token(step),
                Format::Xml => element(step, number == last),
            };
            match step {
                Ok(step) => read.push(step),
                Err(problem) => return bad(format!("`{text}`: {problem}")),
            }
        }
        Ok(Self(read))
    }

    /// Every place that the last step leads to.
    pub(crate) fn all<'d>(&self, from: Here<'d>, field: &str) -> Result<Vec<Here<'d>>, Unreadable> {
        let Some((last, before)) = self.0.split_last() else {
            return Ok(vec![from]);
        };
        let mut here = from;
        for step in before {
            match only(step.from(here), field)? {
                Some(next) => here = next,
                None => return Ok(Vec::new()),
            }
        }
        let mut found = last.from(here);
        found.retain(|place| place.is_something());
        Ok(found)
    }

    /// The only place that it leads to, if any.
    pub(crate) fn one<'d>(
        &self,
        from: Here<'d>,
        field: &str,
    ) -> Result<Option<Here<'d>>, Unreadable> {
        only(self.all(from, field)?, field)
    }
}

fn only<'d>(found: Vec<Here<'d>>, field: &str) -> Result<Option<Here<'d>>, Unreadable> {
    if found.len() > 1 {
        let why = "stands more than once where it must stand once";
        return Err(Unreadable::contradiction(field, why));
    }
    Ok(found.into_iter().next())
}

impl Step {
    fn from<'d>(&self, here: Here<'d>) -> Vec<Here<'d>> {
        match self {
            Self::Elements { name, index } => {
                let found = here.elements(name.as_deref()).into_iter();
                let found = found.map(Here::Element);
                match index {
                    Some(index) => found.skip(*index).take(1).collect(),
                    None => found.collect(),
                }
            }
            Self::Attribute(name) => here
                .attribute(name)
                .map(Here::Attribute)
                .into_iter()
                .collect(),
            Self::Token(token) => here.token(token).map(Here::Json).into_iter().collect(),
        }
    }
}

/// A step of JSON Pointer: `~1` is a slash, `~0` a tilde.
fn token(step: &str) -> Result<Step, String> {
    let mut read = String::with_capacity(step.len());
    let mut chars = step.chars();
    while let Some(char) = chars.next() {
        if char != '~' {
            read.push(char);
            continue;
        }
        match chars.next() {
            Some('0') => read.push('~'),
            Some('1') => read.push('/'),
            _ => return Err("write `~0` for a tilde and `~1` for a slash".to_owned()),
        }
    }
    Ok(Step::Token(read))
}

fn element(step: &str, is_last: bool) -> Result<Step, String> {
    if let Some(name) = step.strip_prefix('@') {
        if !is_last {
            return Err("nothing stands below an attribute".to_owned());
        }
        return name_of(name).map(Step::Attribute);
    }
    let (name, index) = match step.split_once('[') {
        None => (step, None),
        Some((name, rest)) => {
            let number = rest.strip_suffix(']').and_then(|n| n.parse().ok());
            let number = number.filter(|number| *number <= INDEX_MAX);
            let number = number
                .ok_or_else(|| format!("`[{rest}` is no number in brackets, 0 to {INDEX_MAX}"))?;
            (name, Some(number))
        }
    };
    let name = match name {
        "*" => None,
        name => Some(name_of(name)?),
    };
    Ok(Step::Elements { name, index })
}

/// A local name. What XML forbids besides simply never fits.
fn name_of(name: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    match name.chars().next() {
        None => Err("a step is empty".to_owned()),
        Some(first) if name.chars().all(fits) && (first.is_alphabetic() || first == '_') => {
            Ok(name.to_owned())
        }
        Some(_) => Err(format!(
            "`{name}` is no local name; write it without a prefix"
        )),
    }
}
