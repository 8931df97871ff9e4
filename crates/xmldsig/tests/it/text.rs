//! Documents that are one text: what is verified is what is read.

use signatures::format::Format;
use signatures::{Reason, Verdict, Verifier};
use xmldsig::sign::{self, Layout};
use xmldsig::{Limits, format, text};

use crate::world::{WORLD, now};

const FORM: &str = "{\"details\":\"A & B < C > D\",\r\n\t\"kk\":\"өтініш\"}";

fn signed(layout: Layout) -> String {
    let signed = sign::text(FORM, &WORLD.rsa.identity, layout).unwrap();
    String::from_utf8(signed).unwrap()
}

static FORMATS: &[&dyn Format] = &[&format::TEXT];

fn verifier() -> Verifier {
    WORLD.verifier().with_formats(FORMATS)
}

/// The reason to refuse it, for a caller who has `FORM` as the document.
#[track_caller]
fn refusal(xml: &str) -> Reason {
    match verifier().verify(xml.as_bytes(), Some(FORM.as_bytes()), now(), &WORLD.crls()) {
        Verdict::Invalid(finding) => finding.reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn the_text_comes_out_as_it_was_signed_and_as_it_is_read_before() {
    for layout in [Layout::Wrapped, Layout::Compact] {
        let xml = signed(layout);
        assert_eq!(text(xml.as_bytes(), &Limits::default()).unwrap(), FORM);
        for given in [None, Some(FORM.as_bytes())] {
            match verifier().verify(xml.as_bytes(), given, now(), &WORLD.crls()) {
                Verdict::Valid(valid) => assert_eq!(&*valid.content, FORM.as_bytes()),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn another_text_than_the_callers_is_refused() {
    let other = sign::text("{}", &WORLD.p256.identity, Layout::Compact).unwrap();
    let other = String::from_utf8(other).unwrap();
    assert_eq!(refusal(&other), Reason::ContentDiffers);
    let changed = signed(Layout::Compact).replace("A &amp; B", "A &amp; C");
    assert_eq!(refusal(&changed), Reason::DigestMismatch);
}

#[test]
fn nothing_but_text_and_signatures_may_be_inside() {
    let (identity, limits) = (&WORLD.p256.identity, Limits::default());
    for odd in [
        "<document>{}<more/></document>",
        "<document>{}<?more more?></document>",
        "<document kind='form'>{}</document>",
    ] {
        let xml = sign::enveloped(odd.as_bytes(), identity, Layout::Compact).unwrap();
        let before = text(&xml, &limits).unwrap_err();
        assert_eq!(before.finding.reason, Reason::ContentTypeWrong, "{odd}");
        let refused = refusal(std::str::from_utf8(&xml).unwrap());
        assert_eq!(refused, Reason::ContentTypeWrong, "{odd}");
    }
    let named = b"<d:form xmlns:d='urn:x' Id='a'>{}</d:form>";
    let xml = sign::by_id(named, "a", identity, Layout::Wrapped).unwrap();
    assert_eq!(text(&xml, &limits).unwrap(), "{}");
}

#[test]
fn a_comment_is_neither_signed_nor_read() {
    let xml = signed(Layout::Compact).replace("өтініш", "өті<!-- ашық -->ніш");
    assert_eq!(text(xml.as_bytes(), &Limits::default()).unwrap(), FORM);
    let verdict = verifier().verify(xml.as_bytes(), None, now(), &WORLD.crls());
    let Verdict::Valid(valid) = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(&*valid.content, FORM.as_bytes());
}

#[test]
fn xades_is_refused_by_its_name() {
    let properties = "<ds:Object><q:QualifyingProperties \
                      xmlns:q='http://uri.etsi.org/01903/v1.3.2#'/></ds:Object></ds:Signature>";
    let xml = signed(Layout::Compact).replace("</ds:Signature>", properties);
    assert_eq!(refusal(&xml), Reason::FormatUnknown);
}
