//! Revocation lists that are there, not there, too long, too old, or somebody else's.

use std::sync::Arc;

use fault::{Again, Blame, Fault};
use message::Message;
use signature::app::parts;
use signature::verify::{Opinion, Verify};
use stage::Stage;

use crate::ca::Authority;
use crate::world::{HEAD, PERSON, World, as_report, event};

async fn cannot_tell(verify: &Verify, message: &Message) -> Fault {
    let fault = verify.handle(&event(message.clone())).await.unwrap_err();
    assert_eq!(
        (fault.code.name, fault.again),
        ("revocation-unknown", Again::Later)
    );
    fault
}

async fn signed(verify: &Verify, message: &Message) {
    let opinion = verify.examine(message).await.unwrap();
    assert!(matches!(opinion, Opinion::Signed(_)), "{opinion:?}");
}

#[tokio::test]
async fn missing_lists_are_fetched_at_once_and_only_once() {
    let world = World::new().await;
    let (verify, _) = world.service();
    let message = world.signed_by(PERSON);
    signed(&verify, &message).await;
    signed(&verify, &message).await;
    assert_eq!(world.served.asked(), 2);
}

#[tokio::test]
async fn no_list_at_all_closes_the_lane_until_a_probe_finds_them_back() {
    let world = World::without_lists().await;
    let (verify, _) = world.service();
    let message = world.signed_by(PERSON);
    let fault = cannot_tell(&verify, &message).await;
    assert_eq!(fault.blame, Blame::Lane);
    assert_eq!(verify.probe().await.unwrap_err().blame, Blame::Lane);
    world.lists_are_back();
    verify.probe().await.unwrap();
    signed(&verify, &message).await;
}

#[tokio::test]
async fn one_missing_list_delays_only_the_messages_that_need_it() {
    let world = World::without_lists().await;
    world.served.set("root", world.root.list());
    let (verify, lists) = world.service();
    lists.renew_all().await;
    let fault = cannot_tell(&verify, &world.signed_by(PERSON)).await;
    assert_eq!(fault.blame, Blame::Message);
    assert_eq!(fault.explanation, "the list cannot be had: CN=TEST ISSUING");
    verify.probe().await.unwrap();
}

#[tokio::test]
async fn a_list_of_no_known_address_is_the_operators_matter() {
    let world = World::new().await;
    let mut config = world.config();
    config.trust.crl.pop();
    let (verify, lists) = parts(&config).unwrap();
    lists.renew_all().await;
    let fault = cannot_tell(&verify, &world.signed_by(PERSON)).await;
    assert_eq!(fault.blame, Blame::Message);
    let why = "no address is configured for the list: CN=TEST ISSUING";
    assert_eq!(fault.explanation, why);
}

#[tokio::test]
async fn a_bad_signature_is_refused_even_without_lists() {
    let world = World::without_lists().await;
    let (verify, _) = world.service();
    let mut message = world.signed_by(PERSON);
    message.document.content = b"{}".to_vec();
    assert!(matches!(
        verify.examine(&message).await.unwrap(),
        Opinion::Refused(_)
    ));
}

#[tokio::test]
async fn lists_that_go_away_stay_in_use_while_they_are_fresh() {
    let world = World::new().await;
    let (verify, lists) = world.service();
    lists.renew_all().await;
    world.served.clear();
    lists.renew_all().await;
    let message = world.signed_by(PERSON);
    signed(&verify, &message).await;
    let late = Message {
        received_at: "2027-02-01T00:00:00Z".parse().unwrap(),
        ..message
    };
    assert!(matches!(
        verify.examine(&late).await,
        Ok(Opinion::Refused(_))
    ));
    let leaf = crate::ca::Leaf {
        until_year: 2030,
        ..PERSON
    };
    let late = Message {
        signatures: world.signed_by(leaf).signatures,
        ..late
    };
    let fault = cannot_tell(&verify, &late).await;
    assert_eq!(fault.explanation, "the list is too old: CN=TEST ISSUING");
}

#[tokio::test]
async fn a_list_that_is_not_the_authoritys_own_is_not_taken() {
    let world = World::without_lists().await;
    let impostor = Authority::root().below();
    for list in [
        impostor.list(),
        world.root.list(),
        b"<html>".to_vec(),
        vec![],
    ] {
        world.served.set("issuing", list);
        let (verify, lists) = world.service();
        lists.renew_all().await;
        cannot_tell(&verify, &world.signed_by(PERSON)).await;
    }
}

#[tokio::test]
async fn a_list_beyond_the_limit_is_not_taken() {
    let world = World::new().await;
    let mut config = world.config();
    config.lists.bytes_max = 100;
    let (verify, _) = parts(&config).unwrap();
    cannot_tell(&verify, &world.signed_by(PERSON)).await;
}

#[tokio::test]
async fn many_messages_at_once_ask_for_a_list_once() {
    let world = World::new().await;
    let mut config = world.config();
    config.lists.retry_ms = 60_000;
    let (verify, _) = parts(&config).unwrap();
    let verify = Arc::new(verify);
    let message = Arc::new(world.signed_by(PERSON));
    let crowd: Vec<_> = (0..40)
        .map(|_| {
            let (verify, message) = (Arc::clone(&verify), Arc::clone(&message));
            tokio::spawn(async move { signed(&verify, &message).await })
        })
        .collect();
    for one in crowd {
        one.await.unwrap();
    }
    assert_eq!(world.served.asked(), 2);
}

#[tokio::test]
async fn no_address_in_a_certificate_is_ever_asked() {
    let world = World::without_lists().await;
    let (verify, lists) = world.service();
    lists.renew_all().await;
    cannot_tell(&verify, &world.signed_by(PERSON)).await;
    world.lists_are_back();
    signed(&verify, &world.signed_by(PERSON)).await;
    assert_eq!(world.served.trapped(), 0);
}

#[tokio::test]
async fn redis_may_be_away() {
    let world = World::new().await;
    let config = world.config_with("[redis]\nurl = 'redis://127.0.0.1:1'\ntimeout_ms = 50");
    let (verify, _) = parts(&config).unwrap();
    signed(&verify, &world.signed_by(PERSON)).await;
}

#[tokio::test]
async fn what_does_not_wait_is_refused_while_revocation_cannot_be_told() {
    let world = World::without_lists().await;
    let config = world.config_with("[rights.undetermined]\nresult = 'refuse'");
    let (verify, _) = parts(&config).unwrap();
    let application = world.signed_by(PERSON);
    cannot_tell(&verify, &application).await;
    let report = as_report(world.signed_by(HEAD));
    let Opinion::Refused(refusal) = verify.examine(&report).await.unwrap() else {
        panic!("not refused")
    };
    assert_eq!(refusal.code.name, "revocation-unproven");
    assert_eq!(refusal.explanation, "revocation-missing");
    world.lists_are_back();
    signed(&verify, &report).await;
}
