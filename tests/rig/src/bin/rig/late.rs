//! Two applications that an officer leaves lying, in regulations that allow him seconds instead of days.

use rig::{Application, Rig, Term, wait_for};

use crate::{
    play::{SOON, accepted, title},
    teller::step,
};

/// The provider whose officer leaves them lying.
const PROVIDER: &str = "committee";

/// The times of the demonstration: late after twenty seconds; near its end after six, and for ten minutes.
pub(crate) fn terms() -> Vec<Term> {
    vec![
        Term {
            service: "mass-media-registration",
            channel: "portal",
            step: 11,
            allowed: "20s",
            near: &[0.5, 0.8],
        },
        Term {
            service: "archive-certificate",
            channel: "portal",
            step: 8,
            allowed: "10m",
            near: &[0.01, 0.8],
        },
    ]
}

/// Sends both and waits until the clock has told of them; leaves them lying, for the pages to show.
pub(crate) async fn play(rig: &Rig) -> anyhow::Result<Vec<String>> {
    println!(
        "  (the demonstration's regulations allow the officer 20 s and 10 min instead of 15 days)"
    );
    rig.outside.auto(PROVIDER, false).await?;
    let mut numbers = Vec::new();
    for (mut application, told) in [
        (
            Application::mass_media("gulnar-publisher"),
            "deadline-passed",
        ),
        (
            Application::archive_certificate("dana", PROVIDER),
            "deadline-near",
        ),
    ] {
        rig.pay(&mut application).await?;
        let telling = step(title(&application));
        let number = accepted(rig, &application).await?;
        wait_for(told, SOON, async || {
            let timeline = rig.monitor.timeline(&number).await?;
            let facts = timeline.as_ref().and_then(|all| all["facts"].as_array());
            let said = facts.is_some_and(|facts| facts.iter().any(|fact| fact["name"] == told));
            Ok(said.then_some(()))
        })
        .await?;
        telling.done(&format!("{told}, {number}"));
        numbers.push(number);
    }
    rig.outside.auto(PROVIDER, true).await?;
    Ok(numbers)
}
