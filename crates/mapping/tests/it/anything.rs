//! Any values, any answers: nothing breaks out of a template, nothing panics, what is taken is what was asked.

use mapping::{Answer, Asked, Mapping, Reading, Values};
use proptest::prelude::*;
use serde_json::Value;
use xmldsig::{Document, Limits};

const XML: &str = r#"
about = "person"
format = "xml"
same = [{ path = "/a/b", is = "{subject.iin}" }]
outcome = [{ means = "unknown", when = [{ path = "/a/c", exists = true }] }, { means = "known", when = [] }]
[request]
template = "<q at='{purpose.operator}'><iin>{subject.iin}</iin><why>{purpose.consent}</why></q>"
[members]
b = { path = "/a/b", required = true }
c = { each = "/*/*", members = { d = "/@d", e = "" } }
d = { at = "/a/d", members = { d = "/d[1]" } }
"#;

fn mapping(text: &str) -> Mapping {
    Mapping::parse(text, Values::new()).unwrap()
}

fn asked(iin: &str, operator: &str, consent: &str) -> Asked {
    [
        ("subject.iin", iin),
        ("purpose.operator", operator),
        ("purpose.consent", consent),
    ]
    .into_iter()
    .collect()
}

/// XML of few names, often near to what the mapping looks for.
fn tree() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(String::new()),
        "[0-9]{1,2}",
        Just("<!-- c -->".to_owned())
    ];
    let inner = leaf.prop_recursive(4, 40, 4, |inner| {
        (
            proptest::collection::vec(inner, 0..4),
            "[abcd]",
            "[0-9]{0,1}",
        )
            .prop_map(|(inside, name, d)| format!("<{name} d='{d}'>{}</{name}>", inside.concat()))
    });
    (proptest::collection::vec(inner, 0..4), "[ab]")
        .prop_map(|(inside, name)| format!("<{name}>{}</{name}>", inside.concat()))
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[0-9a]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[abcd]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_breaks_out_of_its_place(operator in "\\PC*", consent in any::<String>()) {
        let request = mapping(XML).request(&asked("900101300017", &operator, &consent)).unwrap().unwrap();
        let document = Document::parse(request.as_bytes(), &Limits::default()).unwrap();
        let root = document.unverified();
        let names: Vec<&str> = root.children().map(|child| child.name()).collect();
        prop_assert_eq!(names, ["iin", "why"]);
        prop_assert_eq!(root.attribute("", "at"), Some(operator.as_str()));
        let readable = |c: char| if (c < ' ' && !"\t\r\n".contains(c)) || "\u{fffe}\u{ffff}".contains(c) { ' ' } else { c };
        let expected: String = consent.chars().map(readable).collect();
        prop_assert_eq!(root.only("why").unwrap().text(), expected);
    }

    #[test]
    fn whatever_is_answered_only_what_was_asked_is_taken(answer in tree(), iin in "[0-9]{1,2}") {
        let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
        let read = mapping(XML).read(Answer::Xml(document.unverified()), &asked(&iin, "", ""));
        if let Ok(Reading::Known(found)) = &read {
            prop_assert_eq!(&found.members["b"], &Value::from(iin.as_str()));
        }
        let again = mapping(XML).read(Answer::Xml(document.unverified()), &asked(&iin, "", ""));
        prop_assert_eq!(read, again);
    }

    #[test]
    fn any_json_is_read_or_refused(answer in json()) {
        let text = XML.replace("\"xml\"", "\"json\"").replace("/*/*", "/a/c").replace("/@d", "/d")
            .replace("/d[1]", "/1").replace("<q at='{purpose.operator}'><iin>{subject.iin}</iin><why>{purpose.consent}</why></q>", "{}");
        let read = mapping(&text).read(Answer::Json(&answer), &asked("7", "", ""));
        if let Ok(Reading::Known(found)) = read {
            prop_assert_eq!(&found.members["b"], &Value::from("7"));
        }
    }

    #[test]
    fn any_text_is_a_mapping_or_is_refused_with_a_field(text in "\\PC{0,200}") {
        if let Err(refused) = Mapping::parse(&text, Values::new()) {
            prop_assert!(!refused.field.is_empty() && !refused.problem.is_empty());
        }
    }
}
