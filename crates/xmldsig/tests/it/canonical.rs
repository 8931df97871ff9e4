//! Canonical forms, against xmllint and against the words of the specifications.

use proptest::prelude::*;
use xmldsig::Method;

use crate::world::{parse, run};

fn canonical(document: &str, method: &Method) -> String {
    String::from_utf8(parse(document.as_bytes()).canonical(method).unwrap()).unwrap()
}

fn xmllint(document: &str, option: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("document.xml"), document).unwrap();
    let output = run("xmllint", folder.path(), &[option, "document.xml"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{document}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn agrees_with_xmllint(document: &str) {
    let (inclusive, exclusive) = (
        Method::INCLUSIVE.with_comments(),
        Method::EXCLUSIVE.with_comments(),
    );
    assert_eq!(
        canonical(document, &inclusive),
        xmllint(document, "--c14n"),
        "inclusive form of {document}"
    );
    assert_eq!(
        canonical(document, &exclusive),
        xmllint(document, "--exc-c14n"),
        "exclusive form of {document}"
    );
}

/// What the examples of the specification are about (REC-xml-c14n, 3), in words of ours.
const HARD: &[&str] = &[
    "<?xml version=\"1.0\"?>\n\n<?style   href='a'\n   type='b'   ?>\n\n<doc>x<!-- one --></doc>\n\n<?empty     ?>\n\n<!-- two -->\n\n<!-- three -->\n",
    "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n A\n <b>B</b>\r\n C\r </mixed>\n</doc>",
    "<doc>\n<e1   /><e2   ></e2><e3   name = \"elem3\"   id='elem3'   />\n<e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\" xmlns:b=\"http://b.test\" xmlns:a=\"http://a.test\" xmlns=\"http://e.test\"/><e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\"><e7 xmlns=\"http://www.ietf.org\"><e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\"><e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"/></e8></e7></e6></doc>",
    "<doc>\n<text>First line&#x0d;&#10;Second &amp; &lt; &gt; \" '</text><value>&#x32;</value><compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute><norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; &lt;&amp;&quot; &gt;\t\n '/></doc>",
    "<n0:a xmlns:n0=\"urn:a\" xmlns:unused=\"urn:u\" xml:lang=\"kk\"><b xmlns=\"urn:d\" n0:x=\"1\"><n1:c xmlns:n1=\"urn:c\" xmlns:n0=\"urn:other\" n0:x=\"2\"><d xmlns=\"\"/></n1:c><n0:e xml:space=\"preserve\"> </n0:e></b></n0:a>",
    "<қазақша ә=\"ң\">мәтін &#x1F600; 😀</қазақша>",
    "<a xmlns=\"urn:x\"><b xmlns=\"urn:x\" xmlns:p=\"urn:x\"><p:c xmlns=\"\"><d/></p:c></b></a>",
    "<a xmlns:z=\"urn:1\" xmlns:y=\"urn:2\" z:b=\"1\" y:a=\"2\" c=\"3\" xml:base=\"urn:b\"/>",
    "\u{feff}<a>after a byte order mark</a>",
];

#[test]
fn hard_documents_have_the_form_that_xmllint_gives_them() {
    for document in HARD {
        agrees_with_xmllint(document);
    }
}

/// xmllint is no oracle here: it writes a bare ampersand, which is no XML.
#[test]
fn a_namespace_is_escaped_as_any_attribute_is() {
    let document = "<p:a xmlns:p=\"urn:a?b&amp;c\"/>";
    let form = "<p:a xmlns:p=\"urn:a?b&amp;c\"></p:a>";
    assert_eq!(canonical(document, &Method::INCLUSIVE), form);
    assert_eq!(canonical(document, &Method::EXCLUSIVE), form);
}

#[test]
fn comments_are_left_out_unless_asked_for() {
    let document = "<!-- before --><a><!-- inside -->x</a><!-- after -->";
    assert_eq!(canonical(document, &Method::INCLUSIVE), "<a>x</a>");
    assert_eq!(canonical(document, &Method::EXCLUSIVE), "<a>x</a>");
    assert_eq!(
        canonical(document, &Method::INCLUSIVE.with_comments()),
        "<!-- before -->\n<a><!-- inside -->x</a>\n<!-- after -->"
    );
}

#[test]
fn listed_prefixes_are_kept_in_the_exclusive_form() {
    let document =
        "<a xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"><r:b xmlns:r=\"urn:r\"/></a>";
    let listed = |prefixes: &[&str]| Method {
        prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
        ..Method::EXCLUSIVE
    };
    assert_eq!(
        canonical(document, &listed(&[])),
        "<a xmlns=\"urn:d\"><r:b xmlns:r=\"urn:r\"></r:b></a>"
    );
    assert_eq!(
        canonical(document, &listed(&["q", "nobody"])),
        "<a xmlns=\"urn:d\" xmlns:q=\"urn:q\"><r:b xmlns:r=\"urn:r\"></r:b></a>"
    );
    assert_eq!(
        canonical(
            "<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"/>",
            &listed(&["#default"])
        ),
        "<p:a xmlns=\"urn:d\" xmlns:p=\"urn:p\"></p:a>"
    );
}

/// Documents with a few namespaces that are bound and bound anew, attributes, text and comments.
pub(crate) fn documents() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec![
        "",
        "x",
        " y\n",
        "&amp;",
        "&#13;",
        "ә",
        "<!-- c -->",
        "<![CDATA[<]]>",
        "<?p i?>",
    ]);
    let uri = prop::sample::select(vec!["urn:a", "urn:b", "urn:c"]);
    // Both prefixes are bound on every element, so that every name in it is well-formed.
    let bindings = (
        uri.clone(),
        uri,
        prop::option::of(prop::sample::select(vec!["", "urn:d", "urn:a"])),
    );
    let name = prop::sample::select(vec!["e", "p:e", "q:f"]);
    let attributes = prop::sample::subsequence(
        vec![" b=\"1\"", " a=' &#9;\"'", " p:x=\"2\"", " xml:lang=\"kk\""],
        0..4,
    );
    let start =
        (name, bindings, attributes, text).prop_map(|(name, (p, q, default), attributes, text)| {
            let default = default
                .map(|uri| format!(" xmlns=\"{uri}\""))
                .unwrap_or_default();
            (
                name,
                format!(
                    "<{name} xmlns:p=\"{p}\"{default} xmlns:q=\"{q}\"{}>{text}",
                    attributes.concat()
                ),
            )
        });
    let leaf = start
        .clone()
        .prop_map(|(name, open)| format!("{open}</{name}>"));
    leaf.prop_recursive(4, 24, 4, move |inner| {
        (start.clone(), prop::collection::vec(inner, 0..4))
            .prop_map(|((name, open), inner)| format!("{open}{}</{name}>", inner.concat()))
    })
}

fn methods() -> [Method; 4] {
    [
        Method::INCLUSIVE,
        Method::INCLUSIVE.with_comments(),
        Method::EXCLUSIVE,
        Method::EXCLUSIVE.with_comments(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_has_the_form_that_xmllint_gives_it(document in documents()) {
        agrees_with_xmllint(&document);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_canonical_form_is_its_own_canonical_form(document in documents()) {
        for method in methods() {
            let once = canonical(&document, &method);
            prop_assert_eq!(&canonical(&once, &method), &once);
        }
    }
}
