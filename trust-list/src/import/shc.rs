//! Issuers of SMART Health Cards: a snapshot of the VCI directory, or the key set that one issuer publishes.
//!
//! A key counts in the name of its issuer only. Its identifier is the thumbprint of RFC 7638, computed anew; other keys
//! than ES256 on P-256 for signatures are refused, as the specification has it. Certificates beside a key (`x5c`) are not
//! asked: the directory says who is believed, and the issuer which of its keys are in use. A key that has no end is
//! bounded by the life of the bundle. An issuer's list of revoked cards (`crls`) cannot be carried, so a key that has
//! revoked any card is refused: its cards come out as "cannot tell", never as good.

use serde_json::Value;
use specs::signer_list::{Profiles, SignerEntry};
use specs::time::UnixTime;

use super::{Imported, MAX_TEXT, bare, cut, document, jwk, same_kid, text};
use crate::Error;
use crate::backend::Backend;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Reads a snapshot: `{"issuerInfo": [{"issuer": {"iss", "name"}, "keys": [...], "crls": [...]}]}`. The time is not asked, as
/// these keys have no end of their own.
///
/// # Errors
/// [`Error::SourceJson`], [`Error::SourceForm`] where the whole cannot be read. Of an entry: [`Error::EntryForm`],
/// [`Error::KidMismatch`], [`Error::KeyUnsupported`], [`Error::KeyRejected`].
pub fn directory(bytes: &[u8], _at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let issuers = whole.get("issuerInfo").and_then(Value::as_array);
    let mut imported = Imported::default();
    for listed in issuers.ok_or(Error::SourceForm { detail: "there is no issuerInfo" })? {
        let issuer = listed.get("issuer").unwrap_or(&Value::Null);
        let iss = text(issuer, "iss").unwrap_or_default();
        let name = text(issuer, "name").unwrap_or_default();
        let revoked = listed.get("crls").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        match listed.get("keys").and_then(Value::as_array) {
            Some(keys) => keys.iter().for_each(|jwk| take(&mut imported, iss, name, jwk, revoked, backend)),
            None => imported.take(iss, Err(Error::EntryForm { detail: "the issuer has no keys" })),
        }
    }
    Ok(imported)
}

/// Reads the key set (`/.well-known/jwks.json`) of the issuer `iss`.
///
/// # Errors
/// As [`directory`].
pub fn jwks(iss: &str, bytes: &[u8], _at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let keys = whole.get("keys").and_then(Value::as_array);
    let mut imported = Imported::default();
    for jwk in keys.ok_or(Error::SourceForm { detail: "there is no array of keys" })? {
        take(&mut imported, iss, "", jwk, &[], backend);
    }
    Ok(imported)
}

fn take(imported: &mut Imported, iss: &str, name: &str, jwk: &Value, revoked: &[Value], backend: &dyn Backend) {
    let kid = text(jwk, "kid").unwrap_or_default();
    imported.take(&format!("{} {kid}", cut(iss)), entry(iss, name, kid, jwk, revoked, backend));
}

fn entry(
    iss: &str,
    name: &str,
    kid: &str,
    jwk: &Value,
    revoked: &[Value],
    backend: &dyn Backend,
) -> Result<SignerEntry, Error> {
    if !iss.starts_with("https://") || iss.ends_with('/') || iss.len() > MAX_TEXT {
        return Err(Error::EntryForm { detail: "the issuer is not an https address without a slash at its end" });
    }
    if text(jwk, "use") != Some("sig") || text(jwk, "alg") != Some("ES256") {
        return Err(Error::EntryForm { detail: "the key is not for signatures by ES256" });
    }
    let key = jwk::key(jwk)?;
    let found = jwk::thumbprint(&key).ok_or(Error::EntryForm { detail: "the key is not on P-256" })?;
    let stated = URL_SAFE_NO_PAD.decode(kid).map_err(|_| Error::EntryForm { detail: "not base64url" })?;
    same_kid(&stated, &found)?;
    let of_key = |list: &&Value| text(list, "kid").is_none_or(|of| of == kid);
    let none = |list: &Value| list.get("rids").is_none_or(|rids| rids.as_array().is_some_and(Vec::is_empty));
    if !revoked.iter().filter(of_key).all(none) {
        return Err(Error::EntryForm { detail: "it has revoked cards, and that list cannot be carried" });
    }
    let [a, b, c, d, e, f, g, h, ..] = found;
    let (name, issuer) = (cut(name).to_owned(), Some(iss.to_owned()));
    Ok(SignerEntry { name, issuer, profiles: Profiles::SHC, ..bare(&key, [a, b, c, d, e, f, g, h], backend)? })
}
