//! The issuance log: one entry per released certificate, chained by hash, never changed.
//!
//! An entry names no person. It is a deterministic CBOR array
//! `[index, at, dose, unit, profile, uvci, kid, SHA-256(to be signed), SHA-256(text), expires at, previous hash]`, and
//! its hash is the SHA-256 of those bytes; the first entry's previous hash is 32 zeros. Changing, dropping, inserting or
//! reordering entries breaks the chain from there on; cutting off its end is caught by the witness, which remembers
//! the head (see [`crate::witness`]).

use sha2::{Digest, Sha256};
use specs::cbor::{self, Value};
use specs::time::UnixTime;

use crate::api::Profile;

/// Previous hash of the first entry.
pub const GENESIS: [u8; 32] = [0; 32];

/// What was released, without saying to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the log, from 0.
    pub index: u64,
    /// Instant of release.
    pub at: UnixTime,
    /// The dose it certifies.
    pub dose: String,
    /// The unit that recorded the dose.
    pub unit: String,
    /// Which form.
    pub profile: Profile,
    /// Unique certificate identifier.
    pub uvci: String,
    /// Key identifier of the document signer.
    pub kid: [u8; 8],
    /// SHA-256 of the bytes that were signed (they hold a random identifier, so this reveals nothing).
    pub to_be_signed: [u8; 32],
    /// SHA-256 of the QR text that was released.
    pub text: [u8; 32],
    /// Expiry of the certificate.
    pub expires_at: UnixTime,
    /// Hash of the entry before.
    pub previous: [u8; 32],
}

impl Entry {
    /// The bytes that are hashed and stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(vec![
            Value::Unsigned(self.index),
            integer(self.at.0),
            Value::Text(self.dose.clone()),
            Value::Text(self.unit.clone()),
            Value::Text(self.profile.as_str().to_owned()),
            Value::Text(self.uvci.clone()),
            Value::Bytes(self.kid.to_vec()),
            Value::Bytes(self.to_be_signed.to_vec()),
            Value::Bytes(self.text.to_vec()),
            integer(self.expires_at.0),
            Value::Bytes(self.previous.to_vec()),
        ]))
    }

    /// Its hash: the previous hash of the entry that follows.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Hash of the last one, [`GENESIS`] when there is none.
    pub hash: [u8; 32],
    /// Its instant; none for an empty log.
    pub at: Option<UnixTime>,
}

impl Head {
    /// The head of an empty log.
    pub const EMPTY: Self = Self { size: 0, hash: GENESIS, at: None };

    /// The head after appending `entry`, if it follows.
    ///
    /// # Errors
    /// [`Tamper`] when it does not.
    pub fn follow(self, entry: &Entry) -> Result<Self, Tamper> {
        if entry.index != self.size {
            return Err(Tamper::Index { expected: self.size, found: entry.index });
        }
        if entry.previous != self.hash {
            return Err(Tamper::Chain { index: entry.index });
        }
        if self.at.is_some_and(|at| entry.at < at) {
            return Err(Tamper::Time { index: entry.index });
        }
        Ok(Self { size: self.size.saturating_add(1), hash: entry.hash(), at: Some(entry.at) })
    }
}

/// How a log was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Tamper {
    /// An entry is missing, doubled or out of order.
    #[error("entry {expected} expected, {found} found")]
    Index {
        /// The index that had to come.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// The entry does not name the hash of the one before: that one, or this one, was changed.
    #[error("entry {index} does not follow from the one before it")]
    Chain {
        /// The entry.
        index: u64,
    },
    /// The stored hash of an entry is not the hash of its contents.
    #[error("entry {index} was changed: its contents do not give its hash")]
    Hash {
        /// The entry.
        index: u64,
    },
    /// An entry is older than the one before it.
    #[error("entry {index} is older than the one before it")]
    Time {
        /// The entry.
        index: u64,
    },
    /// The released certificate is not the one the log names.
    #[error("entry {index} does not agree with the certificate on record")]
    Certificate {
        /// The entry.
        index: u64,
    },
    /// The log is shorter than, or different from, what the witness has seen: an old backup, or a cut.
    #[error(
        "the log has {size} entries, but the witness saw {seen} ending otherwise: an old backup was restored, or entries were removed"
    )]
    RolledBack {
        /// Entries there are.
        size: u64,
        /// Entries the witness saw.
        seen: u64,
    },
}

fn integer(seconds: i64) -> Value {
    match u64::try_from(seconds) {
        Ok(after) => Value::Unsigned(after),
        // -1 - n: for a negative number, its bitwise complement.
        Err(_) => Value::Negative(u64::try_from(!seconds).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> Vec<Entry> {
        let mut head = Head::EMPTY;
        (0..length)
            .map(|index| {
                let entry = Entry {
                    index,
                    at: UnixTime(1_800_000_000 + i64::try_from(index).unwrap()),
                    dose: format!("d-{index}"),
                    unit: "SI-1".into(),
                    profile: Profile::National,
                    uvci: format!("URN:UVCI:01:VN:{index}"),
                    kid: [7; 8],
                    to_be_signed: [1; 32],
                    text: [2; 32],
                    expires_at: UnixTime(1_900_000_000),
                    previous: head.hash,
                };
                head = head.follow(&entry).unwrap();
                entry
            })
            .collect()
    }

    fn walk(entries: &[Entry]) -> Result<Head, Tamper> {
        entries.iter().try_fold(Head::EMPTY, Head::follow)
    }

    #[test]
    fn an_untouched_chain_walks_to_its_head() {
        let entries = chain(5);
        assert_eq!(walk(&entries).unwrap().size, 5);
    }

    #[test]
    fn every_kind_of_change_is_named() {
        let mut changed = chain(5);
        changed[2].unit = "SI-2".into();
        assert_eq!(walk(&changed), Err(Tamper::Chain { index: 3 }));
        let mut dropped = chain(5);
        dropped.remove(2);
        assert_eq!(walk(&dropped), Err(Tamper::Index { expected: 2, found: 3 }));
        let mut swapped = chain(5);
        swapped.swap(1, 2);
        assert_eq!(walk(&swapped), Err(Tamper::Index { expected: 1, found: 2 }));
        let mut back = chain(2);
        back[1].at = UnixTime(5);
        assert_eq!(walk(&back), Err(Tamper::Time { index: 1 }));
    }

    #[test]
    fn instants_before_1970_are_integers_too() {
        assert_eq!(integer(-1), Value::Negative(0));
        assert_eq!(integer(-500), Value::Negative(499));
        assert_eq!(integer(0), Value::Unsigned(0));
    }
}
