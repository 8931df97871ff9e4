//! `kezekctl lanes`: every lane of the map, what waits in it, who works on it, and why it is closed.
//!
//! In: the monitor's answer. Out: a table, or JSON; exit code 1 while a lane is closed or something is
//! parked, so that a script can watch. It opens and closes nothing.

use std::{process::ExitCode, time::Duration};

use anyhow::Context;

use crate::{
    codes,
    monitor::{At, Lane, moment},
    screen::Screen,
};

const EXAMPLES: &str = "Examples:
  kezekctl lanes
  kezekctl lanes --lang ru
  kezekctl lanes --json | jq '.[] | select(.closed)'";

/// Show the lanes: what waits, who works, what is parked, which are closed and why.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    monitor: At,
}

pub(crate) async fn run(args: &Args, screen: &Screen) -> anyhow::Result<ExitCode> {
    let found = args
        .monitor
        .get("/v1/lanes", Duration::from_secs(30))
        .await?;
    let found = found.context("the monitor has no /v1/lanes; are both of one version?")?;
    // A bare list, or the list as a member.
    let list = found.get("lanes").unwrap_or(&found).clone();
    let lanes: Vec<Lane> = serde_json::from_value(list.clone())
        .context("the monitor's answer is not a list of lanes; are both of one version?")?;
    screen.value(&list)?;
    let rows: Vec<_> = lanes.iter().map(row).collect();
    screen.table(
        &[
            "lane", "state", "waiting", "oldest", "workers", "parked", "since",
        ],
        &rows,
    );
    for lane in lanes.iter().filter(|lane| lane.closed) {
        let code = lane.code.as_deref().unwrap_or_default();
        let explanation = lane.explanation.as_deref().unwrap_or_default();
        screen.line("");
        screen.line(format!("{}: {code} {explanation}", lane.name).trim_end());
        screen.line(format!("  {}", codes::meaning(code, screen)));
        screen.line(format!("  {}", codes::action(code, screen)));
    }
    if let Some(lane) = lanes.iter().find(|lane| lane.parked > 0) {
        screen.line("");
        screen.line(format!("Next: kezekctl parked list {}", lane.name));
    }
    let calm = lanes.iter().all(|lane| !lane.closed && lane.parked == 0);
    Ok(if calm {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn row(lane: &Lane) -> Vec<String> {
    let state = match (lane.closed, lane.consumers) {
        (true, _) => "closed",
        // Nobody works it: its owner comes for what lies there.
        (false, 0) if lane.kind == "mailbox" => "mailbox",
        (false, 0) => "no worker",
        (false, _) => "open",
    };
    vec![
        lane.name.clone(),
        state.to_owned(),
        lane.waiting.to_string(),
        lane.oldest_s.map(age).unwrap_or_default(),
        lane.consumers.to_string(),
        lane.parked.to_string(),
        lane.since.as_deref().map(moment).unwrap_or_default(),
    ]
}

/// A time in its two largest units; nothing for none.
fn age(seconds: u64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match seconds {
        0 => String::new(),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}
