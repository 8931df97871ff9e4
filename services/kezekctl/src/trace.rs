//! `kezekctl trace`: one application from its receipt to its end, in the terminal.
//!
//! In: an application number as a person types it. Out: where it stands, the regulation's steps with the
//! time allowed and used (X17), every fact, every failed try with its error code in words (X12).

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use message::Number;
use serde_json::Value;

use crate::{
    codes,
    monitor::{Application, At, Fact, Pause, Step, Timeline, moment},
    screen::Screen,
};

const EXAMPLES: &str = "Examples:
  kezekctl trace 02812345678901234567
  kezekctl trace 02812 34567 89012 34567 --lang kk
  kezekctl trace 02812345678901234567 --follow
  kezekctl trace 02812345678901234567 --json | jq .steps";

/// Show where an application stands, its steps with times, and everything that happened to it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The application's number; spaces and hyphens do not matter.
    #[arg(required = true, value_name = "NUMBER")]
    number: Vec<String>,
    /// Show it again at each change, until its end.
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    monitor: At,
}

/// How often `--follow` looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

pub(crate) async fn run(args: &Args, screen: &Screen) -> anyhow::Result<ExitCode> {
    let number: Number = args.number.concat().parse()?;
    let path = format!("/v1/applications/{number}/timeline");
    let mut facts_shown = 0;
    loop {
        let found = args.monitor.get(&path, ANSWER_WITHIN).await?;
        if found.is_none() && !args.follow {
            screen.value(&Value::Null)?;
            screen.line(format!("the monitor knows no application {number:#}"));
            screen.line(
                "Next: check the number; if it was given a moment ago, ask again, or use --follow.",
            );
            return Ok(ExitCode::FAILURE);
        }
        if let Some(found) = found {
            let timeline: Timeline = serde_json::from_value(found.clone())
                .context("the monitor's answer is not a timeline; are both of one version?")?;
            if timeline.facts.len() > facts_shown {
                facts_shown = timeline.facts.len();
                screen.value(&found)?;
                show(&timeline, screen);
            }
            if timeline.application.is_final || !args.follow {
                return Ok(ExitCode::SUCCESS);
            }
            screen.line("");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn show(timeline: &Timeline, screen: &Screen) {
    let application = &timeline.application;
    show_application(application, screen);
    screen.line("");
    let head = [
        screen.pick("қадам", "шаг", "step"),
        "",
        screen.pick("жұмсалды", "затрачено", "used"),
        screen.pick("рұқсат", "отведено", "allowed"),
        screen.pick("мерзімі", "срок", "due"),
        screen.pick("ҚФБ", "СФЕ", "unit"),
        screen.pick("іс-қимыл", "действие", "action"),
    ];
    let steps: Vec<_> = timeline
        .steps
        .iter()
        .map(|step| step_row(step, screen))
        .collect();
    screen.table(&head, &steps);
    for step in &timeline.steps {
        for pause in &step.pauses {
            screen.line(pause_line(step.number, pause, screen));
        }
    }
    screen.line("");
    let head = [
        screen.pick(
            "уақыт (Asia/Almaty)",
            "время (Asia/Almaty)",
            "time (Asia/Almaty)",
        ),
        screen.pick("факт", "факт", "fact"),
        screen.pick("кім", "кто", "by"),
        "",
    ];
    let facts: Vec<_> = timeline
        .facts
        .iter()
        .map(|fact| fact_row(fact, application, screen))
        .collect();
    screen.table(&head, &facts);
}

fn show_application(application: &Application, screen: &Screen) {
    let number: Result<Number, _> = application.number.parse();
    let number = number.map_or_else(|_| application.number.clone(), |n| format!("{n:#}"));
    let status = application
        .status_text
        .as_ref()
        .map_or("", |text| text.shown(screen));
    screen.line(format!("{number}  {} ({})", status, application.status));
    let name = application
        .service_name
        .as_ref()
        .map_or("", |text| text.shown(screen));
    screen.line(format!(
        "  {} · {} · {name}",
        application.service, application.channel
    ));
    screen.line(format!(
        "  {} {}, {} {}",
        screen.pick("қабылданды:", "принято", "received"),
        moment(&application.received_at),
        screen.pick("осы күйге келді:", "в этом состоянии с", "so since"),
        moment(&application.since)
    ));
    if let Some(provider) = &application.provider {
        let none = screen.pick(
            "әлі тіркелмеген",
            "ещё не зарегистрировано",
            "not registered yet",
        );
        let registered = application.registration_number.as_deref().unwrap_or(none);
        let reported = application
            .reported
            .as_deref()
            .map(|r| format!(", {r}"))
            .unwrap_or_default();
        let who = screen.pick("қызмет беруші", "услугодатель", "provider");
        screen.line(format!("  {who} {provider}: {registered}{reported}"));
    }
    if let Some(reason) = &application.reason {
        let code = reason.code.as_deref().unwrap_or_default();
        tell_code(
            screen.pick("себебі", "причина", "reason"),
            code,
            &reason.explanation,
            screen,
        );
    }
    if let Some(waiting) = &application.waiting {
        let what = format!(
            "{} {}, {} {}, {} {}",
            screen.pick("күтетін кезегі:", "ждёт в очереди", "waits in"),
            waiting.lane,
            screen.pick("сәтсіз әрекет:", "неудачных попыток:", "failed tries:"),
            waiting.attempt,
            screen.pick("келесісі:", "следующая:", "next:"),
            moment(&waiting.retry_at)
        );
        tell_code(&what, &waiting.code, &waiting.explanation, screen);
    }
}

fn tell_code(what: &str, code: &str, explanation: &str, screen: &Screen) {
    screen.line(format!("  {what}: {code} {explanation}").trim_end());
    for text in [codes::meaning(code, screen), codes::action(code, screen)] {
        if !text.is_empty() {
            screen.line(format!("    {text}"));
        }
    }
}

fn step_row(step: &Step, screen: &Screen) -> Vec<String> {
    let mark = match (step.progress.as_str(), step.late) {
        ("open", false) if step.paused.is_some() => {
            screen.pick("тоқтатылды", "приостановлен", "paused")
        }
        ("open", false) if step.near => screen.pick("мерзім жақын", "срок близок", "near"),
        (_, true) => screen.pick("кешікті!", "просрочен!", "late!"),
        ("done", _) => screen.pick("орындалды", "выполнен", "done"),
        ("open", _) => screen.pick("орындалуда", "идёт", "open"),
        ("dropped", _) => screen.pick("керек болмады", "не понадобился", "not needed"),
        ("outside", _) => screen.pick("бізге дейін", "до нас", "before us"),
        _ => "",
    };
    let text = |text: &Option<crate::monitor::Text>| {
        text.as_ref()
            .map(|t| t.shown(screen).to_owned())
            .unwrap_or_default()
    };
    vec![
        step.number.to_string(),
        mark.to_owned(),
        step.used_ms.map(used).unwrap_or_default(),
        step.allowed.clone(),
        step.due.as_deref().map(moment).unwrap_or_default(),
        text(&step.unit),
        text(&step.action),
    ]
}

/// Since when and why the time of a step stood still.
fn pause_line(number: u16, pause: &Pause, screen: &Screen) -> String {
    let until = screen.pick("әлі", "до сих пор", "still");
    let reasons = pause.reasons.iter().map(|reason| {
        let words = [&reason.lane, &reason.code, &reason.status];
        let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
        words.join(" ")
    });
    let why: Vec<String> = reasons.collect();
    format!(
        "  {} {number}: {} {} … {}  {}",
        screen.pick("қадам", "шаг", "step"),
        screen.pick("уақыт тоқтады", "время стояло", "time stood still"),
        moment(&pause.from),
        pause.to.as_deref().map_or(until.to_owned(), moment),
        why.join(", ")
    )
}

/// Milliseconds in the unit that suits them.
fn used(ms: u64) -> String {
    let (s, m, h) = (ms / 1000, ms / 60_000, ms / 3_600_000);
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..60_000 => format!("{s}.{}s", ms % 1000 / 100),
        60_000..3_600_000 => format!("{m}m{:02}s", s % 60),
        3_600_000..86_400_000 => format!("{h}h{:02}m", m % 60),
        _ => format!("{}d{:02}h", h / 24, h % 24),
    }
}

fn fact_row(fact: &Fact, application: &Application, screen: &Screen) -> Vec<String> {
    let is_own = fact
        .message_id
        .as_ref()
        .is_none_or(|id| *id == application.message_id);
    let report = screen.pick("есеп", "отчёт", "report");
    let name = if is_own {
        fact.name.clone()
    } else {
        format!("{} ({report})", fact.name)
    };
    vec![
        moment(&fact.at),
        name,
        fact.by.clone(),
        said(&fact.detail, screen),
    ]
}

/// Members of a fact's detail that come first, in this order; the others follow by name.
const FIRST: [&str; 7] = [
    "register",
    "provider",
    "lane",
    "channel",
    "outcome",
    "status",
    "registration_number",
];

/// A fact's detail on one line, the error code with its meaning.
fn said(detail: &Value, screen: &Screen) -> String {
    let Some(members) = detail.as_object() else {
        return String::new();
    };
    let first = FIRST.iter().filter_map(|name| members.get_key_value(*name));
    let others = members
        .iter()
        .filter(|(name, _)| !FIRST.contains(&name.as_str()));
    let parts: Vec<_> = first
        .chain(others)
        .filter_map(|(n, v)| part(n, v, screen))
        .collect();
    parts.join(" · ")
}

fn part(name: &str, value: &Value, screen: &Screen) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty());
    match (name, text) {
        // Which fact was told is an id; nobody reads it here.
        ("of", _) => None,
        ("code", Some(code)) => Some(format!("{code}: {}", codes::meaning(code, screen))),
        ("retry_at", Some(at)) => {
            let next = screen.pick("келесі әрекет", "следующая попытка", "next try");
            Some(format!("{next} {}", moment(at)))
        }
        ("attempt", _) => Some(format!(
            "{} {value}",
            screen.pick("әрекет", "попытка", "try")
        )),
        ("signers", _) => {
            let told = value.as_array()?.iter().filter_map(|signer| {
                let name = signer["name"].as_str()?;
                let algorithm = signer["algorithm"].as_str();
                Some(algorithm.map_or_else(|| name.to_owned(), |by| format!("{name} ({by})")))
            });
            Some(told.collect::<Vec<_>>().join(", "))
        }
        (_, Some(text)) => Some(text.to_owned()),
        (_, None) => (!value.is_null() && !value.is_string()).then(|| value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use message::Language;
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_shown_in_the_unit_that_suits_them() {
        let shown = [7, 12_340, 83_000, 7_260_000, 180_000_000].map(used);
        assert_eq!(shown, ["7ms", "12.3s", "1m23s", "2h01m", "2d02h"]);
        assert_eq!(moment("2026-11-22T07:00:00Z"), "2026-11-22 12:00:00.000");
    }

    #[test]
    fn a_failed_try_is_told_with_the_meaning_of_its_code() {
        let code = fault::catalogue().next().unwrap();
        let detail = json!({
            "lane": "router.committee", "code": code.name, "explanation": "connection refused",
            "attempt": 2, "retry_at": "2026-11-22T07:00:00Z",
        });
        let line = said(&detail, &Screen::new(false, Language::Ru));
        assert!(line.contains(code.meaning.ru), "{line}");
        assert!(
            line.contains("попытка 2") && line.contains("connection refused"),
            "{line}"
        );
        assert!(
            line.ends_with("следующая попытка 2026-11-22 12:00:00.000"),
            "{line}"
        );
    }
}
