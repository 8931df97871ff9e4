//! What the parser refuses: document types, other encodings, everything too large.

use signatures::algorithm::ALGORITHMS;
use signatures::format::{Format, Rules};
use signatures::{Policy, Reason};
use xmldsig::format::ENVELOPED;
use xmldsig::{Document, Limits, Method, Position, Refused, Why};

fn refused(document: &str, limits: Limits) -> (Position, Why) {
    let error = Document::parse(document.as_bytes(), &limits).unwrap_err();
    assert_eq!(
        Refused::from(error.clone()).finding.reason,
        Reason::Malformed
    );
    (error.at, error.why)
}

fn why(document: &str) -> Why {
    refused(document, Limits::default()).1
}

#[test]
fn document_types_and_entities_are_refused_where_they_stand() {
    let bomb =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>";
    let (at, why_bomb) = refused(bomb, Limits::default());
    assert_eq!((at.line, at.column), (2, 1));
    assert_eq!(why_bomb, Why::DocumentType);
    for document in [
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a><a/>",
        "<!doctype a><a/>",
        " \n<!DOCTYPE a PUBLIC \"x\" \"http://x.test/a.dtd\"><a/>",
        "<a><!ENTITY x \"y\"></a>",
    ] {
        assert_eq!(why(document), Why::DocumentType, "{document}");
    }
    assert!(matches!(why("<a>&x;</a>"), Why::NotWellFormed(_)));
}

#[test]
fn a_word_of_a_document_type_in_text_is_none() {
    for document in [
        "<a><![CDATA[<!DOCTYPE a>]]></a>",
        "<a><!-- <!DOCTYPE a> --></a>",
        "<a b='>&lt;!DOCTYPE'/>",
        "<?p <!DOCTYPE ?><a/>",
    ] {
        Document::parse(document.as_bytes(), &Limits::default()).unwrap();
    }
}

#[test]
fn other_encodings_and_versions_are_refused() {
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(Document::parse(&utf16, &Limits::default()).is_err());
    let latin = Document::parse(b"<a>\n\xe4</a>", &Limits::default()).unwrap_err();
    assert_eq!(
        (latin.at.line, latin.at.column, latin.why),
        (2, 1, Why::NotUtf8)
    );
    assert_eq!(
        why("<?xml version='1.0' encoding=\"windows-1251\"?><a/>"),
        Why::Encoding
    );
    assert_eq!(why("<?xml version=\"1.1\"?><a/>"), Why::Version);
    assert!(
        Document::parse(
            b"<?xml version='1.0' encoding='utf-8'?><a/>",
            &Limits::default()
        )
        .is_ok()
    );
}

#[test]
fn each_limit_holds_and_its_last_step_is_allowed() {
    let limits = Limits {
        bytes_max: 200,
        depth_max: 3,
        elements_max: 5,
        attributes_max: 3,
        namespaces_max: 2,
    };
    let fits = |document: &str| Document::parse(document.as_bytes(), &limits).map(|_| ());
    let cases = [
        (
            "<a><b><c/></b></a>",
            "<a><b><c><d/></c></b></a>",
            Why::TooDeep,
        ),
        (
            "<a><b/><b/><b/><b/></a>",
            "<a><b/><b/><b/><b/><b/></a>",
            Why::TooManyElements,
        ),
        (
            "<a b='' c='' d='='/>",
            "<a b='' c='' d='' e=''/>",
            Why::TooManyAttributes,
        ),
        (
            "<a xmlns='urn:a'><b xmlns:p='urn:p'/><b xmlns:p='urn:p'/></a>",
            "<a xmlns='urn:a'><b xmlns:p='urn:p'><c xmlns='urn:a'/></b></a>",
            Why::TooManyNamespaces,
        ),
    ];
    for (good, bad, expected) in cases {
        assert_eq!(fits(good), Ok(()), "{good}");
        assert_eq!(refused(bad, limits).1, expected, "{bad}");
    }
    let filled = |size: usize| format!("<a>{}</a>", "x".repeat(size - 7));
    assert_eq!(fits(&filled(200)), Ok(()));
    assert_eq!(refused(&filled(201), limits).1, Why::TooLarge);
}

#[test]
fn a_million_open_tags_are_refused_at_once() {
    let deep = "<a>".repeat(1_000_000);
    let (at, why) = refused(&deep, Limits::default());
    assert_eq!(why, Why::TooDeep);
    assert_eq!(at.column, 301);
}

