//! A mapping: read once from TOML, then asked for requests and given answers.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use crate::{
    About, Answer, Asked,
    bad::{BadMapping, Unreadable},
    file::{self, File, Means},
    here::Here,
    kind,
    member::{Budget, Members, Reader, first},
    outcome::{Found, Outcome, Reading},
    path::Path,
    template::Template,
};

/// The longest mapping, bytes.
const FILE_BYTES_MAX: usize = 500_000;
/// Outcomes, and rules of each kind.
const RULES_MAX: usize = 50;
/// The longest code of a register that is told on, characters.
const CODE_CHARS_MAX: usize = 40;

/// What the configuration gives to a mapping: names and values for `{values.name}`.
pub type Values = BTreeMap<String, String>;

/// What a register speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Xml,
    Json,
}

/// What a register is asked and how its answer is read. Made once, used for every question.
///
/// `Debug` shows neither templates nor values.
#[derive(Clone)]
pub struct Mapping {
    about: About,
    format: Format,
    values: Values,
    request: Option<Template>,
    echo: Vec<Same>,
    same: Vec<Same>,
    outcomes: Vec<Outcome>,
    number: Vec<Path>,
    answered_at: Vec<Path>,
    code: Vec<Path>,
    members: Members,
}

/// What an answer must say as it was asked.
#[derive(Clone)]
struct Same {
    field: String,
    paths: Vec<Path>,
    is: Template,
}

