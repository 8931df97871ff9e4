//! OCSP responders that answer, answer wrongly, or not at all; and lists of changes.

use std::sync::Arc;

use fault::{Again, Blame};
use jiff::{SignedDuration, Timestamp};
use message::Message;
use signature::app::parts;
use signature::config::Config;
use signature::verify::{Opinion, Verify};
use signatures::ocsp::{Status, certificate_id};
use signatures::sign::crl::{List, Revoked, list};
use signatures::sign::ocsp::{Response, Single, no_answer, read, respond};
use stage::Stage;

use crate::ca::{Authority, Leaf};
use crate::world::{PERSON, World, event, received};

/// Valid as long as anybody runs these tests: a responder tells the time of the clock.
pub(crate) const LASTING: Leaf = Leaf {
    until_year: 2199,
    ..PERSON
};

/// The world with a responder for the issuing authority at `path`; `more` is said of the responder.
pub(crate) fn config(world: &World, path: &str, more: &str) -> Config {
    let base = &world.base;
    let text = world.config_text("[ocsp]\nretry_ms = 0");
    let responder = format!("[[trust.ocsp]]\nissuer = 'issuing.pem'\nurl = '{base}/{path}'");
    toml::from_str(&format!("{text}\n{responder}\n{more}")).unwrap()
}

/// A service that asks the responder, which answers in a good time.
fn service(world: &World) -> Arc<Verify> {
    Arc::new(
        parts(&config(world, "ocsp", "timeout_ms = 30000"))
            .unwrap()
            .0,
    )
}

/// What a responder says of whomever it is asked about, as `change` wants it.
fn answers(
    authority: &Authority,
    status: Status,
    change: impl Fn(&mut Response) + Send + 'static,
) -> impl Fn(&[u8]) -> Vec<u8> + Send + 'static {
    let who = authority.responder();
    move |question| {
        let asked = read(question).unwrap();
        let now = Timestamp::now();
        let single = Single {
            id: asked.id,
            status,
            this_update: now,
            next_update: None,
        };
        let mut response = Response {
            singles: vec![single],
            produced_at: now,
            nonce: asked.nonce,
            by_key: false,
            unknown_as_revoked: true,
        };
        change(&mut response);
        respond(&who, &response).unwrap()
    }
}

pub(crate) fn good(world: &World) -> impl Fn(&[u8]) -> Vec<u8> + Send + 'static {
    answers(&world.issuing, Status::Good, |_| {})
}

pub(crate) async fn outcome(verify: &Verify, message: &Message) -> &'static str {
    match verify.examine(message).await {
        Ok(Opinion::Signed(_)) => "signed",
        Ok(Opinion::Refused(refusal)) => refusal.code.name,
        Err(fault) => {
            assert_eq!(fault.again, Again::Later);
            fault.code.name
        }
    }
}

#[tokio::test]
async fn a_responder_decides_before_any_list_and_its_answer_is_kept() {
    let world = World::without_lists().await;
    world.served.set("root", world.root.list());
    world.served.answer_with(good(&world));
    let verify = service(&world);
    let message = world.signed_by(LASTING);
    assert_eq!(outcome(&verify, &message).await, "signed");
    assert_eq!(outcome(&verify, &message).await, "signed");
    assert_eq!(world.served.questions(), 1);
    assert_eq!(world.served.asked(), 1, "the root's list alone was fetched");
    assert_eq!(world.served.trapped(), 0);
}

#[tokio::test]
async fn who_is_revoked_since_the_last_list_is_refused() {
    let world = World::new().await;
    let since = received() - SignedDuration::from_hours(1);
    let revoked = Status::Revoked {
        since,
        on_hold: true,
    };
    world
        .served
        .answer_with(answers(&world.issuing, revoked, |_| {}));
    let refused = outcome(&service(&world), &world.signed_by(LASTING)).await;
    assert_eq!(refused, "certificate-revoked");
}

#[tokio::test]
async fn a_certificate_that_its_authority_does_not_know_waits_whatever_the_lists_say() {
    let world = World::new().await;
    world
        .served
        .answer_with(answers(&world.issuing, Status::Unknown, |_| {}));
    let waits = outcome(&service(&world), &world.signed_by(LASTING)).await;
    assert_eq!(waits, "revocation-unknown");
}

/// Without lists nothing but the answer could make it good; with lists, they decide.
async fn not_taken(world: &World, case: &str) {
    let verify = service(world);
    let message = world.signed_by(LASTING);
    assert_eq!(
        outcome(&verify, &message).await,
        "revocation-unknown",
        "{case}"
    );
    world.lists_are_back();
    assert_eq!(outcome(&verify, &message).await, "signed", "{case}");
    world.served.clear();
}

