//! Revoked SMART Health Cards: of each key the list that its issuer publishes (`crl/<kid>.json`), and of which keys there is
//! such a list and it is not held.
//!
//! A list names identifiers (`rid`) that cards carry under their signature. It has a number (`ctr`) and no time, so whoever
//! fetched it says when that was and until when it may be gone by.

use crate::time::UnixTime;

/// The longest identifier, in bytes.
const MAX_RID: usize = 24;
/// The most identifiers of one list.
pub const MAX_RIDS: usize = 500_000;
/// Seconds for which a list that was fetched speaks for cards that are newer than itself: as our own status lists do.
const TTL: i64 = 12 * 3600;

/// What is known of the revoked cards of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardList {
    /// Whose key it is: the `iss` of its cards.
    pub issuer: String,
    /// The key identifier: the first eight bytes of its thumbprint.
    pub kid: [u8; 8],
    /// The number of the newest list there is (`crlVersion` of the key).
    pub newest: u64,
    /// The list that is held; `None` where there is one and it is not.
    pub held: Option<HeldCards>,
}

/// A list as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCards {
    /// Its number.
    pub number: u64,
    /// When it was fetched.
    pub issued: UnixTime,
    /// Until when anything may be said by it.
    pub expires: UnixTime,
    /// Until when it speaks for cards that are newer than itself.
    pub fresh_until: UnixTime,
    /// Sorted by identifier, each once.
    pub revoked: Vec<RevokedCards>,
}

/// Cards that are revoked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevokedCards {
    /// The identifier that they carry.
    pub rid: String,
    /// Those whose `nbf` is before this; `None` for all of them.
    pub before: Option<UnixTime>,
}

impl RevokedCards {
    /// Reads `rid` or `rid.seconds`.
    pub fn parse(text: &str) -> Option<RevokedCards> {
        let (rid, before) = match text.split_once('.') {
            Some((rid, seconds)) => (rid, Some(seconds)),
            None => (text, None),
        };
        let digits = |seconds: &&str| seconds.bytes().all(|byte| byte.is_ascii_digit()) && seconds.len() <= 12;
        let before = match before {
            Some(seconds) => Some(Some(seconds).filter(digits)?.parse().ok().map(UnixTime)?),
            None => None,
        };
        let possible = is_rid(rid) && before.is_none_or(|before| before <= UnixTime::LAST);
        possible.then(|| RevokedCards { rid: rid.to_owned(), before })
    }

    /// As the list writes it.
    pub fn text(&self) -> String {
        match self.before {
            Some(before) => format!("{}.{}", self.rid, before.0),
            None => self.rid.clone(),
        }
    }

    /// Whether a card of that identifier is meant, by its `nbf`.
    pub fn means(&self, issued: UnixTime) -> bool {
        self.before.is_none_or(|before| issued < before)
    }
}

/// Whether cards may carry it: 1 to 24 characters of the alphabet of base64url.
pub fn is_rid(text: &str) -> bool {
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_RID).contains(&text.len()) && text.bytes().all(alphabet)
}

impl CardList {
    /// The list of that number as it was fetched at `issued`, to be gone by until `expires`; identifiers in any order.
    pub fn fetched(
        issuer: impl Into<String>,
        kid: [u8; 8],
        number: u64,
        (issued, expires): (UnixTime, UnixTime),
        revoked: Vec<RevokedCards>,
    ) -> CardList {
        let fresh_until = issued.plus_seconds(TTL).min(expires);
        let held = HeldCards { number, issued, expires, fresh_until, revoked: sorted(revoked) };
        CardList { issuer: issuer.into(), kid, newest: number, held: Some(held) }
    }

    /// There is a list of that number, and it is not held.
    pub fn missing(issuer: impl Into<String>, kid: [u8; 8], number: u64) -> CardList {
        CardList { issuer: issuer.into(), kid, newest: number, held: None }
    }

    /// In which order lists stand.
    pub(super) fn key(&self) -> (&str, [u8; 8]) {
        (&self.issuer, self.kid)
    }

    /// Joins what another says of the same key: the newer list, with whatever either of them revoked.
    pub(super) fn join(&mut self, other: &CardList) {
        self.newest = self.newest.max(other.newest);
        self.held = match (self.held.take(), &other.held) {
            (Some(one), Some(two)) => {
                let newer = if (two.number, two.issued) > (one.number, one.issued) { two } else { &one };
                let revoked = one.revoked.iter().chain(&two.revoked).cloned().collect();
                Some(HeldCards { revoked: sorted(revoked), ..newer.clone() })
            }
            (one, two) => one.or_else(|| two.clone()),
        };
    }
}

/// By identifier, each once: all cards rather than those before a time, a later time rather than an earlier.
fn sorted(mut revoked: Vec<RevokedCards>) -> Vec<RevokedCards> {
    let reach = |cards: &RevokedCards| cards.before.unwrap_or(UnixTime(i64::MAX));
    revoked.sort_by(|one, other| (&one.rid, reach(other)).cmp(&(&other.rid, reach(one))));
    revoked.dedup_by(|later, first| later.rid == first.rid);
    revoked
}
