//! Stored evidence: years later, offline, the same question has the same answer.

use std::sync::Arc;

use signatures::bundle::{Asked, Bundle, BundleError};
use signatures::format::FORMATS;
use signatures::ocsp::Status as Told;
use signatures::sign::{Options, sign};
use signatures::{Crls, Freshness, Kept, OCSP_AGE_MAX, Party, Private, Question, Report, expect};

use crate::ca::{IIN, Person, World, now, person};
use crate::sources::answer;

const DOCUMENT: &[u8] = b"a document";

fn asked<'q>(question: Question<'q>, parties: &'q [Party]) -> Asked<'q> {
    Asked {
        question,
        parties,
        freshness: Freshness::default(),
        ocsp_age_max: OCSP_AGE_MAX,
    }
}

/// A question about a detached signature, and the file that keeps it.
fn stored(world: &World, who: &Person, lists: &Crls) -> (Report<'static>, Bundle) {
    let signature = sign(DOCUMENT, &[&who.identity(&[])], &Options::detached(now())).unwrap();
    let question = Question {
        content: Some(DOCUMENT),
        ..Question::about(&signature, now())
    };
    let parties = [Party {
        iin: Some(Private::new(IIN)),
        ..Party::default()
    }];
    let verifier = world.verifier();
    let mut reports = [verifier.examine(&question, lists)];
    expect(&mut reports, &parties);
    let [report] = reports;
    let bundle = Bundle::of(&asked(question, &parties), &verifier, &report);
    (report.into_owned(), bundle)
}

fn read_again(bundle: &Bundle) -> Bundle {
    Bundle::from_json(&bundle.to_json().unwrap()).unwrap()
}

#[test]
fn a_bundle_gives_the_same_report_from_itself_alone() {
    let world = World::new();
    let who = world.issuing.issue(person());
    for lists in [
        world.crls(&[]),
        world.crls(&[&who]),
        crate::ca::crls(&[(&world.issuing, world.issuing.crl(&[]))]),
    ] {
        let (report, bundle) = stored(&world, &who, &lists);
        let again = read_again(&bundle).verify(None, FORMATS).unwrap();
        assert_eq!(again, report);
        assert_eq!(bundle.outcome(), report.outcome());
    }
}

#[test]
fn answers_are_kept_as_well_as_lists() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let kept = Kept {
        pieces: [
            world.root.crl(&[]),
            answer(&world, &who.parsed(), Told::Good, now()),
        ]
        .map(Arc::from)
        .to_vec(),
        ..Kept::default()
    };
    let signature = sign(DOCUMENT, &[&who.identity(&[])], &Options::attached(now())).unwrap();
    let question = Question::about(&signature, now());
    let verifier = world.verifier();
    let report = verifier.examine(&question, &kept).into_owned();
    assert_eq!(report.outcome(), "valid");
    let bundle = Bundle::of(&asked(question, &[]), &verifier, &report);
    let again = read_again(&bundle).verify(None, FORMATS).unwrap();
    assert_eq!(again, report);
}

#[test]
fn a_bundle_without_its_content_needs_that_very_content() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (report, bundle) = stored(&world, &who, &world.crls(&[]));
    let bundle = read_again(&bundle.without_content());
    assert!(matches!(
        bundle.verify(None, FORMATS),
        Err(BundleError::ContentMissing)
    ));
    assert!(matches!(
        bundle.verify(Some(b"another"), FORMATS),
        Err(BundleError::OtherContent)
    ));
    assert_eq!(bundle.verify(Some(DOCUMENT), FORMATS).unwrap(), report);
}

#[test]
fn a_bundle_names_whom_it_trusts() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (_, bundle) = stored(&world, &who, &world.crls(&[]));
    assert_eq!(bundle.anchors().unwrap(), [world.root.parsed()]);
    assert_eq!(bundle.at(), now());
}

#[test]
fn what_a_bundle_says_of_its_outcome_is_not_believed() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (_, bundle) = stored(&world, &who, &world.crls(&[&who]));
    let text = String::from_utf8(bundle.to_json().unwrap()).unwrap();
    let forged = text.replace("\"outcome\": \"invalid\"", "\"outcome\": \"valid\"");
    assert_ne!(forged, text);
    let forged = Bundle::from_json(forged.as_bytes()).unwrap();
    assert_eq!(forged.outcome(), "valid");
    let again = forged.verify(None, FORMATS).unwrap();
    assert_eq!(again.outcome(), "invalid");
}

#[test]
fn a_file_of_another_version_or_shape_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (_, bundle) = stored(&world, &who, &world.crls(&[]));
    let text = String::from_utf8(bundle.to_json().unwrap()).unwrap();
    let other = text.replace("\"version\": 1", "\"version\": 2");
    assert!(matches!(
        Bundle::from_json(other.as_bytes()),
        Err(BundleError::Version(2))
    ));
    let more = text.replacen('{', "{\"surprise\": 1,", 1);
    for bad in [more.as_str(), "", "{}", &text[..text.len() / 2]] {
        assert!(matches!(
            Bundle::from_json(bad.as_bytes()),
            Err(BundleError::Unreadable(_))
        ));
    }
}

#[test]
fn a_bundle_of_a_format_that_is_not_known_is_not_read_as_another() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (_, bundle) = stored(&world, &who, &world.crls(&[]));
    let text = String::from_utf8(bundle.to_json().unwrap()).unwrap();
    let other = text.replace("\"format\": \"cms\"", "\"format\": \"other\"");
    assert_ne!(other, text);
    let other = Bundle::from_json(other.as_bytes()).unwrap();
    assert!(matches!(
        other.verify(None, FORMATS),
        Err(BundleError::Format(name)) if name == "other"
    ));
}

#[test]
fn a_bundle_shows_no_personal_data_when_printed() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (_, bundle) = stored(&world, &who, &world.crls(&[]));
    assert!(!format!("{bundle:?}").contains(IIN));
}
