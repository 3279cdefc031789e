//! The hash chain of a stream.

use sha2::{Digest, Sha256};

use super::{Entry, Meta};
use crate::ids::UnitId;

/// The newest entry of a stream: its place and hash. A stream without entries stands at place 0 with a hash of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Place, 0 when there is no entry.
    pub seq: i64,
    /// Hash of the newest entry.
    pub hash: [u8; 32],
}

/// The first thing that is wrong with a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// An entry of another stream.
    #[error("{unit}: entry {seq} belongs to {found}")]
    ForeignEntry {
        /// The stream.
        unit: UnitId,
        /// The place.
        seq: i64,
        /// Whose entry it is.
        found: UnitId,
    },
    /// An entry is missing, doubled or out of order.
    #[error("{unit}: expected entry {expected}, found {found}")]
    Gap {
        /// The stream.
        unit: UnitId,
        /// The place that comes next.
        expected: i64,
        /// The place found.
        found: i64,
    },
    /// The entry does not follow the one before.
    #[error("{unit}: entry {seq} does not follow the entry before it")]
    BrokenLink {
        /// The stream.
        unit: UnitId,
        /// The place.
        seq: i64,
    },
    /// The entry is not what was written.
    #[error("{unit}: entry {seq} was changed")]
    Changed {
        /// The stream.
        unit: UnitId,
        /// The place.
        seq: i64,
    },
}

/// Hash of an entry.
pub fn hash(prev: &[u8; 32], meta: &Meta, kind: &str, body: &str) -> [u8; 32] {
    // The head of each item is fed to the hash on its own, so that the body is not copied.
    let mut sha = Sha256::new();
    sha.update(prev);
    sha.update([0x86]); // array of 6
    text(&mut sha, meta.unit.as_str());
    int(&mut sha, meta.seq);
    int(&mut sha, meta.at.0);
    text(&mut sha, &meta.actor);
    text(&mut sha, kind);
    text(&mut sha, body);
    sha.finalize().into()
}

/// Walks one step: checks that the entry follows `head` in the stream of `unit` and gives the next head.
///
/// # Errors
/// The [`ChainFault`] of this entry.
pub fn verify(unit: &UnitId, head: Head, entry: &Entry) -> Result<Head, ChainFault> {
    if entry.unit != *unit {
        return Err(ChainFault::ForeignEntry { unit: unit.clone(), seq: entry.seq, found: entry.unit.clone() });
    }
    let expected = head.seq.saturating_add(1);
    if entry.seq != expected {
        return Err(ChainFault::Gap { unit: unit.clone(), expected, found: entry.seq });
    }
    if entry.prev_hash != head.hash {
        return Err(ChainFault::BrokenLink { unit: unit.clone(), seq: entry.seq });
    }
    if entry.hash != hash(&entry.prev_hash, &entry.meta(), &entry.kind, &entry.body) {
        return Err(ChainFault::Changed { unit: unit.clone(), seq: entry.seq });
    }
    Ok(Head { seq: entry.seq, hash: entry.hash })
}

fn text(sha: &mut Sha256, text: &str) {
    head(sha, 0x60, text.len() as u64);
    sha.update(text.as_bytes());
}

fn int(sha: &mut Sha256, number: i64) {
    if number < 0 { head(sha, 0x20, !number as u64) } else { head(sha, 0x00, number as u64) }
}

/// Head of a CBOR item in its shortest form (RFC 8949 4.2.1).
fn head(sha: &mut Sha256, major: u8, argument: u64) {
    let bytes = argument.to_be_bytes();
    match argument {
        0..=23 => sha.update([major | bytes[7]]),
        24..=0xff => sha.update([major | 24, bytes[7]]),
        0x100..=0xffff => sha.update([major | 25, bytes[6], bytes[7]]),
        0x1_0000..=0xffff_ffff => {
            sha.update([major | 26]);
            sha.update(&bytes[4..]);
        }
        _ => {
            sha.update([major | 27]);
            sha.update(bytes);
        }
    }
}
