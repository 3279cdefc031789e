//! The trust bundle: a list of signers with everything else that a verifier needs while it has no network. Our own signers,
//! those of the lists of others, what was revoked, and rules, under one signature.
//!
//! List and bundle have one issuer and one sequence: a verifier holds the newest of either, so whatever replaces what it
//! holds is newer than that, and an old list cannot bring back a signer that a bundle has dropped. What a bundle has once
//! revoked stands in every later one that is put in its place.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use specs::revocation::Revocation;
use specs::signer_list::{Environment, SignerEntry, SignerList};
use specs::time::UnixTime;
use specs::value_set::published::{Published, Updates};
use trust_list::list as trust;
use trust_list::{Verified, backend};
use verifier::rules::RuleSet;

use crate::keyring::Keyring;
use crate::keys::{SigningKey, folder};
use crate::list::{self, Error};

/// Days after which a bundle ought to be replaced, unless told otherwise.
pub const VALID_DAYS: u32 = 30;

/// What goes into a bundle beside our own signers.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Signers of others, as [`trust_list::import`] reads them.
    pub imported: Vec<SignerEntry>,
    /// What was revoked.
    pub revocation: Option<Revocation>,
    /// Rules, as [`rules`] gives them.
    pub rules: Option<Vec<u8>>,
    /// Value sets, as [`trust_list::import::value_sets`] reads them. What the bundle before this one carried stays in it
    /// where nothing newer is here.
    pub value_sets: Vec<Published>,
}

/// A published bundle.
#[derive(Debug)]
pub struct Bundle {
    /// COSE_Sign1 bytes.
    pub cose: Vec<u8>,
    /// The bundle, opened against the root.
    pub list: Verified<trust::SignerList>,
    /// Bytes that all signers together take of it.
    pub signer_bytes: usize,
}

/// Signs a new bundle and puts it into the file `out`.
///
/// # Errors
/// As [`list::publish`]: nothing is replaced where a verifier that holds what lies in `out` would not accept the new one.
pub fn publish(
    keyring: &Keyring,
    key: &Arc<dyn SigningKey>,
    out: &Path,
    parts: Parts,
    at: UnixTime,
    valid_days: u32,
) -> Result<Bundle, Error> {
    let _lock = folder::Lock::wait(&keyring.folder().join(list::LOCK_FILE))?;
    let held = held(keyring, out, at)?;
    let sequence = list::next_sequence(keyring, held.as_ref().map_or(0, |held| held.sequence()))?;
    // All our signers, also those that are revoked: the data beside them say so, and from when on.
    let mut content = list::content(keyring, sequence, &BTreeSet::new(), at, valid_days)?;
    content.signers = merged(content.signers, parts.imported);
    let signer_bytes = size(&content)?.saturating_sub(size(&SignerList { signers: Vec::new(), ..content.clone() })?);
    content.revocation = match (parts.revocation, held.as_ref().and_then(|held| held.revocation())) {
        (new, Some(seen)) => Some(new.unwrap_or_default().keeping(seen, at)),
        (new, None) => new,
    }
    .map(|revocation| revocation.encode());
    content.rules = parts.rules;
    let carried = held.as_ref().and_then(|held| held.value_sets()).map_or(&[][..], Updates::sets);
    let value_sets = Updates::new(carried.iter().cloned().chain(parts.value_sets));
    content.value_sets = match value_sets.sets() {
        [] => None,
        _ => Some(value_sets.encode().map_err(|error| Error::Build(error.to_string()))?),
    };
    let (cose, list) = list::seal(keyring, key, &content, at)?;
    if let Some(held) = &held {
        trust::may_replace(held, &list)?;
    }
    folder::replace(out, &cose, 0o644)?;
    Ok(Bundle { cose, list, signer_bytes })
}

/// The bundle that lies there, if it can be opened; none where its signer is no longer valid, as its number was kept.
fn held(keyring: &Keyring, out: &Path, at: UnixTime) -> Result<Option<Verified<trust::SignerList>>, Error> {
    if !out.exists() {
        return Ok(None);
    }
    let bytes = folder::read_public(out, list::MAX_LIST_BYTES)?;
    match trust::open(&bytes, std::slice::from_ref(&keyring.anchor), at, backend::native()) {
        Err(trust_list::Error::Expired { .. }) => Ok(None),
        held => Ok(Some(held?)),
    }
}

fn size(content: &SignerList) -> Result<usize, Error> {
    Ok(content.encode().map_err(|error| Error::Build(error.to_string()))?.len())
}

/// Our own signers, and those of others, each once. Of our own only we say what they may sign. A key that stands in several
/// lists of others may sign in the formats of all of them, for as long as every list says.
fn merged(own: Vec<SignerEntry>, imported: Vec<SignerEntry>) -> Vec<SignerEntry> {
    let mut all = own;
    let ours = all.len();
    // Entries that share a key identifier are few, but lists are long: sorted, equals stand side by side.
    let mut others = imported;
    others.sort_by(|one, other| (one.kid, &one.issuer).cmp(&(other.kid, &other.issuer)));
    for entry in others {
        let same = |other: &SignerEntry| other.kid == entry.kid && other.key == entry.key;
        if all[..ours].iter().any(same) {
            continue;
        }
        let joins =
            |other: &&mut SignerEntry| same(other) && other.issuer == entry.issuer && other.purposes == entry.purposes;
        let neighbours = all[ours..].iter_mut().rev().take_while(|other| other.kid == entry.kid);
        match neighbours.into_iter().find(joins) {
            Some(held) => {
                held.profiles = held.profiles.and(entry.profiles);
                held.not_before = held.not_before.max(entry.not_before);
                held.not_after = held.not_after.min(entry.not_after);
            }
            None => all.push(entry),
        }
    }
    all
}

/// Takes those away that must not stand in a list of that environment: one demonstration key in a production list lets
/// anyone forge, and verifiers refuse the whole list.
pub fn without_demonstration(
    entries: Vec<SignerEntry>,
    environment: Environment,
) -> (Vec<SignerEntry>, Vec<(String, trust_list::Error)>) {
    let (bad, good): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| {
        environment == Environment::Production && Environment::of_name(&entry.name) == Environment::Demo
    });
    let refused = bad.into_iter().map(|entry| {
        let error = trust_list::Error::EnvironmentMixed { subject: entry.name };
        (hex::encode(entry.kid), error)
    });
    (good, refused.collect())
}

/// Rules out of several files, each one rule or an array of them, as one set. A rule that no verifier could decide is
/// refused here: at a border it would be open forever.
///
/// # Errors
/// [`Error::Rules`], [`Error::RuleInvalid`].
pub fn rules(files: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    for file in files {
        RuleSet::from_json(file)?;
        match serde_json::from_slice(file).map_err(|error| Error::Build(error.to_string()))? {
            Value::Array(rules) => all.extend(rules),
            rule => all.push(rule),
        }
    }
    let bytes = serde_json::to_vec(&all).map_err(|error| Error::Build(error.to_string()))?;
    for rule in RuleSet::from_json(&bytes)?.rules() {
        if let Some(issue) = rule.issues().first() {
            return Err(Error::RuleInvalid { rule: rule.id.clone(), detail: issue.message.clone() });
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
