//! OCSP first, then lists; and the proven time: what each can say, and what outweighs what.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use signatures::algorithm::SHA256;
use signatures::ocsp::{Status as Told, certificate_id};
use signatures::sign::ocsp::{Response, Single, respond};
use signatures::sign::tsp::{Stamp, read, stamp, with_timestamps};
use signatures::sign::{Identity, Options, sign};
use signatures::tsp::request;
use signatures::{
    Aspect, Certificate, Crls, Examined, Freshness, Kept, Lack, Ocsp, Ocsps, Question, Reason,
    Revocation, Said, Sources, Status,
};

use crate::ca::{Authority, Leaf, Person, World, crls, now, person, responder, stamper};

const DOCUMENT: &[u8] = b"a document";
const POLICY: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4];

/// An answer of the issuing authority's responder about one certificate.
pub(crate) fn answer(world: &World, who: &Certificate, told: Told, at: Timestamp) -> Vec<u8> {
    let by = world.issuing.issue(responder()).identity(&[]);
    let response = Response {
        singles: vec![Single {
            id: certificate_id(&world.issuing.parsed(), who.serial()),
            status: told,
            this_update: at,
            next_update: None,
        }],
        produced_at: at,
        nonce: None,
        by_key: false,
        unknown_as_revoked: false,
    };
    respond(&by, &response).unwrap()
}

fn answers(world: &World, who: &Certificate, told: Told, at: Timestamp) -> Ocsps {
    let issuer = world.issuing.parsed();
    let bytes = answer(world, who, told, at);
    let mut answers = Ocsps::default();
    answers.insert(who, &issuer, Ocsp::open(&bytes, who, &issuer).unwrap());
    answers
}

fn sources(answers: Ocsps, lists: Crls) -> Sources {
    Sources {
        answers: Arc::new(answers),
        lists: Arc::new(lists),
    }
}

fn only_issuing(world: &World, revoked: &[&Person]) -> Crls {
    crls(&[(&world.issuing, world.issuing.crl(revoked))])
}

#[test]
fn an_answer_is_good_for_its_window_and_for_what_was_before_it() {
    let world = World::new();
    let who = world.issuing.issue(person()).parsed();
    let issuer = world.issuing.parsed();
    let answers = answers(&world, &who, Told::Good, now());
    let at = |minutes| now() + SignedDuration::from_mins(minutes);
    let status = |minutes| answers.ask(&who, &issuer, at(minutes)).status;
    assert_eq!(status(5), Status::Good);
    assert_eq!(status(-600), Status::Good);
    assert_eq!(status(6), Status::Unknown(Lack::Stale));
    let rests_on = answers.ask(&who, &issuer, now()).evidence;
    assert_eq!(rests_on.len(), 1);
    assert_eq!(rests_on[0].kind.as_str(), "ocsp");
}

#[test]
fn an_answer_given_after_the_certificate_expired_is_never_good() {
    let world = World::new();
    let who = world.issuing.issue(Leaf {
        until: (2026, 6, 5),
        ..person()
    });
    let early = "2026-06-02T00:00:00Z".parse().unwrap();
    let says = |told| {
        let answers = answers(&world, &who.parsed(), told, now());
        answers
            .ask(&who.parsed(), &world.issuing.parsed(), early)
            .status
    };
    assert_eq!(says(Told::Good), Status::Unknown(Lack::AfterExpiry));
    let since = "2026-06-01T00:00:00Z".parse().unwrap();
    let revoked = Told::Revoked {
        since,
        on_hold: false,
    };
    assert_eq!(says(revoked), Status::Revoked { since });
}

#[test]
fn an_answer_about_somebody_else_says_nothing() {
    let world = World::new();
    let (who, other) = (world.issuing.issue(person()), world.issuing.issue(person()));
    let answers = answers(&world, &who.parsed(), Told::Good, now());
    let asked = answers.ask(&other.parsed(), &world.issuing.parsed(), now());
    assert_eq!(asked.status, Status::Unknown(Lack::Missing));
}

#[test]
fn revocation_counts_from_its_own_instant() {
    let world = World::new();
    let who = world.issuing.issue(person()).parsed();
    let issuer = world.issuing.parsed();
    let since = now() - SignedDuration::from_hours(1);
    let revoked = Told::Revoked {
        since,
        on_hold: false,
    };
    let answers = answers(&world, &who, revoked, now());
    assert_eq!(
        answers.ask(&who, &issuer, now()).status,
        Status::Revoked { since }
    );
    let before = since - SignedDuration::from_secs(1);
    assert_eq!(answers.ask(&who, &issuer, before).status, Status::Good);
}

