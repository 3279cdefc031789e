//! Reading: deterministic CBOR, every key known, nothing missing, everything in its order and once.

use super::{CardList, HeldCards, MAX_RIDS, RevokedCards};
use super::{Error, LIMITS, ListName, MAX_INFLATED, MAX_TEXT, Published, Revocation, RevokedSigner, RevokedSite};
use super::{VERSION, key, site_key};
use crate::cbor::{self, Items, Kind, Reader, validate};
use crate::hash_list::filter::Filter;
use crate::hash_list::{Hash, HashList, HashTypes, MIN_WIDTH, Scope};
use crate::status_list::{self, Bits, StatusList};
use crate::time::UnixTime;

pub(super) fn revocation(bytes: &[u8]) -> Result<Revocation, Error> {
    validate(bytes, &LIMITS).map_err(Error::Cbor)?;
    let mut reader = Reader::new(bytes);
    let (mut version, mut lists, mut hashes, mut signers, mut sites) = (None, None, None, None, None);
    let (mut cards, mut filters) = (Vec::new(), Vec::new());
    let mut items = reader.map().map_err(Error::Cbor)?;
    while reader.more(&mut items).map_err(Error::Cbor)? {
        match reader.signed().map_err(Error::Cbor)? {
            // Keys ascend, so the version is read before anything that another version may have changed.
            key::VERSION => match reader.unsigned().map_err(Error::Cbor)? {
                VERSION => version = Some(VERSION),
                version => return Err(Error::Version { version }),
            },
            key::LISTS => {
                let mut room = MAX_INFLATED;
                lists = Some(each(&mut reader, |reader| published(reader, &mut room))?);
            }
            key::HASHES => hashes = Some(each(&mut reader, hash_list)?),
            key::SIGNERS => signers = Some(each(&mut reader, signer)?),
            key::SITES => sites = Some(each(&mut reader, site)?),
            key::CARDS => cards = some(&mut reader, "cards", card_list)?,
            key::FILTERS => filters = some(&mut reader, "filters", filter)?,
            key => return Err(Error::UnknownKey { key }),
        }
    }
    version.ok_or(Error::Missing { field: "version" })?;
    let read = Revocation {
        lists: lists.ok_or(Error::Missing { field: "lists" })?,
        hashes: hashes.ok_or(Error::Missing { field: "hashes" })?,
        signers: signers.ok_or(Error::Missing { field: "signers" })?,
        sites: sites.ok_or(Error::Missing { field: "sites" })?,
        cards,
        filters,
    };
    let order = |sorted: bool, field| if sorted { Ok(()) } else { Err(Error::Field { field }) };
    order(read.lists.is_sorted_by(|one, other| one.name < other.name), "lists")?;
    order(read.hashes.is_sorted_by_key(HashList::key), "hashes")?;
    order(read.signers.is_sorted_by(|one, other| one.kid < other.kid), "signers")?;
    order(read.sites.is_sorted_by(|one, other| one < other), "sites")?;
    order(read.filters.is_sorted_by(|one, other| one < other), "filters")?;
    order(read.cards.is_sorted_by(|one, other| one.key() < other.key()), "cards")?;
    Ok(read)
}

fn each<T>(
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let (mut items, mut all) = (reader.array().map_err(Error::Cbor)?, Vec::new());
    while reader.more(&mut items).map_err(Error::Cbor)? {
        all.push(read(reader)?);
    }
    Ok(all)
}

