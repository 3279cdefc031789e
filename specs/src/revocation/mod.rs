//! What a verifier knows of certificates that were taken back: one by one, by their signer, or by where they were issued.
//!
//! [`Revocation`] is the part of signed trust data that says so, in deterministic CBOR; status lists are inflated when it is
//! read, so that a question costs one look at one bit. The answer has four forms and never two: what cannot be known is
//! never "not revoked". Revoking is for good: see [`Revocation::keeping`]. The page is `specs/revocation.md`.

mod cards;
mod merge;
mod question;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use cards::{CardList, HeldCards, MAX_RIDS, RevokedCards, is_rid};
pub use question::{Answer, Card, How, Question, Why};

use crate::cbor::{self, Limits};
use crate::hash_list::HashList;
use crate::hash_list::filter::Filter;
use crate::status_list::{self, StatusList, Token};
use crate::time::UnixTime;

/// The version of this wire form, key 1.
pub const VERSION: u64 = 1;
/// What the whole may measure: some hundred status lists and four million hashes.
pub const LIMITS: Limits = Limits { max_bytes: 96 * 1024 * 1024, max_depth: 5, max_items: 2_000_000, ..Limits::OURS };
/// The most bytes of authority and identifier in a rule.
const MAX_TEXT: usize = 400;
/// The most entries of all status lists together, in bytes inflated: 100 million certificates of two forms, and as much
/// again.
const MAX_INFLATED: usize = 64 * 1024 * 1024;

/// Everything that is revoked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revocation {
    /// Sorted by name, each name once.
    lists: Vec<Published>,
    /// Sorted by signer and type.
    hashes: Vec<HashList>,
    /// Sorted by kid, each once.
    signers: Vec<RevokedSigner>,
    sites: Vec<RevokedSite>,
    /// Sorted by issuer and kid, each once.
    cards: Vec<CardList>,
    /// Sorted, each once.
    filters: Vec<Filter>,
}

/// Which status list it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListName {
    /// One of ours, by its number.
    Ours(u64),
    /// Somebody else's, by where it is published.
    Uri(String),
}

impl ListName {
    /// The name of the list at that URI.
    pub fn of(uri: &str) -> ListName {
        status_list::number(uri).map_or_else(|| ListName::Uri(uri.to_owned()), ListName::Ours)
    }
}

/// A status list as it was at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Which.
    pub name: ListName,
    /// When it was made: it knows nothing of what was revoked after that.
    pub issued: UnixTime,
    /// Until when anything may be said by it; `None` where the trust data around it set the bound.
    pub expires: Option<UnixTime>,
    /// Until when it speaks for certificates that are newer than itself too: its `ttl` after it was made. `None` where it never
    /// does.
    pub fresh_until: Option<UnixTime>,
    /// What it says.
    pub list: StatusList,
}

impl From<Token> for Published {
    fn from(token: Token) -> Published {
        let Token { uri, issued, expires, ttl, list } = token;
        let ttl = ttl.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
        let fresh_until = ttl.map(|seconds| UnixTime(issued.0.saturating_add(seconds)).min(UnixTime::LAST));
        Published { name: ListName::of(&uri), issued, expires, fresh_until, list }
    }
}

/// A signer whose certificates no longer count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevokedSigner {
    /// Its key identifier.
    pub kid: [u8; 8],
    /// Those issued from then on; `None` for all of them. A bound is good only where the key itself was not stolen: a thief
    /// writes any time of issue.
    pub from: Option<UnixTime>,
}

/// A rule for certificates of one place. All that it says must hold; authority or prefix is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RevokedSite {
    /// The authority as the certificate names it (`is`), letter for letter.
    pub authority: Option<String>,
    /// What the identifier begins with, `URN:UVCI:` included.
    pub uvci_prefix: Option<String>,
    /// Issued at this time or later.
    pub from: Option<UnixTime>,
    /// Issued at this time or earlier.
    pub until: Option<UnixTime>,
}

/// Why bytes are not revocation data, or data cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not CBOR, or not deterministic.
    #[error("the revocation data are broken: {0}")]
    Cbor(cbor::Error),
    /// Not version 1.
    #[error("version {version} of the revocation data is not known here")]
    Version {
        /// The version they say they have.
        version: u64,
    },
    /// A field that must be there is not.
    #[error("the revocation data lack {field}")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A key that version 1 does not have.
    #[error("key {key} of the revocation data is not known here")]
    UnknownKey {
        /// The key.
        key: i64,
    },
    /// A field whose content cannot be.
    #[error("{field} of the revocation data is impossible")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// A status list that cannot be read.
    #[error("{0}")]
    StatusList(status_list::Error),
    /// The status lists together inflate to more than is allowed.
    #[error("the status lists inflate to more bytes than are allowed")]
    TooLong,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "revocation-cbor",
            Error::Version { .. } => "revocation-version",
            Error::Missing { .. } => "revocation-missing",
            Error::UnknownKey { .. } => "revocation-unknown-key",
            Error::Field { .. } => "revocation-field",
            Error::StatusList(error) => error.code(),
            Error::TooLong => "revocation-too-long",
        }
    }
}