#[test]
fn never_issued_is_not_known_and_no_list_makes_it_good() {
    let world = World::new();
    let person = world.issuing.issue(person());
    let (who, issuer) = (person.parsed(), world.issuing.parsed());
    let hold_of_1970 = Told::Revoked {
        since: Timestamp::UNIX_EPOCH,
        on_hold: true,
    };
    for told in [Told::Unknown, hold_of_1970] {
        let both = |revoked: &[&Person]| {
            let answers = answers(&world, &who, told, now());
            sources(answers, only_issuing(&world, revoked)).ask(&who, &issuer, now())
        };
        let asked = both(&[]);
        assert_eq!(asked.status, Status::Unknown(Lack::NotKnown));
        assert_eq!(asked.evidence.len(), 2);
        assert!(matches!(
            both(&[&person]).status,
            Status::Revoked { since } if since > Timestamp::UNIX_EPOCH
        ));
    }
}

#[test]
fn the_list_answers_when_there_is_no_fresh_answer() {
    let world = World::new();
    let who = world.issuing.issue(person()).parsed();
    let issuer = world.issuing.parsed();
    let old = now() - SignedDuration::from_hours(1);
    for answers in [Ocsps::default(), answers(&world, &who, Told::Good, old)] {
        let asked = sources(answers, only_issuing(&world, &[])).ask(&who, &issuer, now());
        assert_eq!(asked.status, Status::Good);
        let kinds: Vec<&str> = asked.evidence.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["crl"]);
    }
    let stale = sources(answers(&world, &who, Told::Good, old), Crls::default());
    assert_eq!(
        stale.ask(&who, &issuer, now()).status,
        Status::Unknown(Lack::Stale)
    );
}

#[test]
fn a_good_answer_outweighs_an_older_list() {
    let world = World::new();
    let person = world.issuing.issue(person());
    let (who, issuer) = (person.parsed(), world.issuing.parsed());
    let both = sources(
        answers(&world, &who, Told::Good, now()),
        only_issuing(&world, &[&person]),
    );
    assert_eq!(both.ask(&who, &issuer, now()).status, Status::Good);
}

#[test]
fn kept_bytes_find_their_own_certificate() {
    let world = World::new();
    let who = world.issuing.issue(person()).parsed();
    let pieces = [
        world.root.crl(&[]),
        b"not a list".to_vec(),
        answer(&world, &who, Told::Good, now()),
    ];
    let kept = Kept {
        pieces: pieces.iter().map(|piece| Arc::from(&**piece)).collect(),
        freshness: Freshness::default(),
        ..Kept::default()
    };
    let (issuing, root) = (world.issuing.parsed(), world.root.parsed());
    assert_eq!(kept.ask(&who, &issuing, now()).status, Status::Good);
    assert_eq!(kept.ask(&issuing, &root, now()).status, Status::Good);
    let other = world.issuing.issue(Leaf {
        serial: vec![0x59],
        ..person()
    });
    assert_eq!(
        kept.ask(&other.parsed(), &issuing, now()).status,
        Status::Unknown(Lack::Missing)
    );
}

#[test]
fn of_kept_lists_the_newest_that_can_tell_answers() {
    let world = World::new();
    let leaf = || Leaf {
        until: (2026, 6, 5),
        ..person()
    };
    let who = world.issuing.issue(leaf());
    let issuing = world.issuing.parsed();
    let early = "2026-06-02T00:00:00Z".parse().unwrap();
    let list = |revoked: &[&Person], day| {
        let made = world
            .issuing
            .crl_with(revoked, (2026, 6, day), (2026, 7, 1), None);
        Arc::from(made)
    };
    let ask = |pieces| {
        let kept = Kept {
            pieces,
            ..Kept::default()
        };
        kept.ask(&who.parsed(), &issuing, early)
    };
    // Made after the certificate expired, a list that is silent says nothing.
    let silent = ask(vec![list(&[], 10)]);
    assert_eq!(silent.status, Status::Unknown(Lack::AfterExpiry));
    let with_older = ask(vec![list(&[], 10), list(&[], 1)]);
    assert_eq!(with_older.status, Status::Good);
    assert_eq!(
        with_older.evidence[0].produced_at.to_string(),
        "2026-06-01T00:00:00Z"
    );
    let revoked = ask(vec![list(&[], 1), list(&[&who], 10)]);
    assert!(matches!(revoked.status, Status::Revoked { .. }));
}

/// What the timestamp of a signature moves. The signer's certificate expires on 20 June.
struct Stamped {
    world: World,
    authority: Identity,
    signature: Vec<u8>,
    lists: Crls,
}