#[tokio::test]
async fn an_answer_that_does_not_hold_leaves_it_to_the_lists() {
    let world = World::without_lists().await;
    let authority = &world.issuing;
    world.served.answer_nothing();
    not_taken(&world, "503").await;
    world.served.answer_with(|_| no_answer(3));
    not_taken(&world, "try later").await;
    world.served.answer_with(|_| b"<html>".to_vec());
    not_taken(&world, "no OCSP").await;
    world.served.answer_with(|_| vec![0; 1024 * 1024]);
    not_taken(&world, "too long").await;
    let impostor = Authority::root().below();
    world
        .served
        .answer_with(answers(&impostor, Status::Good, |_| {}));
    not_taken(&world, "of another authority").await;
    let old = |response: &mut Response| response.nonce = Some(vec![7; 16]);
    world
        .served
        .answer_with(answers(authority, Status::Good, old));
    not_taken(&world, "another nonce").await;
    let none = |response: &mut Response| response.nonce = None;
    world
        .served
        .answer_with(answers(authority, Status::Good, none));
    not_taken(&world, "no nonce").await;
    let id = certificate_id(world.issue(LASTING).certificate(), &[1]);
    let other = move |response: &mut Response| response.singles[0].id.clone_from(&id);
    world
        .served
        .answer_with(answers(authority, Status::Good, other));
    not_taken(&world, "about another certificate").await;
    let stale = |response: &mut Response| {
        response.singles[0].this_update -= SignedDuration::from_mins(10);
    };
    world
        .served
        .answer_with(answers(authority, Status::Good, stale));
    not_taken(&world, "too old").await;
    let ahead = |response: &mut Response| {
        response.singles[0].this_update += SignedDuration::from_mins(10);
    };
    world
        .served
        .answer_with(answers(authority, Status::Good, ahead));
    not_taken(&world, "of the future").await;
}

#[tokio::test]
async fn a_responder_that_does_not_answer_in_time_leaves_it_to_the_lists() {
    let world = World::new().await;
    let (verify, _) = parts(&config(&world, "never", "timeout_ms = 50")).unwrap();
    assert_eq!(outcome(&verify, &world.signed_by(LASTING)).await, "signed");
}

#[tokio::test]
async fn answers_made_in_advance_are_taken_where_no_nonce_is_sent() {
    let world = World::without_lists().await;
    world.served.set("root", world.root.list());
    let in_advance = |response: &mut Response| {
        assert_eq!(response.nonce, None);
        let next = response.produced_at + SignedDuration::from_hours(2);
        response.singles[0].this_update -= SignedDuration::from_hours(2);
        response.singles[0].next_update = Some(next);
    };
    world
        .served
        .answer_with(answers(&world.issuing, Status::Good, in_advance));
    let more = "nonce = false\ntimeout_ms = 30000";
    let (verify, _) = parts(&config(&world, "ocsp", more)).unwrap();
    assert_eq!(outcome(&verify, &world.signed_by(LASTING)).await, "signed");
}

#[tokio::test]
async fn many_messages_at_once_ask_about_a_certificate_once() {
    let world = World::new().await;
    world.served.answer_with(good(&world));
    let (verify, message) = (service(&world), Arc::new(world.signed_by(LASTING)));
    let crowd: Vec<_> = (0..40)
        .map(|_| {
            let (verify, message) = (Arc::clone(&verify), Arc::clone(&message));
            tokio::spawn(async move { outcome(&verify, &message).await })
        })
        .collect();
    for one in crowd {
        assert_eq!(one.await.unwrap(), "signed");
    }
    assert_eq!(world.served.questions(), 1);
}

#[tokio::test]
async fn what_was_asked_in_vain_is_not_asked_again_at_once() {
    let world = World::new().await;
    let mut config = config(&world, "ocsp", "");
    config.ocsp.retry_ms = 600_000;
    let (verify, _) = parts(&config).unwrap();
    let message = world.signed_by(LASTING);
    assert_eq!(outcome(&verify, &message).await, "signed");
    assert_eq!(outcome(&verify, &message).await, "signed");
    assert_eq!(world.served.questions(), 1);
}

#[tokio::test]
async fn the_lane_closes_only_when_neither_lists_nor_responders_can_be_had() {
    let world = World::without_lists().await;
    let verify = service(&world);
    let message = world.signed_by(LASTING);
    let blame = async || {
        verify
            .handle(&event(message.clone()))
            .await
            .unwrap_err()
            .blame
    };
    assert_eq!(blame().await, Blame::Lane);
    assert_eq!(verify.probe().await.unwrap_err().blame, Blame::Lane);
    world.served.answer_with(|_| no_answer(6));
    verify.probe().await.unwrap();
    world.served.answer_with(good(&world));
    assert_eq!(blame().await, Blame::Message, "the root has no responder");
    world.lists_are_back();
    assert_eq!(outcome(&verify, &message).await, "signed");
}

/// The issuing authority says that one more certificate is revoked since its list.
pub(crate) fn changes(world: &World, serial: u8) -> Vec<u8> {
    let said = List {
        number: vec![1],
        base: Some(vec![1]),
        this_update: "2026-06-10T00:00:00Z".parse().unwrap(),
        next_update: "2027-01-01T00:00:00Z".parse().unwrap(),
        revoked: vec![Revoked {
            serial: vec![serial],
            since: "2026-06-09T00:00:00Z".parse().unwrap(),
            reason: Some(1),
        }],
    };
    list(&world.issuing.identity(), &said).unwrap()
}

#[tokio::test]
async fn changes_since_a_list_count_and_without_them_the_list_stands_alone() {
    let world = World::new().await;
    let mut config = world.config();
    config.trust.crl[1].delta_url = Some(format!("{}/lists/changes", world.base));
    let message = world.signed_by(PERSON);
    let (verify, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    assert_eq!(outcome(&verify, &message).await, "signed");
    world.served.set("changes", b"<html>".to_vec());
    lists.renew_all().await;
    assert_eq!(outcome(&verify, &message).await, "signed");
    world
        .served
        .set("changes", changes(&world, PERSON.serial + 1));
    lists.renew_all().await;
    assert_eq!(outcome(&verify, &message).await, "signed");
    world.served.set("changes", changes(&world, PERSON.serial));
    lists.renew_all().await;
    assert_eq!(outcome(&verify, &message).await, "certificate-revoked");
}
