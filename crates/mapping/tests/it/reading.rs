//! What is read of answers, and which are not taken.

use mapping::{Answer, Asked, Doubt, Mapping, Reading, Unreadable, Values};
use serde_json::{Value, json};
use xmldsig::{Document, Limits};

const IIN: &str = "900101300017";

fn mapping(text: &str) -> Mapping {
    Mapping::parse(text, Values::new()).unwrap_or_else(|e| panic!("{e}"))
}

fn asked() -> Asked {
    let asked = [("request.id", "7"), ("subject.iin", IIN)];
    asked.into_iter().collect()
}

fn xml(members: &str) -> Mapping {
    mapping(&format!(
        r#"
about = "person"
format = "xml"
echo = [{{ path = ["/*/requestId", "/*/@id"], is = "{{request.id}}" }}]
same = [{{ path = "/*/persons/person/iin", is = "{{subject.iin}}" }}]
[[outcome]]
means = "unknown"
when = [{{ path = "/*/code", equals = ["404", "405"] }}]
[[outcome]]
means = "down"
when = [{{ path = "/*/code", equals = "900" }}]
[[outcome]]
means = "refused"
when = [{{ path = "/*/code", equals = "KDP-1" }}, {{ path = "/*/persons", exists = false }}]
[[outcome]]
means = "later"
when = [{{ path = "/*/code", equals = "500" }}]
[[outcome]]
means = "known"
when = [{{ path = "/*/code", equals = "0" }}]
[source]
number = "/*/messageId"
answered_at = "/*/messageDate"
code = "/*/code"
[members]
{members}"#
    ))
}

fn read(mapping: &Mapping, answer: &str) -> Result<Reading, Unreadable> {
    let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
    mapping.read(Answer::Xml(document.unverified()), &asked())
}