fn token(by: &Identity, bytes: &[u8], at: Timestamp) -> Vec<u8> {
    let asked = read(&request(&SHA256, bytes, Some(POLICY), None)).unwrap();
    let words = Stamp {
        imprint: asked.imprint,
        policy: asked.policy.unwrap(),
        serial: vec![1],
        at,
        nonce: None,
    };
    stamp(by, &words).unwrap()
}

fn later() -> Timestamp {
    "2026-06-25T00:00:00Z".parse().unwrap()
}

impl Stamped {
    fn new() -> Self {
        let world = World::new();
        let who = world.issuing.issue(Leaf {
            until: (2026, 6, 20),
            ..person()
        });
        let authority = world.issuing.issue(stamper()).identity(&[]);
        let signature = sign(DOCUMENT, &[&who.identity(&[])], &Options::attached(now())).unwrap();
        let lists = world.crls(&[]);
        Self {
            world,
            authority,
            signature,
            lists,
        }
    }

    fn inside(&self, by: &Identity, over: Option<&[u8]>) -> Vec<u8> {
        with_timestamps(&self.signature, |value| {
            Ok(token(by, over.unwrap_or(value), now()))
        })
        .unwrap()
    }

    fn examined(&self, signature: &[u8], beside: Option<&[u8]>) -> Examined {
        let question = Question {
            timestamp: beside,
            ..Question::about(signature, later())
        };
        let report = self.world.verifier().examine(&question, &self.lists);
        report.signers[0].clone()
    }
}

#[track_caller]
fn says(examined: &Examined, validity: Said, time: Said) {
    assert_eq!(examined.checks.of(Aspect::Validity), validity);
    assert_eq!(examined.checks.of(Aspect::Time), time);
}

const EXPIRED: Said = Said::Invalid(Reason::Expired);

#[test]
fn a_timestamp_keeps_a_signature_valid_after_its_certificate_expired() {
    let scene = Stamped::new();
    let without = scene.examined(&scene.signature, None);
    says(&without, EXPIRED, Said::NotAsked);
    assert_eq!(without.judged_at, later());

    let stamped = scene.inside(&scene.authority, None);
    let beside_value = scene.examined(&stamped, None);
    let over_file = token(&scene.authority, &scene.signature, now());
    let beside_file = scene.examined(&scene.signature, Some(&over_file));
    for examined in [beside_value, beside_file] {
        says(&examined, Said::Valid, Said::Valid);
        assert_eq!(examined.judged_at, now());
        assert_eq!(examined.checks.refused(), None);
        assert_eq!(examined.checks.lacking(), None);
        let kinds: Vec<&str> = examined
            .evidence
            .iter()
            .map(|one| one.kind.as_str())
            .collect();
        assert!(kinds.contains(&"timestamp"), "{kinds:?}");
    }
}

#[test]
fn a_timestamp_that_does_not_hold_moves_nothing_and_is_told() {
    let scene = Stamped::new();
    let wrong = Said::Invalid(Reason::TimestampWrong);
    let of_another = scene.inside(&scene.authority, Some(b"another signature"));
    says(&scene.examined(&of_another, None), EXPIRED, wrong);
    let stranger = Authority::root("TEST ROOT").below("TEST ISSUING");
    let stranger = stranger.issue(stamper()).identity(&[]);
    let by_stranger = scene.inside(&stranger, None);
    let untrusted = Said::Invalid(Reason::TimestampUntrusted);
    says(&scene.examined(&by_stranger, None), EXPIRED, untrusted);
    says(
        &scene.examined(&scene.signature, Some(b"no token")),
        EXPIRED,
        wrong,
    );
}

#[test]
fn a_revoked_time_stamping_authority_proves_nothing() {
    let mut scene = Stamped::new();
    let fallen = scene.world.issuing.issue(stamper());
    let by = fallen.identity(&[]);
    scene.lists = scene.world.crls(&[&fallen]);
    let stamped = scene.inside(&by, None);
    says(
        &scene.examined(&stamped, None),
        EXPIRED,
        Said::Invalid(Reason::Revoked),
    );
    scene.lists = Crls::default();
    says(
        &scene.examined(&stamped, None),
        EXPIRED,
        Said::Undetermined(Lack::Missing),
    );
}

#[test]
fn of_two_good_timestamps_the_earlier_counts() {
    let scene = Stamped::new();
    let stamped = scene.inside(&scene.authority, None);
    let hour = SignedDuration::from_hours(1);
    for (beside, earlier) in [(now() - hour, now() - hour), (now() + hour, now())] {
        let token = token(&scene.authority, &stamped, beside);
        assert_eq!(scene.examined(&stamped, Some(&token)).judged_at, earlier);
    }
}
