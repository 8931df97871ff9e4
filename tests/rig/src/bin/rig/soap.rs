//! The front office on the gateway's channels, from its first query to the result, and what the person sees of it.

use anyhow::{Context, ensure};
use rig::{Application, Rig, query, wait_for};
use serde_json::{Value, json};

use crate::{play::SOON, teller::step};

const OFFICE: &str = "front-office";
const OPERATOR: &str = "saule-operator";
const SERVICE: &str = "archive-certificate";
const POWER: &str = "ENIS-0001";

/// Plays it; gives the number of the application.
pub(crate) async fn play(rig: &Rig) -> anyhow::Result<String> {
    let (principal, by) = (iin(rig, "aigul")?, iin(rig, "samat")?);
    let power = json!({
        "power_of_attorney": POWER, "principal": principal, "representative": by,
    });
    let asked = [
        (
            "gbd-fl",
            json!({ "iin": principal }),
            "the operator asks the register of persons",
        ),
        (
            "enis",
            power,
            "and the notary register for the power of attorney",
        ),
    ];
    for (register, subject, what) in asked {
        let telling = step(what);
        let asking = json!({
            "register": register, "subject": subject, "purpose": "to fill in the application",
        });
        let message = query(&rig.people, OPERATOR, SERVICE, &asking)?;
        let answer = sent(rig, &message).await?;
        ensure!(answer["found"] == true, "{register}: {answer}");
        let fields = answer["record"]
            .as_object()
            .map(|record| record.keys().cloned().collect::<Vec<_>>());
        telling.done(&format!("found: {}", fields.unwrap_or_default().join(", ")));
    }

    let telling = step("files under the power of attorney");
    let application = Application::archive_certificate("aigul", "central-state")
        .at_front_office(OPERATOR)
        .under_power(&rig.people, "samat", POWER)?;
    let taken = sent(rig, &application.sealed(&rig.people)?).await?;
    let number = taken["number"].as_str().context("no number")?.to_owned();
    telling.done(&number);

    let telling = step("the committee registers it and answers, on the async channel");
    rig.monitor.status(&number, "granted", SOON).await?;
    let mut heard = Vec::new();
    let result = wait_for(
        "the result in the front office's mailbox",
        SOON,
        async || {
            for letter in rig.mailbox_by_soap(OFFICE).await? {
                rig.confirm_by_soap(OFFICE, &letter.id).await?;
                heard.push(letter.document);
            }
            Ok(heard
                .iter()
                .find(|letter| {
                    letter["number"] == number.as_str() && letter["fact"] == "result-issued"
                })
                .cloned())
        },
    )
    .await?;
    let signatures = result["signatures"].as_array().map_or(0, Vec::len);
    ensure!(signatures > 0, "the result is not signed: {result}");
    telling.done("the result waited in the front office's mailbox, signed by the committee");
    Ok(number)
}

/// Every look at the data of the person, in his own language.
pub(crate) async fn looks(rig: &Rig) -> anyhow::Result<()> {
    let page = rig.monitor.accesses(&iin(rig, "aigul")?, "kk").await?;
    for look in page["accesses"].as_array().context("no list")? {
        let text = |name: &str| look[name].as_str().unwrap_or_default().to_owned();
        let fields = look["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        println!(
            "  {} {} {} {}: {}",
            text("register"),
            text("operator"),
            text("purpose"),
            text("outcome"),
            fields.collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}

fn iin(rig: &Rig, name: &str) -> anyhow::Result<String> {
    rig.people.find(name)?.iin.clone().context("no IIN")
}

async fn sent(rig: &Rig, message: &Value) -> anyhow::Result<Value> {
    let answer = rig.send_by_soap(OFFICE, message).await?;
    answer.map_err(|fault| anyhow::anyhow!("{} {}", fault.code(), fault.message))
}
