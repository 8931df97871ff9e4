//! Applications on their way: to their results, or to a reasoned refusal.

use std::collections::BTreeSet;

use rig::{Application, Rig, SignedAs, wait_for};
use serde_json::{Value, json};

use crate::{SOON, house};

/// Sends an application that must be accepted; gives its number.
async fn accepted(rig: &Rig, application: &Application) -> String {
    rig.submit(application)
        .await
        .unwrap()
        .number()
        .unwrap()
        .to_owned()
}

/// Names of the facts about an application, each once.
async fn facts(rig: &Rig, number: &str) -> BTreeSet<String> {
    let query = format!("SELECT DISTINCT name FROM journal WHERE number = '{number}'");
    let rows = rig.postgres.sql("kezek", &query).await.unwrap();
    rows.lines().map(str::to_owned).collect()
}

/// Waits for a mail to `person` that names the application.
async fn mail_about(rig: &Rig, person: &str, number: &str) -> Value {
    let address = &rig.people.find(person).unwrap().email;
    wait_for(
        &format!("a mail to {person} about {number}"),
        SOON,
        async || {
            let mails = rig.outside.mail().await?;
            let found = mails.into_iter().find(|mail| {
                let text = mail.to_string();
                text.contains(address.as_str()) && text.contains(number)
            });
            Ok(found)
        },
    )
    .await
    .unwrap()
}

