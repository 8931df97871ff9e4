//! `kezekctl parked`: the messages set aside for a person: look at them, send them on again.
//!
//! In: a lane of the map, a message's id. Out: what was set aside, since when and why, without personal data;
//! or the message back in its lane, told as a fact. Nothing is ever deleted here.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use broker::{Config, Parked, Publisher};
use clap::Subcommand;
use flow::{Lane, Map};
use jiff::Timestamp;
use message::{Event, MessageId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{cli::Common, codes, flow as map, monitor::moment, screen::Screen};

const EXAMPLES: &str = "Examples:
  kezekctl parked list
  kezekctl parked list router.committee --lang kk
  kezekctl parked show router.committee 019ab8d5-7c00-8abc-8def-0123456789ab
  kezekctl parked release router.committee 019ab8d5-7c00-8abc-8def-0123456789ab
  kezekctl parked release router.committee --all";

/// List, show or release the messages that were set aside.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// Address of the broker.
    #[arg(
        long = "broker",
        global = true,
        env = "KEZEK_BROKER",
        hide_env_values = true,
        value_name = "URL",
        default_value = "amqp://kezek:kezek@127.0.0.1:5672/%2f"
    )]
    broker: String,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what is parked, oldest first, in one lane or in all.
    #[command(after_help = "Example:\n  kezekctl parked list registry.payment")]
    List {
        lane: Option<String>,
        /// Most messages listed of each lane.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one message: its facts, its tries, why it was set aside.
    #[command(
        after_help = "Example:\n  kezekctl parked show registry.payment 019ab8d5-7c00-8abc-8def-0123456789ab"
    )]
    Show { lane: String, id: Uuid },
    /// Send a message on into its lane again, after the cause has gone.
    #[command(after_help = "Example:\n  kezekctl parked release registry.payment --all")]
    Release {
        lane: String,
        #[arg(required_unless_present = "all")]
        id: Option<Uuid>,
        /// Every readable message of the lane.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

/// Messages looked through at most.
const LOOK_MAX: usize = 100_000;

pub(crate) async fn run(args: &Args, common: &Common, screen: &Screen) -> anyhow::Result<ExitCode> {
    let map = map::load(&common.deploy)?;
    let config = Config::new(&args.broker);
    config.check()?;
    match &args.what {
        What::List { lane, limit } => {
            let lanes: Vec<&Lane> = match lane {
                Some(name) => vec![find(&map, name)?],
                None => map.lanes.iter().collect(),
            };
            list(&config, &lanes, *limit, screen).await?;
        }
        What::Show { lane, id } => show(&config, find(&map, lane)?, *id, screen).await?,
        What::Release { lane, id, .. } => release(&config, find(&map, lane)?, *id, screen).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn find<'a>(map: &'a Map, name: &str) -> anyhow::Result<&'a Lane> {
    map.lane(name).ok().with_context(|| {
        let there: Vec<_> = map.lanes.iter().map(|lane| lane.name.as_str()).collect();
        format!("there is no lane `{name}`; there are: {}", there.join(", "))
    })
}

async fn look(config: &Config, lane: &Lane, limit: usize) -> anyhow::Result<Vec<Parked>> {
    let found = broker::parked(config, lane, limit).await;
    found.context("cannot look into the broker; say where it is with --broker or KEZEK_BROKER")
}

async fn list(
    config: &Config,
    lanes: &[&Lane],
    limit: usize,
    screen: &Screen,
) -> anyhow::Result<()> {
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for lane in lanes {
        for parked in look(config, lane, limit).await? {
            let (id, number) = named(&parked);
            values.push(described(lane, &parked));
            let meaning = codes::meaning(&parked.code, screen);
            rows.push(vec![
                lane.name.to_string(),
                id,
                number,
                parked
                    .at
                    .map(local)
                    .as_deref()
                    .map(moment)
                    .unwrap_or_default(),
                format!("{}: {meaning} {}", parked.code, parked.explanation)
                    .trim_end()
                    .to_owned(),
            ]);
        }
    }
    screen.value(&values)?;
    if rows.is_empty() {
        screen.line("nothing is parked");
        return Ok(());
    }
    screen.table(&["lane", "message", "application", "since", "why"], &rows);
    screen.line("");
    screen.line("Next: remove the cause, then kezekctl parked release LANE MESSAGE");
    Ok(())
}

/// Id and number of the message, or what stands in their place.
fn named(parked: &Parked) -> (String, String) {
    match parked.event.as_ref().map(|event| event.message.as_ref()) {
        Ok(Some(message)) => (message.id.to_string(), format!("{:#}", message.number)),
        Ok(None) => ("no message".to_owned(), String::new()),
        Err(bytes) => (format!("{} unreadable bytes", bytes.len()), String::new()),
    }
}

/// Local time of Kazakhstan with its offset (X13).
fn local(at: Timestamp) -> String {
    regulations::local(at)
        .strftime("%Y-%m-%dT%H:%M:%S%.3f%:z")
        .to_string()
}

fn described(lane: &Lane, parked: &Parked) -> Value {
    let message = parked
        .event
        .as_ref()
        .ok()
        .and_then(|event| event.message.as_ref());
    json!({
        "lane": lane.name.as_str(),
        "message_id": message.map(|m| m.id.to_string()),
        "number": message.map(|m| m.number.to_string()),
        "service": message.map(|m| m.service.to_string()),
        "attempts_failed": message.map(|m| m.attempts.failed),
        "code": parked.code,
        "explanation": parked.explanation,
        "parked_at": parked.at.map(local),
    })
}

async fn show(config: &Config, lane: &Lane, id: Uuid, screen: &Screen) -> anyhow::Result<()> {
    let all = look(config, lane, LOOK_MAX).await?;
    let is_meant = |parked: &&Parked| readable(parked).is_some_and(|(found, _)| found == id);
    let Some(parked) = all.iter().find(is_meant) else {
        bail!(
            "no message {id} is parked in {0}; see `kezekctl parked list {0}`",
            lane.name
        );
    };
    let facts = readable(parked)
        .map(|(_, event)| event.facts.as_slice())
        .unwrap_or_default();
    let mut value = described(lane, parked);
    value["facts"] = facts
        .iter()
        .map(|fact| json!({"name": fact.name().as_str(), "at": local(fact.at), "by": fact.by}))
        .collect();
    screen.value(&value)?;
    for (name, value) in value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(n, _)| *n != "facts")
    {
        screen.line(format!(
            "{name:16} {}",
            value.as_str().map_or(value.to_string(), str::to_owned)
        ));
    }
    for text in [
        codes::meaning(&parked.code, screen),
        codes::action(&parked.code, screen),
    ] {
        screen.line(format!("{:16} {text}", ""));
    }
    for fact in facts {
        let at = moment(&local(fact.at));
        screen.line(format!("{:16} {at} {} by {}", "fact", fact.name(), fact.by));
    }
    Ok(())
}

