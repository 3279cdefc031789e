//! Publishing the list of signers: numbered, signed, checked as a verifier would, then put in place in one step.
//!
//! Numbers never repeat and never fall, whoever asks: the last one given is kept in the key folder under a lock, and it
//! is raised *before* the list is published, so that a crash skips a number rather than using one twice.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use specs::cose;
use specs::signer_list::{Profiles, Purposes, SignerEntry, SignerList};
use specs::time::UnixTime;
use trust_list::backend;
use trust_list::{Verified, list};

use crate::api::Profile;
use crate::jws;
use crate::keyring::{Credential, Keyring};
use crate::keys::{self, SigningKey, folder};

/// File name of the list as COSE_Sign1.
pub const COSE_FILE: &str = "trust-list.cose";
/// File name of the list as compact JWS.
pub const JWS_FILE: &str = "trust-list.jws";
/// Days after which a list ought to be replaced, unless told otherwise.
pub const VALID_DAYS: u32 = 14;

const SEQUENCE_FILE: &str = "trust-list.sequence";
pub(crate) const LOCK_FILE: &str = "trust-list.lock";
pub(crate) const MAX_LIST_BYTES: usize = 16 * 1024 * 1024;

/// A published list, in both forms, and opened as a verifier sees it.
#[derive(Debug)]
pub struct Published {
    /// COSE_Sign1 bytes.
    pub cose: Vec<u8>,
    /// Compact JWS.
    pub jws: String,
    /// The list, opened against the root.
    pub list: Verified<list::SignerList>,
}

