//! What happened: one append-only, hash-chained stream of entries per organisation unit.
//!
//! `hash = SHA-256(prev_hash || CBOR array [unit, seq, at, actor, kind, body])`, the array in deterministic encoding
//! (RFC 8949 4.2.1), `body` being the event's JSON exactly as it was written. `seq` counts from 1; the entry before the
//! first has the hash of 32 zero bytes. Whoever holds a stream's newest hash can tell any change of what came before.

mod chain;
pub mod store;
#[cfg(test)]
mod tests;

pub use chain::{ChainFault, Head, hash, verify};

use crate::clock::Timestamp;
use crate::ids::UnitId;

/// How far, in minutes, a clock may be behind a stream's newest entry. The clocks of several processes differ by seconds, and one
/// that is kept right over the network jumps by as little; behind by more is a clock that is wrong, and under it vials would be
/// drawn from past their hours and lots opened that have expired.
const CLOCKS_DIFFER: i64 = 2;

/// Whether a clock that shows `now` is clearly behind one that showed `before`.
pub fn went_back(before: Timestamp, now: Timestamp) -> bool {
    now.plus_minutes(CLOCKS_DIFFER) < before
}

/// The newest time of a stream whose newest was `before`, with an entry of that time. One that is clearly back says that the
/// entries before it are of a clock that ran ahead ([`crate::clock::SetRight`]), and counts from there.
pub fn newest(before: Timestamp, at: Timestamp) -> Timestamp {
    if went_back(before, at) { at } else { before.max(at) }
}

/// What the journal says about an event besides its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Whose stream.
    pub unit: UnitId,
    /// Place in the stream, from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: an account id, or `system/...` for the system's own jobs.
    pub actor: String,
}

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose stream.
    pub unit: UnitId,
    /// Place in the stream, from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// The event's kind, e.g. `supply.consignment_arrived`.
    pub kind: String,
    /// The event as JSON, exactly as written.
    pub body: String,
    /// Hash of the entry before.
    pub prev_hash: [u8; 32],
    /// Hash of this entry.
    pub hash: [u8; 32],
}

impl Entry {
    /// What it says besides its body.
    pub fn meta(&self) -> Meta {
        Meta { unit: self.unit.clone(), seq: self.seq, at: self.at, actor: self.actor.clone() }
    }
}
