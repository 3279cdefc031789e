//! Is it revoked?

use super::{ListName, Published, Revocation};
use crate::hash_list::filter::Filter;
use crate::hash_list::{HashList, HashType, Scope, Subject};
use crate::status_list::{Reference, Status};
use crate::time::UnixTime;

/// What is asked about: a certificate whose signature was found good, and when.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The moment of the check.
    pub at: UnixTime,
    /// The signer's key identifier, where it has eight bytes.
    pub kid: Option<&'a [u8; 8]>,
    /// The signature as it stands in the message.
    pub signature: &'a [u8],
    /// Whether it is an RSA signature.
    pub rsa: bool,
    /// The certificate's identifier.
    pub uvci: &'a str,
    /// The country that issued it, two letters.
    pub country: &'a str,
    /// When it was issued.
    pub issued: Option<UnixTime>,
    /// The authority it names (`is`); empty where the format has none.
    pub authority: &'a str,
    /// Where its status is to be looked up.
    pub status: Option<&'a Reference>,
    /// By what a SMART Health Card may be revoked, where it carries an identifier for that.
    pub card: Option<Card<'a>>,
}

/// The identifier of a SMART Health Card.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// Who issued it (`iss`).
    pub issuer: &'a str,
    /// The identifier (`vc.rid`).
    pub rid: &'a str,
    /// When it was issued (`nbf`).
    pub issued: UnixTime,
}

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It names no list, and nothing held says that it is revoked.
    Good,
    /// The list that it names says that it stands.
    Stands {
        /// When that list was made: what was revoked since is not known.
        as_of: UnixTime,
        /// Whether the list is older than the certificate, and fresh: it speaks for an entry that was given later.
        before_issue: bool,
    },
    /// It is revoked.
    Revoked(How),
    /// It is not to be accepted for the time being.
    Suspended,
    /// It cannot be known here. Never to be taken for "not revoked".
    Unknown(Why),
}

/// By what it is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Its signer is.
    Signer,
    /// A rule for where, or by whom, it was issued.
    Site,
    /// A list of hashes of that type.
    Hash(HashType),
    /// A filter of hashes of that type, which hits an honest certificate now and then.
    Filter(HashType),
    /// Its entry in a status list.
    Status,
    /// Its identifier in the list of its signer's revoked cards.
    Card,
}

/// Why it cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The list that it names is not held.
    NoList,
    /// The list that it names has no such index.
    BeyondList,
    /// The list that it names has expired.
    ListExpired,
    /// The list that it names was made before the certificate was issued, and is no longer fresh.
    ListOlder,
    /// The list has a status for it whose meaning is not known here.
    Meaning,
    /// It names a way to learn its status that is not known here.
    Mechanism,
}

impl Revocation {
    /// What is known of that certificate. What is revoked by any means is revoked, whatever else is not known.
    pub fn question(&self, asked: &Question<'_>) -> Answer {
        if let Some(how) = self.by_signer(asked).or_else(|| self.by_site(asked)).or_else(|| self.by_hash(asked)) {
            return Answer::Revoked(how);
        }
        match (asked.status, asked.card) {
            (Some(reference), _) => self.by_status(reference, asked),
            (None, Some(card)) => self.by_card(card, asked),
            (None, None) => Answer::Good,
        }
    }

    fn by_signer(&self, asked: &Question<'_>) -> Option<How> {
        let kid = asked.kid.filter(|_| !self.signers.is_empty())?;
        let place = self.signers.binary_search_by(|signer| signer.kid.cmp(kid)).ok()?;
        // A certificate that does not say when it was issued may be of the time concerned.
        let concerned = self.signers[place].from.is_none_or(|from| asked.issued.is_none_or(|issued| issued >= from));
        concerned.then_some(How::Signer)
    }

    fn by_site(&self, asked: &Question<'_>) -> Option<How> {
        let concerned = self.sites.iter().any(|site| {
            site.authority.as_ref().is_none_or(|authority| authority == asked.authority)
                && site.uvci_prefix.as_ref().is_none_or(|prefix| asked.uvci.starts_with(prefix))
                && site.from.is_none_or(|from| asked.issued.is_none_or(|issued| issued >= from))
                && site.until.is_none_or(|until| asked.issued.is_none_or(|issued| issued <= until))
        });
        concerned.then_some(How::Site)
    }

