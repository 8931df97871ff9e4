//! Applications on their way while registers and a provider speak over the gateway's channels, and what breaks there.

use std::sync::Arc;

use rig::{Application, Channels, Options, Rig, query, wait_for};
use serde_json::json;

use crate::SOON;

/// A house whose registers and committee speak SOAP.
async fn house() -> Arc<Rig> {
    let options = Options {
        channels: Channels::Outside,
        ..Options::default()
    };
    Arc::new(Rig::start(options).await.unwrap())
}

/// Files at the front office under a power of attorney: the registers of persons and notaries are asked, and the
/// committee is handed the application.
async fn filed(rig: &Rig) -> String {
    let application = Application::archive_certificate("aigul", "central-state")
        .at_front_office("saule-operator")
        .under_power(&rig.people, "samat", "ENIS-0001")
        .unwrap();
    let answer = rig.submit(&application).await.unwrap();
    answer.number().unwrap().to_owned()
}

/// Waits for a fact about the application.
async fn fact(rig: &Rig, number: &str, name: &str, says: &str) {
    let query = format!(
        "SELECT count(*) FROM journal WHERE number = '{number}' AND name = '{name}' AND detail::text LIKE '%{says}%'"
    );
    wait_for(&format!("{name} {says}"), SOON, async || {
        let rows = rig.postgres.sql("kezek", &query).await?;
        Ok((rows.trim() != "0").then_some(()))
    })
    .await
    .unwrap();
}

/// Waits until the lane is closed.
async fn closed(rig: &Rig, lane: &str) {
    wait_for(&format!("{lane} closed"), SOON, async || {
        let lanes = rig.monitor.lanes().await?;
        let mut lanes = lanes["lanes"].as_array().into_iter().flatten();
        let is_closed = lanes.any(|one| one["name"] == lane && one["closed"] == true);
        Ok(is_closed.then_some(()))
    })
    .await
    .unwrap();
}

