//! The chain of hashes that runs through the journal, and the walk that proves it whole.
//!
//! In come rows in the order of their positions; out goes what is wrong with them: changed, missing, swapped
//! or inserted rows, changed documents and, against a checkpoint that was kept elsewhere, a cut-off or
//! rewritten end. A bare chain cannot know that its last links were taken away or that all of it was made
//! anew, so the head belongs outside of the database (a printed report, another system). No I/O here.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::row::Row;

/// A SHA-256 hash; text form is 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first row is chained to.
    pub const GENESIS: Self = Self([0; 32]);

    /// SHA-256 over parts, each preceded by its length (8 bytes, big-endian), so that no two lists of parts
    /// look alike.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// SHA-256 of the bytes as they are.
    pub fn plain(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The hash of a row that follows `previous`. Everything the row says goes in, its place too.
pub fn link(previous: Hash, row: &Row) -> Hash {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    Hash::of([
        b"kezek.journal.v1".as_slice(),
        &previous.0,
        &row.position.to_be_bytes(),
        row.fact_id.as_bytes(),
        row.name.as_bytes(),
        row.message_id.as_ref().map_or(&[], |id| id.as_bytes()),
        optional(&row.number).as_bytes(),
        optional(&row.lane).as_bytes(),
        &row.at.as_microsecond().to_be_bytes(),
        row.by.as_bytes(),
        row.detail.as_bytes(),
        &row.stream_offset.to_be_bytes(),
        row.content_hash.as_ref().map_or(&[], |hash| &hash.0),
    ])
}

/// A place in the journal and the hash there: what is kept outside, written `position:hash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Position of the last row; 0 before the first.
    pub position: i64,
    pub hash: Hash,
}

impl Checkpoint {
    /// Before the first row.
    pub const START: Self = Self {
        position: 0,
        hash: Hash::GENESIS,
    };
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.hash)
    }
}

/// A text that is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a checkpoint is written `position:hash`, the hash as 64 hexadecimal digits")]
pub struct InvalidCheckpoint;

impl FromStr for Checkpoint {
    type Err = InvalidCheckpoint;

    fn from_str(text: &str) -> Result<Self, InvalidCheckpoint> {
        let (position, hash) = text.trim().split_once(':').ok_or(InvalidCheckpoint)?;
        let position = position.parse().map_err(|_| InvalidCheckpoint)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(hash, &mut bytes).map_err(|_| InvalidCheckpoint)?;
        if position < 0 {
            return Err(InvalidCheckpoint);
        }
        Ok(Self {
            position,
            hash: Hash(bytes),
        })
    }
}

/// One thing that is wrong with the journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Rows are not there.
    #[error("rows {first} to {last} are missing")]
    Missing { first: i64, last: i64 },
    /// The row's content, place or hash is not what was written.
    #[error("row {position} is not what was written")]
    Changed { position: i64 },
    /// The row does not continue the row before it: one of them was put in, swapped or hashed anew.
    #[error("row {position} does not continue the row before it")]
    Unlinked { position: i64 },
    /// The message that the row brought is gone.
    #[error("the message of row {position} is missing")]
    MessageMissing { position: i64 },
    /// The document, a signature or an attachment of the message that the row brought is not what it was.
    #[error("the message of row {position} is not what was received")]
    MessageChanged { position: i64 },
    /// Messages are stored that no row brought.
    #[error("{count} messages are stored that the journal does not know")]
    MessagesAdded { count: i64 },
    /// The journal ends before the checkpoint.
    #[error("the journal ends at row {head}, before the checkpoint at {expected}")]
    Truncated { head: i64, expected: i64 },
    /// The row at the checkpoint has another hash: the journal was made anew before it.
    #[error("row {position} is not the row of the checkpoint: the journal was made anew")]
    Rewritten { position: i64 },
}

/// The stored message of a row that brought one, as far as the walk needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The row brought no message.
    None,
    /// The message is not there.
    Missing,
    /// The hash of the message as it is stored now.
    Stored(Hash),
}

/// What a walk over the whole journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Rows walked over.
    pub rows: i64,
    /// The end of the journal, to be kept outside.
    pub head: Checkpoint,
    /// How much is wrong in all.
    pub damage_count: usize,
    /// The first [`Walk::DAMAGE_MAX`] of it.
    pub damage: Vec<Damage>,
}

impl Verification {
    pub fn is_whole(&self) -> bool {
        self.damage_count == 0
    }
}

/// A walk over the journal, row by row.
#[derive(Debug)]
pub struct Walk {
    expected: Option<Checkpoint>,
    head: Checkpoint,
    rows: i64,
    messages: i64,
    damage_count: usize,
    damage: Vec<Damage>,
}

impl Walk {
    /// Damage that is told one by one; beyond it is only counted.
    pub const DAMAGE_MAX: usize = 100;

    /// Begins before the first row. `expected` is a head that was kept from an earlier walk.
    pub fn new(expected: Option<Checkpoint>) -> Self {
        Self {
            expected,
            head: Checkpoint::START,
            rows: 0,
            messages: 0,
            damage_count: 0,
            damage: Vec::new(),
        }
    }

    fn found(&mut self, damage: Damage) {
        self.damage_count += 1;
        if self.damage.len() < Self::DAMAGE_MAX {
            self.damage.push(damage);
        }
    }

    /// Looks at the next row; rows come by rising position.
    pub fn step(&mut self, row: &Row, content: Content) {
        let position = row.position;
        let next = self.head.position + 1;
        if position > next {
            self.found(Damage::Missing {
                first: next,
                last: position - 1,
            });
        } else if row.previous_hash != self.head.hash {
            self.found(Damage::Unlinked { position });
        }
        if link(row.previous_hash, row) != row.hash {
            self.found(Damage::Changed { position });
        }
        match (row.content_hash, content) {
            (None, _) => {}
            (Some(_), Content::None | Content::Missing) => {
                self.found(Damage::MessageMissing { position });
            }
            (Some(then), Content::Stored(now)) => {
                self.messages += 1;
                if then != now {
                    self.found(Damage::MessageChanged { position });
                }
            }
        }
        if let Some(expected) = self.expected
            && expected.position == position
            && expected.hash != row.hash
        {
            self.found(Damage::Rewritten { position });
        }
        self.rows += 1;
        self.head = Checkpoint {
            position,
            hash: row.hash,
        };
    }

    /// Ends the walk. `messages` is how many messages the rows walked over could have brought, counted in
    /// the table itself.
    pub fn end(mut self, messages: i64) -> Verification {
        if let Some(expected) = self.expected
            && expected.position > self.head.position
        {
            self.found(Damage::Truncated {
                head: self.head.position,
                expected: expected.position,
            });
        }
        if messages > self.messages {
            let count = messages - self.messages;
            self.found(Damage::MessagesAdded { count });
        }
        Verification {
            rows: self.rows,
            head: self.head,
            damage_count: self.damage_count,
            damage: self.damage,
        }
    }
}
