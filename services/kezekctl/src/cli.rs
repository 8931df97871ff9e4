//! The command line: what every command has in common, and the list of commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use message::Language;

use crate::{
    accesses, check, flow, journal, lanes, load, parked, password_hash, regulation, submit, trace,
    verify,
};

const EXAMPLES: &str = "Examples:
  kezekctl submit --service archive-certificate --applicant aigul
  kezekctl trace 02812 34567 89012 34567 --lang kk
  kezekctl lanes
  kezekctl load --rate 50
  kezekctl parked list router.committee
  kezekctl regulation check
  kezekctl journal verify
  kezekctl accesses --register gbd-fl
  kezekctl verify application.p7s --trust anchors --crl nca.crl

Addresses can stand in the environment: KEZEK_INTAKE, KEZEK_MONITOR, KEZEK_BROKER, KEZEK_TESTBED, KEZEK_DEPLOY.";

/// Sends test applications to kezek, follows them, and looks after its lanes.
#[derive(Debug, Parser)]
#[command(name = "kezekctl", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Write JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of texts: kk, ru or en. Default: that of LANG if it is one of these, else en.
    #[arg(long = "lang", global = true, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// Folder with flow.toml, regulations/ and rabbitmq/definitions.json.
    #[arg(
        long,
        global = true,
        env = "KEZEK_DEPLOY",
        value_name = "DIR",
        default_value = "deploy"
    )]
    pub deploy: PathBuf,
}

impl Common {
    /// The language of texts.
    pub fn language(&self) -> Language {
        let surroundings = std::env::var("LANG").unwrap_or_default();
        let of_surroundings = || surroundings.get(..2).and_then(|two| two.parse().ok());
        let language = self.language.or_else(of_surroundings);
        language.unwrap_or(Language::En)
    }
}

/// Exit code of a command line that makes no sense. [`verify`] has another, since 2 is one of its verdicts.
pub fn wrong_line(error: &clap::Error, words: impl Iterator<Item = String>) -> u8 {
    let is_verify = words.skip(1).any(|word| word == "verify");
    match (error.use_stderr(), is_verify) {
        (false, _) => 0,
        (true, false) => 2,
        (true, true) => verify::USAGE,
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Submit(Box<submit::Args>),
    Trace(trace::Args),
    Lanes(lanes::Args),
    Load(Box<load::Args>),
    Parked(parked::Args),
    Flow(flow::Args),
    Regulation(regulation::Args),
    Journal(journal::Args),
    Accesses(accesses::Args),
    Check(check::Args),
    Verify(Box<verify::Args>),
    PasswordHash(password_hash::Args),
}
