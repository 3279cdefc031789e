//! Signers out of the lists of others: bytes of a foreign list in, entries for our own list out, and each entry that was
//! refused with the reason.
//!
//! Nothing here says that a foreign list is genuine. Their own signatures lie over forms that nobody can check offline with
//! confidence (RDF canonicalisation, CMS of another authority), so whoever makes a bundle fetches the lists over a channel that
//! is trusted and answers for them; the signature over the bundle carries that word. What is checked is everything that makes
//! an entry fit to use: the key and its curve, its identifier (computed anew, never copied), what the certificate says it may
//! sign, its validity at `at`, and the state's authority where the list brings it along.

pub mod eu_gateway;
pub mod gdhcn;
pub mod icao;
mod jwk;
pub mod nzcp;
pub mod shc;
pub mod value_sets;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use specs::json::{self, Document, Limits, Value};
use specs::revocation::CardList;
use specs::signer_list::{Profiles, Purposes, SignerEntry};
use specs::time::UnixTime;

use crate::{Error, backend::Backend, chain::check_signer, key::PublicKey, signers::Kid, x509::Certificate};

/// What a foreign list may measure. The largest known, that of WHO, has 1.5 MB.
pub const LIMITS: Limits = Limits { bytes: 16 * 1024 * 1024, depth: 16, values: 500_000 };

/// The country of an issuer whose list names none: `ZZ`, which ISO 3166-1 leaves to users and Unicode calls the unknown
/// region.
pub const UNKNOWN_COUNTRY: &str = "ZZ";

/// What was found in a foreign list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Entries that can be used at the time that was given, in the order of the list.
    pub entries: Vec<SignerEntry>,
    /// What is known of revoked SMART Health Cards, as of the time that was given.
    pub cards: Vec<CardList>,
    /// What the list calls an entry that cannot, and why. The names are foreign text of at most 200 bytes.
    pub refused: Vec<(String, Error)>,
}

impl Imported {
    fn take(&mut self, name: &str, entry: Result<SignerEntry, Error>) {
        match entry {
            Ok(entry) => self.entries.push(entry),
            Err(error) => self.refused.push((cut(name).to_owned(), error)),
        }
    }
}

/// The keys that one issuer publishes under its name: a DID document where `iss` is a DID, else a key set.
///
/// # Errors
/// As [`nzcp::read`] and [`shc::jwks`]; [`Error::SourceForm`] where the document is that of another DID.
pub fn of_issuer(iss: &str, bytes: &[u8], at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    if !iss.starts_with("did:") {
        return shc::jwks(iss, bytes, at, backend);
    }
    if text(document(bytes)?.value(), "id") != Some(iss) {
        return Err(Error::SourceForm { detail: "it is the document of another issuer" });
    }
    nzcp::read(bytes, at, backend)
}

/// The longest text of an entry, in bytes ([`SignerEntry::name`], [`SignerEntry::issuer`]).
const MAX_TEXT: usize = 200;

fn document(bytes: &[u8]) -> Result<Document, Error> {
    json::read(bytes, &LIMITS).map_err(Error::SourceJson)
}

fn text<'d>(value: Value<'d>, member: &str) -> Option<&'d str> {
    value.get(member).and_then(Value::as_str)
}

/// The beginning of a text that fits an entry.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

fn base64(text: &str) -> Result<Vec<u8>, Error> {
    STANDARD.decode(text).map_err(|_| Error::EntryForm { detail: "not base64" })
}

/// A document signer by its certificate. `country` is who answers for it as the list says; else its own subject is asked.
fn document_signer(
    certificate: &Certificate,
    country: Option<&str>,
    profiles: Profiles,
    at: UnixTime,
    backend: &dyn Backend,
) -> Result<SignerEntry, Error> {
    check_signer(certificate)?;
    Ok(SignerEntry { purposes: certificate.purposes()?, ..certified(certificate, country, profiles, at, backend)? })
}

/// An entry for the subject of a certificate that has not expired; one that begins later is taken, for a bundle lasts.
fn certified(
    certificate: &Certificate,
    country: Option<&str>,
    profiles: Profiles,
    at: UnixTime,
    backend: &dyn Backend,
) -> Result<SignerEntry, Error> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if at > not_after {
        return Err(Error::Expired { subject: certificate.name().to_owned(), until: not_after });
    }
    if not_after < not_before.max(UnixTime(0)) {
        return Err(Error::EntryForm { detail: "the certificate ends before it begins" });
    }
    let named = [country, certificate.country()];
    let country = named.into_iter().flatten().find(|country| is_country(country)).unwrap_or(UNKNOWN_COUNTRY);
    Ok(SignerEntry {
        kid: certificate.kid(),
        country: country.to_owned(),
        profiles,
        not_before: not_before.max(UnixTime(0)),
        not_after: not_after.min(UnixTime::LAST),
        name: cut(certificate.name()).to_owned(),
        ..bare(certificate.key(), certificate.kid(), backend)?
    })
}

/// An entry for a key of which nothing else is known: what it may sign, and until when, is bounded by the list around it.
fn bare(key: &PublicKey, kid: Kid, backend: &dyn Backend) -> Result<SignerEntry, Error> {
    // A point off its curve would be found by every verifier; better once, here.
    backend.prepare(key)?;
    Ok(SignerEntry {
        kid,
        country: UNKNOWN_COUNTRY.to_owned(),
        purposes: Purposes::ANY,
        profiles: Profiles::ALL,
        not_before: UnixTime(0),
        not_after: UnixTime::LAST,
        key: key.to_key_data(),
        name: String::new(),
        issuer: None,
    })
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// A key identifier as the list states it, against the one that was computed.
fn same_kid(stated: &[u8], found: &[u8]) -> Result<(), Error> {
    if stated == found {
        return Ok(());
    }
    let stated = stated.get(..MAX_TEXT).unwrap_or(stated);
    Err(Error::KidMismatch { stated: hex::encode(stated), found: hex::encode(found) })
}
