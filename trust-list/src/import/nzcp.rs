//! The issuer of New Zealand's COVID Pass: its DID document (`did.json`), of which the keys count that it asserts with.

use specs::json::Value;
use specs::signer_list::{Profiles, SignerEntry};
use specs::time::UnixTime;

use super::{Imported, MAX_TEXT, bare, document, jwk, text};
use crate::signers::kid_of_url;
use crate::{Error, backend::Backend, key::Algorithm};

/// Reads the keys that stand in `assertionMethod`. That the document is that of its DID is the word of whoever fetched it.
/// The time is not asked, as these keys have no end of their own.
///
/// # Errors
/// [`Error::SourceJson`], [`Error::SourceForm`] where the whole cannot be read. Of an entry: [`Error::EntryForm`],
/// [`Error::KeyUnsupported`], [`Error::KeyRejected`].
pub fn read(bytes: &[u8], _at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let did = text(whole.value(), "id").filter(|did| did.starts_with("did:web:") && did.len() <= MAX_TEXT);
    let did = did.ok_or(Error::SourceForm { detail: "it is not the document of a did:web" })?;
    let asserting = whole.value().get("assertionMethod").and_then(Value::as_array);
    let methods = whole.value().get("verificationMethod").and_then(Value::as_array);
    let mut imported = Imported::default();
    for method in methods.ok_or(Error::SourceForm { detail: "there is no array of verification methods" })? {
        let id = text(method, "id").unwrap_or_default();
        let asserts = asserting.clone().into_iter().flatten().any(|named| named.as_str() == Some(id));
        imported.take(id, entry(did, id, asserts, method, backend));
    }
    Ok(imported)
}

fn entry(did: &str, id: &str, asserts: bool, method: Value<'_>, backend: &dyn Backend) -> Result<SignerEntry, Error> {
    let refuse = |detail| Err(Error::EntryForm { detail });
    if id.strip_prefix(did).is_none_or(|rest| !rest.starts_with('#')) || text(method, "controller") != Some(did) {
        return refuse("the key is another's");
    }
    if !asserts {
        return refuse("the issuer does not assert with this key");
    }
    if text(method, "type") != Some("JsonWebKey2020") {
        return refuse("the key is not a JsonWebKey2020");
    }
    let key = jwk::key(method.get("publicKeyJwk").ok_or(Error::EntryForm { detail: "there is no key" })?)?;
    if key.algorithm() != Algorithm::Es256 {
        return refuse("the key is not on P-256");
    }
    Ok(SignerEntry {
        country: "NZ".to_owned(),
        profiles: Profiles::NZCP,
        issuer: Some(did.to_owned()),
        ..bare(&key, kid_of_url(id), backend)?
    })
}