/// The committee has it once, and only once.
async fn taken_once(rig: &Rig, number: &str) {
    let ledger = rig.outside.ledger("committee").await.unwrap();
    let entries: Vec<_> = ledger
        .iter()
        .filter(|entry| entry.number == number)
        .collect();
    assert_eq!(entries.len(), 1, "{ledger:?}");
    assert!(entries[0].copies_equal);
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_and_a_provider_over_soap_bring_an_application_to_its_result() {
    let rig = house().await;
    let number = filed(&rig).await;
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    let asked = rig.outside.queries().await.unwrap();
    for register in ["gbd-fl", "enis"] {
        assert!(
            asked
                .iter()
                .any(|query| query["register"] == register && query["found"] == true),
            "{asked:?}"
        );
        let requests = rig.outside.requests(register).await.unwrap();
        assert!(
            requests
                .iter()
                .any(|request| request["target"] == "/soap/sync"),
            "{requests:?}"
        );
        assert!(
            requests
                .iter()
                .all(|request| request["target"] != "/lookup"),
            "{requests:?}"
        );
    }
    taken_once(&rig, &number).await;
    let requests = rig.outside.requests("committee").await.unwrap();
    assert!(
        requests
            .iter()
            .all(|request| request["target"] != "/applications"),
        "{requests:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_goes_and_comes_back_holds_its_lane_only() {
    let rig = house().await;
    rig.outside.fault("enis", "down", 0).await.unwrap();
    let number = filed(&rig).await;
    fact(&rig, &number, "enriched", "gbd-fl").await;
    closed(&rig, "registry.enis").await;
    rig.outside.fault("enis", "none", 0).await.unwrap();
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    taken_once(&rig, &number).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_register_says_wrongly_is_not_believed_and_the_right_answer_is_taken_later() {
    let rig = house().await;
    for (fault, code) in [
        ("soap-fault", "register-failed"),
        ("error-500", "register-failed"),
    ] {
        rig.outside.fault("gbd-fl", fault, 0).await.unwrap();
        let number = filed(&rig).await;
        fact(&rig, &number, "attempt-failed", code).await;
        rig.outside.fault("gbd-fl", "none", 0).await.unwrap();
        rig.monitor.status(&number, "granted", SOON).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_the_router_was_restarted_is_found() {
    let rig = house().await;
    rig.outside
        .fault("committee", "answer-late", 4_000)
        .await
        .unwrap();
    let number = filed(&rig).await;
    wait_for("an application at the committee", SOON, async || {
        let ledger = rig.outside.ledger("committee").await?;
        Ok(ledger
            .iter()
            .any(|entry| entry.number == number)
            .then_some(()))
    })
    .await
    .unwrap();
    rig.services.kill9("router").await.unwrap();
    rig.services.restart("router").await.unwrap();
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    taken_once(&rig, &number).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_goes_and_comes_back_or_answers_twice_takes_each_application_once() {
    let rig = house().await;
    rig.outside.fault("committee", "down", 0).await.unwrap();
    let waiting = filed(&rig).await;
    closed(&rig, "router.committee").await;
    rig.outside
        .fault("committee", "duplicate", 0)
        .await
        .unwrap();
    rig.monitor.status(&waiting, "granted", SOON).await.unwrap();
    let twice = filed(&rig).await;
    rig.monitor.status(&twice, "granted", SOON).await.unwrap();
    taken_once(&rig, &waiting).await;
    taken_once(&rig, &twice).await;
}

/// The whole journey of the front office over SOAP: it asks, files under a power of attorney, the committee answers
/// on the async channel, and the person sees every look at his data.
#[tokio::test(flavor = "multi_thread")]
async fn the_front_office_works_over_soap_alone_and_the_person_sees_every_look() {
    let options = Options {
        channels: Channels::Everybody,
        ..Options::default()
    };
    let rig = Rig::start(options).await.unwrap();
    let iin = |name: &str| rig.people.find(name).unwrap().iin.clone().unwrap();
    let power = json!({
        "power_of_attorney": "ENIS-0001", "principal": iin("aigul"), "representative": iin("samat"),
    });
    for (register, subject) in [("gbd-fl", json!({ "iin": iin("aigul") })), ("enis", power)] {
        let asking = json!({ "register": register, "subject": subject, "purpose": "prefill" });
        let message = query(
            &rig.people,
            "saule-operator",
            "archive-certificate",
            &asking,
        )
        .unwrap();
        let answer = rig
            .send_by_soap("front-office", &message)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(answer["found"], true, "{answer}");
        assert!(answer["record"].is_object(), "{answer}");
    }

    let application = Application::archive_certificate("aigul", "central-state")
        .at_front_office("saule-operator")
        .under_power(&rig.people, "samat", "ENIS-0001")
        .unwrap();
    let message = application.sealed(&rig.people).unwrap();
    let taken = rig
        .send_by_soap("front-office", &message)
        .await
        .unwrap()
        .unwrap();
    let number = taken["number"].as_str().unwrap().to_owned();
    let again = rig
        .send_by_soap("front-office", &message)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        again["number"], taken["number"],
        "the same message is the same application"
    );
    rig.monitor.status(&number, "granted", SOON).await.unwrap();

    // A reader that takes and dies before it confirms gets everything again.
    let result = wait_for("the result in the mailbox", SOON, async || {
        let letters = rig.mailbox_by_soap("front-office").await?;
        Ok(letters
            .into_iter()
            .find(|letter| letter.document["fact"] == "result-issued"))
    })
    .await
    .unwrap();
    assert_eq!(result.document["number"], number.as_str());
    assert!(!result.document["signatures"].as_array().unwrap().is_empty());
    rig.services.kill9("intake").await.unwrap();
    rig.services.restart("intake").await.unwrap();
    let again = rig.mailbox_by_soap("front-office").await.unwrap();
    assert!(
        again.iter().any(|letter| letter.id == result.id),
        "{again:?}"
    );
    for letter in again {
        rig.confirm_by_soap("front-office", &letter.id)
            .await
            .unwrap();
    }
    assert!(
        rig.mailbox_by_soap("front-office")
            .await
            .unwrap()
            .is_empty()
    );

    let looks = wait_for("four looks", SOON, async || {
        let page = rig.monitor.accesses(&iin("aigul"), "ru").await?;
        let looks = page["accesses"].as_array().cloned().unwrap_or_default();
        Ok((looks.len() >= 4).then_some(looks))
    })
    .await
    .unwrap();
    // Two queries and two questions on the application's way.
    for register in ["gbd-fl", "enis"] {
        let of = looks.iter().filter(|look| look["register"] == register);
        assert_eq!(of.count(), 2, "{looks:?}");
    }
    for look in &looks {
        assert!(!look["fields"].as_array().unwrap().is_empty(), "{look}");
        assert!(
            !look.to_string().contains("Үлгілі"),
            "names of fields, never values: {look}"
        );
    }
}
