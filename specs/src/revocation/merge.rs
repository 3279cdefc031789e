//! Revoking is for good: what was revoked stays revoked, whatever comes later.

use super::{Published, Revocation};
use crate::hash_list::{HashList, Scope};
use crate::status_list::Status;
use crate::time::UnixTime;

impl Revocation {
    /// This data, and everything that `seen` revoked: what a verifier that has seen both holds from now on, at the time `at`.
    ///
    /// An entry that was invalid stays invalid, even where the later list says otherwise: an error or an attack on whoever
    /// publishes must not turn red into green (security, T12). A suspended entry becomes what the later list says. A list that
    /// is no longer published stays as it was; of two the one made later counts for everything else. Signers, rules and
    /// hashes stay; hash lists and filters that have expired are dropped, for so have the certificates.
    #[must_use]
    pub fn keeping(mut self, seen: &Revocation, at: UnixTime) -> Revocation {
        for old in &seen.lists {
            match self.lists.binary_search_by(|new| new.name.cmp(&old.name)) {
                Ok(place) => keep_invalid(&mut self.lists[place], old),
                Err(place) => self.lists.insert(place, old.clone()),
            }
        }
        for old in &seen.signers {
            self.revoke_signer(*old);
        }
        for old in &seen.sites {
            self.revoke_site(old.clone());
        }
        for old in &seen.cards {
            self.add_cards(old.clone());
        }
        for old in &seen.filters {
            self.add_filter(old.clone());
        }
        self.filters.retain(|filter| filter.scope().expires.is_none_or(|expires| at <= expires));
        self.keep_hashes(seen, at);
        self
    }

    fn keep_hashes(&mut self, seen: &Revocation, at: UnixTime) {
        let mut all = std::mem::take(&mut self.hashes);
        all.extend(seen.hashes.iter().cloned());
        all.retain(|list| list.expires().is_none_or(|expires| at <= expires));
        all.sort_by_key(HashList::key);
        self.hashes = all
            .chunk_by(|one, other| one.key() == other.key())
            .map(|same| {
                let hashes = same.iter().flat_map(|list| list.hashes()).copied();
                let (Scope { kid, kinds, expires }, width) = same[0].key();
                HashList::new(kid, kinds, expires, hashes).cut(width).expect("a width that such a list had already")
            })
            .collect();
    }
}

/// Leaves in `new` the list made later, with what was invalid in either.
fn keep_invalid(new: &mut Published, old: &Published) {
    let (later, earlier) = if new.issued >= old.issued { (new.clone(), old) } else { (old.clone(), &*new) };
    let mut kept = later;
    // Eight entries at once where nothing is set, which is nearly everywhere.
    let per_byte = 8 / u64::from(earlier.list.bits().count());
    for (place, byte) in earlier.list.bytes().iter().enumerate() {
        if *byte == 0 {
            continue;
        }
        let first = place as u64 * per_byte;
        for index in (first..first + per_byte).filter(|index| earlier.list.get(*index) == Some(Status::Invalid)) {
            if !kept.list.set(index, Status::Invalid) {
                // The list became shorter. What fell off has no answer any more, which is "cannot tell", never "good".
                break;
            }
        }
    }
    *new = kept;
}