impl Mapping {
    /// Reads a mapping. `values` are those that the configuration gives to its templates.
    pub fn parse(text: &str, values: Values) -> Result<Self, BadMapping> {
        if text.len() > FILE_BYTES_MAX {
            return Err(BadMapping::new(
                ".",
                format!("longer than {FILE_BYTES_MAX} bytes"),
            ));
        }
        let table: toml::Table = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(0, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                before.matches('\n').count() + 1
            });
            BadMapping::new(".", format!("no TOML in line {line}: {}", e.message()))
        })?;
        let file: File = serde_path_to_error::deserialize(toml::Value::Table(table))
            .map_err(|e| BadMapping::new(e.path().to_string(), e.inner().message()))?;
        Self::read_file(file, values)
    }

    fn read_file(file: File, values: Values) -> Result<Self, BadMapping> {
        let (about, format) = (file.about, file.format);
        let few = |field: &str, amount: usize| match amount {
            0..=RULES_MAX => Ok(()),
            _ => Err(BadMapping::new(field, format!("more than {RULES_MAX}"))),
        };
        few("echo", file.echo.len())?;
        few("same", file.same.len())?;
        few("outcome", file.outcome.len())?;
        let request = match file.request {
            None => None,
            Some(request) => {
                let field = "request.template";
                let template = Template::parse(&request.template, about, &values, field)?;
                template.try_out(format, &values, field)?;
                Some(template)
            }
        };
        let mut reader = Reader { format, members: 0 };
        let rules = |field: &str, written: Vec<file::Same>| -> Result<Vec<Same>, BadMapping> {
            let read = |(number, same): (usize, file::Same)| {
                let field = format!("{field}[{number}]");
                Ok(Same {
                    paths: reader.paths(&same.path.0, &format!("{field}.path"))?,
                    is: Template::parse(&same.is, about, &values, &format!("{field}.is"))?,
                    field,
                })
            };
            written.into_iter().enumerate().map(read).collect()
        };
        let (echo, same) = (rules("echo", file.echo)?, rules("same", file.same)?);
        let outcomes = outcomes(file.outcome, format)?;
        let path = |field: &str, text: Option<String>| -> Result<Vec<Path>, BadMapping> {
            let read = |text: String| Path::parse(&text, format, &format!("source.{field}"));
            text.map(read).into_iter().collect()
        };
        Ok(Self {
            number: path("number", file.source.number)?,
            answered_at: path("answered_at", file.source.answered_at)?,
            code: path("code", file.source.code)?,
            members: reader.members(file.members, "members", 1)?,
            about,
            format,
            values,
            request,
            echo,
            same,
            outcomes,
        })
    }

    /// What the register is asked about.
    pub fn about(&self) -> About {
        self.about
    }

    /// What it speaks.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether it has a template, and so says what is asked.
    pub fn asks(&self) -> bool {
        self.request.is_some()
    }

    /// The request for this question; none if the mapping has no template. Fails with the name that the
    /// question has no value for.
    pub fn request(&self, asked: &Asked) -> Option<Result<String, String>> {
        let template = self.request.as_ref()?;
        Some(template.fill(self.format, asked, &self.values))
    }

    /// Reads the answer to this question. An answer of the other format is not of the agreed form.
    pub fn read(&self, answer: Answer<'_>, asked: &Asked) -> Result<Reading, Unreadable> {
        match (answer, self.format) {
            (Answer::Xml(_), Format::Xml) | (Answer::Json(_), Format::Json) => {}
            _ => {
                return Err(Unreadable::form(
                    "format",
                    "the answer is of the other format",
                ));
            }
        }
        let here = Here::from(answer);
        for rule in &self.echo {
            rule.check(here, asked, &self.values)?;
        }
        let mut means = None;
        for outcome in &self.outcomes {
            if outcome.holds(here)? {
                means = Some(outcome.means);
                break;
            }
        }
        let code = self.code(here)?;
        match means {
            Some(Means::Known) => self.found(here, asked).map(Reading::Known),
            Some(Means::Unknown) => Ok(Reading::Unknown),
            Some(Means::Later) => Ok(Reading::Later(code)),
            Some(Means::Down) => Ok(Reading::Down(code)),
            Some(Means::Refused) => Ok(Reading::Refused(code)),
            None => {
                let why = match code {
                    Some(code) => format!("none of them fits the answer; its code is {code}"),
                    None => "none of them fits the answer".to_owned(),
                };
                Err(Unreadable::form("outcome", why))
            }
        }
    }

    fn found(&self, here: Here<'_>, asked: &Asked) -> Result<Found, Unreadable> {
        for rule in &self.same {
            rule.check(here, asked, &self.values)?;
        }
        let answered_at = first(&self.answered_at, here, "source.answered_at")?;
        let answered_at = answered_at.map(|text| {
            let why = || Unreadable::form("source.answered_at", "not a time");
            kind::date_time(&text).ok_or_else(why)
        });
        Ok(Found {
            members: self.members.read(here, &mut Budget::default())?,
            number: first(&self.number, here, "source.number")?,
            answered_at: answered_at.transpose()?,
        })
    }

    /// The register's own code, if it looks like one: an explanation must stay free of personal data.
    fn code(&self, here: Here<'_>) -> Result<Option<String>, Unreadable> {
        let code = first(&self.code, here, "source.code")?;
        Ok(code.filter(|code| {
            let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let digits = code.bytes().filter(u8::is_ascii_digit).count();
            code.len() <= CODE_CHARS_MAX && code.chars().all(is_code) && digits < 12
        }))
    }
}

fn outcomes(written: Vec<file::Outcome>, format: Format) -> Result<Vec<Outcome>, BadMapping> {
    let read = |(number, outcome)| Outcome::parse(outcome, format, &format!("outcome[{number}]"));
    let read: Vec<Outcome> = written
        .into_iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()?;
    if read.iter().any(|outcome| outcome.means == Means::Known) {
        Ok(read)
    } else {
        let problem = "none of them means `known`; say when the register knows the subject";
        Err(BadMapping::new("outcome", problem))
    }
}

impl Same {
    fn check(&self, here: Here<'_>, asked: &Asked, values: &Values) -> Result<(), Unreadable> {
        let said = first(&self.paths, here, &self.field)?;
        let expected = self.is.plain(asked, values).map_err(|name| {
            Unreadable::form(&self.field, format!("the question has no `{{{name}}}`"))
        })?;
        let why = match said {
            Some(said) if kind::same(&said, &expected) => return Ok(()),
            Some(_) => "is another one than was asked",
            None => "is lacking in the answer",
        };
        Err(Unreadable::contradiction(&self.field, why))
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mapping({:?}, {:?})", self.about, self.format)
    }
}