/// The id of the message and the event that brought it; `None` where it cannot be read.
fn readable(parked: &Parked) -> Option<(Uuid, &Event)> {
    let event = parked.event.as_ref().ok()?;
    Some((event.message.as_ref()?.id.as_uuid(), event))
}

async fn release(
    config: &Config,
    lane: &Lane,
    id: Option<Uuid>,
    screen: &Screen,
) -> anyhow::Result<()> {
    let ids = if let Some(id) = id {
        vec![id]
    } else {
        let all = look(config, lane, LOOK_MAX).await?;
        all.iter().filter_map(readable).map(|(id, _)| id).collect()
    };
    let publisher = Publisher::start(config, "kezekctl");
    let mut released = Vec::new();
    for id in ids {
        let id = MessageId::from_uuid(id);
        let now = Timestamp::now();
        broker::release(config, &publisher, lane, id, "kezekctl", now)
            .await
            .with_context(|| format!("{id} is not released"))?;
        screen.line(format!("{id} is in {} again", lane.name));
        released.push(id.to_string());
    }
    publisher.close(Duration::from_secs(5)).await;
    screen.value(&json!({"lane": lane.name.as_str(), "released": released}))?;
    if released.is_empty() {
        screen.line("nothing to release");
    }
    Ok(())
}
