//! Ids that are derived, never drawn: the same input gives the same id on every machine and at every try.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ParticipantId;

/// Identity of a message inside kezek, and its idempotency key outside.
///
/// Made from who sent it and the UUIDv7 (RFC 9562) that the sender gave it: the millisecond of the sender's
/// id is kept, its random part is replaced by a hash of sender and id (a UUIDv8). So the same message sent
/// again has the same id, and no participant can take the id of another's message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Uuid);

/// Why a sender's id is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMessageId {
    #[error("`{0}` is not a UUID")]
    NotUuid(String),
    #[error("the UUID is of version {0}; use version 7 (RFC 9562), which carries its time")]
    NotVersion7(usize),
    #[error("the time inside the UUID is {0} ahead of ours; set the sender's clock")]
    FromTheFuture(SignedDuration),
    #[error("the time inside the UUID is {0} ago, longer than a message may wait; make a new id")]
    TooOld(SignedDuration),
}

impl MessageId {
    /// How far the sender's clock may be ahead of ours.
    pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(10);
    /// How long a sender may keep trying to send a message: thirty days.
    pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// The id of a message that `sender` calls `given`, received at `now`.
    pub fn derive(
        sender: &ParticipantId,
        given: &str,
        now: Timestamp,
    ) -> Result<Self, InvalidMessageId> {
        let theirs = Uuid::try_parse(given)
            .map_err(|_| InvalidMessageId::NotUuid(given.chars().take(40).collect()))?;
        if theirs.get_version_num() != 7 {
            return Err(InvalidMessageId::NotVersion7(theirs.get_version_num()));
        }
        let millis = millis_of(theirs);
        let made = Timestamp::from_millisecond(millis)
            .map_err(|_| InvalidMessageId::FromTheFuture(SignedDuration::MAX))?;
        let age = now.duration_since(made);
        if age < -Self::AHEAD_MAX {
            return Err(InvalidMessageId::FromTheFuture(-age));
        }
        if age > Self::AGE_MAX {
            return Err(InvalidMessageId::TooOld(age));
        }
        let hash = hash(&[b"message", sender.as_str().as_bytes(), theirs.as_bytes()]);
        let mut bytes = theirs.into_bytes();
        bytes[6..16].copy_from_slice(&hash[..10]);
        Ok(Self(uuid::Builder::from_custom_bytes(bytes).into_uuid()))
    }

    /// The id of a message that `sender` calls `given`, whatever that is: for senders whose ids carry no time.
    /// The time inside this id means nothing.
    pub fn named(sender: &ParticipantId, given: &str) -> Self {
        let hash = hash(&[b"named", sender.as_str().as_bytes(), given.as_bytes()]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Takes an id that kezek made before, for example from a message on the wire.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    pub fn as_uuid(&self) -> Uuid {
        self.0
    }

    /// The sender's millisecond, since 1970.
    pub fn millis(&self) -> i64 {
        millis_of(self.0)
    }
}

fn millis_of(uuid: Uuid) -> i64 {
    let b = uuid.as_bytes();
    i64::from_be_bytes([0, 0, b[0], b[1], b[2], b[3], b[4], b[5]])
}

/// SHA-256 over parts, each preceded by its length so that no two lists of parts look alike.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Identity of a fact: derived from what it is about, its name and what tells it from its like (the lane and
/// the attempt, say). The journal keeps each id once, so a fact may be published any number of times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactId(Uuid);

impl FactId {
    /// The id of the fact `name` about `about`, told from others of that name by `apart`.
    pub fn derive(about: &str, name: &str, apart: &str) -> Self {
        let hash = hash(&[b"fact", about.as_bytes(), name.as_bytes(), apart.as_bytes()]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Takes an id that was derived before, for example from a fact on the wire.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "019ab8d5-7c00-7abc-8def-0123456789ab";

    fn now() -> Timestamp {
        let millis = millis_of(Uuid::try_parse(GIVEN).unwrap());
        Timestamp::from_millisecond(millis + 1000).unwrap()
    }

    fn portal() -> ParticipantId {
        ParticipantId::new("portal").unwrap()
    }

    #[test]
    fn a_name_is_one_id_for_one_sender_and_another_for_the_next() {
        let id =
            |sender: &str, name: &str| MessageId::named(&ParticipantId::new(sender).unwrap(), name);
        assert_eq!(id("portal", "КЗ-1"), id("portal", "КЗ-1"));
        assert_ne!(id("portal", "КЗ-1"), id("portal", "КЗ-2"));
        assert_ne!(id("portal", "КЗ-1"), id("committee", "КЗ-1"));
        assert_eq!(id("portal", "КЗ-1").as_uuid().get_version_num(), 8);
        let numbers: std::collections::BTreeSet<_> = (0..1000)
            .map(|n| crate::Number::of(id("portal", &n.to_string())))
            .collect();
        assert_eq!(numbers.len(), 1000);
    }

    #[test]
    fn the_same_message_sent_again_has_the_same_id() {
        let first = MessageId::derive(&portal(), GIVEN, now()).unwrap();
        let later = now() + SignedDuration::from_hours(24);
        assert_eq!(first, MessageId::derive(&portal(), GIVEN, later).unwrap());
        assert_eq!(first.millis() + 1000, now().as_millisecond());
        assert_eq!(first.as_uuid().get_version_num(), 8);
    }

    #[test]
    fn no_participant_can_take_the_id_of_anothers_message() {
        let other = ParticipantId::new("front-office").unwrap();
        assert_ne!(
            MessageId::derive(&portal(), GIVEN, now()).unwrap(),
            MessageId::derive(&other, GIVEN, now()).unwrap()
        );
    }

    #[test]
    fn an_id_without_a_sane_time_is_refused_with_the_reason() {
        use InvalidMessageId as Bad;
        let derive = |given: &str, now| MessageId::derive(&portal(), given, now).unwrap_err();
        assert!(matches!(derive("7", now()), Bad::NotUuid(_)));
        let v4 = "9b2fbd1c-6c0a-4d0e-9d0e-3f3a3c9f1f11";
        assert_eq!(derive(v4, now()), Bad::NotVersion7(4));
        let early = now() - SignedDuration::from_hours(1);
        assert!(matches!(derive(GIVEN, early), Bad::FromTheFuture(_)));
        let late = now() + SignedDuration::from_hours(31 * 24);
        assert!(matches!(derive(GIVEN, late), Bad::TooOld(_)));
    }

    #[test]
    fn facts_are_told_apart_by_every_part() {
        let id = FactId::derive("a", "b", "c");
        assert_eq!(id, FactId::derive("a", "b", "c"));
        for other in [
            ("ab", "", "c"),
            ("a", "bc", ""),
            ("a", "b", ""),
            ("x", "b", "c"),
        ] {
            assert_ne!(id, FactId::derive(other.0, other.1, other.2));
        }
    }
}