impl Revocation {
    /// Nothing is revoked, and no list is held.
    pub fn new() -> Revocation {
        Revocation::default()
    }

    /// The bytes to embed in signed trust data.
    pub fn encode(&self) -> Vec<u8> {
        write::revocation(self)
    }

    /// Reads such bytes. Whether anyone should believe them is for `trust-list` to say.
    pub fn decode(bytes: &[u8]) -> Result<Revocation, Error> {
        read::revocation(bytes)
    }

    /// Holds that list; of two of one name the one made later.
    pub fn add_list(&mut self, offered: Published) {
        match self.lists.binary_search_by(|held| held.name.cmp(&offered.name)) {
            Ok(place) if self.lists[place].issued <= offered.issued => self.lists[place] = offered,
            Ok(_) => {}
            Err(place) => self.lists.insert(place, offered),
        }
    }

    /// Revokes what these hashes name.
    pub fn add_hashes(&mut self, hashes: HashList) {
        let place = self.hashes.partition_point(|held| held.key() <= hashes.key());
        self.hashes.insert(place, hashes);
    }

    /// Revokes what this filter hits.
    pub fn add_filter(&mut self, filter: Filter) {
        if !self.filters.iter().any(|held| held.covers(&filter)) {
            self.filters.retain(|held| !filter.covers(held));
            let place = self.filters.partition_point(|held| *held < filter);
            self.filters.insert(place, filter);
        }
    }

    /// Revokes a signer. Of two times the earlier counts.
    pub fn revoke_signer(&mut self, signer: RevokedSigner) {
        match self.signers.binary_search_by(|held| held.kid.cmp(&signer.kid)) {
            // `None` is from the beginning, and less than every time.
            Ok(place) => self.signers[place].from = self.signers[place].from.min(signer.from),
            Err(place) => self.signers.insert(place, signer),
        }
    }

    /// Revokes by a rule. `false`, and nothing changes, where the rule names neither authority nor prefix, is too long, or
    /// can never hold.
    pub fn revoke_site(&mut self, site: RevokedSite) -> bool {
        let possible = site.is_possible();
        if possible && let Err(place) = self.sites.binary_search(&site) {
            self.sites.insert(place, site);
        }
        possible
    }

    /// Holds what is known of the revoked cards of a key; of two of one key the newer, with what either revoked.
    pub fn add_cards(&mut self, offered: CardList) {
        match self.cards.binary_search_by(|held| held.key().cmp(&offered.key())) {
            Ok(place) => self.cards[place].join(&offered),
            Err(place) => self.cards.insert(place, offered),
        }
    }

    /// The status lists held, sorted by name.
    pub fn lists(&self) -> &[Published] {
        &self.lists
    }

    /// The hash lists held.
    pub fn hashes(&self) -> &[HashList] {
        &self.hashes
    }

    /// The filters of hashes held.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// The signers revoked, sorted by kid.
    pub fn signers(&self) -> &[RevokedSigner] {
        &self.signers
    }

    /// The rules for places.
    pub fn sites(&self) -> &[RevokedSite] {
        &self.sites
    }

    /// What is known of revoked SMART Health Cards, sorted by issuer and kid.
    pub fn cards(&self) -> &[CardList] {
        &self.cards
    }
}

impl RevokedSite {
    fn is_possible(&self) -> bool {
        let texts = [&self.authority, &self.uvci_prefix];
        let said = texts.into_iter().flatten().all(|text| !text.is_empty() && text.len() <= MAX_TEXT);
        let window = !matches!((self.from, self.until), (Some(from), Some(until)) if until < from);
        said && window && texts.into_iter().any(Option::is_some)
    }
}

/// The keys of the map.
mod key {
    pub(super) const VERSION: i64 = 1;
    pub(super) const LISTS: i64 = 2;
    pub(super) const HASHES: i64 = 3;
    pub(super) const SIGNERS: i64 = 4;
    pub(super) const SITES: i64 = 5;
    pub(super) const CARDS: i64 = 6;
    pub(super) const FILTERS: i64 = 7;
}

/// The keys of a rule for a place.
mod site_key {
    pub(super) const AUTHORITY: i64 = 1;
    pub(super) const UVCI_PREFIX: i64 = 2;
    pub(super) const FROM: i64 = 3;
    pub(super) const UNTIL: i64 = 4;
}
