//! Every check with a request that fails it and no other, and the order they are asked in.

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    bench::Bench,
    letters::{IIN, application, attached, attachment, form, front_office, report, seal},
};

type Spoil = fn(&mut Value);

fn with_form(message: &mut Value, change: impl FnOnce(&mut Value)) {
    let mut form = form();
    change(&mut form);
    seal(message, &form);
}

#[tokio::test]
async fn a_good_message_is_stored_and_answered_with_its_number_and_local_time() {
    let bench = Bench::new();
    let said = bench.post(&application()).await;
    assert_eq!(said.status, StatusCode::ACCEPTED, "{said:?}");
    assert_eq!(bench.keys(), ["received.signature.verify"]);
    let message = bench.last();
    assert_eq!(said.body["number"], message.number.to_string());
    assert_eq!(said.body["message_id"], message.id.to_string());
    assert!(
        said.body["accepted_at"]
            .as_str()
            .unwrap()
            .ends_with("+05:00"),
        "{said:?}"
    );
    assert_eq!(message.document.content, form().to_string().into_bytes());
    assert_eq!(message.plan.lanes()[0].as_str(), "signature.verify");
    assert_eq!(
        message.plan.lanes().last().unwrap().as_str(),
        "router.route"
    );
}

#[tokio::test]
async fn each_check_refuses_with_its_own_code_and_names_the_field() {
    let portal: &[(Spoil, u16, &str, &str)] = &[
        (|m| m["kind"] = json!("result"), 403, "not-allowed", ""),
        (
            |m| m["service"] = json!("land-survey"),
            403,
            "not-allowed",
            "",
        ),
        (
            |m| m["channel"] = json!("front-office"),
            403,
            "not-allowed",
            "",
        ),
        (
            |m| m["x"] = json!("y".repeat(5_000_000)),
            413,
            "too-large",
            "",
        ),
        (|m| m["id"] = json!("7"), 400, "malformed", "id"),
        (
            |m| m["id"] = json!("9b2fbd1c-6c0a-4d0e-9d0e-3f3a3c9f1f11"),
            400,
            "malformed",
            "id",
        ),
        (|m| m["kind"] = json!("wish"), 400, "malformed", "kind"),
        (
            |m| m["applicant"]["iin"] = json!("900101300010"),
            400,
            "malformed",
            "applicant.iin",
        ),
        (
            |m| m["applicant"]["bin"] = json!("100140000013"),
            400,
            "malformed",
            "applicant",
        ),
        (
            |m| m["applicant"]["name"] = json!(" "),
            400,
            "malformed",
            "applicant.name",
        ),
        (
            |m| m["applicant"]["email"] = json!("here"),
            400,
            "malformed",
            "applicant.email",
        ),
        (
            |m| m["applicant"] = Value::Null,
            400,
            "malformed",
            "applicant",
        ),
        (
            |m| m["report"] = json!({ "number": "1" }),
            400,
            "malformed",
            "report.number",
        ),
        (
            |m| m["document"]["content"] = json!("?"),
            400,
            "malformed",
            "document.content",
        ),
        (
            |m| m["document"]["content"] = Value::Null,
            400,
            "malformed",
            "document.content",
        ),
        (
            |m| m["attachments"] = json!(vec![attachment(b"a"); 2]),
            400,
            "malformed",
            "attachments[1].sha256",
        ),
        (
            |m| m["signatures"] = json!([]),
            422,
            "signature-missing",
            "signatures",
        ),
        (
            |m| m["signatures"][0]["content"] = json!("AAAA"),
            422,
            "signature-malformed",
            "signatures[0].content",
        ),
        (
            |m| m["signatures"][0]["format"] = json!("cms-attached"),
            422,
            "signature-malformed",
            "signatures[0].content",
        ),
        (
            |m| m["signatures"] = json!([{ "format": "cms-attached", "content": attached(b"{}") }]),
            422,
            "signature-wrong",
            "signatures[0].content",
        ),
        (
            |m| with_form(m, |f| f["subject"] = json!("gold")),
            422,
            "form-invalid",
            "form.subject",
        ),
        (
            |m| with_form(m, |f| f["more"] = json!(1)),
            422,
            "form-invalid",
            "form.more",
        ),
        (
            |m| with_form(m, |f| *f = json!([])),
            422,
            "form-invalid",
            "document.content",
        ),
        (
            |m| m["document"]["media_type"] = json!("application/pdf"),
            422,
            "form-invalid",
            "document.media_type",
        ),
        (
            |m| {
                let mut file = attachment(b"a");
                file["media_type"] = json!("text/plain");
                m["attachments"] = json!([file]);
            },
            422,
            "form-invalid",
            "attachments[0].media_type",
        ),
        (
            |m| m["classification"] = json!("state-secret"),
            422,
            "state-secret",
            "classification",
        ),
        (
            |m| with_form(m, |f| f["classification"] = json!("state-secret")),
            422,
            "state-secret",
            "classification",
        ),
        (
            |m| m["attachments"] = json!([attachment(b"never sent")]),
            422,
            "attachment-missing",
            "attachments[0]",
        ),
    ];
    let office: &[(Spoil, u16, &str, &str)] = &[
        (
            |m| m["consent"] = Value::Null,
            422,
            "consent-missing",
            "consent",
        ),
        (
            |m| m["consent"]["given_at"] = json!("2099-01-01T00:00:00+05:00"),
            422,
            "consent-missing",
            "consent.given_at",
        ),
    ];
    let bench = Bench::new();
    assert_eq!(
        bench.post_as("front-office", &front_office()).await.status,
        202
    );
    let cases = portal.iter().map(|case| ("portal", application(), case));
    let cases = cases.chain(
        office
            .iter()
            .map(|case| ("front-office", front_office(), case)),
    );
    for (participant, mut message, (spoil, status, code, field)) in cases {
        spoil(&mut message);
        let said = bench.post_as(participant, &message).await;
        let told = (said.status.as_u16(), said.code(), said.field());
        assert_eq!(told, (*status, *code, *field), "{said:?}");
        assert_eq!(
            said.headers[http::header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(said.body["type"], format!("urn:kezek:problem:{code}"));
        assert!(!said.body.to_string().contains(IIN), "{said:?}");
    }
    assert_eq!(
        bench.keys().len(),
        1,
        "nothing that was refused was published"
    );
    assert_eq!(bench.files(), 0);
}

#[tokio::test]
async fn a_message_with_every_fault_is_refused_for_the_first() {
    let bench = Bench::new();
    let spoils: [(&str, Spoil); 6] = [
        ("attachment-missing", |m| {
            m["attachments"] = json!([attachment(b"never sent")]);
        }),
        ("consent-missing", |m| m["consent"] = Value::Null),
        ("state-secret", |m| {
            m["classification"] = json!("state-secret");
        }),
        ("form-invalid", |m| seal(m, &json!({}))),
        ("malformed", |m| m["applicant"]["iin"] = json!("1")),
        ("too-large", |m| m["x"] = json!("y".repeat(5_000_000))),
    ];
    let mut message = front_office();
    for (code, spoil) in spoils {
        spoil(&mut message);
        let said = bench.post_as("front-office", &message).await;
        assert_eq!(said.code(), code, "{said:?}");
    }
    message["channel"] = json!("portal");
    // The head stands before what is too large, as serde_json sorts members.
    message["kind"] = json!("application");
    assert_eq!(
        bench.post_as("front-office", &message).await.code(),
        "not-allowed"
    );
    assert_eq!(
        bench.post_as("stranger", &message).await.code(),
        "not-authenticated"
    );
}

#[tokio::test]
async fn a_service_without_a_regulation_or_without_the_channel_is_unknown() {
    let bench = Bench::new();
    let mut message = report(
        "status",
        &json!({ "number": "00000000000000000000", "status": "registered" }),
    );
    message["service"] = json!("mass-media-registration");
    message["channel"] = json!("front-office");
    let said = bench.post_as("committee", &message).await;
    assert_eq!((said.code(), said.field()), ("unknown-channel", "channel"));
    message["service"] = json!("land-survey");
    let said = bench.post_as("national-archive", &message).await;
    assert_eq!((said.code(), said.field()), ("unknown-service", "service"));
}

#[tokio::test]
async fn a_report_is_bound_to_its_application_and_takes_its_own_way() {
    let bench = Bench::new();
    let said = bench.post(&application()).await;
    let number = said.body["number"].clone();
    for (kind, said_of_it) in [
        (
            "status",
            json!({ "number": number, "status": "registered" }),
        ),
        (
            "result",
            json!({ "number": number, "outcome": "refused", "reason": "Іс табылмады" }),
        ),
        ("result", json!({ "number": number, "outcome": "granted" })),
    ] {
        let said = bench
            .post_as("national-archive", &report(kind, &said_of_it))
            .await;
        assert_eq!(said.status, StatusCode::ACCEPTED, "{said:?}");
        assert_eq!(said.body["number"], number);
        let message = bench.last();
        let lanes: Vec<_> = message
            .plan
            .lanes()
            .iter()
            .map(message::LaneName::as_str)
            .collect();
        assert_eq!(lanes, ["signature.verify", "monitor.follow"]);
        assert_eq!(
            message.sender.provider.unwrap().as_str(),
            "national-archive"
        );
    }
}

#[tokio::test]
async fn what_is_signed_must_be_what_is_said() {
    let bench = Bench::new();
    let number = "00000000000000000000";
    let said_of_it = json!({ "number": number, "outcome": "granted" });
    for signed in [
        json!({ "number": number, "outcome": "refused", "reason": "x" }),
        json!({ "number": number, "outcome": "granted", "reason": "x" }),
        json!({ "number": number, "status": "granted" }),
        json!({ "outcome": "granted" }),
    ] {
        let mut message = report("result", &said_of_it);
        seal(&mut message, &signed);
        let said = bench.post_as("committee", &message).await;
        assert_eq!(
            (said.code(), said.field()),
            ("form-invalid", "document.content"),
            "{signed}"
        );
    }
    let mut message = report("result", &json!({ "number": number, "outcome": "refused" }));
    let said = bench.post_as("committee", &message).await;
    assert_eq!((said.code(), said.field()), ("malformed", "report.reason"));
    message = report("result", &said_of_it);
    message["report"]["status"] = json!("registered");
    assert_eq!(
        bench.post_as("committee", &message).await.code(),
        "malformed"
    );
    message = report("result", &said_of_it);
    message["receipt"] = json!("42");
    assert_eq!(
        bench.post_as("committee", &message).await.field(),
        "receipt"
    );
}

#[tokio::test]
async fn a_document_may_travel_inside_its_signature() {
    let bench = Bench::new();
    let mut message = application();
    let document = form().to_string().into_bytes();
    message["document"]
        .as_object_mut()
        .unwrap()
        .remove("content");
    message["signatures"] = json!([{ "format": "cms-attached", "content": attached(&document) }]);
    let said = bench.post(&message).await;
    assert_eq!(said.status, StatusCode::ACCEPTED, "{said:?}");
    assert_eq!(bench.last().document.content, document);
    message["signatures"][0]["format"] = json!("cms-detached");
    assert_eq!(bench.post(&message).await.code(), "signature-malformed");
}
