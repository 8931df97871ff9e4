//! What the house shows of itself, held against what it says it shows: the traces against the flow map, the
//! names of spans, attributes and metrics against `telemetry::names`.

use std::collections::BTreeSet;
use std::time::Duration;

use house::proof::work;
use rig::{Application, Options, Rig, wait_for};
use serde_json::json;
use telemetry::names;

use crate::SOON;
use crate::collector::Collector;
use crate::seen::Seen;

/// A house that sends its traces to `collector`.
pub(crate) async fn observed(collector: &Collector) -> Rig {
    let everywhere = vec![("telemetry.otlp_endpoint", collector.url().into())];
    let options = Options {
        everywhere,
        ..Options::default()
    };
    Rig::start(options).await.unwrap()
}

/// Waits until nothing is in hand, then ends the services, which send what they still hold of their traces.
pub(crate) async fn everything_is_told(rig: &Rig) {
    wait_for("no work in any queue", SOON, async || {
        let lengths = work(rig).await?;
        anyhow::ensure!(lengths.is_empty(), "{lengths:?}");
        Ok(Some(()))
    })
    .await
    .unwrap();
    let services: Vec<String> = rig.services.names().map(str::to_owned).collect();
    for name in services {
        let limit = Duration::from_secs(30);
        let ended = rig.services.terminate(&name, limit).await.unwrap();
        assert!(ended.success(), "{name}: {ended}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_is_one_trace_along_the_ways_of_the_map_in_declared_names_only() {
    let collector = Collector::start().await;
    let rig = observed(&collector).await;
    let numbers = everything_happens(&rig).await;
    only_declared_metrics(&rig).await;
    everything_is_told(&rig).await;

    let seen = Seen::new(collector.spans());
    for number in &numbers {
        seen.number_is_traced(number);
    }
    seen.every_message_is_one_whole_trace();
    seen.edges_are_those_of_the_map();
    seen.the_journal_hears_everybody();
    seen.calls_to_the_outside_carry_their_trace(&rig).await;
    seen.only_declared_names();
}

/// Plays whatever can happen to a message; gives the numbers of the applications.
async fn everything_happens(rig: &Rig) -> Vec<String> {
    let mut granted = Vec::new();
    for application in [
        Application::apostille("aigul"),
        Application::archive_certificate("dana", "national"),
        Application::mass_media("gulnar-publisher"),
        Application::archive_certificate("ivan", "central-state").at_front_office("saule-operator"),
        Application::archive_certificate("gulnar-publisher", "central-state")
            .at_front_office("saule-operator"),
    ] {
        granted.push(submitted(rig, application).await);
    }
    granted.push(by_a_representative(rig).await);
    for number in &granted {
        rig.monitor.status(number, "granted", SOON).await.unwrap();
    }
    let mut all = granted;
    all.push(at_a_provider_that_fails_and_is_down(rig).await);
    all.extend(refused_on_the_way(rig).await);
    asked_again_while_redis_is_away(rig).await;
    all
}

/// Pays, submits, and waits for the verdict on the signature.
async fn submitted(rig: &Rig, mut application: Application) -> String {
    rig.pay(&mut application).await.unwrap();
    let message = application.sealed(&rig.people).unwrap();
    let answer = rig.post_and_wait(application.participant, &message, 20);
    answer.await.unwrap().number().unwrap().to_owned()
}

/// Somebody else files for the applicant, by a notary's power of attorney.
async fn by_a_representative(rig: &Rig) -> String {
    let application = Application::archive_certificate("aigul", "central-state")
        .at_front_office("saule-operator");
    let mut message = application.sealed(&rig.people).unwrap();
    message["representative"] = json!({
        "iin": rig.people.find("samat").unwrap().number().unwrap(),
        "power_of_attorney": { "number": "ENIS-0001", "certified": "notary" },
    });
    let answer = rig.post("front-office", &message).await.unwrap();
    answer.number().unwrap().to_owned()
}

async fn at_a_provider_that_fails_and_is_down(rig: &Rig) -> String {
    let provider = "national-archive";
    rig.outside.fault(provider, "error-500", 0).await.unwrap();
    let number = submitted(rig, Application::archive_certificate("ivan", "national")).await;
    fact(rig, &number, "attempt-failed").await;
    rig.outside.fault(provider, "down", 0).await.unwrap();
    let closed = "SELECT count(*) FROM journal WHERE name = 'lane-closed'";
    wait_for("a closed lane", SOON, async || {
        // One message alone cannot close a lane: it takes failures in a row.
        submitted(rig, Application::archive_certificate("dana", "national")).await;
        let rows = rig.postgres.sql("kezek", closed).await?;
        Ok((rows.trim() != "0").then_some(()))
    })
    .await
    .unwrap();
    rig.outside.fault(provider, "none", 0).await.unwrap();
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    number
}

async fn refused_on_the_way(rig: &Rig) -> Vec<String> {
    let mut of_another = Application::archive_certificate("aigul", "national");
    of_another.signer = "dana";
    let mut unpaid = Application::apostille("aigul");
    unpaid.receipt = Some("R-99999999".to_owned());
    let mut numbers = Vec::new();
    for application in [of_another, unpaid] {
        let answer = rig.submit(&application).await.unwrap();
        numbers.push(answer.number().unwrap().to_owned());
    }
    for number in &numbers {
        rig.monitor.status(number, "refused", SOON).await.unwrap();
    }
    // A report by a provider that never got the application, and a request that the door refuses.
    let number = submitted(rig, Application::archive_certificate("dana", "national")).await;
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    let report = json!({ "number": number, "outcome": "refused", "reason": "not ours" });
    let service = "archive-certificate";
    let foreign = rig.report("committee", "committee-signer", service, &report);
    foreign.await.unwrap().number().unwrap();
    fact(rig, &number, "refused").await;
    let refused = rig
        .post("portal", &json!({ "id": "nothing" }))
        .await
        .unwrap();
    assert_eq!(refused.status, 400, "{refused:?}");
    numbers.push(number);
    numbers
}

async fn asked_again_while_redis_is_away(rig: &Rig) {
    let application = Application::archive_certificate("dana", "national");
    let message = application.sealed(&rig.people).unwrap();
    let first = rig.post("portal", &message).await.unwrap();
    let number = first.number().unwrap();
    rig.monitor.status(number, "granted", SOON).await.unwrap();
    rig.redis.stop().await.unwrap();
    let again = rig.post("portal", &message).await.unwrap();
    assert_eq!(again.number().unwrap(), number);
    rig.redis.restart().await.unwrap();
}

async fn fact(rig: &Rig, number: &str, name: &str) {
    let query =
        format!("SELECT count(*) FROM journal WHERE number = '{number}' AND name = '{name}'");
    wait_for(&format!("`{name}` of {number}"), SOON, async || {
        let rows = rig.postgres.sql("kezek", &query).await?;
        Ok((rows.trim() != "0").then_some(()))
    })
    .await
    .unwrap();
}

/// Every metric of every service, and what it is told apart by, is declared.
async fn only_declared_metrics(rig: &Rig) {
    let page_name = |name: &str| name.replace('.', "_");
    let metrics: Vec<String> = names::METRICS.map(page_name).to_vec();
    let mut labels: BTreeSet<String> = names::LABELS.into_iter().map(page_name).collect();
    labels.insert("le".to_owned());
    let resource: BTreeSet<String> = names::RESOURCE.into_iter().map(page_name).collect();
    let mut seen = BTreeSet::new();
    // The monitor looks at the lanes now and then.
    wait_for("the gauges of the lanes", SOON, async || {
        let page = rig.services.metrics("monitor").await?;
        Ok(page.contains(&page_name(names::LANE_WAITING)).then_some(()))
    })
    .await
    .unwrap();
    for service in rig.services.names() {
        let page = rig.services.metrics(service).await.unwrap();
        for line in page.lines().filter(|line| !line.starts_with('#')) {
            let (head, _) = line.rsplit_once(' ').unwrap();
            let (name, marks) = head.split_once('{').unwrap_or((head, "}"));
            let marks: BTreeSet<String> = keys(marks);
            if name == "target_info" {
                assert!(marks.is_subset(&resource), "{service}: {line}");
                continue;
            }
            let declared = metrics.iter().filter(|metric| is_of(name, metric));
            let declared: Vec<&String> = declared.collect();
            assert_eq!(declared.len(), 1, "{service} shows `{name}`: {declared:?}");
            let strange: Vec<&String> = marks
                .iter()
                .filter(|key| !labels.contains(*key) && !key.starts_with("otel_scope_"))
                .collect();
            assert!(strange.is_empty(), "{service}: {strange:?} in {line}");
            seen.insert(declared[0].clone());
        }
    }
    for expected in [
        names::LANE_TAKEN,
        names::LANE_GIVEN,
        names::LANE_FAULTS,
        names::LANE_DURATION,
        names::LANE_IN_HAND,
        names::LANE_CLOSED,
        names::LANE_WAITING,
        names::LANE_STANDING_PARKED,
        names::LANE_OLDEST,
        names::PUBLISH_REPEATED,
        names::INTAKE_ACCEPTED,
        names::INTAKE_REFUSED,
        names::JOURNAL_LAG,
        names::JOURNAL_FACTS,
        names::CHECK_OVERDUE,
        names::AUTHORITY_ASKED,
        names::AUTHORITY_DURATION,
    ] {
        assert!(seen.contains(&page_name(expected)), "no {expected}");
    }
}

/// Whether a line of a page belongs to a metric: units and parts stand behind its name.
fn is_of(line: &str, metric: &str) -> bool {
    let rest = line.strip_prefix(metric).unwrap_or("?");
    let rest = rest.strip_prefix("_seconds").unwrap_or(rest);
    matches!(rest, "" | "_total" | "_bucket" | "_sum" | "_count")
}

/// The label names in `a="b",c="d"}`.
fn keys(labels: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = labels.trim_end_matches('}');
    while let Some((key, after)) = rest.split_once("=\"") {
        found.insert(key.trim_start_matches(',').to_owned());
        rest = after.split_once('"').map_or("", |(_, rest)| rest);
    }
    found
}
