//! OCSP: only an answer about this certificate, by somebody who may give it, is opened.

use jiff::Timestamp;
use proptest::prelude::*;
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose};
use signatures::ocsp::{Status, certificate_id, request};
use signatures::sign::Identity;
use signatures::sign::ocsp::{Response, Single, no_answer, read, respond};
use signatures::{Certificate, Ocsp, OcspError};

use crate::ca::{Authority, Leaf, World, now, official, person, responder};

const NONCE: &[u8] = &[7; 16];

/// An authority, somebody it issued to, and its responder.
struct Scene {
    world: World,
    who: Certificate,
    responder: Identity,
}

impl Scene {
    fn new() -> Self {
        Self::with(responder())
    }

    fn with(leaf: Leaf) -> Self {
        let world = World::new();
        let who = world.issuing.issue(person()).parsed();
        let responder = world.issuing.issue(leaf).identity(&[]);
        Self {
            world,
            who,
            responder,
        }
    }

    fn issuer(&self) -> Certificate {
        self.world.issuing.parsed()
    }

    fn single(&self, status: Status) -> Single {
        Single {
            id: certificate_id(&self.issuer(), self.who.serial()),
            status,
            this_update: now(),
            next_update: None,
        }
    }

    fn response(&self, status: Status) -> Response {
        Response {
            singles: vec![self.single(status)],
            produced_at: now(),
            nonce: None,
            by_key: false,
            unknown_as_revoked: false,
        }
    }

    fn open(&self, response: &Response) -> Result<Ocsp, OcspError> {
        self.open_by(&self.responder, response)
    }

    fn open_by(&self, who: &Identity, response: &Response) -> Result<Ocsp, OcspError> {
        Ocsp::open(&respond(who, response).unwrap(), &self.who, &self.issuer())
    }

    #[track_caller]
    fn refused(&self, response: &Response) -> OcspError {
        self.open(response).unwrap_err()
    }
}

#[test]
fn every_status_arrives_as_it_was_said() {
    let scene = Scene::new();
    let since = "2026-05-20T00:00:00Z".parse().unwrap();
    let revoked = |on_hold| Status::Revoked { since, on_hold };
    for status in [Status::Good, revoked(false), revoked(true), Status::Unknown] {
        for by_key in [false, true] {
            let response = Response {
                nonce: Some(NONCE.to_vec()),
                by_key,
                ..scene.response(status)
            };
            let opened = scene.open(&response).unwrap();
            assert_eq!(opened.status(), status);
            assert_eq!(opened.nonce(), Some(NONCE));
            assert_eq!((opened.produced_at(), opened.this_update()), (now(), now()));
            assert_eq!(opened.next_update(), None);
        }
    }
}

#[test]
fn the_issuer_itself_may_answer() {
    let scene = Scene::new();
    let issuer = scene.world.issuing.identity();
    for by_key in [false, true] {
        let response = Response {
            by_key,
            ..scene.response(Status::Good)
        };
        assert_eq!(
            scene.open_by(&issuer, &response).unwrap().status(),
            Status::Good
        );
    }
}

#[test]
fn unknown_arrives_as_revoked_at_the_beginning_of_time_where_it_is_marked_so() {
    let scene = Scene::new();
    let marked = Response {
        unknown_as_revoked: true,
        ..scene.response(Status::Unknown)
    };
    assert_eq!(scene.open(&marked).unwrap().status(), Status::Unknown);
    let never = Status::Revoked {
        since: Timestamp::UNIX_EPOCH,
        on_hold: true,
    };
    let bare = scene.open(&scene.response(never)).unwrap();
    assert_eq!(bare.status(), never, "without the mark it is what it says");
    let for_good = Status::Revoked {
        since: Timestamp::UNIX_EPOCH,
        on_hold: false,
    };
    let marked = Response {
        unknown_as_revoked: true,
        ..scene.response(for_good)
    };
    assert_eq!(scene.open(&marked).unwrap().status(), for_good);
}

#[test]
fn ours_is_found_among_several_answers() {
    let scene = Scene::new();
    let since = now();
    let other = |serial: u8, status| Single {
        id: certificate_id(&scene.issuer(), &[serial]),
        ..scene.single(status)
    };
    let on_hold = false;
    let mut response = scene.response(Status::Good);
    response
        .singles
        .insert(0, other(1, Status::Revoked { since, on_hold }));
    response.singles.push(other(2, Status::Unknown));
    let bytes = respond(&scene.responder, &response).unwrap();
    let all = Ocsp::all(&bytes, &scene.issuer()).unwrap();
    let serials: Vec<&[u8]> = all.iter().map(|(serial, _)| serial.as_slice()).collect();
    assert_eq!(serials, [&[1], scene.who.serial(), &[2]]);
    assert_eq!(scene.open(&response).unwrap().status(), Status::Good);
    response
        .singles
        .push(scene.single(Status::Revoked { since, on_hold }));
    assert_eq!(scene.refused(&response), OcspError::Ambiguous);
}