fn members(mapping: &Mapping, person: &str) -> Result<Value, Unreadable> {
    let answer = format!(
        "<Response id='7'><code>0</code><persons><person><iin>{IIN}</iin>{person}</person></persons></Response>"
    );
    match read(mapping, &answer)? {
        Reading::Known(found) => Ok(Value::from(found.members)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_outcome_is_told_by_its_conditions() {
    let mapping = xml("iin = \"/*/persons/person/iin\"");
    let said = |code: &str| {
        read(
            &mapping,
            &format!("<r><requestId>7</requestId><code>{code}</code></r>"),
        )
    };
    assert_eq!(said("405"), Ok(Reading::Unknown));
    assert_eq!(said("900"), Ok(Reading::Down(Some("900".to_owned()))));
    assert_eq!(
        said("KDP-1"),
        Ok(Reading::Refused(Some("KDP-1".to_owned())))
    );
    assert_eq!(said("500"), Ok(Reading::Later(Some("500".to_owned()))));
    let odd = said("777").unwrap_err();
    assert_eq!((odd.doubt, odd.field.as_str()), (Doubt::Form, "outcome"));
    assert!(odd.why.contains("777"), "{odd}");
    let personal = said("900101300017").unwrap_err();
    assert!(
        !personal.why.contains(IIN),
        "a number of a person is no code: {personal}"
    );
}

#[test]
fn number_and_time_of_the_answer_come_with_the_record() {
    let mapping = xml("iin = \"/*/persons/person/iin\"");
    let answer = format!(
        "<p:Response xmlns:p='urn:p' id='7'><messageId>m-1</messageId><messageDate>2026-11-22T12:00:00+05:00</messageDate>\
         <code>0</code><persons><person><iin>{IIN}</iin></person></persons></p:Response>"
    );
    let Ok(Reading::Known(found)) = read(&mapping, &answer) else {
        panic!("not known")
    };
    assert_eq!(found.number.as_deref(), Some("m-1"));
    assert_eq!(
        found.answered_at.unwrap().to_string(),
        "2026-11-22T07:00:00Z"
    );
    assert!(!format!("{found:?}").contains(IIN));
    let bad = answer.replace("2026-11-22T12", "yesterday");
    assert_eq!(
        read(&mapping, &bad).unwrap_err().field,
        "source.answered_at"
    );
}

#[test]
fn an_answer_about_somebody_else_or_to_another_request_is_not_taken() {
    let mapping = xml("iin = \"/*/persons/person/iin\"");
    let answer = |id: &str, iin: &str| {
        format!(
            "<r id='{id}'><code>0</code><persons><person><iin>{iin}</iin></person></persons></r>"
        )
    };
    assert!(matches!(
        read(&mapping, &answer("7", IIN)),
        Ok(Reading::Known(_))
    ));
    for (id, iin, field) in [
        ("8", IIN, "echo[0]"),
        ("7", "850315400025", "same[0]"),
        ("7", "", "same[0]"),
        ("", IIN, "echo[0]"),
    ] {
        let refused = read(&mapping, &answer(id, iin)).unwrap_err();
        assert_eq!(
            (refused.doubt, refused.field.as_str()),
            (Doubt::Contradiction, field)
        );
        assert!(!refused.to_string().contains("850315"), "{refused}");
    }
    let unknown = read(&mapping, "<r id='8'><code>404</code></r>").unwrap_err();
    assert_eq!(
        unknown.doubt,
        Doubt::Contradiction,
        "not even that nothing is known"
    );
}

#[test]
fn an_answer_with_two_persons_contradicts_itself() {
    let mapping = xml("iin = \"/*/persons/person/iin\"");
    let two = format!(
        "<r id='7'><code>0</code><persons><person><iin>{IIN}</iin></person><person/></persons></r>"
    );
    assert_eq!(
        read(&mapping, &two).unwrap_err().doubt,
        Doubt::Contradiction
    );
    let first = xml("iin = \"/*/persons/person[0]/iin\"");
    assert!(read(&first, &two).is_err(), "the rule still asks for one");
}

#[test]
fn members_are_typed_and_what_is_empty_is_left_out() {
    let mapping = xml(r#"
name = "/*/persons/person/name"
born = { path = "/*/persons/person/birthDate", type = "date" }
alive = { path = "/*/persons/person/alive", type = "boolean" }
children = { path = "/*/persons/person/children", type = "integer" }
status = { path = ["/*/persons/person/status/code", "/*/persons/person/status"], codes = { 0 = "ordinary" } }
kind = { value = "person" }
address = { at = "/*/persons/person/address", members = { city = "/city", code = "/@code", self_ = "/none" } }
documents = { each = "/*/persons/person/documents/document", items_max = 2, members = { number = "/number", of = "/@kind" } }
tags = { each = "/*/persons/person/tag" }
"#);
    let found = members(
        &mapping,
        "<name> Омаров </name><birthDate>1990-01-01+06:00</birthDate><alive>1</alive><children>2</children>\
         <status><code>0</code></status><address code='75'><city>Алматы</city></address>\
         <documents><document kind='002'><number>1</number></document><document/></documents><tag>a</tag><tag>b</tag>",
    );
    let expected = json!({
        "name": "Омаров", "born": "1990-01-01", "alive": true, "children": 2, "status": "ordinary", "kind": "person",
        "address": { "city": "Алматы", "code": "75" },
        "documents": [{ "number": "1", "of": "002" }], "tags": ["a", "b"],
    });
    assert_eq!(found, Ok(expected));
    let empty = "<name/><birthDate xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='true'/><address/>";
    assert_eq!(members(&mapping, empty), Ok(json!({ "kind": "person" })));
    for (wrong, field) in [
        ("<birthDate>soon</birthDate>", "members.born"),
        ("<name><first>a</first></name>", "members.name"),
        ("<alive>perhaps</alive>", "members.alive"),
        (
            "<documents><document/><document/><document/></documents>",
            "members.documents",
        ),
    ] {
        let refused = members(&mapping, wrong).unwrap_err();
        assert_eq!(
            (refused.doubt, refused.field.as_str()),
            (Doubt::Form, field)
        );
    }
    let twice = members(&mapping, "<name>a</name><name>b</name>").unwrap_err();
    assert_eq!(twice.doubt, Doubt::Contradiction);
}

#[test]
fn what_is_required_is_named_where_it_is_lacking() {
    let mapping = xml(
        "[members.address]\nat = \"/*/persons/person/address\"\nrequired = true\n\
        [members.address.members]\ncity = { path = \"/city\", required = true }",
    );
    let lacking = members(&mapping, "").unwrap_err();
    assert_eq!(
        lacking.to_string(),
        "`members.address`: is lacking in the answer"
    );
    let lacking = members(&mapping, "<address><street/></address>").unwrap_err();
    assert_eq!(lacking.field, "members.address.members.city");
}

#[test]
fn json_is_read_by_pointers() {
    let mapping = mapping(
        r#"
about = "payment"
format = "json"
same = [{ path = "/data/sum", is = "{subject.amount_tenge}" }]
outcome = [{ means = "known", when = [{ path = "/ok", equals = "true" }] }, { means = "unknown", when = [] }]
[members]
amount_tenge = { path = "/data/sum", type = "integer", required = true }
odd = "/a~1b/~0c/1"
items = { each = "/data/items", members = { n = "/n" } }
one = { each = "/data/one", members = { n = "/n" } }
"#,
    );
    let asked: Asked = [("subject.amount_tenge", "1500")].into_iter().collect();
    let answer = json!({
        "ok": true, "data": { "sum": 1500.0, "items": [{ "n": 1 }, { "n": null }], "one": { "n": "x" } },
        "a/b": { "~c": ["x", "y"] },
    });
    let Ok(Reading::Known(found)) = mapping.read(Answer::Json(&answer), &asked) else {
        panic!("not known")
    };
    let expected = json!({
        "amount_tenge": 1500, "odd": "y", "items": [{ "n": "1" }], "one": [{ "n": "x" }],
    });
    assert_eq!(Value::from(found.members), expected);
    assert_eq!(
        mapping.read(Answer::Json(&json!({})), &asked),
        Ok(Reading::Unknown)
    );
    let other: Asked = [("subject.amount_tenge", "1501")].into_iter().collect();
    let refused = mapping.read(Answer::Json(&answer), &other).unwrap_err();
    assert_eq!(refused.doubt, Doubt::Contradiction);
    let document = Document::parse(b"<a/>", &Limits::default()).unwrap();
    let format = mapping.read(Answer::Xml(document.unverified()), &asked);
    assert_eq!(format.unwrap_err().field, "format");
}
