//! `kezekctl check`: checks of the purpose of an access (X15). The body that owns the register opens and closes
//! them, the organisation that asked answers.
//!
//! In: ids, who acts and the words. Out: the check as it stands. Sent twice, nothing happens twice. `list` ends with
//! exit code 1 while a check is overdue, so that a script can watch.

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    monitor::{At, Text, moment},
    screen::Screen,
};

const EXAMPLES: &str = "Examples:
  kezekctl check open 5c0f… --by 'owner of gbd-fl' --question 'Which application is it for?' --days 5
  kezekctl check answer 8e21… --by 'Omarova Aigul' --answer 'For an apostille; the paper is number 17'
  kezekctl check close 8e21… --by 'owner of gbd-fl' --outcome justified
  kezekctl check list --overdue";

const LIMIT: Duration = Duration::from_secs(30);

/// Open, answer, close or list checks of the purpose of accesses to registers.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    monitor: At,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The owner of the register asks what an access was for.
    #[command(
        after_help = "Example:\n  kezekctl check open 019ab8d5-7c00-8abc-8def-0123456789ab --by 'owner of gbd-fl' --question 'What for?'"
    )]
    Open {
        /// Id of the access, as `kezekctl accesses` prints it.
        access: Uuid,
        /// Who asks, for the body that owns the register.
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long, value_name = "TEXT")]
        question: String,
        /// Days for the answer; as the monitor is configured without it.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=90))]
        days: u16,
    },
    /// The organisation that asked the register answers.
    #[command(
        after_help = "Example:\n  kezekctl check answer 019ab8d5-7c00-8abc-8def-0123456789ab --by 'Omarova Aigul' --answer 'For an apostille'"
    )]
    Answer {
        /// Id of the check.
        check: Uuid,
        /// Who answers.
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long, value_name = "TEXT")]
        answer: String,
    },
    /// The owner says what came of it.
    #[command(
        after_help = "Example:\n  kezekctl check close 019ab8d5-7c00-8abc-8def-0123456789ab --by 'owner of gbd-fl' --outcome unjustified --note 'No such application'"
    )]
    Close {
        /// Id of the check.
        check: Uuid,
        /// Who closes it.
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long)]
        outcome: Outcome,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// List checks, newest first.
    #[command(after_help = "Example:\n  kezekctl check list --register gbd-fl --open")]
    List {
        /// Those of this register.
        #[arg(long, value_name = "NAME", default_value = "")]
        register: String,
        /// Only those that are not closed.
        #[arg(long)]
        open: bool,
        /// Only those that nobody has answered in time.
        #[arg(long)]
        overdue: bool,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
        limit: u16,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    Justified,
    Unjustified,
}

/// A check as the monitor tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Check {
    id: String,
    access: String,
    register: String,
    state_text: Text,
    opened_by: String,
    question: String,
    due_at: String,
    overdue: bool,
    answered_by: Option<String>,
    answer: Option<String>,
    closed_by: Option<String>,
    outcome_text: Option<Text>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Page {
    checks: Vec<Check>,
}

pub(crate) async fn run(args: &Args, screen: &Screen) -> anyhow::Result<ExitCode> {
    let (path, body) = match &args.what {
        What::Open {
            access,
            by,
            question,
            days,
        } => (
            format!("/v1/accesses/{access}/checks"),
            json!({ "by": by, "question": question, "days": days }),
        ),
        What::Answer { check, by, answer } => (
            format!("/v1/checks/{check}/answer"),
            json!({ "by": by, "answer": answer }),
        ),
        What::Close {
            check,
            by,
            outcome,
            note,
        } => {
            let outcome = match outcome {
                Outcome::Justified => "justified",
                Outcome::Unjustified => "unjustified",
            };
            (
                format!("/v1/checks/{check}/close"),
                json!({ "by": by, "outcome": outcome, "note": note }),
            )
        }
        What::List {
            register,
            open,
            overdue,
            limit,
        } => {
            let register = match register.as_str() {
                "" => String::new(),
                name => message::RegisterName::new(name)
                    .context("--register")?
                    .to_string(),
            };
            let path = format!(
                "/v1/checks?register={register}&open={open}&overdue={overdue}&limit={limit}"
            );
            return list(args, screen, &path).await;
        }
    };
    let answer = args.monitor.post(&path, &body, LIMIT).await?;
    let check: Check = read(&answer)?;
    screen.value(&answer)?;
    check.show(screen, "");
    Ok(ExitCode::SUCCESS)
}

async fn list(args: &Args, screen: &Screen, path: &str) -> anyhow::Result<ExitCode> {
    let found = args.monitor.get(path, LIMIT).await?;
    let found = found.context("the monitor has no /v1/checks; are both of one version?")?;
    let page: Page = read(&found)?;
    screen.value(&found)?;
    for check in &page.checks {
        check.show(screen, "");
    }
    Ok(if page.checks.iter().any(|check| check.overdue) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn read<T: serde::de::DeserializeOwned>(answer: &Value) -> anyhow::Result<T> {
    serde_json::from_value(answer.clone())
        .context("the monitor's answer tells of no check; are both of one version?")
}

impl Check {
    /// The check in some lines, each after `indent`.
    pub(crate) fn show(&self, screen: &Screen, indent: &str) {
        let late = if self.overdue {
            screen.pick("  МЕРЗІМІ ӨТТІ", "  ПРОСРОЧЕНА", "  OVERDUE")
        } else {
            ""
        };
        let (id, state) = (&self.id, self.state_text.shown(screen));
        let due = moment(&self.due_at);
        let by = screen.pick("мерзімі", "срок", "due");
        screen.line(format!("{indent}{id}  {state}, {by} {due}{late}"));
        let (register, access) = (&self.register, &self.access);
        let (opened_by, question) = (&self.opened_by, &self.question);
        screen.line(format!("{indent}  {register} {access}"));
        screen.line(format!("{indent}  {opened_by}: {question}"));
        if let (Some(by), Some(answer)) = (&self.answered_by, &self.answer) {
            screen.line(format!("{indent}  {by}: {answer}"));
        }
        if let (Some(by), Some(outcome)) = (&self.closed_by, &self.outcome_text) {
            let (outcome, note) = (outcome.shown(screen), self.note.as_deref().unwrap_or(""));
            screen.line(format!("{indent}  {by}: {outcome}. {note}").trim_end());
        }
    }
}
