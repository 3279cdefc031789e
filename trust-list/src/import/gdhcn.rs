//! The list of WHO's Global Digital Health Certification Network: a DID document (`v2/trustlist/.../did.json`) whose
//! `verificationMethod`s are keys with their certificates, `x5c` = document signer, then the state's authority (SCA).
//!
//! The production list is dirty, and this is what becomes of it. Where there is a certificate, the key is the
//! certificate's, whatever curve the JWK names (`UNKNOWN CURVE`); the coordinates beside it must be the same numbers, however
//! many zeros stand before them. A bare key is taken as it is. A signer whose authority comes along must be certified by it, by the
//! rules of [`find_path`]: so expired authorities and signatures with SHA-1 are refused; the latter also where the authority
//! does not come along. Both spellings of the EU's key usages count ([`Certificate::purposes`]). Each entry is refused on
//! its own. The document's `proof` is not checked.
//!
//! The domain in a key's name says in which formats it may sign: `DCC` is the folder of all signers that came from the EU's
//! network and of those that sign WHO's forms since, so it stands for EU DCC, ICVP and DDCC; `DDCC` and `ICVP` for
//! themselves. Signers of other domains (`IPS-PILGRIMAGE`, `PH4H`) sign nothing that is read here, and are refused.

use specs::json::Value;
use specs::signer_list::{Profiles, SignerEntry};
use specs::time::UnixTime;
use specs::value_set::alpha_2;

use super::{Imported, bare, base64, cut, document, document_signer, jwk, same_kid, text};
use crate::backend::Backend;
use crate::chain::{Anchor, Role, find_path};
use crate::key::PublicKey;
use crate::signers::Kid;
use crate::{Error, x509::Certificate};

/// Reads the document signers (`DSC`); keys for other usages (`SCA`, ...) and mere references are passed over.
///
/// # Errors
/// [`Error::SourceJson`], [`Error::SourceForm`] where the whole cannot be read. Of an entry: [`Error::EntryForm`],
/// [`Error::KidMismatch`], [`Error::KeyUnsupported`], [`Error::SignatureAlgorithm`] and what [`Certificate::parse`] and
/// [`find_path`] say.
pub fn read(bytes: &[u8], at: UnixTime, backend: &dyn Backend) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let methods = whole.value().get("verificationMethod").and_then(Value::as_array);
    let methods = methods.ok_or(Error::SourceForm { detail: "there is no array of verification methods" })?;
    let mut imported = Imported::default();
    for method in methods.filter(|method| method.as_object().is_some()) {
        let id = text(method, "id").unwrap_or_default();
        match Name::of(id) {
            Some(name) if name.usage == "DSC" => imported.take(id, entry(&name, method, at, backend)),
            Some(_) => {}
            None => imported.take(id, Err(Error::EntryForm { detail: "its name is not one of the network" })),
        }
    }
    Ok(imported)
}

/// `did:web:tng-cdn.who.int:v2:trustlist:{domain}:{participant}:{usage}#{kid}`.
struct Name<'a> {
    domain: &'a str,
    /// ISO 3166-1 alpha-3.
    participant: &'a str,
    usage: &'a str,
    /// Base64, sometimes with percent signs.
    kid: &'a str,
}

impl<'a> Name<'a> {
    fn of(id: &'a str) -> Option<Self> {
        let (did, kid) = id.split_once('#')?;
        let mut parts = did.rsplit(':');
        let (usage, participant, domain) = (parts.next()?, parts.next()?, parts.next()?);
        did.starts_with("did:web:").then_some(Self { domain, participant, usage, kid })
    }

    fn profiles(&self) -> Result<Profiles, Error> {
        match self.domain {
            "DCC" => Ok(Profiles::EU_DCC.and(Profiles::ICVP).and(Profiles::DDCC)),
            "DDCC" => Ok(Profiles::DDCC),
            "ICVP" => Ok(Profiles::ICVP),
            _ => Err(Error::EntryForm { detail: "its domain is for no format that is read here" }),
        }
    }

    fn kid(&self) -> Result<Vec<u8>, Error> {
        let plain = [("%2F", "/"), ("%2f", "/"), ("%2B", "+"), ("%2b", "+"), ("%3D", "="), ("%3d", "=")];
        base64(&plain.iter().fold(self.kid.to_owned(), |kid, (code, sign)| kid.replace(code, sign)))
    }
}

fn entry(name: &Name<'_>, method: Value<'_>, at: UnixTime, backend: &dyn Backend) -> Result<SignerEntry, Error> {
    let profiles = name.profiles()?;
    let country = alpha_2(name.participant);
    let jwk = method.get("publicKeyJwk").ok_or(Error::EntryForm { detail: "there is no key" })?;
    let stated = name.kid()?;
    let mut chain = jwk.get("x5c").and_then(Value::as_array).into_iter().flatten();
    let Some(leaf) = chain.next() else {
        let kid =
            Kid::try_from(stated).map_err(|_| Error::EntryForm { detail: "its key identifier is not 8 bytes" })?;
        let country = country.ok_or(Error::EntryForm { detail: "its country is not known" })?.to_owned();
        let name = cut(name.participant).to_owned();
        return Ok(SignerEntry { profiles, country, name, ..bare(&jwk::key(jwk)?, kid, backend)? });
    };
    let leaf = certificate(leaf)?;
    same_kid(&stated, &leaf.kid())?;
    same_point(jwk, leaf.key())?;
    leaf.signature_accepted()?;
    if let Some(authority) = chain.last() {
        let authority = certificate(authority)?;
        let anchor = Anchor::new(authority.name().to_owned(), authority);
        // One that begins later is asked about its first day.
        find_path(&leaf, &[], &[anchor], at.max(leaf.not_before()), backend, Role::DocumentSigner)?;
    }
    document_signer(&leaf, country, profiles, at, backend)
}

fn certificate(der: Value<'_>) -> Result<Certificate, Error> {
    let der = der.as_str().ok_or(Error::EntryForm { detail: "a certificate is not a text" })?;
    Certificate::parse(&base64(der)?)
}

/// Do the coordinates, where they are there, say the point that the certificate says? Then a program that reads the one
/// believes the same key as one that reads the other.
fn same_point(jwk: Value<'_>, key: &PublicKey) -> Result<(), Error> {
    let point = match key {
        PublicKey::P256(point) => &point[1..],
        PublicKey::P384(point) => &point[1..],
        PublicKey::Ed25519(_) | PublicKey::Rsa { .. } => return Ok(()),
    };
    if jwk.get("x").is_none() && jwk.get("y").is_none() {
        return Ok(());
    }
    let (x, y) = jwk::coordinates(jwk)?;
    let halves = point.split_at(point.len() / 2);
    let zeros = |number: &[u8]| number.iter().take_while(|byte| **byte == 0).count();
    let same = |one: &[u8], other: &[u8]| one[zeros(one)..] == other[zeros(other)..];
    if same(&x, halves.0) && same(&y, halves.1) {
        return Ok(());
    }
    Err(Error::EntryForm { detail: "the key is not that of the certificate" })
}