    fn by_hash(&self, asked: &Question<'_>) -> Option<How> {
        let &Question { signature, rsa, uvci, country, .. } = asked;
        let subject = Subject { signature, rsa, uvci, country };
        let mut hashes = [None; HashType::ALL.len()];
        let mut hash = |kind: HashType| *hashes[kind as usize].get_or_insert_with(|| subject.hash(kind));
        for list in concerned(&self.hashes, HashList::scope, asked) {
            if let Some(kind) = list.kinds().iter().find(|kind| list.contains(&hash(*kind))) {
                return Some(How::Hash(kind));
            }
        }
        for filter in concerned(&self.filters, Filter::scope, asked) {
            if let Some(kind) = filter.scope().kinds.iter().find(|kind| filter.hits(&hash(*kind))) {
                return Some(How::Filter(kind));
            }
        }
        None
    }

    fn by_status(&self, reference: &Reference, asked: &Question<'_>) -> Answer {
        let (held, index) = match reference {
            Reference::Ours { list, index } => (self.list(&ListName::Ours(*list)), *index),
            Reference::Named { uri, index } => (self.list(&ListName::of(uri)), *index),
            Reference::Unknown => return Answer::Unknown(Why::Mechanism),
        };
        let Some(held) = held else { return Answer::Unknown(Why::NoList) };
        match held.list.get(index) {
            // Final in our lists: true however old the list may be.
            Some(Status::Invalid) => Answer::Revoked(How::Status),
            Some(Status::Suspended) => Answer::Suspended,
            Some(Status::Other(_)) => Answer::Unknown(Why::Meaning),
            None => Answer::Unknown(Why::BeyondList),
            Some(Status::Valid) => {
                let Published { issued, expires, fresh_until, .. } = held;
                stands(&Made { issued: *issued, expires: *expires, fresh_until: *fresh_until }, asked.issued, asked.at)
            }
        }
    }

    /// A key without such a list cannot have revoked any card. Of one that has, an older list than the newest says which cards
    /// are revoked, and not which are not.
    fn by_card(&self, card: Card<'_>, asked: &Question<'_>) -> Answer {
        let Some(kid) = asked.kid else { return Answer::Good };
        let place = self.cards.binary_search_by(|list| list.key().cmp(&(card.issuer, *kid)));
        let Ok(list) = place.map(|place| &self.cards[place]) else { return Answer::Good };
        let Some(held) = &list.held else { return Answer::Unknown(Why::NoList) };
        let found = held.revoked.binary_search_by(|revoked| revoked.rid.as_str().cmp(card.rid));
        if found.is_ok_and(|place| held.revoked[place].means(card.issued)) {
            return Answer::Revoked(How::Card);
        }
        if held.number < list.newest {
            return Answer::Unknown(Why::NoList);
        }
        let made = Made { issued: held.issued, expires: Some(held.expires), fresh_until: Some(held.fresh_until) };
        stands(&made, Some(card.issued), asked.at)
    }

    /// The list of that name.
    pub fn list(&self, name: &ListName) -> Option<&Published> {
        self.lists.binary_search_by(|held| held.name.cmp(name)).ok().map(|place| &self.lists[place])
    }
}

/// Those of any signer and those of the certificate's, of lists that are sorted by scope.
fn concerned<'a, T>(
    all: &'a [T],
    scope: impl Fn(&T) -> Scope + Copy + 'a,
    asked: &'a Question<'_>,
) -> impl Iterator<Item = &'a T> {
    // Those of any signer come first, then those of signers in their order.
    let any = all.partition_point(|one| scope(one).kid.is_none());
    let from = all.partition_point(|one| scope(one).kid.as_ref() < asked.kid);
    let own = all[from..].iter().take_while(move |one| {
        let kid = scope(one).kid;
        kid.is_some() && kid.as_ref() == asked.kid
    });
    all[..any].iter().chain(own).filter(move |one| scope(one).concerns(asked.kid, asked.at))
}

/// The times of a list.
struct Made {
    issued: UnixTime,
    expires: Option<UnixTime>,
    fresh_until: Option<UnixTime>,
}

/// The list does not revoke it, for as long as anything may be said by the list. Of a certificate that is newer than the list, no
/// longer than the list says that it is fresh. What is not known is in both cases the same: what was revoked since the list
/// was made. But an old list would stay good for every certificate that a thief makes after it, and nobody would ever ask
/// for a newer one.
fn stands(list: &Made, issued: Option<UnixTime>, at: UnixTime) -> Answer {
    if list.expires.is_some_and(|expires| at > expires) {
        return Answer::Unknown(Why::ListExpired);
    }
    let before_issue = issued.is_none_or(|issued| issued > list.issued);
    let fresh = list.fresh_until.is_some_and(|until| (list.issued..=until).contains(&at));
    if before_issue && !fresh {
        return Answer::Unknown(Why::ListOlder);
    }
    Answer::Stands { as_of: list.issued, before_issue }
}
