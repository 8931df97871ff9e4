//! Timestamps obtained at the door: a signature outlives its certificate, and a token that does not hold is told.

use message::Message;
use signatures::algorithm::SHA256;
use signatures::sign::Identity;
use signatures::sign::tsp::{Stamp, read, stamp};

use crate::ca::Authority;
use crate::responders::outcome;
use crate::world::{PERSON, World, received};

pub(crate) fn token(who: &Identity, over: &[u8]) -> Vec<u8> {
    let asked = read(&signatures::tsp::request(&SHA256, over, None, None)).unwrap();
    let wanted = Stamp {
        imprint: asked.imprint,
        policy: vec![0x2a, 3],
        serial: vec![1],
        at: received(),
        nonce: None,
    };
    stamp(who, &wanted).unwrap()
}

/// Signed in time, and taken two years after the signer's certificate expired.
pub(crate) fn late(world: &World, token: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Message {
    let mut message = world.signed_by(PERSON);
    message.received_at = "2029-01-01T00:00:00Z".parse().unwrap();
    let signature = &mut message.signatures[0];
    signature.timestamp = token(&signature.content);
    message
}

#[tokio::test]
async fn a_signature_with_a_timestamp_outlives_its_certificate() {
    let world = World::new().await;
    let (verify, lists) = world.service();
    lists.renew_all().await;
    let bare = late(&world, |_| None);
    assert_eq!(outcome(&verify, &bare).await, "certificate-expired");
    let who = world.issuing.stamper();
    let stamped = late(&world, |signature| Some(token(&who, signature)));
    assert_eq!(outcome(&verify, &stamped).await, "signed");
}

#[tokio::test]
async fn a_timestamp_that_does_not_hold_is_told() {
    let world = World::new().await;
    let (verify, lists) = world.service();
    lists.renew_all().await;
    let who = world.issuing.stamper();
    let other = late(&world, |_| Some(token(&who, b"other bytes")));
    let stranger = Authority::root().below().stamper();
    let strange = late(&world, |signature| Some(token(&stranger, signature)));
    let broken = late(&world, |_| Some(b"no token".to_vec()));
    for message in [other, strange, broken] {
        let expired = outcome(&verify, &message).await;
        assert_eq!(expired, "certificate-expired", "it proves nothing");
        let in_time = Message {
            received_at: received(),
            ..message
        };
        assert_eq!(outcome(&verify, &in_time).await, "signature-wrong");
    }
}