#[test]
fn an_answer_about_another_certificate_is_refused() {
    let scene = Scene::new();
    let with_id = |id| Response {
        singles: vec![Single {
            id,
            ..scene.single(Status::Good)
        }],
        ..scene.response(Status::Good)
    };
    let other_serial = certificate_id(&scene.issuer(), &[1]);
    assert_eq!(
        scene.refused(&with_id(other_serial)),
        OcspError::OtherCertificate
    );
    let other_issuer = certificate_id(&scene.world.root.parsed(), scene.who.serial());
    assert_eq!(
        scene.refused(&with_id(other_issuer)),
        OcspError::OtherCertificate
    );
    let same_name = certificate_id(
        &Authority::root("TEST ISSUING").parsed(),
        scene.who.serial(),
    );
    assert_eq!(
        scene.refused(&with_id(same_name)),
        OcspError::OtherCertificate
    );
    let none = Response {
        singles: vec![],
        ..scene.response(Status::Good)
    };
    assert_eq!(scene.refused(&none), OcspError::OtherCertificate);
}

#[track_caller]
fn unfit(leaf: Leaf, error: &OcspError) {
    let scene = Scene::with(leaf);
    assert_eq!(scene.refused(&scene.response(Status::Good)), *error);
}

#[test]
fn only_a_responders_certificate_of_the_issuer_answers() {
    unfit(official(), &OcspError::NotAuthorised);
    let purposes = vec![ExtendedKeyUsagePurpose::ServerAuth];
    unfit(
        Leaf {
            purposes,
            ..responder()
        },
        &OcspError::NotAuthorised,
    );
    let usages = vec![KeyUsagePurpose::KeyEncipherment];
    unfit(
        Leaf {
            usages,
            ..responder()
        },
        &OcspError::NotAuthorised,
    );
    let extensions = vec![];
    unfit(
        Leaf {
            extensions,
            ..responder()
        },
        &OcspError::NotAuthorised,
    );
    let mut odd = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
    odd.set_criticality(true);
    let mut leaf = responder();
    leaf.extensions.push(odd);
    unfit(leaf, &OcspError::NotAuthorised);
}

#[test]
fn a_responder_answers_only_while_its_certificate_is_valid() {
    let expired = Leaf {
        until: (2026, 6, 1),
        ..responder()
    };
    unfit(expired, &OcspError::ResponderNotInTime);
    let young = Leaf {
        from: (2026, 7, 1),
        ..responder()
    };
    unfit(young, &OcspError::ResponderNotInTime);
}

#[test]
fn a_responder_of_a_forged_issuer_is_not_authorised() {
    let scene = Scene::new();
    let forged = scene.world.root.below("TEST ISSUING");
    let theirs = forged.issue(responder()).identity(&[]);
    let response = scene.response(Status::Good);
    assert_eq!(
        scene.open_by(&theirs, &response).unwrap_err(),
        OcspError::NotAuthorised
    );
    assert_eq!(
        scene.open_by(&forged.identity(), &response).unwrap_err(),
        OcspError::Signature
    );
    let other = scene.world.root.issue(responder()).identity(&[]);
    assert_eq!(
        scene.open_by(&other, &response).unwrap_err(),
        OcspError::NotAuthorised
    );
}

#[test]
fn no_answer_is_no_answer() {
    let scene = Scene::new();
    for status in [1, 2, 3, 5, 6] {
        assert_eq!(
            Ocsp::open(&no_answer(status), &scene.who, &scene.issuer()).unwrap_err(),
            OcspError::NotSuccessful(u32::from(status))
        );
    }
    assert!(Ocsp::open(&no_answer(0), &scene.who, &scene.issuer()).is_err());
}

#[test]
fn a_question_is_read_as_it_was_asked() {
    let scene = Scene::new();
    for nonce in [None, Some(NONCE)] {
        let asked = read(&request(&scene.who, &scene.issuer(), nonce)).unwrap();
        assert_eq!(asked.serial, scene.who.serial());
        assert_eq!(asked.nonce.as_deref(), nonce);
        assert_eq!(
            asked.id,
            certificate_id(&scene.issuer(), scene.who.serial())
        );
        assert!(asked.is_of(&scene.issuer()));
        assert!(!asked.is_of(&scene.world.root.parsed()));
    }
}

#[test]
fn what_is_cut_short_or_lengthened_is_refused() {
    let scene = Scene::new();
    let good = respond(&scene.responder, &scene.response(Status::Good)).unwrap();
    let open = |bytes: &[u8]| Ocsp::open(bytes, &scene.who, &scene.issuer());
    assert!(open(&good).is_ok());
    for length in 0..good.len() {
        assert!(open(&good[..length]).is_err());
    }
    assert!(open(&[good.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn no_flipped_bit_gives_another_answer() {
    let scene = Scene::new();
    let since = now();
    let on_hold = true;
    let response = scene.response(Status::Revoked { since, on_hold });
    let good = respond(&scene.responder, &response).unwrap();
    let opened = Ocsp::open(&good, &scene.who, &scene.issuer()).unwrap();
    let mut runner = proptest::test_runner::TestRunner::default();
    let flips = (any::<prop::sample::Index>(), 0..8);
    runner
        .run(&flips, |(place, bit)| {
            let mut bytes = good.clone();
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
            // The responder's certificate may come in another wrapping; what is said may not change.
            if let Ok(other) = Ocsp::open(&bytes, &scene.who, &scene.issuer()) {
                prop_assert_eq!(other.status(), opened.status());
                prop_assert_eq!(other.this_update(), opened.this_update());
            }
            Ok(())
        })
        .unwrap();
}
