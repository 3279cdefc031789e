//! Issuers of SMART Health Cards: a snapshot of the VCI directory, or the key set that one issuer publishes.
//!
//! A key counts in the name of its issuer only. Its identifier is the thumbprint of RFC 7638, computed anew; other keys
//! than ES256 on P-256 for signatures are refused, as the specification has it. Certificates beside a key (`x5c`) are not
//! asked: the directory says who is believed, and the issuer which of its keys are in use. A key that has no end is
//! bounded by the life of the bundle.
//!
//! A key that has a list of revoked cards says so (`crlVersion`), and a snapshot brings the lists along (`crls`). What is known of
//! them goes into the revocation data; of a list that is not there its cards come out as "cannot tell". A key whose list
//! cannot be read is refused, for then not even that could be said of all of its cards.

use specs::json::{Array, Value};
use specs::revocation::CardList;
use specs::shc::{RevokedList, counter};
use specs::signer_list::{Profiles, SignerEntry};
use specs::time::UnixTime;

use super::{Imported, MAX_TEXT, bare, cut, document, jwk, same_kid, text};
use crate::Error;
use crate::backend::Backend;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Days for which a list of revoked cards may be gone by after it was fetched: as long as a bundle lives.
pub const CARD_LIST_DAYS: i64 = 30;

/// Reads a snapshot: `{"issuerInfo": [{"issuer": {"iss", "name"}, "keys": [...], "crls": [...]}]}`. The keys have no end of
/// their own; the lists of revoked cards are taken to be as of `at`.
///
/// # Errors
/// [`Error::SourceJson`], [`Error::SourceForm`] where the whole cannot be read. Of an entry: [`Error::EntryForm`],
/// [`Error::KidMismatch`], [`Error::KeyUnsupported`], [`Error::KeyRejected`].
pub fn directory(bytes: &[u8], at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let issuers = whole.value().get("issuerInfo").and_then(Value::as_array);
    let mut imported = Imported::default();
    for listed in issuers.ok_or(Error::SourceForm { detail: "there is no issuerInfo" })? {
        let issuer = |member| listed.get("issuer").and_then(|issuer| text(issuer, member)).unwrap_or_default();
        let (iss, name) = (issuer("iss"), issuer("name"));
        let revoked = listed.get("crls").and_then(Value::as_array);
        match listed.get("keys").and_then(Value::as_array) {
            Some(keys) => keys.for_each(|jwk| take(&mut imported, iss, name, jwk, (revoked.clone(), at), backend)),
            None => imported.take(iss, Err(Error::EntryForm { detail: "the issuer has no keys" })),
        }
    }
    Ok(imported)
}

/// Reads the key set (`/.well-known/jwks.json`) of the issuer `iss`.
///
/// # Errors
/// As [`directory`].
pub fn jwks(iss: &str, bytes: &[u8], at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let keys = whole.value().get("keys").and_then(Value::as_array);
    let mut imported = Imported::default();
    for jwk in keys.ok_or(Error::SourceForm { detail: "there is no array of keys" })? {
        take(&mut imported, iss, "", jwk, (None, at), backend);
    }
    Ok(imported)
}

/// Reads the list of revoked cards (`/.well-known/crl/<kid>.json`) of a key of the issuer `iss`, fetched at `at`.
///
/// # Errors
/// [`Error::CardsMalformed`]; [`Error::EntryForm`] where issuer or key cannot be.
pub fn revoked_cards(iss: &str, bytes: &[u8], at: UnixTime) -> Result<CardList, Error> {
    address(iss)?;
    fetched(iss, RevokedList::read(bytes), at)
}

fn fetched(iss: &str, list: Result<RevokedList, specs::shc::Error>, at: UnixTime) -> Result<CardList, Error> {
    let list = list.map_err(Error::CardsMalformed)?;
    let thumbprint = URL_SAFE_NO_PAD.decode(&list.kid).ok().filter(|bytes| bytes.len() == 32);
    let kid = thumbprint.as_deref().and_then(<[u8]>::first_chunk);
    let kid = *kid.ok_or(Error::EntryForm { detail: "the list names no thumbprint of a key" })?;
    Ok(CardList::fetched(iss, kid, list.ctr, (at, at.plus_days(CARD_LIST_DAYS)), list.rids))
}

fn take(
    imported: &mut Imported,
    iss: &str,
    name: &str,
    jwk: Value<'_>,
    (revoked, at): (Option<Array<'_>>, UnixTime),
    backend: &dyn Backend,
) {
    let kid = text(jwk, "kid").unwrap_or_default();
    let found = entry(iss, name, kid, jwk, backend).and_then(|entry| {
        let cards = cards(iss, kid, entry.kid, jwk, revoked, at)?;
        Ok((entry, cards))
    });
    match found {
        Ok((entry, cards)) => {
            imported.entries.push(entry);
            imported.cards.extend(cards);
        }
        Err(error) => imported.take(&format!("{} {kid}", cut(iss)), Err(error)),
    }
}

/// What is known of the revoked cards of a key. A list that names no key may be of any.
fn cards(
    iss: &str,
    kid: &str,
    short: [u8; 8],
    jwk: Value<'_>,
    revoked: Option<Array<'_>>,
    at: UnixTime,
) -> Result<Vec<CardList>, Error> {
    let mut all = Vec::new();
    if let Some(version) = jwk.get("crlVersion") {
        let version = counter(version).ok_or(Error::EntryForm { detail: "its crlVersion is no number" })?;
        all.push(CardList::missing(iss, short, version));
    }
    let names_none =
        |list: Value<'_>| list.get("rids").is_none_or(|rids| rids.as_array().is_some_and(|rids| rids.len() == 0));
    for list in revoked.into_iter().flatten().filter(|list| text(*list, "kid").is_none_or(|of| of == kid)) {
        match fetched(iss, RevokedList::of(list), at) {
            Ok(list) => all.push(list),
            // As good as none.
            Err(_) if names_none(list) => {}
            Err(_) => return Err(Error::EntryForm { detail: "the list of its revoked cards cannot be read" }),
        }
    }
    Ok(all)
}

fn address(iss: &str) -> Result<(), Error> {
    if !iss.starts_with("https://") || iss.ends_with('/') || iss.len() > MAX_TEXT {
        return Err(Error::EntryForm { detail: "the issuer is not an https address without a slash at its end" });
    }
    Ok(())
}

fn entry(iss: &str, name: &str, kid: &str, jwk: Value<'_>, backend: &dyn Backend) -> Result<SignerEntry, Error> {
    address(iss)?;
    if text(jwk, "use") != Some("sig") || text(jwk, "alg") != Some("ES256") {
        return Err(Error::EntryForm { detail: "the key is not for signatures by ES256" });
    }
    let key = jwk::key(jwk)?;
    let found = jwk::thumbprint(&key).ok_or(Error::EntryForm { detail: "the key is not on P-256" })?;
    let stated = URL_SAFE_NO_PAD.decode(kid).map_err(|_| Error::EntryForm { detail: "not base64url" })?;
    same_kid(&stated, &found)?;
    let [a, b, c, d, e, f, g, h, ..] = found;
    let (name, issuer) = (cut(name).to_owned(), Some(iss.to_owned()));
    Ok(SignerEntry { name, issuer, profiles: Profiles::SHC, ..bare(&key, [a, b, c, d, e, f, g, h], backend)? })
}
