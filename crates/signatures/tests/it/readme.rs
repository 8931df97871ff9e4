//! What the README shows is what works: its function, word for word, verifies a document here.

use signatures::sign::{Options, sign};

use crate::ca::{Authority, now, person};

// From here to the next mark the README has the same lines; a test compares.
use jiff::Timestamp;
use signatures::{Certificate, Crl, Crls, Policy, Question, Report, Trust, Verifier};

/// Is `p7s` a signature of `document` by somebody whom this authority certified, and whom its list spares?
fn verify(
    (p7s, document): (&[u8], &[u8]),
    (authority, list): (&[u8], &[u8]),
    at: Timestamp,
) -> Result<Report<'static>, Box<dyn std::error::Error>> {
    let authority = Certificate::parse(authority)?; // you pinned it: trusted for its own sake
    let mut lists = Crls::default();
    lists.insert(Crl::open(list, &authority)?.into()); // the authority's own signature is checked
    let verifier = Verifier::new(Trust::new(vec![authority], vec![])?, Policy::default());
    let content = Some(document);
    let question = Question {
        content,
        ..Question::about(p7s, at)
    };
    let report = verifier.examine(&question, &lists);
    Ok(report.into_owned()) // outcome() is valid, invalid or undetermined; checks() says why, words() in three languages
}
// To here.

#[test]
fn the_readme_verifies_a_document() {
    let authority = Authority::root("TEST ROOT");
    let who = authority.issue(person());
    let p7s = sign(
        b"a document",
        &[&who.identity(&[])],
        &Options::detached(now()),
    )
    .unwrap();
    let outcome = |document: &[u8], list: &[u8]| {
        let trusted = (&**authority.certificate.der(), list);
        let report = verify((&p7s, document), trusted, now()).unwrap();
        report.outcome()
    };
    assert_eq!(outcome(b"a document", &authority.crl(&[])), "valid");
    assert_eq!(outcome(b"another", &authority.crl(&[])), "invalid");
    assert_eq!(outcome(b"a document", &authority.crl(&[&who])), "invalid");
    let old = authority.crl_with(&[], (2026, 1, 1), (2026, 2, 1), None);
    assert_eq!(outcome(b"a document", &old), "undetermined");
}

#[test]
fn the_readme_has_the_function_that_is_tested() {
    let here = include_str!("readme.rs");
    let (_, after) = here.split_once("a test compares.\n").unwrap();
    let (shown, _) = after.split_once("// To here.").unwrap();
    let readme = include_str!("../../README.md");
    let compact = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(compact(readme).contains(&compact(shown)));
}
