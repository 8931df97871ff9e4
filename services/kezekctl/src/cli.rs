//! The command line: what every command has in common, and the list of commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use message::Language;

use crate::{flow, journal, lanes, load, parked, regulation, submit, trace};

const EXAMPLES: &str = "Examples:
  kezekctl submit --service archive-certificate --applicant aigul
  kezekctl trace 02812 34567 89012 34567 --lang kk
  kezekctl lanes
  kezekctl load --rate 50
  kezekctl parked list router.committee
  kezekctl regulation check
  kezekctl journal verify

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
    /// Language of texts: kk, ru or en.
    #[arg(
        long = "lang",
        global = true,
        value_name = "LANGUAGE",
        default_value = "en"
    )]
    pub language: Language,
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
}
