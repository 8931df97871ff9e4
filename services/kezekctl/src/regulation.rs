//! `kezekctl regulation`: the services as data: are they in order, and what do they say.
//!
//! In: the regulations of the deploy folder and its map. Out: every finding with its place, the steps of
//! one service in words, or their drawing (SVG). It changes nothing.

use std::{path::Path, process::ExitCode};

use anyhow::Context;
use clap::Subcommand;
use message::{Channel, ServiceCode};
use regulations::{Calendar, Regulation, Regulations};
use serde_json::json;

use crate::{cli::Common, flow, screen::Screen};

const EXAMPLES: &str = "Examples:
  kezekctl regulation check
  kezekctl regulation check --json
  kezekctl regulation show apostille --channel portal --lang ru
  kezekctl regulation draw apostille portal > apostille.svg";

/// Check the regulations, show what one says, or draw it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Find what is wrong: steps that cannot be reached, conditions with one side only, unknown lanes, days off
    /// moved against the law, …
    #[command(after_help = "Example:\n  kezekctl regulation check --deploy deploy")]
    Check,
    /// Show the form and the steps of a service.
    #[command(after_help = "Example:\n  kezekctl regulation show apostille --channel portal")]
    Show {
        service: ServiceCode,
        /// portal, provider or front-office.
        #[arg(long, default_value = "portal")]
        channel: Channel,
    },
    /// Draw the steps of a channel as swim lanes: writes SVG.
    #[command(
        after_help = "Example:\n  kezekctl regulation draw apostille portal --lang ru > apostille.svg"
    )]
    Draw {
        service: ServiceCode,
        /// portal, provider or front-office.
        channel: Channel,
    },
}

pub(crate) fn run(args: &Args, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let regulations = load(&common.deploy)?;
    match &args.what {
        What::Check => check(&regulations, common, screen),
        What::Show { service, channel } => {
            show(find(&regulations, service)?, *channel, &regulations, screen)
        }
        What::Draw { service, channel } => {
            draw(find(&regulations, service)?, *channel, &regulations, screen)
        }
    }
}

/// The regulations of the deploy folder.
pub(crate) fn load(deploy: &Path) -> anyhow::Result<Regulations> {
    let folder = deploy.join("regulations");
    Regulations::load(&folder).with_context(|| {
        let folder = folder.display();
        format!("no regulations in {folder}; say where they are with --deploy DIR or KEZEK_DEPLOY")
    })
}

/// The regulation of `service`; the error tells which there are.
pub(crate) fn find<'a>(
    regulations: &'a Regulations,
    service: &ServiceCode,
) -> anyhow::Result<&'a Regulation> {
    regulations.get(service).with_context(|| {
        let there: Vec<_> = regulations.iter().map(|r| r.code.as_str()).collect();
        format!(
            "there is no service `{service}`; there are: {}",
            there.join(", ")
        )
    })
}

fn check(regulations: &Regulations, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let map = flow::load(&common.deploy)?;
    let calendar = Calendar::load(&common.deploy.join("calendar.toml"))?;
    let findings = regulations.check(&|lane| map.lane(lane).is_ok());
    let days = calendar.check();
    let told = findings
        .iter()
        .map(|f| json!({"service": f.service, "place": f.place, "problem": f.problem}));
    let told: Vec<_> = told
        .chain(days.iter().map(
            |f| json!({"service": null, "place": format!("calendar.{}", f.field), "problem": f.problem}),
        ))
        .collect();
    let (count, years) = (regulations.iter().count(), calendar.covers());
    screen.value(&json!({
        "services": count,
        "calendar": {"version": calendar.version(), "first": years.start(), "last": years.end()},
        "findings": told,
    }))?;
    for finding in &findings {
        screen.line(finding);
    }
    for finding in &days {
        screen.line(format!("calendar: {finding}"));
    }
    if told.is_empty() {
        screen.line(format!(
            "{count} regulations and the calendar of {} to {} (version {}), nothing to put right",
            years.start(),
            years.end(),
            calendar.version()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    screen.line(format!(
        "{} to put right; crates/regulations/README.md tells how",
        told.len()
    ));
    Ok(ExitCode::FAILURE)
}

fn no_channel(regulation: &Regulation, channel: Channel) -> String {
    let there: Vec<_> = regulation.channels.keys().map(|c| c.as_str()).collect();
    format!(
        "`{}` has no channel `{channel}`; it has: {}",
        regulation.code,
        there.join(", ")
    )
}

fn draw(
    regulation: &Regulation,
    channel: Channel,
    regulations: &Regulations,
    screen: &Screen,
) -> anyhow::Result<ExitCode> {
    let words = &regulations.words;
    let svg = regulations::draw(regulation, words, channel, screen.language, None)
        .with_context(|| no_channel(regulation, channel))?;
    Screen::text(&svg);
    Ok(ExitCode::SUCCESS)
}

fn show(
    regulation: &Regulation,
    channel: Channel,
    regulations: &Regulations,
    screen: &Screen,
) -> anyhow::Result<ExitCode> {
    let rules = regulation
        .channel(channel)
        .with_context(|| no_channel(regulation, channel))?;
    let language = screen.language;
    screen.value(&json!({
        "service": regulation.code, "channel": channel, "fee_tenge": regulation.fee_tenge,
        "schema": regulation.schema(channel),
    }))?;
    screen.line(regulation.name.get(language));
    if let Some(fee) = regulation.fee_tenge {
        screen.line(format!("fee: {fee} tenge"));
    }
    screen.line("");
    let fields: Vec<_> = rules
        .form
        .all()
        .filter_map(|name| Some((name, regulation.fields.get(name)?)))
        .map(|(name, field)| {
            let need = if rules.form.required.contains(name) {
                "required"
            } else {
                "optional"
            };
            vec![
                name.clone(),
                need.to_owned(),
                field.title.get(language).to_owned(),
            ]
        })
        .collect();
    screen.table(&["field", "", "title"], &fields);
    screen.line("");
    let steps: Vec<_> = rules
        .steps
        .iter()
        .map(|step| {
            let unit = regulations.words.units.get(&step.unit);
            vec![
                step.number.to_string(),
                unit.map_or(step.unit.as_str(), |text| text.get(language))
                    .to_owned(),
                step.allowed.to_string(),
                step.action.get(language).to_owned(),
            ]
        })
        .collect();
    screen.table(&["step", "unit", "allowed", "action"], &steps);
    Ok(ExitCode::SUCCESS)
}
