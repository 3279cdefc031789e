//! The status lists, held in memory and signed when asked for.
//!
//! A list is 128 KiB, so that a hundred of them (a hundred million certificates) fit into memory. A token is signed when
//! somebody wants one that is newer than the last, at most one a second for each list, however many are revoked: a revocation
//! of millions costs no more signatures than one.
//!
//! There is always one list more than are in use, in which nothing is given: whoever fetches the lists has it before the first
//! certificate names it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use specs::cose::Unsigned;
use specs::status_list::{self, Bits, OUR_ENTRIES, Status, StatusList, Token};
use specs::time::UnixTime;

use super::Place;
use crate::keyring::Keyring;
use crate::keys::{self, SigningKey, folder};

pub use specs::status_list::MEDIA_TYPE;

/// Seconds after which whoever holds a token should fetch a newer one. For as long, a token speaks for certificates that are
/// newer than itself.
pub const TTL: u64 = 12 * 3600;
/// Seconds after which a token in the folder is replaced though nothing was revoked.
const REPUBLISHED: i64 = 3600;

/// The lists.
pub struct Book {
    key: Arc<dyn SigningKey>,
    kid: [u8; 8],
    certificates: Vec<Vec<u8>>,
    valid_days: u32,
    lists: Mutex<BTreeMap<u64, Held>>,
}

/// One list.
struct Held {
    list: StatusList,
    /// Indexes that are suspended.
    suspended: BTreeSet<u64>,
    /// The token signed last, and when; dropped where something was changed since.
    token: Option<(UnixTime, Arc<Vec<u8>>)>,
    /// When the token in the folder was signed, unless something was revoked since.
    published: Option<UnixTime>,
}

impl Book {
    /// Lists 1 to `last`, and the next, in which these places are invalid and those suspended. `key` is that of the list signer.
    #[must_use]
    pub fn new(
        keyring: &Keyring,
        key: Arc<dyn SigningKey>,
        valid_days: u32,
        last: u64,
        invalid: impl IntoIterator<Item = Place>,
        suspended: impl IntoIterator<Item = Place>,
    ) -> Self {
        let signer = &keyring.list_signer.certificate;
        let certificates = [signer, &keyring.signing_ca].map(|certificate| certificate.der().to_vec()).to_vec();
        let book = Self { key, kid: signer.kid(), certificates, valid_days, lists: Mutex::default() };
        book.extend_to(last);
        for place in invalid {
            book.revoke(place);
        }
        for place in suspended {
            book.suspend(place);
        }
        book
    }

    /// Makes room for a place that was given in list `last`, and for those of the next list.
    pub fn extend_to(&self, last: u64) {
        let mut lists = self.lists();
        let next = lists.last_key_value().map_or(1, |(number, _)| number.saturating_add(1));
        for number in next..=last.saturating_add(1) {
            let list = StatusList::new(Bits::One, OUR_ENTRIES);
            lists.insert(number, Held { list, suspended: BTreeSet::new(), token: None, published: None });
        }
    }

    /// Makes an entry invalid, for good.
    pub fn revoke(&self, place: Place) {
        self.extend_to(place.list);
        if let Some(held) = self.lists().get_mut(&place.list)
            && held.list.get(place.index) == Some(Status::Valid)
        {
            held.list.set(place.index, Status::Invalid);
            (held.token, held.published) = (None, None);
        }
    }

    /// Suspends an entry, until it is restored. What is invalid stays so.
    pub fn suspend(&self, place: Place) {
        self.extend_to(place.list);
        if let Some(held) = self.lists().get_mut(&place.list)
            && held.suspended.insert(place.index)
        {
            (held.token, held.published) = (None, None);
        }
    }

    /// Ends the suspension of an entry.
    pub fn restore(&self, place: Place) {
        if let Some(held) = self.lists().get_mut(&place.list)
            && held.suspended.remove(&place.index)
        {
            (held.token, held.published) = (None, None);
        }
    }

    /// How many lists there are: numbers 1 to this.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.lists().last_key_value().map_or(0, |(number, _)| *number)
    }

    /// The signed token of a list as of `at`; none where there is no such list.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn token(&self, number: u64, at: UnixTime) -> Result<Option<Arc<Vec<u8>>>, keys::Error> {
        let mut lists = self.lists();
        let Some(held) = lists.get_mut(&number) else { return Ok(None) };
        if let Some((signed, token)) = &held.token
            && *signed == at
        {
            return Ok(Some(Arc::clone(token)));
        }
        let token = Token {
            uri: status_list::uri(number),
            issued: at,
            expires: Some(at.plus_days(i64::from(self.valid_days))),
            ttl: Some(TTL),
            list: stated(&held.list, &held.suspended),
        };
        let unsigned = Unsigned::new(self.key.algorithm().cose_id(), self.kid, token.encode()).typ(MEDIA_TYPE);
        let unsigned = unsigned.x5chain(self.certificates.clone());
        let signed = Arc::new(unsigned.sign(&self.key.sign(&unsigned.to_be_signed())?));
        held.token = Some((at, Arc::clone(&signed)));
        Ok(Some(signed))
    }

    /// Puts into `out`, as `{number}.cwt`, every list in which something was revoked since it was put there, and every list
    /// that has lain there for an hour. How many those were.
    ///
    /// # Errors
    /// When a token cannot be signed or written; it is tried again the next time.
    pub fn publish(&self, out: &Path, at: UnixTime) -> Result<usize, keys::Error> {
        let due = |held: &Held| held.published.is_none_or(|then| at.0 >= then.0.saturating_add(REPUBLISHED));
        let numbers: Vec<u64> = self.lists().iter().filter(|(_, held)| due(held)).map(|(number, _)| *number).collect();
        for number in &numbers {
            let Some(token) = self.token(*number, at)? else { continue };
            std::fs::create_dir_all(out).map_err(|error| keys::Error::io(out, &error))?;
            folder::replace(&out.join(format!("{number}.cwt")), &token, 0o644)?;
            // Not where something was revoked while the file was written.
            if let Some(held) = self.lists().get_mut(number)
                && held.token.is_some()
            {
                held.published = Some(at);
            }
        }
        Ok(numbers.len())
    }

    fn lists(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Held>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A list in which these are invalid and those suspended: of one bit while nothing is suspended, which is nearly always, else of
/// two.
#[must_use]
pub fn stated(invalid: &StatusList, suspended: &BTreeSet<u64>) -> StatusList {
    if suspended.is_empty() {
        return invalid.clone();
    }
    let mut list = StatusList::new(Bits::Two, OUR_ENTRIES);
    for index in suspended {
        list.set(*index, Status::Suspended);
    }
    for index in (0..OUR_ENTRIES).filter(|index| invalid.get(*index) == Some(Status::Invalid)) {
        list.set(index, Status::Invalid);
    }
    list
}
