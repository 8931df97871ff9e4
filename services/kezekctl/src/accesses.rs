//! `kezekctl accesses`: who looked at somebody's data, or what was asked of a register (X16).
//!
//! In: an IIN or BIN, or a register. Out: every look, newest first: who, why, on whose consent, what came back by
//! name, and what was checked of it. The number goes to the monitor and is not printed, in errors neither.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::{
    check::Check,
    monitor::{At, Text, moment},
    screen::Screen,
};

const EXAMPLES: &str = "Examples:
  kezekctl accesses 900101300017 --lang kk
  kezekctl accesses 900101300017 --json | jq '.accesses[] | select(.outcome == \"no-answer\")'
  kezekctl accesses --register gbd-fl --limit 20";

const LIMIT: Duration = Duration::from_secs(30);

/// Show who looked at the data of a person or organisation, or what was asked of a register.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// IIN or BIN of the one whose data it is.
    #[arg(required_unless_present = "register", conflicts_with = "register")]
    person: Option<String>,
    /// What was asked of this register instead.
    #[arg(long, value_name = "NAME")]
    register: Option<String>,
    /// Where the page before ended.
    #[arg(long, value_name = "KEY", default_value = "")]
    after: String,
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    #[command(flatten)]
    monitor: At,
}

/// A page of the monitor's answer.
#[derive(Debug, Deserialize)]
struct Page {
    accesses: Vec<Access>,
    next_after: Option<String>,
}

/// One look.
#[derive(Debug, Deserialize)]
struct Access {
    id: String,
    asked_at: String,
    register: String,
    register_name: Option<Text>,
    operator: String,
    participant: Option<String>,
    organisation: Option<Text>,
    purpose: String,
    purpose_text: Option<Text>,
    consent_text: Text,
    application: Option<String>,
    outcome_text: Text,
    fields: Vec<String>,
    failure: Option<Failure>,
    checks: Vec<Check>,
}

#[derive(Debug, Deserialize)]
struct Failure {
    code: String,
    meaning: Option<Text>,
}

pub(crate) async fn run(args: &Args, screen: &Screen) -> anyhow::Result<ExitCode> {
    let place = match (&args.person, &args.register) {
        (Some(person), _) => {
            let digits: String = person.chars().filter(char::is_ascii_digit).collect();
            let whole = message::PersonalNumber::new(&digits);
            whole.context("the argument is neither an IIN nor a BIN")?;
            format!("persons/{digits}")
        }
        (None, Some(register)) => {
            let register = message::RegisterName::new(register).context("--register")?;
            format!("registers/{register}")
        }
        (None, None) => bail!("say whose accesses: an IIN or BIN, or --register"),
    };
    let (after, limit) = (&args.after, args.limit);
    if !after
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        bail!("--after: is not where a page ended");
    }
    let path = format!("/v1/{place}/accesses?limit={limit}&after={after}");
    let found = args.monitor.get(&path, LIMIT).await?;
    let found = found.context("the monitor tells no accesses; are both of one version?")?;
    let page: Page = serde_json::from_value(found.clone())
        .context("the monitor's answer is no page of accesses; are both of one version?")?;
    screen.value(&found)?;
    if page.accesses.is_empty() {
        screen.line(screen.pick("ешкім қараған жоқ", "никто не смотрел", "nobody has looked"));
    }
    for access in &page.accesses {
        show(screen, access);
    }
    if let Some(next) = page.next_after {
        screen.line(format!("--after {next}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(screen: &Screen, access: &Access) {
    let named = |text: &Option<Text>, code: &str| match text {
        Some(text) => text.shown(screen).to_owned(),
        None => code.to_owned(),
    };
    let register = named(&access.register_name, &access.register);
    let participant = access.participant.as_deref().unwrap_or_default();
    let organisation = named(&access.organisation, participant);
    let by = match organisation.as_str() {
        "" => access.operator.clone(),
        organisation => format!("{} ({organisation})", access.operator),
    };
    screen.line(format!("{}  {register}  {by}", moment(&access.asked_at)));
    let purpose = named(&access.purpose_text, &access.purpose);
    let application = access.application.as_deref();
    let application = application.map_or(String::new(), |number| format!("  № {number}"));
    screen.line(format!("  {purpose}{application}"));
    screen.line(format!("  {}", access.consent_text.shown(screen)));
    let outcome = access.outcome_text.shown(screen);
    match (&access.failure, access.fields.is_empty()) {
        (Some(failure), _) => {
            let why = named(&failure.meaning, &failure.code);
            screen.line(format!("  {outcome}: {why}"));
        }
        (None, true) => screen.line(format!("  {outcome}")),
        (None, false) => screen.line(format!("  {outcome}: {}", access.fields.join(", "))),
    }
    for check in &access.checks {
        check.show(screen, "  ");
    }
    screen.line(format!("  {}", access.id));
}