#[test]
fn broken_documents_are_refused() {
    for document in [
        "",
        " ",
        "<",
        "<a",
        "<a b='",
        "<a><!-- ",
        "<a><![CDATA[",
        "<?xml",
        "<a/><b/>",
        "<a></b>",
        "x",
        "<a/>x",
        "<a a='1' a='2'/>",
        "<p:a/>",
        "<a b=c/>",
        "<a>\u{0}</a>",
        "<a><b></a></b>",
        "</a>",
    ] {
        assert!(
            Document::parse(document.as_bytes(), &Limits::default()).is_err(),
            "{document}"
        );
    }
}

#[test]
fn an_instruction_has_a_name_of_its_own_and_white_space_after_it() {
    for odd in [
        "<a><?b$c?></a>",
        "<?xml$version=\"1.0\"?><a/>",
        "<a><?b\u{d7}c d?></a>",
        "<a><?XML d?></a>",
        "<a><?xMl?></a>",
    ] {
        assert_eq!(why(odd), Why::Instruction, "{odd}");
    }
    assert_eq!(refused("<a>\n <?b$?></a>", Limits::default()).0.line, 2);
    for good in [
        "<a><?b?></a>",
        "<?b c$d?><a/>",
        "<a><?b\n?></a>",
        "<a/><?xml-style x?>",
    ] {
        let document = Document::parse(good.as_bytes(), &Limits::default()).unwrap();
        document.canonical(&Method::INCLUSIVE).unwrap();
    }
}

#[test]
fn namespaces_without_a_canonical_form_are_refused() {
    assert_eq!(
        why("<a>\n<b xmlns='../x'/></a>"),
        Why::RelativeNamespace("../x".into())
    );
    assert!(matches!(
        why("<a xmlns:p='urn:p'><b xmlns:p=''/></a>"),
        Why::PrefixUnbound(_) | Why::NotWellFormed(_)
    ));
}

#[test]
fn attributes_and_comments_are_bounded_over_the_whole_document() {
    let limits = Limits {
        elements_max: 4,
        attributes_max: 3,
        ..Limits::default()
    };
    let full = "<a b='' c='' d=''><a b='' c='' d=''/><a b='' c=''/></a>";
    assert!(Document::parse(full.as_bytes(), &limits).is_ok());
    let over = full.replace("</a>", "<a b=''/></a>");
    assert_eq!(refused(&over, limits).1, Why::TooManyAttributes);
    let comments = format!("<a>{}</a>", "<!---->".repeat(20));
    assert_eq!(refused(&comments, limits).1, Why::TooManyNodes);
}

/// One long name of a namespace, used in a hundred places: half a megabyte that would become fifty.
#[test]
fn a_canonical_form_that_explodes_is_refused() {
    let document = |name: usize, uses: usize| {
        let name = "n".repeat(name);
        format!("<a xmlns:p='urn:{name}'>{}</a>", "<p:b/>".repeat(uses))
    };
    let canonical = |document: &str| {
        let document = Document::parse(document.as_bytes(), &Limits::default()).unwrap();
        document.canonical(&Method::EXCLUSIVE)
    };
    assert!(canonical(&document(500_000, 100)).is_ok());
    let refused = canonical(&document(500_000, 200)).unwrap_err();
    assert_eq!(refused.finding.reason, Reason::Malformed);
}

#[test]
fn a_document_that_needs_no_signature_is_read_under_a_name_that_says_so() {
    let document = Document::parse(b"<a><b>1</b><b>2</b><c>3</c></a>", &Limits::default()).unwrap();
    let root = document.unverified();
    assert_eq!((root.name(), root.children().count()), ("a", 3));
    assert!(root.only("b").is_none(), "there are two");
    assert_eq!(root.only("c").unwrap().text(), "3");
}

#[test]
fn as_a_format_it_takes_no_more_than_the_policy_allows() {
    let document = b"<a><b>a document of more octets than ten</b></a>";
    let small = Policy {
        bytes_max: 10,
        ..Policy::default()
    };
    let reason = |policy: &Policy| {
        let rules = Rules {
            policy,
            algorithms: ALGORITHMS,
        };
        let refused = ENVELOPED.open(document, None, &rules).map(|_| ());
        refused.unwrap_err().reason
    };
    assert_eq!(reason(&Policy::default()), Reason::NoSigner);
    assert_eq!(reason(&small), Reason::Malformed);
}
