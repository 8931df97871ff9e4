//! A register that a mapping describes: the question filled into its template, its answer read by its paths.
//!
//! The file is read once, when the adapter is made; a wrong one is refused with the file, the field and what to
//! write.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use fault::{
    Fault,
    inside::INTERNAL,
    registers::{
        REGISTER_FAILED, REGISTER_GARBLED, REGISTER_REFUSED, REGISTER_UNREACHABLE,
        REGISTER_UNTRUSTED,
    },
};
use jiff::{Timestamp, tz::TimeZone};
use mapping::{Asked, Doubt, Mapping, Reading, Values};
use message::Signer;
use serde::Deserialize;

use crate::{Answer, BadSettings, Question, Record, Source, Subject};

const DOING: &str = "ask the register";

/// How often an answer that is not taken is asked for again: one that strayed does not come twice; a key or a
/// form that has changed does, and waits for a person.
const TRIES: u32 = 4;

/// Settings of a register that a mapping describes, beside those of how it is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MappedSettings {
    /// The mapping, for example `deploy/registers/gbd-fl.toml`.
    pub(crate) mapping: PathBuf,
    /// What stands for `{values.…}` in its templates. Default: nothing.
    #[serde(default)]
    values: Values,
    /// The same from files, one value each without the white space around it, for what is secret. Default: none.
    #[serde(default)]
    value_files: BTreeMap<String, PathBuf>,
}

/// The fields of [`MappedSettings`].
pub(crate) const FIELDS: &[&str] = &["mapping", "values", "value_files"];

/// A mapping, ready for questions.
pub(crate) struct Mapped {
    mapping: Mapping,
}

impl Mapped {
    pub(crate) fn open(settings: &MappedSettings) -> Result<Self, BadSettings> {
        let mut values = settings.values.clone();
        for (name, path) in &settings.value_files {
            let field = format!("value_files.{name}");
            let text = read(&field, path)?;
            if values
                .insert(name.clone(), text.trim().to_owned())
                .is_some()
            {
                let problem = "stands in `values` too; remove one of them";
                return Err(BadSettings::new(field, problem));
            }
        }
        let text = read("mapping", &settings.mapping)?;
        let mapping = Mapping::parse(&text, values).map_err(|bad| {
            let problem = format!(
                "{}: {bad}; see crates/mapping/README.md",
                settings.mapping.display()
            );
            BadSettings::new("mapping", problem)
        })?;
        Ok(Self { mapping })
    }

    pub(crate) fn format(&self) -> mapping::Format {
        self.mapping.format()
    }

    /// Whether it says what is asked.
    pub(crate) fn asks(&self) -> bool {
        self.mapping.asks()
    }

    /// The request for this question, made now; none if the mapping has no template.
    pub(crate) fn request(
        &self,
        question: &Question,
        now: Timestamp,
    ) -> Result<Option<String>, Fault> {
        let filled = self.mapping.request(&asked(question, now));
        filled.transpose().map_err(|name| {
            let told = format!("the mapping wants `{{{name}}}`, which no such question has");
            Fault::never(&INTERNAL, DOING).because(told)
        })
    }

    /// What the register said to this question. `signer` was verified to have signed it.
    pub(crate) fn read(
        &self,
        answer: mapping::Answer<'_>,
        question: &Question,
        signer: Option<Signer>,
    ) -> Result<Answer, Fault> {
        // No time of an answer is compared with the one of its request.
        let asked = asked(question, Timestamp::UNIX_EPOCH);
        let told = |code: Option<String>| match code {
            Some(code) => format!("it says {code}"),
            None => "it says so".to_owned(),
        };
        match self.mapping.read(answer, &asked) {
            Ok(Reading::Known(found)) => Ok(Answer::Known(Record {
                members: found.members,
                source: Source {
                    register: question.register.clone(),
                    number: found.number,
                    answered_at: found.answered_at,
                    signer: signer.map(Box::new),
                },
            })),
            Ok(Reading::Unknown) => Ok(Answer::Unknown),
            Ok(Reading::Later(code)) => {
                Err(Fault::later(&REGISTER_FAILED, DOING).because(told(code)))
            }
            Ok(Reading::Down(code)) => {
                Err(Fault::outage(&REGISTER_UNREACHABLE, DOING).because(told(code)))
            }
            Ok(Reading::Refused(code)) => {
                Err(Fault::never(&REGISTER_REFUSED, DOING).because(told(code)))
            }
            Err(odd) => Err(match odd.doubt {
                Doubt::Form => garbled(odd.to_string()),
                Doubt::Contradiction => untrusted(odd.to_string()),
            }),
        }
    }
}

impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mapping.fmt(f)
    }
}

/// An answer that is not of the agreed form. `why` without personal data.
pub(crate) fn garbled(why: impl Into<String>) -> Fault {
    let fault = Fault::later(&REGISTER_GARBLED, DOING).at_most(TRIES);
    fault.because(why)
}

/// An answer that is not believed. `why` without personal data.
pub(crate) fn untrusted(why: impl Into<String>) -> Fault {
    let fault = Fault::later(&REGISTER_UNTRUSTED, DOING).at_most(TRIES);
    fault.because(why)
}

/// The settings parted: those of these fields, and the rest.
pub(crate) fn parted(settings: &toml::Table, fields: &[&str]) -> (toml::Table, toml::Table) {
    let (mut ours, mut rest) = (toml::Table::new(), toml::Table::new());
    for (name, value) in settings {
        let table = if fields.contains(&name.as_str()) {
            &mut ours
        } else {
            &mut rest
        };
        table.insert(name.clone(), value.clone());
    }
    (ours, rest)
}

/// The text of a file that a field names.
fn read(field: &str, path: &Path) -> Result<String, BadSettings> {
    std::fs::read_to_string(path).map_err(|e| {
        let problem = format!("cannot read {}: {}", path.display(), e.kind());
        BadSettings::new(field, problem)
    })
}

/// What the names of a template stand for in this question.
fn asked(question: &Question, now: Timestamp) -> Asked {
    let purpose = &question.purpose;
    let local = now.to_zoned(TimeZone::get("Asia/Almaty").unwrap_or(TimeZone::UTC));
    let mut pairs = vec![
        ("request.id", question.exchange_id().to_string()),
        (
            "request.at",
            local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        ),
        ("request.date", local.date().to_string()),
        ("purpose.application", purpose.application.to_string()),
        ("purpose.service", purpose.service.to_string()),
        ("purpose.operator", purpose.operator.clone()),
        ("purpose.consent", purpose.consent.clone()),
    ];
    match &question.subject {
        Subject::Person(iin) => pairs.push(("subject.iin", iin.reveal().to_owned())),
        Subject::Organisation(bin) => pairs.push(("subject.bin", bin.reveal().to_owned())),
        Subject::PowerOfAttorney {
            number,
            principal,
            representative,
        } => pairs.extend([
            ("subject.number", number.clone()),
            ("subject.principal", principal.reveal().to_owned()),
            ("subject.representative", representative.reveal().to_owned()),
        ]),
        Subject::Payment {
            receipt,
            payer,
            service,
            amount_tenge,
        } => pairs.extend([
            ("subject.receipt", receipt.clone()),
            ("subject.payer", payer.reveal().to_owned()),
            ("subject.service", service.to_string()),
            ("subject.amount_tenge", amount_tenge.to_string()),
        ]),
    }
    pairs.into_iter().collect()
}
