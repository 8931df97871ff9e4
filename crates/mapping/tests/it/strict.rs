//! Mappings that cannot be used are refused before anything is asked, with the field and what to write.

use mapping::{Mapping, Values};

const GOOD: &str = r#"
about = "person"
format = "xml"
echo = [{ path = "/r/id", is = "{request.id}" }]
same = [{ path = "/r/iin", is = "{subject.iin}" }]

[request]
template = "<ask iin='{subject.iin}'>{request.at} {values.sender}</ask>"

[[outcome]]
means = "known"
when = [{ path = "/r/code", equals = "0" }]

[source]
number = "/r/number"

[members]
iin = "/r/iin"
born = { path = "/r/born", type = "date" }
list = { each = "/r/items/item", members = { number = "/number" } }
"#;

fn parsed(text: &str) -> Result<Mapping, String> {
    let values = Values::from([("sender".to_owned(), "KEZEK".to_owned())]);
    Mapping::parse(text, values).map_err(|e| e.to_string())
}

#[test]
fn what_is_wrong_is_named_with_what_to_write() {
    parsed(GOOD).unwrap();
    let cases = [
        (
            "about = \"person\"",
            "about = \"ship\"",
            "`about`",
            "`power-of-attorney`",
        ),
        (
            "about = \"person\"",
            "about = \"person\"\nsurprise = 1",
            "`surprise`",
            "unknown field",
        ),
        ("about = \"person\"", "about = ", "`.`", "line 2"),
        ("format = \"xml\"", "", "`.`", "format"),
        (
            "{request.id}",
            "{request.number}",
            "`echo[0].is`",
            "request.id",
        ),
        (
            "{subject.iin}\" }]",
            "{subject.bin}\" }]",
            "`same[0].is`",
            "subject.iin",
        ),
        (
            "{values.sender}",
            "{values.city}",
            "`request.template`",
            "give `city` in `values`",
        ),
        (
            "{request.at}",
            "{request.at",
            "`request.template`",
            "`}` is lacking",
        ),
        ("</ask>", "", "`request.template`", "no XML"),
        (
            "<ask iin",
            "<ask{subject.iin} iin",
            "`request.template`",
            "no XML",
        ),
        (
            "<ask iin",
            "<!-- {subject.iin} --><ask iin",
            "`request.template`",
            "comment",
        ),
        (
            "{request.at}",
            "<![CDATA[{request.at}]]>",
            "`request.template`",
            "CDATA",
        ),
        (
            "means = \"known\"",
            "means = \"unknown\"",
            "`outcome`",
            "`known`",
        ),
        (
            "means = \"known\"",
            "means = \"perhaps\"",
            "`outcome[0].means`",
            "`known`",
        ),
        (
            "equals = \"0\"",
            "exists = true, equals = \"0\"",
            "`outcome[0].when[0]`",
            "one of",
        ),
        (
            "equals = \"0\"",
            "equals = []",
            "`outcome[0].when[0]`",
            "one of",
        ),
        (
            "equals = \"0\"",
            "equals = 0",
            "`outcome[0].when[0].equals`",
            "a text, or a list",
        ),
        (
            "/r/code",
            "r/code",
            "`outcome[0].when[0].path`",
            "begin with `/`",
        ),
        (
            "/r/number",
            "/r/p:number",
            "`source.number`",
            "without a prefix",
        ),
        ("/r/number", "/r//number", "`source.number`", "empty"),
        ("/r/number", "/r/number[x]", "`source.number`", "brackets"),
        (
            "/r/number",
            "/r/@a/number",
            "`source.number`",
            "below an attribute",
        ),
        ("\"/r/iin\"\n", "7\n", "`members.iin`", "a path, or a table"),
        (
            "type = \"date\"",
            "type = \"day\"",
            "`members.born.type`",
            "`date-time`",
        ),
        (
            "type = \"date\"",
            "kind = \"date\"",
            "`members.born.kind`",
            "unknown field",
        ),
        (
            "path = \"/r/born\"",
            "at = \"/r/born\"",
            "`members.born.type`",
            "belongs to a text",
        ),
        (
            "path = \"/r/born\", ",
            "",
            "`members.born`",
            "`path`, `each`, `at`, `value`",
        ),
        (
            "each =",
            "path =",
            "`members.list.members`",
            "`each` or `at`",
        ),
        (
            "items/item\"",
            "items/item\", items_max = 0",
            "`members.list.items_max`",
            "1 to",
        ),
        (
            "number = \"/number\"",
            "number = \"number\"",
            "`members.list.members.number`",
            "begin with `/`",
        ),
        (
            "{ number = \"/number\" }",
            "{}",
            "`members.list.members`",
            "no members",
        ),
        ("born = {", "Born = {", "`members.Born`", "small letters"),
    ];
    for (from, to, field, says) in cases {
        assert!(GOOD.contains(from), "{from}");
        let said = parsed(&GOOD.replacen(from, to, 1)).unwrap_err();
        assert!(said.contains(field) && said.contains(says), "{to}: {said}");
    }
}

#[test]
fn sizes_are_bounded() {
    let path = format!("\"/{}\"\n", "a/".repeat(40).trim_end_matches('/'));
    let said = parsed(&GOOD.replacen("\"/r/iin\"\n", &path, 1)).unwrap_err();
    assert!(
        said.contains("`members.iin`") && said.contains("32 steps"),
        "{said}"
    );
    let many = (0..600).fold(String::new(), |all, n| all + &format!("m{n} = \"/r/m\"\n"));
    let said = parsed(&(GOOD.to_owned() + &many)).unwrap_err();
    assert!(said.contains("500 members"), "{said}");
    let mut deep = "x = \"/x\"".to_owned();
    for _ in 0..9 {
        deep = format!("x = {{ at = \"/x\", members = {{ {deep} }} }}");
    }
    let said = parsed(&(GOOD.to_owned() + &deep)).unwrap_err();
    assert!(said.contains("deeper"), "{said}");
    let said = parsed(&format!("{GOOD}#{}", "#".repeat(600_000))).unwrap_err();
    assert!(said.contains("longer"), "{said}");
}

#[test]
fn names_in_json_stand_inside_of_quotes_but_for_amounts() {
    let good = r#"
about = "payment"
format = "json"
outcome = [{ means = "known", when = [] }]
[request]
template = '{"receipt": "{subject.receipt}", "sum": {subject.amount_tenge}, "deep": {"a": {}}}'
[members]
a = "/a"
"#;
    let mapping = parsed(good).unwrap();
    let asked = [
        ("subject.receipt", "R\"\\\n1"),
        ("subject.amount_tenge", "1500"),
    ];
    let filled = mapping
        .request(&asked.into_iter().collect())
        .unwrap()
        .unwrap();
    let filled: serde_json::Value = serde_json::from_str(&filled).unwrap();
    assert_eq!(
        filled,
        serde_json::json!({ "receipt": "R\"\\\n1", "sum": 1500, "deep": { "a": {} } })
    );
    let said = parsed(&good.replace("\"{subject.receipt}\"", "{subject.receipt}")).unwrap_err();
    assert!(
        said.contains("`request.template`") && said.contains("quotes"),
        "{said}"
    );
}

#[test]
fn a_question_that_lacks_a_name_is_not_sent() {
    let mapping = parsed(GOOD).unwrap();
    let asked = [("subject.iin", "900101300017")].into_iter().collect();
    assert_eq!(mapping.request(&asked), Some(Err("request.at".to_owned())));
    assert!(!format!("{mapping:?} {asked:?}").contains("900101"));
}
