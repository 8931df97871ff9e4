//! Reads the folder of regulations: one file for each service, and `words.toml` for all.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use message::ServiceCode;
use serde::de::DeserializeOwned;

use crate::{Regulation, Words, form::Form, plan::register_lane};

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Invalid {
    /// Path of the field, for example `channels.portal.steps[3].action`.
    pub field: String,
    pub problem: String,
}

/// Why a folder gave no regulations.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot read {path}", path = path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {invalid}", path = path.display())]
    Invalid { path: PathBuf, invalid: Invalid },
    #[error("{path}: there is no regulation", path = path.display())]
    Empty { path: PathBuf },
    #[error("the regulations are wrong, {count} times; first: {first}")]
    Wrong { count: usize, first: String },
}

/// All services, by code.
#[derive(Debug)]
pub struct Regulations {
    pub words: Words,
    pub(crate) all: BTreeMap<ServiceCode, Regulation>,
}

const WORDS_FILE: &str = "words.toml";

impl Regulations {
    /// Reads every `*.toml` in `folder`. A file's name is the code of its service.
    ///
    /// Strict about shape only; [`Regulations::check`] finds what is wrong with the content.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let words = read(&folder.join(WORDS_FILE), Words::parse)?;
        let mut all = BTreeMap::new();
        for path in toml_files(folder)? {
            let regulation = read(&path, Regulation::parse)?;
            if path
                .file_stem()
                .is_none_or(|stem| stem != regulation.code.as_str())
            {
                let problem = format!("is `{}`, but must be the name of the file", regulation.code);
                return Err(LoadError::Invalid {
                    path,
                    invalid: Invalid::new("code", problem),
                });
            }
            all.insert(regulation.code.clone(), regulation);
        }
        if all.is_empty() {
            return Err(LoadError::Empty {
                path: folder.to_owned(),
            });
        }
        Ok(Self { words, all })
    }

    /// [`Regulations::load`], and nothing is wrong with the content; `knows_lane` as in [`Regulations::check`].
    pub fn load_checked(
        folder: &Path,
        knows_lane: &dyn Fn(&str) -> bool,
    ) -> Result<Self, LoadError> {
        let regulations = Self::load(folder)?;
        let findings = regulations.check(knows_lane);
        match findings.first() {
            Some(first) => Err(LoadError::Wrong {
                count: findings.len(),
                first: first.to_string(),
            }),
            None => Ok(regulations),
        }
    }

    /// The regulation of `service`.
    pub fn get(&self, service: &ServiceCode) -> Option<&Regulation> {
        self.all.get(service)
    }

    /// All of them, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Regulation> {
        self.all.values()
    }
}

impl Words {
    /// Reads the text of `words.toml`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        parse(text)
    }
}

impl Regulation {
    /// Reads the text of a regulation and compiles its forms.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut regulation: Self = parse(text)?;
        for (channel, rules) in &regulation.channels {
            for ask in &rules.registers {
                let field = format!("channels.{channel}.registers");
                register_lane(&ask.register).map_err(|e| Invalid::new(&field, e.to_string()))?;
            }
            let field = format!("channels.{channel}.form");
            let schema = rules.form.schema(&regulation.fields).map_err(|name| {
                let rule = "is not in `fields`, or is not either a schema or choices there";
                Invalid::new(&field, format!("`{name}` {rule}"))
            })?;
            let form = Form::compile(schema).map_err(|e| Invalid::new(&field, e))?;
            regulation.forms.insert(*channel, form);
        }
        Ok(regulation)
    }
}

impl Invalid {
    pub(crate) fn new(field: &str, problem: String) -> Self {
        Self {
            field: field.to_owned(),
            problem,
        }
    }
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Invalid> {
    let toml = toml::Deserializer::parse(text)
        .map_err(|e| Invalid::new("the file", e.message().to_owned()))?;
    serde_path_to_error::deserialize(toml)
        .map_err(|e| Invalid::new(&e.path().to_string(), e.inner().message().to_owned()))
}

pub(crate) fn read<T>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<T, LoadError> {
    let text = std::fs::read_to_string(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })?;
    parse(&text).map_err(|invalid| LoadError::Invalid {
        path: path.to_owned(),
        invalid,
    })
}

/// The regulations in `folder`, by name.
fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let unreadable = |source| LoadError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_toml = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        if is_toml && path.file_name().is_some_and(|name| name != WORDS_FILE) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
