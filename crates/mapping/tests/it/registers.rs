//! The mappings of `deploy/registers` on recorded answers; persons and organisations are invented.

use std::path::Path;

use mapping::{About, Answer, Asked, Doubt, Mapping, Reading, Unreadable, Values};
use serde_json::{Value, json};
use xmldsig::{Document, Limits};

const VALUES: [&str; 5] = [
    "sender_code",
    "kdp_public_key",
    "requestor_bin",
    "declarant_id",
    "system_id",
];

fn mapping(register: &str) -> Mapping {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/registers"
    ));
    let text = std::fs::read_to_string(folder.join(format!("{register}.toml"))).unwrap();
    let mut values: Values = VALUES
        .map(|name| (name.to_owned(), "V-1".to_owned()))
        .into();
    values.insert("namespace".to_owned(), "urn:report".to_owned());
    Mapping::parse(&text, values).unwrap_or_else(|e| panic!("{register}: {e}"))
}

fn asked(about: About) -> Asked {
    about.names().map(|name| (name, value(name))).collect()
}

fn value(name: &str) -> &'static str {
    match name {
        "request.id" => "019b8d57-7c00-8abc-8def-0123456789ab",
        "request.at" => "2026-11-22T12:00:00+05:00",
        "subject.iin" | "subject.principal" | "subject.payer" => "900101300017",
        "subject.representative" => "850315400025",
        "subject.bin" => "100140000013",
        "subject.number" => "KZ-17/4",
        "subject.receipt" => "R-1009",
        "subject.amount_tenge" => "1500",
        "subject.service" => "apostille",
        "purpose.consent" => "token-17",
        _ => "",
    }
}

fn read(register: &str, answer: &str) -> Result<Reading, Unreadable> {
    let mapping = mapping(register);
    let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
    mapping.read(Answer::Xml(document.unverified()), &asked(mapping.about()))
}

fn recorded(name: &str) -> String {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
    std::fs::read_to_string(folder.join(format!("{name}.xml"))).unwrap()
}

fn known(register: &str, answer: &str) -> Value {
    match read(register, answer) {
        Ok(Reading::Known(found)) => Value::from(found.members),
        other => panic!("{register}: {other:?}"),
    }
}

/// The answer with `from` said otherwise.
fn otherwise(name: &str, from: &str, to: &str) -> String {
    let text = recorded(name);
    assert!(text.contains(from), "{name}: {from}");
    text.replace(from, to)
}

#[test]
fn every_mapping_of_the_folder_is_read_and_asks_in_well_formed_xml() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/registers");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let mapping = mapping(path.file_stem().unwrap().to_str().unwrap());
        let request = mapping.request(&asked(mapping.about())).unwrap().unwrap();
        let document = Document::parse(request.as_bytes(), &Limits::default()).unwrap();
        assert!(document.unverified().children().count() >= 2, "{request}");
    }
}

#[test]
fn a_person_is_asked_for_as_the_universal_service_wants_it() {
    let request = mapping("gbd-fl")
        .request(&asked(About::Person))
        .unwrap()
        .unwrap();
    let document = Document::parse(request.as_bytes(), &Limits::default()).unwrap();
    let root = document.unverified();
    let names: Vec<&str> = root.children().map(|child| child.name()).collect();
    let expected = [
        "messageId",
        "messageDate",
        "senderCode",
        "iin",
        "kdpToken",
        "publicKey",
    ];
    assert_eq!(names, expected, "strict order");
    assert!(
        root.children().all(|child| child.namespace().is_empty()),
        "unqualified"
    );
    assert_eq!(root.only("kdpToken").unwrap().text(), "token-17");
}

#[test]
fn a_person_becomes_a_typed_record() {
    let expected = json!({
        "iin": "900101300017", "surname": "ҮЛГІЛІ", "name": "ДӘУЛЕТ", "patronymic": "МЫСАЛҰЛЫ",
        "latin_surname": "ULGILI", "latin_name": "DAULET", "birth_date": "1990-01-01", "gender": "1",
        "life_status": "0", "removed": false,
        "nationality": { "code": "005", "kk": "ҚАЗАҚ", "ru": "КАЗАХ" },
        "citizenship": { "code": "398", "kk": "ҚАЗАҚСТАН", "ru": "КАЗАХСТАН" },
        "birth_place": {
            "country": { "code": "398", "kk": "ҚАЗАҚСТАН", "ru": "КАЗАХСТАН" },
            "region": { "code": "1907", "kk": "АЛМАТЫ", "ru": "АЛМАТЫ" },
        },
        "address": {
            "country": { "code": "398", "kk": "ҚАЗАҚСТАН", "ru": "КАЗАХСТАН" }, "street": "ҮЛГІ КӨШЕСІ",
            "building": "1", "flat": "2", "begin_date": "2015-06-01", "address_code": "0201300138842614",
        },
        "documents": [{
            "type": { "code": "002", "kk": "ҚР ЖЕКЕ КУӘЛІГІ", "ru": "УДОСТОВЕРЕНИЕ РК" }, "number": "001234567",
            "begin_date": "2020-01-02", "end_date": "2030-01-01",
            "issuer": { "code": "001", "kk": "ҮЛГІЛІК", "ru": "ОБРАЗЦОВОЕ" },
            "status": { "code": "00", "kk": "ЖАРАМДЫ", "ru": "ДЕЙСТВИТЕЛЕН" },
        }],
    });
    assert_eq!(known("gbd-fl", &recorded("gbd-fl")), expected);
    let whole = recorded("gbd-fl").replace("m:Response", "data");
    assert_eq!(
        known("gbd-fl", &whole),
        expected,
        "`data` itself may be the answer"
    );
}