/// Why no list was published.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Keys or files.
    #[error(transparent)]
    Keys(#[from] keys::Error),
    /// A verifier would refuse it.
    #[error("a verifier would refuse this list: {0}")]
    Refused(#[from] trust_list::Error),
    /// The JWS could not be made.
    #[error("the JWS could not be made: {0}")]
    Jws(String),
    /// The list as COSE could not be built.
    #[error("the list could not be built: {0}")]
    Build(String),
    /// Rules for a bundle that no verifier could read.
    #[error(transparent)]
    Rules(#[from] verifier::rules::Error),
    /// A rule for a bundle whose logic no verifier could decide.
    #[error("rule {rule} is not valid: {detail}")]
    RuleInvalid {
        /// Its identifier.
        rule: String,
        /// What is wrong with it.
        detail: String,
    },
}

/// Signs a new list and puts both its forms into `out`. Of signers that are `revoked` it names none: whoever holds nothing but
/// the list could not know it.
///
/// # Errors
/// [`Error::Refused`] when a verifier holding the list now in `out` would not accept the new one (clock set back,
/// signer expired, another issuer's list lies there), [`Error::Keys`] when a document signer's certificate does not lead to
/// the root: nothing is replaced then.
pub fn publish(
    keyring: &Keyring,
    key: &Arc<dyn SigningKey>,
    out: &Path,
    revoked: &BTreeSet<[u8; 8]>,
    at: UnixTime,
    valid_days: u32,
) -> Result<Published, Error> {
    let _lock = folder::Lock::wait(&keyring.folder().join(LOCK_FILE))?;
    let held = match read(keyring, out, at) {
        // Whoever signed it is no longer valid, so it cannot be opened any more; its number was kept.
        Err(Error::Refused(trust_list::Error::Expired { .. })) => None,
        other => other?,
    };
    let sequence = next_sequence(keyring, held.as_ref().map_or(0, |held| held.list.sequence()))?;
    let content = content(keyring, sequence, revoked, at, valid_days)?;
    let published = sign(keyring, key, &content, at)?;
    if let Some(held) = &held {
        list::may_replace(&held.list, &published.list)?;
    }
    std::fs::create_dir_all(out).map_err(|e| keys::Error::io(out, &e))?;
    folder::replace(&out.join(JWS_FILE), published.jws.as_bytes(), 0o644)?;
    folder::replace(&out.join(COSE_FILE), &published.cose, 0o644)?;
    Ok(published)
}

/// The list that lies in `out`, opened against the key folder's root; none when there is none.
///
/// # Errors
/// [`Error::Refused`] when it does not hold at `at`.
pub fn read(keyring: &Keyring, out: &Path, at: UnixTime) -> Result<Option<Published>, Error> {
    let (cose_path, jws_path) = (out.join(COSE_FILE), out.join(JWS_FILE));
    if !cose_path.exists() || !jws_path.exists() {
        return Ok(None);
    }
    let cose = folder::read_public(&cose_path, MAX_LIST_BYTES)?;
    let jws = String::from_utf8_lossy(&folder::read_public(&jws_path, MAX_LIST_BYTES)?).into_owned();
    let list = list::open(&cose, std::slice::from_ref(&keyring.anchor), at, backend::native())?;
    Ok(Some(Published { cose, jws, list }))
}

/// The last number given with these keys, by whomever; 0 before the first.
///
/// # Errors
/// [`Error::Keys`] when the file that keeps it cannot be read.
pub fn last_sequence(keyring: &Keyring) -> Result<u64, Error> {
    let path = keyring.folder().join(SEQUENCE_FILE);
    if !path.exists() {
        return Ok(0);
    }
    let text = folder::read_private(&path, 32)?;
    let number = std::str::from_utf8(&text).ok().and_then(|text| text.trim().parse::<u64>().ok());
    Ok(number.ok_or(keys::Error::Format { path, detail: "not a number" })?)
}

/// Our own signers that a list names.
fn named<'a>(keyring: &'a Keyring, revoked: &'a BTreeSet<[u8; 8]>) -> impl Iterator<Item = &'a Credential> {
    keyring.document_signers.iter().filter(|credential| !revoked.contains(&credential.certificate.kid()))
}

/// Whether a list names exactly those of our signers that it ought to.
#[must_use]
pub fn names_all(list: &SignerList, keyring: &Keyring, revoked: &BTreeSet<[u8; 8]>) -> bool {
    let listed: Vec<_> = list.signers.iter().map(|entry| entry.kid).collect();
    let ours: Vec<_> = named(keyring, revoked).map(|credential| credential.certificate.kid()).collect();
    listed.len() == ours.len() && ours.iter().all(|kid| listed.contains(kid))
}

/// A list of our own signers, each of which leads to the root, without those that are `revoked`.
pub(crate) fn content(
    keyring: &Keyring,
    sequence: u64,
    revoked: &BTreeSet<[u8; 8]>,
    at: UnixTime,
    valid_days: u32,
) -> Result<SignerList, Error> {
    keyring.check_document_signers(at)?;
    let signers = named(keyring, revoked).map(entry).collect::<Result<_, Error>>()?;
    let signer = &keyring.list_signer.certificate;
    if signer.not_after() <= at {
        let (subject, until) = (signer.name().to_owned(), signer.not_after());
        return Err(Error::Refused(trust_list::Error::Expired { subject, until }));
    }
    Ok(SignerList {
        issuer: keyring.manifest.issuer.clone(),
        sequence,
        issued: at,
        // Once its signer has expired a list opens no more; it must not promise to last longer.
        next_update: at.plus_days(i64::from(valid_days)).min(signer.not_after()),
        environment: keyring.manifest.environment,
        signers,
        revocation: None,
        rules: None,
        value_sets: None,
    })
}

fn entry(credential: &Credential) -> Result<SignerEntry, Error> {
    let certificate = &credential.certificate;
    let profiles = match credential.member.profile {
        Some(Profile::National) => Profiles::NATIONAL,
        Some(Profile::EuDcc) => Profiles::EU_DCC,
        None => return Err(Error::Build(format!("{} has no profile", credential.member.role))),
    };
    Ok(SignerEntry {
        kid: certificate.kid(),
        country: certificate.country().unwrap_or_default().to_owned(),
        purposes: Purposes::VACCINATION,
        profiles,
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        key: certificate.key().to_key_data(),
        name: certificate.name().to_owned(),
        issuer: None,
    })
}

fn sign(keyring: &Keyring, key: &Arc<dyn SigningKey>, content: &SignerList, at: UnixTime) -> Result<Published, Error> {
    let (cose, list) = seal(keyring, key, content, at)?;
    let jws = jws::sign(content, &certificates(keyring), &keyring.list_signer.certificate.kid(), key)?;
    Ok(Published { cose, jws, list })
}

/// What a verifier needs to find its way from the signature to the root.
fn certificates(keyring: &Keyring) -> [Vec<u8>; 2] {
    [&keyring.list_signer.certificate, &keyring.signing_ca].map(|certificate| certificate.der().to_vec())
}

/// The list as COSE_Sign1, and opened as a verifier does.
pub(crate) fn seal(
    keyring: &Keyring,
    key: &Arc<dyn SigningKey>,
    content: &SignerList,
    at: UnixTime,
) -> Result<(Vec<u8>, Verified<list::SignerList>), Error> {
    let payload = content.encode().map_err(|error| Error::Build(error.to_string()))?;
    let kid = keyring.list_signer.certificate.kid();
    let unsigned =
        cose::Unsigned::new(key.algorithm().cose_id(), kid.to_vec(), payload).x5chain(certificates(keyring).to_vec());
    let signature = key.sign(&unsigned.to_be_signed())?;
    let cose = unsigned.sign(&signature);
    let list = list::open(&cose, std::slice::from_ref(&keyring.anchor), at, backend::native())?;
    if list.content() != content || !list.refused().is_empty() {
        return Err(Error::Build("what a verifier reads is not what was meant".into()));
    }
    Ok((cose, list))
}

/// Takes the next number; on disk before it is used.
pub(crate) fn next_sequence(keyring: &Keyring, at_least: u64) -> Result<u64, Error> {
    let path = keyring.folder().join(SEQUENCE_FILE);
    let next =
        last_sequence(keyring)?.max(at_least).checked_add(1).ok_or_else(|| Error::Build("no number is left".into()))?;
    folder::replace(&path, format!("{next}\n").as_bytes(), 0o600)?;
    Ok(next)
}

/// Whether a list ought to be replaced: more than half of its time is over.
#[must_use]
pub fn is_due(issued: UnixTime, next_update: UnixTime, at: UnixTime) -> bool {
    let half = next_update.0.saturating_sub(issued.0) / 2;
    at.0 >= issued.0.saturating_add(half)
}

#[cfg(test)]
mod tests;
