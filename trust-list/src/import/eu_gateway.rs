//! The list of the EU's gateway (dgc-gateway, `/trustList`), and the national copies of it.
//!
//! An array of items, or an object whose `certificates` are those items; the German copy has a line with a detached signature
//! before it, which is skipped. Of an item count `certificateType`, `country` and `rawData`; `kid` must be that of the
//! certificate. The gateway has checked each signer against its state's authority when it was uploaded.

use specs::json::Value;
use specs::signer_list::{Profiles, SignerEntry};
use specs::time::UnixTime;

use super::{Imported, base64, document, document_signer, same_kid, text};
use crate::{Error, backend::Backend, x509::Certificate};

/// Reads the document signers; entries for other purposes (`CSCA`, `UPLOAD`, `AUTHENTICATION`) are passed over.
///
/// # Errors
/// [`Error::SourceJson`], [`Error::SourceForm`] where the whole cannot be read. Of an entry: [`Error::EntryForm`],
/// [`Error::KidMismatch`], [`Error::Expired`], [`Error::Role`] and what [`Certificate::parse`] says.
pub fn read(bytes: &[u8], at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(without_signature(bytes))?;
    let items = whole.value().get("certificates").unwrap_or(whole.value()).as_array();
    let items = items.ok_or(Error::SourceForm { detail: "there is no array of certificates" })?;
    let mut imported = Imported::default();
    for item in items {
        match text(item, "certificateType") {
            Some("DSC") => imported.take(text(item, "kid").unwrap_or("no kid"), entry(item, at, backend)),
            Some(_) => {}
            None => imported.take("no kid", Err(Error::EntryForm { detail: "its type is missing" })),
        }
    }
    Ok(imported)
}

fn entry(item: Value<'_>, at: UnixTime, backend: &dyn Backend) -> Result<SignerEntry, Error> {
    let raw = text(item, "rawData").ok_or(Error::EntryForm { detail: "there is no certificate" })?;
    let kid = text(item, "kid").ok_or(Error::EntryForm { detail: "there is no key identifier" })?;
    let certificate = Certificate::parse(&base64(raw)?)?;
    same_kid(&base64(kid)?, &certificate.kid())?;
    document_signer(&certificate, text(item, "country"), Profiles::EU_DCC, at, backend)
}

/// The JSON without the line before it.
fn without_signature(bytes: &[u8]) -> &[u8] {
    let json = |bytes: &[u8]| bytes.trim_ascii_start().first().is_some_and(|first| b"[{".contains(first));
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if !json(bytes) => &bytes[end + 1..],
        _ => bytes,
    }
}
