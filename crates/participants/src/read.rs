//! Reads `participants.toml`: text in, checked participants or the field that is wrong out.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use message::Kind;
use serde::Deserialize;

use crate::{Participant, Participants};

/// What is wrong with the text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Invalid {
    /// Path of the field, for example `participants[1].bin`.
    pub field: String,
    pub problem: String,
}

/// Why a file gave no participants.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot read {path}", path = path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {invalid}", path = path.display())]
    Invalid { path: PathBuf, invalid: Invalid },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    participants: Vec<Participant>,
}

impl Participants {
    /// Reads the file at `path`.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read_to_string(path).map_err(|source| LoadError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|invalid| LoadError::Invalid {
            path: path.to_owned(),
            invalid,
        })
    }

    /// Reads the text of the file.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let toml = toml::Deserializer::parse(text).map_err(|e| Invalid {
            field: "the file".to_owned(),
            problem: e.message().to_owned(),
        })?;
        let file: File = serde_path_to_error::deserialize(toml).map_err(|e| Invalid {
            field: e.path().to_string(),
            problem: e.inner().message().to_owned(),
        })?;
        for (place, participant) in file.participants.iter().enumerate() {
            if let Err((field, problem)) = complete(participant) {
                let field = format!("participants[{place}].{field}");
                return Err(Invalid {
                    field,
                    problem: problem.to_owned(),
                });
            }
        }
        unique(&file.participants, "id", |p| Some(p.id.to_string()))?;
        unique(&file.participants, "certificate_san", |p| {
            Some(p.certificate_san.to_ascii_lowercase())
        })?;
        unique(&file.participants, "gateway.sender_id", |p| {
            Some(p.gateway.as_ref()?.sender_id.clone())
        })?;
        Ok(Self(file.participants))
    }
}

/// What one participant must have by itself; fails with the field and what is wrong with it.
fn complete(p: &Participant) -> Result<(), (&'static str, &'static str)> {
    let sends = |kind| p.messages.contains(&kind);
    let reports = sends(Kind::Status) || sends(Kind::Result);
    let (applies, asks) = (sends(Kind::Application), sends(Kind::Query));
    let checks = [
        (!p.name.kk.trim().is_empty(), "name.kk", "is empty"),
        (!p.name.ru.trim().is_empty(), "name.ru", "is empty"),
        (!p.name.en.trim().is_empty(), "name.en", "is empty"),
        (
            is_dns_name(&p.certificate_san),
            "certificate_san",
            "is not a DNS name",
        ),
        (
            !p.messages.is_empty(),
            "messages",
            "is empty: without a kind there is no right",
        ),
        (distinct(&p.messages), "messages", "names a kind twice"),
        (
            !p.services.is_empty(),
            "services",
            "is empty: without a service there is no right",
        ),
        (distinct(&p.services), "services", "names a service twice"),
        (distinct(&p.channels), "channels", "names a channel twice"),
        (
            (applies || asks) != p.channels.is_empty(),
            "channels",
            "must name a channel exactly where `messages` has `application` or `query`",
        ),
        (
            asks != p.registers.is_empty(),
            "registers",
            "must name a register exactly where `messages` has `query`",
        ),
        (
            distinct(&p.registers),
            "registers",
            "names a register twice",
        ),
        (
            reports == p.provider.is_some(),
            "provider",
            "must be given exactly where `messages` has `status` or `result`",
        ),
    ];
    let wrong = checks.into_iter().find(|(holds, ..)| !holds);
    let wrong = wrong.map(|(_, field, problem)| (field, problem));
    let gateway = p.gateway.as_ref();
    match wrong.or_else(|| gateway?.wrong(&p.services)) {
        Some(wrong) => Err(wrong),
        None => Ok(()),
    }
}

fn distinct<T: Ord>(items: &[T]) -> bool {
    items.iter().collect::<BTreeSet<_>>().len() == items.len()
}

/// Letters, digits and hyphens in labels joined by dots (RFC 1123 2.1); no wildcard.
fn is_dns_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn unique(
    all: &[Participant],
    field: &str,
    key: impl Fn(&Participant) -> Option<String>,
) -> Result<(), Invalid> {
    let mut seen = BTreeSet::new();
    for (place, participant) in all.iter().enumerate() {
        let Some(key) = key(participant) else {
            continue;
        };
        let problem = format!("`{key}` is taken by another participant");
        if !seen.insert(key) {
            return Err(Invalid {
                field: format!("participants[{place}].{field}"),
                problem,
            });
        }
    }
    Ok(())
}