#[test]
fn an_organisation_a_power_and_a_payment_become_typed_records() {
    let organisation = json!({
        "bin": "100140000013", "name_kk": "«Үлгі» ЖШС", "name_ru": "ТОО «Образец»", "short_name_ru": "Образец",
        "registered_on": "2010-01-15", "status": { "code": "1", "kk": "Тіркелген", "ru": "Зарегистрирован" },
        "legal_form": { "code": "20", "kk": "ЖШС", "ru": "ТОО" }, "head": { "iin": "900101300017" },
        "activities": [{ "code": "91011" }, { "code": "58131" }],
    });
    assert_eq!(known("gbd-ul", &recorded("gbd-ul")), organisation);
    let report = json!({
        "bin": "100140000013", "name_ru": "ТОО «Образец»", "legal_form": "branch",
    });
    assert_eq!(known("gbd-ul-report", &recorded("gbd-ul-report")), report);
    let power = json!({
        "number": "KZ-17/4", "certified": "notary", "issued_on": "2025-03-01", "valid_until": "2028-03-01",
        "principal": "900101300017", "representative": "850315400025", "notary": "Сынақова Д. Т.",
    });
    assert_eq!(known("enis", &recorded("enis")), power);
    let payment = json!({
        "receipt": "R-1009", "amount_tenge": 1500, "paid": true, "paid_at": "2026-11-22T06:30:00Z",
        "payer": "900101300017",
    });
    assert_eq!(known("payment", &recorded("payment")), payment);
}

#[test]
fn what_is_not_found_is_unknown_and_any_other_code_is_a_refusal_that_tells_it() {
    let id = value("request.id");
    for (register, unknown, refused, code) in [
        (
            "gbd-fl",
            format!(
                "<r><requestId>{id}</requestId><messageResult><code>00000</code></messageResult></r>"
            ),
            format!(
                "<r><requestId>{id}</requestId><messageResult><code>00101</code></messageResult></r>"
            ),
            "00101",
        ),
        (
            "gbd-ul",
            "<r><Status><Code>002</Code></Status></r>".to_owned(),
            "<r><Status><Code>001</Code></Status></r>".to_owned(),
            "001",
        ),
        (
            "enis",
            format!("<r><requestId>{id}</requestId><status><code>NOT_FOUND</code></status></r>"),
            format!("<r><requestId>{id}</requestId><status><code>FORBIDDEN</code></status></r>"),
            "FORBIDDEN",
        ),
        (
            "payment",
            format!("<r><requestId>{id}</requestId><status><code>NOT_PAID</code></status></r>"),
            format!("<r><requestId>{id}</requestId><status><code>CLOSED</code></status></r>"),
            "CLOSED",
        ),
    ] {
        assert_eq!(read(register, &unknown), Ok(Reading::Unknown), "{register}");
        let expected = Ok(Reading::Refused(Some(code.to_owned())));
        assert_eq!(read(register, &refused), expected, "{register}");
    }
}

#[test]
fn what_contradicts_the_question_is_not_taken() {
    let stranger = "850315400025";
    for (name, from, to, field) in [
        (
            "gbd-fl",
            "<iin>900101300017",
            "<iin>850315400025",
            "same[0]",
        ),
        (
            "gbd-fl",
            "0123456789ab</requestId>",
            "0123456789ac</requestId>",
            "echo[0]",
        ),
        ("gbd-fl", "</persons>", "<person/></persons>", "same[0]"),
        (
            "gbd-ul",
            "<BIN>100140000013",
            "<BIN>120140000027",
            "same[0]",
        ),
        (
            "gbd-ul-report",
            "<BIN>100140000013",
            "<BIN>120140000027",
            "same[0]",
        ),
        (
            "enis",
            "<principal>900101300017",
            "<principal>850315400025",
            "same[1]",
        ),
        (
            "enis",
            "<representative>850315400025",
            "<representative>900101300017",
            "same[2]",
        ),
        (
            "payment",
            "<amountTenge>1500.00",
            "<amountTenge>15.00",
            "same[3]",
        ),
        ("payment", "<receipt>R-1009", "<receipt>R-1010", "same[0]"),
    ] {
        let refused = read(name, &otherwise(name, from, to)).unwrap_err();
        let said = (refused.doubt, refused.field.as_str());
        assert_eq!(said, (Doubt::Contradiction, field), "{name}: {to}");
        assert!(!refused.to_string().contains(stranger), "{refused}");
    }
}

#[test]
fn what_is_garbled_is_named_and_not_repeated() {
    for (name, from, to, field) in [
        (
            "gbd-fl",
            "<birthDate>1990-01-01",
            "<birthDate>01/01/1990",
            "members.birth_date",
        ),
        (
            "enis",
            "<validUntil>2028-03-01</validUntil>",
            "",
            "members.valid_until",
        ),
        (
            "payment",
            "<paid>true</paid>",
            "<paid>false</paid>",
            "outcome",
        ),
        ("gbd-ul", "<Code>002</Code>", "", "outcome"),
    ] {
        let refused = read(name, &otherwise(name, from, to)).unwrap_err();
        assert_eq!(
            (refused.doubt, refused.field.as_str()),
            (Doubt::Form, field),
            "{name}"
        );
        assert!(!refused.to_string().contains("1990"), "{refused}");
    }
}
