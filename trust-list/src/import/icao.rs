//! Authorities of states for travel documents (CSCA), which certify the signers of VDS-NC: certificates one by one, or a
//! master list (ICAO Doc 9303 part 12 section 9; CMS, RFC 5652).
//!
//! Of a master list only the content is taken. Its own signature is that of the state that collected it (Germany, ICAO, ...)
//! and is not checked: whoever makes the bundle answers for the file, as for every other. The LDIF export of ICAO's
//! directory is not read; the master lists in it are.

use specs::signer_list::{Profiles, SignerEntry};
use specs::time::UnixTime;
use x509_parser::asn1_rs::{Any, Class, FromDer as _, Oid, Tag, oid};

use super::{Imported, LIMITS, certified};
use crate::Error;
use crate::backend::Backend;
use crate::chain::check_certificate_authority;
use crate::signers::kid_of_authority;
use crate::x509::{Certificate, pem};

/// More certificates than any master list has; a bound on work.
const MAX_CERTIFICATES: usize = 10_000;

const SIGNED_DATA: Oid<'static> = oid!(1.2.840.113549.1.7.2);
const CSCA_MASTER_LIST: Oid<'static> = oid!(2.23.136.1.1.2);

/// Reads a certificate (DER), certificates (PEM), or a master list (DER).
///
/// # Errors
/// [`Error::Pem`], [`Error::SourceForm`], [`Error::SourceJson`] where the whole cannot be read or is too large. Of an entry:
/// [`Error::NotAnAuthority`], [`Error::EntryForm`] without a subject key identifier, [`Error::Expired`] and what
/// [`Certificate::parse`] says.
pub fn read(bytes: &[u8], at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    if bytes.len() > LIMITS.bytes {
        return Err(Error::SourceForm { detail: "it is too large" });
    }
    let mut imported = Imported::default();
    let mut take = |number: usize, der: &[u8]| {
        let certificate = Certificate::parse(der);
        let name = match &certificate {
            Ok(certificate) => certificate.subject(),
            Err(_) => format!("certificate {number}"),
        };
        imported.take(&name, certificate.and_then(|certificate| entry(&certificate, at, backend)));
    };
    if bytes.first() != Some(&0x30) {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Pem)?;
        pem::decode(text)?.iter().enumerate().for_each(|(at, der)| take(at + 1, der));
    } else if is_signed_data(bytes) {
        let certificates = master_list(bytes).ok_or(Error::SourceForm { detail: "it is not a CSCA master list" })?;
        if certificates.len() > MAX_CERTIFICATES {
            return Err(Error::SourceForm { detail: "it has too many certificates" });
        }
        certificates.iter().enumerate().for_each(|(at, der)| take(at + 1, der));
    } else {
        take(1, bytes);
    }
    Ok(imported)
}

fn entry(certificate: &Certificate, at: UnixTime, backend: &dyn Backend) -> Result<SignerEntry, Error> {
    check_certificate_authority(certificate)?;
    let id = certificate.subject_key_id().filter(|id| !id.is_empty());
    let id = id.ok_or(Error::EntryForm { detail: "it has no subject key identifier" })?;
    // Documents are signed by those it certifies, in the country that it names; written small by some.
    let country = certificate.country().map(str::to_ascii_uppercase);
    let entry = certified(certificate, country.as_deref(), Profiles::VDS_NC, at, backend)?;
    Ok(SignerEntry { kid: kid_of_authority(id), ..entry })
}

fn is_signed_data(bytes: &[u8]) -> bool {
    contents(bytes, Class::Universal, Tag::Sequence)
        .and_then(|(inside, _)| object_id(inside))
        .is_some_and(|(id, _)| id == SIGNED_DATA)
}

/// `ContentInfo { signedData, [0] SignedData { version, digestAlgorithms, EncapsulatedContentInfo { id, [0] OCTET STRING },
/// ... } }`, and in the octets `CscaMasterList { version, SET OF Certificate }`. The certificates, whole.
fn master_list(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    const EXPLICIT: Tag = Tag(0);
    let (content_info, _) = contents(bytes, Class::Universal, Tag::Sequence)?;
    let (_, rest) = object_id(content_info)?;
    let (wrapped, _) = contents(rest, Class::ContextSpecific, EXPLICIT)?;
    let (signed_data, _) = contents(wrapped, Class::Universal, Tag::Sequence)?;
    let (_, rest) = contents(signed_data, Class::Universal, Tag::Integer)?;
    let (_, rest) = contents(rest, Class::Universal, Tag::Set)?;
    let (encapsulated, _) = contents(rest, Class::Universal, Tag::Sequence)?;
    let (id, rest) = object_id(encapsulated)?;
    let (wrapped, _) = contents(rest, Class::ContextSpecific, EXPLICIT)?;
    let (octets, after) = contents(wrapped, Class::Universal, Tag::OctetString)?;
    let (list, end) = contents(octets, Class::Universal, Tag::Sequence)?;
    let (_, rest) = contents(list, Class::Universal, Tag::Integer)?;
    let (mut set, _) = contents(rest, Class::Universal, Tag::Set)?;
    if id != CSCA_MASTER_LIST || !after.is_empty() || !end.is_empty() {
        return None;
    }
    let mut certificates = Vec::new();
    while !set.is_empty() {
        let (_, rest) = contents(set, Class::Universal, Tag::Sequence)?;
        certificates.push(set.get(..set.len() - rest.len())?);
        set = rest;
    }
    Some(certificates)
}

/// What stands in an element of that kind, and what follows it.
fn contents(der: &[u8], class: Class, tag: Tag) -> Option<(&[u8], &[u8])> {
    let (rest, element) = Any::from_der(der).ok()?;
    (element.class() == class && element.tag() == tag).then_some((element.data, rest))
}

fn object_id(der: &[u8]) -> Option<(Oid<'_>, &[u8])> {
    let (rest, id) = Oid::from_der(der).ok()?;
    Some((id, rest))
}
