//! The law that every adapter on a roll is held to: what is the same for registers, providers and the ways of
//! telling an applicant.
//!
//! Each adapter has a folder of recorded cases; an adapter without cases fails. Every case is a test of its own,
//! `<adapter>::<case>`, and two more hold the folder: it shows every way to end, and `bad_settings.toml` is
//! refused field by field. What a case means is said by the crate that has the roll, in its [`Bench`].

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Debug,
    path::{Path, PathBuf},
    process::ExitCode,
};

use fault::{Again, Blame, Fault};
use libtest_mimic::{Arguments, Trial};
use serde::{Deserialize, de::DeserializeOwned};

/// What adapters are given as their token, and must never show.
pub const TOKEN: &str = "open-sesame";

/// One adapter on the bench.
pub trait Bench: Copy + Send + 'static {
    /// A recorded exchange: a file of the adapter's folder.
    type Case: Case;

    fn name(self) -> &'static str;
    /// Why these settings are refused; none if they are taken.
    fn refusal(self, settings: &toml::Table) -> Option<String>;
    /// The ways to end that the cases must show between them.
    fn needed(cases: &[(String, Self::Case)]) -> BTreeSet<&'static str>;
    /// Holds the adapter to one case; `name` is for messages.
    fn hold(self, name: String, case: Self::Case) -> impl Future<Output = ()>;
}

/// What every case has.
pub trait Case: DeserializeOwned + Send + 'static {
    /// In words.
    fn about(&self) -> &str;
    fn settings(&self) -> &toml::Table;
    fn ending(&self) -> &'static str;
}

/// How a call ended: in an answer of its own kind, or in a fault with this code.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending<A> {
    Outage(String),
    Later(String),
    /// Later, and parked after a few tries.
    Few(String),
    Never(String),
    #[serde(untagged)]
    Answered(A),
}

impl<A> Ending<A> {
    pub fn of<T>(said: &Result<T, Fault>, answered: impl Fn(&T) -> A) -> Self {
        let fault = match said {
            Ok(answer) => return Self::Answered(answered(answer)),
            Err(fault) => fault,
        };
        let code = fault.code.name.to_owned();
        match (fault.again, fault.blame) {
            (Again::Later, Blame::Lane) => Self::Outage(code),
            (Again::Later, Blame::Message) if fault.tries_max.is_some() => Self::Few(code),
            (Again::Later, Blame::Message) => Self::Later(code),
            (Again::Never, _) => Self::Never(code),
        }
    }

    pub fn kind(&self, answered: impl Fn(&A) -> &'static str) -> &'static str {
        match self {
            Self::Outage(_) => "outage",
            Self::Later(_) => "later",
            Self::Few(_) => "few",
            Self::Never(_) => "never",
            Self::Answered(answer) => answered(answer),
        }
    }
}

/// Everything that a log could show of a call: `seen` and the answer, and a fault with all that is beneath it.
pub fn shown<T: Debug>(seen: &str, said: &Result<T, Fault>) -> String {
    let mut shown = vec![format!("{seen} {said:?}")];
    let mut cause = said.as_ref().err().map(|fault| fault as &dyn Error);
    while let Some(error) = cause {
        shown.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    shown.join(" ")
}

/// Settings with what only the test knows put in the place of its name.
pub fn filled(settings: &toml::Table, known: &[(&str, &str)]) -> toml::Table {
    let mut filled = settings.clone();
    for (_, value) in &mut filled {
        fill(value, known);
    }
    filled
}

fn fill(value: &mut toml::Value, known: &[(&str, &str)]) {
    match value {
        toml::Value::String(text) => {
            for (name, stands) in known {
                *text = text.replace(name, stands);
            }
        }
        toml::Value::Array(items) => items.iter_mut().for_each(|item| fill(item, known)),
        toml::Value::Table(inner) => inner.iter_mut().for_each(|(_, item)| fill(item, known)),
        _ => {}
    }
}

/// The `main` of a test target: the law for every adapter of the roll, whose cases stand in `cases`.
pub fn judge<B: Bench>(roll: impl IntoIterator<Item = B>, cases: &Path) -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = roll.into_iter().flat_map(|bench| law(bench, cases));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn law<B: Bench>(bench: B, cases: &Path) -> Vec<Trial> {
    let folder = cases.join(bench.name());
    let test = |name: &str, test: Box<dyn FnOnce() + Send>| {
        Trial::test(format!("{}::{name}", bench.name()), move || {
            test();
            Ok(())
        })
    };
    let (ends, refuses) = (folder.clone(), folder.clone());
    let mut law = vec![
        test(
            "has_every_ending",
            Box::new(move || has_every_ending(bench, &ends)),
        ),
        test(
            "refuses_bad_settings",
            Box::new(move || refuses_bad_settings(bench, &refuses)),
        ),
    ];
    for (file, case) in read::<B>(&folder) {
        let name = format!("{}/{file} ({})", bench.name(), case.about());
        let held = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(bench.hold(name, case));
        };
        law.push(test(&file, Box::new(held)));
    }
    law
}

fn read<B: Bench>(folder: &Path) -> Vec<(String, B::Case)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: no recorded cases: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_stem().unwrap() != "bad_settings")
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let case = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_stem().unwrap().to_str().unwrap();
        (name.to_owned(), case)
    };
    files.into_iter().map(read).collect()
}

fn has_every_ending<B: Bench>(bench: B, folder: &Path) {
    let cases = read::<B>(folder);
    let seen: BTreeSet<_> = cases.iter().map(|(_, case)| case.ending()).collect();
    let needed = B::needed(&cases);
    assert!(
        seen.is_superset(&needed),
        "{}: has cases that end in {seen:?}, needs {needed:?}",
        bench.name()
    );
}

#[derive(Deserialize)]
struct BadSettings {
    bad: Vec<Bad>,
}

#[derive(Deserialize)]
struct Bad {
    field: String,
    settings: toml::Table,
}

fn refuses_bad_settings<B: Bench>(bench: B, folder: &Path) {
    let name = bench.name();
    let refused = |settings: &toml::Table, field: &str| {
        let text = bench.refusal(settings);
        let text = text.unwrap_or_else(|| panic!("{name}: takes bad `{field}`"));
        assert!(text.contains(&format!("`{field}`")), "{name}: {text}");
        assert!(!text.contains(TOKEN), "{name}: {text}");
    };
    let text = std::fs::read_to_string(folder.join("bad_settings.toml"));
    let text = text.unwrap_or_else(|e| panic!("{name}: bad_settings.toml: {e}"));
    for bad in toml::from_str::<BadSettings>(&text).unwrap().bad {
        refused(&bad.settings, &bad.field);
    }
    let (_, case) = read::<B>(folder).remove(0);
    let mut settings = case.settings().clone();
    settings.insert("surprise".to_owned(), toml::Value::Integer(1));
    refused(&settings, "surprise");
}