/// Waits for the refusal of an application and gives its error code; the provider has not seen it.
async fn refusal(rig: &Rig, number: &str) -> String {
    let application = rig.monitor.status(number, "refused", SOON).await.unwrap();
    for provider in ["committee", "national-archive"] {
        let ledger = rig.outside.ledger(provider).await.unwrap();
        assert!(
            ledger.iter().all(|entry| entry.number != number),
            "{provider} got {number}"
        );
    }
    let code = application["reason"]["code"].as_str();
    code.unwrap_or_else(|| panic!("a refusal without a code: {application}"))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_of_each_regulation_comes_to_its_result_and_the_applicant_is_told() {
    let rig = house().await;
    let mut applications = [
        Application::apostille("aigul"),
        Application::archive_certificate("dana", "national"),
        Application::mass_media("gulnar-publisher"),
        Application::archive_certificate("ivan", "central-state").at_front_office("saule-operator"),
    ];
    for application in &mut applications {
        rig.pay(application).await.unwrap();
        let number = accepted(&rig, application).await;
        rig.monitor.status(&number, "granted", SOON).await.unwrap();
        let facts = facts(&rig, &number).await;
        for step in [
            "received",
            "verified",
            "routed",
            "delivered",
            "status-reported",
            "result-issued",
        ] {
            assert!(
                facts.contains(step),
                "{}: no `{step}` in {facts:?}",
                application.service
            );
        }
        mail_about(&rig, application.applicant, &number).await;
        let timeline = rig.monitor.timeline(&number).await.unwrap().unwrap();
        assert!(
            timeline.to_string().contains("+05:00"),
            "local time (X13): {timeline}"
        );
    }
    let queries = rig.outside.queries().await.unwrap();
    assert!(
        queries.iter().any(|query| query["register"] == "gbd-fl"),
        "{queries:?}"
    );
    assert!(
        queries.iter().any(|query| query["register"] == "payment"),
        "{queries:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_pass_is_refused_with_its_reason_and_the_applicant_is_told() {
    let rig = house().await;

    // The certificate of another person (G2).
    let mut other = Application::apostille("aigul");
    other.signer = "dana";
    rig.pay(&mut other).await.unwrap();
    // A revoked and an expired certificate (G1).
    let mut revoked = Application::apostille("bolat-revoked");
    rig.pay(&mut revoked).await.unwrap();
    let mut expired = Application::apostille("olga-expired");
    rig.pay(&mut expired).await.unwrap();
    // A receipt that the payment gateway does not know (X18).
    let mut unpaid = Application::apostille("aigul");
    unpaid.receipt = Some("R-99999999".to_owned());
    // A person whom the register of persons does not know.
    let unknown = Application::archive_certificate("timur-unknown", "national")
        .at_front_office("saule-operator");

    let mut codes = BTreeSet::new();
    for application in [&other, &revoked, &expired, &unpaid, &unknown] {
        let number = accepted(&rig, application).await;
        let code = refusal(&rig, &number).await;
        mail_about(&rig, application.applicant, &number).await;
        println!("{}: {code}", application.applicant);
        codes.insert(code);
    }
    assert_eq!(
        codes.len(),
        5,
        "each refusal has a code of its own: {codes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_signed_as_xml_is_granted_and_a_wrapped_signature_is_refused() {
    let rig = house().await;

    let mut signed = Application::archive_certificate("aigul", "national");
    signed.signed_as = SignedAs::Xml;
    let number = accepted(&rig, &signed).await;
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    let query = format!(
        "SELECT detail::text FROM journal WHERE number = '{number}' AND name = 'verified' \
         ORDER BY position LIMIT 1"
    );
    let verified = rig.postgres.sql("kezek", &query).await.unwrap();
    assert!(verified.contains("GOST2015-512"), "{verified}");
    // What the provider got is the text that was signed, and nothing of the XML around it.
    let query = format!(
        "SELECT convert_from(document, 'UTF8') FROM messages WHERE number = '{number}' AND kind = 'application'"
    );
    let kept = rig.postgres.sql("kezek", &query).await.unwrap();
    let kept: Value = serde_json::from_str(kept.trim()).unwrap();
    assert_eq!(kept, signed.form);

    let mut wrapped = Application::archive_certificate("aigul", "national");
    wrapped.signed_as = SignedAs::WrappedXml;
    let number = accepted(&rig, &wrapped).await;
    assert_eq!(refusal(&rig, &number).await, "signature-wrong");
    let refused = rig.monitor.application(&number).await.unwrap().unwrap();
    let words = refused["reason"]["explanation"].as_str().unwrap();
    assert!(words.contains("reference-wrong"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_refused_from_the_moment_it_is_revoked_and_lists_decide_without_a_responder()
 {
    let rig = house().await;
    let application = Application::archive_certificate("samat", "national");

    rig.outside.fault("ocsp", "down", 0).await.unwrap();
    let number = accepted(&rig, &application).await;
    rig.monitor.status(&number, "granted", SOON).await.unwrap();

    // The lists that the service has are good for a day more.
    rig.outside.fault("ocsp", "none", 0).await.unwrap();
    rig.outside.revoke(&["aigul"]).await.unwrap();
    let number = accepted(&rig, &Application::archive_certificate("aigul", "national")).await;
    assert_eq!(refusal(&rig, &number).await, "certificate-revoked");
    let number = accepted(&rig, &Application::archive_certificate("dana", "national")).await;
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_refuses_what_it_can_see_and_stores_nothing() {
    let rig = house().await;

    // A state secret (X1).
    let mut secret = Application::archive_certificate("aigul", "national");
    secret.classification = "state-secret";
    // No consent where an operator files (X10).
    let mut no_consent =
        Application::archive_certificate("ivan", "national").at_front_office("saule-operator");
    no_consent.consent = None;
    // A field that the form does not have.
    let mut strange_form = Application::archive_certificate("dana", "national");
    strange_form.form["colour"] = json!("blue");
    // A system that may not send this, and one that nobody knows.
    let mut wrong_door = Application::archive_certificate("dana", "national");
    wrong_door.participant = "front-office";
    let mut stranger = Application::archive_certificate("dana", "national");
    stranger.participant = "stranger";

    let mut codes = BTreeSet::new();
    for application in [&secret, &no_consent, &strange_form, &wrong_door, &stranger] {
        let answer = rig.submit(application).await.unwrap();
        assert!((400..500).contains(&answer.status), "{answer:?}");
        let code = answer
            .code()
            .unwrap_or_else(|| panic!("a problem without a code: {answer:?}"));
        println!("{} {code}", answer.status);
        codes.insert(code.to_owned());
    }
    assert_eq!(
        codes.len(),
        5,
        "each problem has a code of its own: {codes:?}"
    );
    let rows = rig
        .postgres
        .sql("kezek", "SELECT count(*) FROM messages")
        .await
        .unwrap();
    assert_eq!(rows.trim(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_again_has_the_same_answer_whatever_was_killed_between() {
    let rig = house().await;
    let application = Application::archive_certificate("aigul", "national");
    let message = application.sealed(&rig.people).unwrap();
    let first = rig.post("portal", &message).await.unwrap();
    let number = first.number().unwrap().to_owned();

    let again = rig.post("portal", &message).await.unwrap();
    assert_eq!(again.number().unwrap(), number);
    assert_eq!(again.body["accepted_at"], first.body["accepted_at"]);

    rig.services.kill9("intake").await.unwrap();
    rig.services.restart("intake").await.unwrap();
    let after_crash = rig.post("portal", &message).await.unwrap();
    assert_eq!(after_crash.number().unwrap(), number);

    // Redis away: the copy is taken at the door and absorbed further on.
    rig.redis.kill9().await.unwrap();
    let without_redis = rig.post("portal", &message).await.unwrap();
    assert_eq!(without_redis.number().unwrap(), number);
    rig.redis.restart().await.unwrap();

    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    let ledger = rig.outside.ledger("national-archive").await.unwrap();
    assert_eq!(ledger.len(), 1, "{ledger:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_sender_hears_the_verdict_on_his_signature() {
    let rig = house().await;
    let good = Application::archive_certificate("aigul", "national");
    let mut wrong = Application::archive_certificate("aigul", "national");
    wrong.signer = "dana";
    for (application, verdict) in [(good, "valid"), (wrong, "invalid")] {
        let message = application.sealed(&rig.people).unwrap();
        let answer = rig.post_and_wait("portal", &message, 20).await.unwrap();
        answer.number().unwrap();
        assert_eq!(
            answer.body["signature"]["verdict"], verdict,
            "{:?}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_contradicts_or_comes_from_a_stranger_is_refused() {
    let rig = house().await;
    rig.outside.auto("national-archive", false).await.unwrap();
    let application = Application::archive_certificate("aigul", "national");
    let number = accepted(&rig, &application).await;
    rig.monitor
        .status(&number, "delivered", SOON)
        .await
        .unwrap();

    // The Committee never got it, so its officer may not say how it ended.
    let document = json!({ "number": number, "outcome": "refused", "reason": "not ours" });
    let foreign = rig
        .report(
            "committee",
            "committee-signer",
            "archive-certificate",
            &document,
        )
        .await
        .unwrap();
    foreign.number().unwrap();

    let granted = json!({ "outcome": "granted" });
    rig.outside
        .report("national-archive", &number, "result", &granted)
        .await
        .unwrap();
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
    // The first result stands; another one contradicts it.
    let refused = json!({ "outcome": "refused", "reason": "second thoughts" });
    rig.outside
        .report("national-archive", &number, "result", &refused)
        .await
        .unwrap();

    let query =
        format!("SELECT count(*) FROM journal WHERE number = '{number}' AND name = 'refused'");
    wait_for("two refused reports", SOON, async || {
        let rows = rig.postgres.sql("kezek", &query).await?;
        Ok((rows.trim() == "2").then_some(()))
    })
    .await
    .unwrap();
    rig.monitor.status(&number, "granted", SOON).await.unwrap();
}