/// As [`each`], and not none: the key is absent then, so that there is one form for nothing.
fn some<T>(
    reader: &mut Reader<'_>,
    field: &'static str,
    read: impl FnMut(&mut Reader<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let all = each(reader, read)?;
    if all.is_empty() { Err(Error::Field { field }) } else { Ok(all) }
}

/// `room` is how many bytes may still be inflated.
fn published(reader: &mut Reader<'_>, room: &mut usize) -> Result<Published, Error> {
    let dated = match reader.array().map_err(Error::Cbor)? {
        Items::Counted(5) => false,
        Items::Counted(6) => true,
        _ => return Err(Error::Field { field: "lists" }),
    };
    let name = match reader.kind().map_err(Error::Cbor)? {
        Kind::Unsigned => ListName::Ours(reader.unsigned().map_err(Error::Cbor)?),
        _ => {
            let uri = reader.definite_text().map_err(Error::Cbor)?;
            // A list of ours has one name only.
            if uri.len() > MAX_TEXT || status_list::number(uri).is_some() {
                return Err(Error::Field { field: "list" });
            }
            ListName::Uri(uri.to_owned())
        }
    };
    let issued = time(reader)?.ok_or(Error::Field { field: "issued" })?;
    let expires = time(reader)?;
    let bits = Bits::of(reader.unsigned().map_err(Error::Cbor)?).ok_or(Error::Field { field: "bits" })?;
    let stream = reader.definite_bytes().map_err(Error::Cbor)?;
    let list = StatusList::inflate(bits, stream).map_err(Error::StatusList)?;
    *room = room.checked_sub(list.bytes().len()).ok_or(Error::TooLong)?;
    // One form for one list: without an end of its freshness there are five parts, and no null.
    let fresh_until = if dated { Some(time(reader)?.ok_or(Error::Field { field: "fresh until" })?) } else { None };
    Ok(Published { name, issued, expires, fresh_until, list })
}

fn scope(reader: &mut Reader<'_>) -> Result<Scope, Error> {
    let kid = if reader.take_null() { None } else { Some(kid(reader)?) };
    let bits = u8::try_from(reader.unsigned().map_err(Error::Cbor)?).ok();
    let kinds = bits.and_then(HashTypes::from_bits).ok_or(Error::Field { field: "hash types" })?;
    Ok(Scope { kid, kinds, expires: time(reader)? })
}

fn filter(reader: &mut Reader<'_>) -> Result<Filter, Error> {
    parts(reader, 5, "filters")?;
    let scope = scope(reader)?;
    let rounds = u8::try_from(reader.unsigned().map_err(Error::Cbor)?).map_err(|_| Error::Field { field: "rounds" })?;
    let bits = reader.definite_bytes().map_err(Error::Cbor)?;
    Filter::new(scope, rounds, bits.to_vec()).map_err(|_| Error::Field { field: "filter" })
}

fn hash_list(reader: &mut Reader<'_>) -> Result<HashList, Error> {
    parts(reader, 5, "hashes")?;
    let Scope { kid, kinds, expires } = scope(reader)?;
    let width = usize::try_from(reader.unsigned().map_err(Error::Cbor)?).unwrap_or(usize::MAX);
    if !(MIN_WIDTH..=size_of::<Hash>()).contains(&width) {
        return Err(Error::Field { field: "hash width" });
    }
    let hashes = reader.definite_bytes().map_err(Error::Cbor)?.chunks_exact(width);
    if !hashes.remainder().is_empty() || !hashes.clone().is_sorted_by(|one, other| one < other) {
        return Err(Error::Field { field: "hashes" });
    }
    let padded = hashes.map(|first| {
        let mut hash = [0; 16];
        hash[..width].copy_from_slice(first);
        hash
    });
    HashList::new(kid, kinds, expires, padded).cut(width).ok_or(Error::Field { field: "hash width" })
}

fn signer(reader: &mut Reader<'_>) -> Result<RevokedSigner, Error> {
    parts(reader, 2, "signers")?;
    Ok(RevokedSigner { kid: kid(reader)?, from: time(reader)? })
}

fn site(reader: &mut Reader<'_>) -> Result<RevokedSite, Error> {
    let mut site = RevokedSite::default();
    let mut items = reader.map().map_err(Error::Cbor)?;
    while reader.more(&mut items).map_err(Error::Cbor)? {
        let text = |reader: &mut Reader<'_>| reader.definite_text().map(str::to_owned).map_err(Error::Cbor);
        match reader.signed().map_err(Error::Cbor)? {
            site_key::AUTHORITY => site.authority = Some(text(reader)?),
            site_key::UVCI_PREFIX => site.uvci_prefix = Some(text(reader)?),
            site_key::FROM => site.from = time(reader)?,
            site_key::UNTIL => site.until = time(reader)?,
            key => return Err(Error::UnknownKey { key }),
        }
    }
    if site.is_possible() { Ok(site) } else { Err(Error::Field { field: "site" }) }
}

fn card_list(reader: &mut Reader<'_>) -> Result<CardList, Error> {
    parts(reader, 4, "cards")?;
    let issuer = reader.definite_text().map_err(Error::Cbor)?;
    if issuer.is_empty() || issuer.len() > MAX_TEXT {
        return Err(Error::Field { field: "issuer of cards" });
    }
    let (issuer, kid) = (issuer.to_owned(), kid(reader)?);
    let newest = reader.unsigned().map_err(Error::Cbor)?;
    let held = if reader.take_null() { None } else { Some(held_cards(reader)?) };
    if held.as_ref().is_some_and(|held| held.number > newest) {
        return Err(Error::Field { field: "number of cards" });
    }
    Ok(CardList { issuer, kid, newest, held })
}

fn held_cards(reader: &mut Reader<'_>) -> Result<HeldCards, Error> {
    parts(reader, 5, "cards")?;
    let number = reader.unsigned().map_err(Error::Cbor)?;
    let mut at = || time(reader)?.ok_or(Error::Field { field: "time" });
    let (issued, expires, fresh_until) = (at()?, at()?, at()?);
    let revoked = each(reader, |reader| {
        let text = reader.definite_text().map_err(Error::Cbor)?;
        // One text for one time: no zeros before it.
        let read = RevokedCards::parse(text).filter(|read| read.text() == text);
        read.ok_or(Error::Field { field: "rid" })
    })?;
    if revoked.len() > MAX_RIDS || !revoked.is_sorted_by(|one, other| one.rid < other.rid) {
        return Err(Error::Field { field: "rids" });
    }
    Ok(HeldCards { number, issued, expires, fresh_until, revoked })
}

fn parts(reader: &mut Reader<'_>, count: u64, field: &'static str) -> Result<(), Error> {
    match reader.array().map_err(Error::Cbor)? {
        Items::Counted(found) if found == count => Ok(()),
        _ => Err(Error::Field { field }),
    }
}

fn kid(reader: &mut Reader<'_>) -> Result<[u8; 8], Error> {
    reader.fixed_bytes().map_err(|error| match error {
        cbor::Error::OutOfRange { .. } => Error::Field { field: "kid" },
        other => Error::Cbor(other),
    })
}

/// A time of the years 1970 to 9999, or null.
fn time(reader: &mut Reader<'_>) -> Result<Option<UnixTime>, Error> {
    if reader.take_null() {
        return Ok(None);
    }
    let time = UnixTime(reader.signed().map_err(Error::Cbor)?);
    let possible = (UnixTime(0)..=UnixTime::LAST).contains(&time);
    if possible { Ok(Some(time)) } else { Err(Error::Field { field: "time" }) }
}
