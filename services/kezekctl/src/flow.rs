//! `kezekctl flow`: the map of lanes, as a picture or as what the broker has to know.
//!
//! In: `flow.toml`. Out: Mermaid, RabbitMQ definitions, or whether the definitions that are deployed are
//! still those of the map. It asks no broker.

use std::{path::Path, process::ExitCode};

use anyhow::Context;
use flow::Map;
use serde_json::json;

use crate::{cli::Common, screen::Screen};

const EXAMPLES: &str = "Examples:
  kezekctl flow                                              the picture, in Mermaid
  kezekctl flow --definitions > deploy/rabbitmq/definitions.json
  kezekctl flow --check";

/// Print the map of lanes and queues: a Mermaid picture, or RabbitMQ definitions.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Print definitions.json for RabbitMQ.
    #[arg(long, conflicts_with = "check")]
    definitions: bool,
    /// Compare with rabbitmq/definitions.json in the deploy folder.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let map = load(&common.deploy)?;
    if args.check {
        return check(&map, &common.deploy, screen);
    }
    if args.definitions {
        Screen::text(&map.definitions_text());
    } else if screen.json {
        screen.value(&json!({"mermaid": map.mermaid()}))?;
    } else {
        Screen::text(&map.mermaid());
    }
    Ok(ExitCode::SUCCESS)
}

/// The map of the deploy folder.
pub(crate) fn load(deploy: &Path) -> anyhow::Result<Map> {
    let path = deploy.join("flow.toml");
    Map::load(&path).with_context(|| {
        format!(
            "no map in {}; say where it is with --deploy DIR or KEZEK_DEPLOY",
            path.display()
        )
    })
}

fn check(map: &Map, deploy: &Path, screen: &Screen) -> anyhow::Result<ExitCode> {
    let path = deploy.join("rabbitmq/definitions.json");
    let kept = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let same = kept == map.definitions_text();
    screen.value(&json!({"same": same, "path": path}))?;
    if same {
        screen.line(format!("{} is that of the map", path.display()));
        return Ok(ExitCode::SUCCESS);
    }
    screen.line(format!("{} is not that of the map.", path.display()));
    screen.line(format!(
        "Next: kezekctl flow --definitions > {}",
        path.display()
    ));
    Ok(ExitCode::FAILURE)
}
