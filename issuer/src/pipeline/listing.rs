//! The list of signers in force: the one the issuer publishes, and verifies against what it signs.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use specs::time::UnixTime;
use trust_list::backend;
use trust_list::list::Freshness;
use verifier::Verifier;

use super::Issuer;
use crate::jws;
use crate::keyring::Keyring;
use crate::keys::SigningKey;
use crate::list;
use crate::store;

/// Why the list of signers was not renewed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenewError {
    /// Who is revoked cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Trust list.
    #[error(transparent)]
    List(#[from] list::Error),
}

/// The list in force, and the verifier that believes it.
pub(super) struct Trusted {
    cose: Vec<u8>,
    jws: String,
    pub(super) sequence: u64,
    pub(super) issued: UnixTime,
    pub(super) next_update: UnixTime,
    pub(super) verifier: Verifier,
}

impl Trusted {
    /// The list that lies in the folder, if it still serves; else a new one, published there.
    pub(super) fn of(
        keyring: &Keyring,
        key: &Arc<dyn SigningKey>,
        folder: &Path,
        revoked: &BTreeSet<[u8; 8]>,
        now: UnixTime,
        valid_days: u32,
    ) -> Result<Self, list::Error> {
        let published = match list::read(keyring, folder, now) {
            Ok(Some(held))
                if is_current(keyring, &held, revoked, now) && !is_overtaken(keyring, held.list.sequence())? =>
            {
                held
            }
            _ => list::publish(keyring, key, folder, revoked, now, valid_days)?,
        };
        Ok(Self::new(published))
    }

    fn new(published: list::Published) -> Self {
        let list::Published { cose, jws, list } = published;
        let (sequence, issued, next_update) = (list.sequence(), list.issued(), list.next_update());
        // Whether a dose or a signer is revoked the issuer knows first-hand, and asks its log before it signs.
        let verifier = Verifier::new(backend::native()).with_list(list).without_revocation();
        Self { cose, jws, sequence, issued, next_update, verifier }
    }

    /// Whether a verifier would still go by it: without one nothing is released.
    pub(super) fn serves(&self, now: UnixTime) -> bool {
        self.verifier.list().is_some_and(|list| list.freshness(now) != Freshness::Expired)
    }
}

impl Issuer {
    /// The list of signers as COSE_Sign1.
    #[must_use]
    pub fn trust_list(&self) -> Vec<u8> {
        self.trusted().cose.clone()
    }

    /// The list of signers as compact JWS.
    #[must_use]
    pub fn trust_list_jws(&self) -> String {
        self.trusted().jws.clone()
    }

    /// Publishes a new list of signers if the one in force is more than half over, if it names a signer that was revoked
    /// since, or if a higher number was given with these keys (`issuer trust-list publish`): whoever took that list refuses
    /// ours. Tells whether it did.
    ///
    /// # Errors
    /// [`RenewError`]; the list in force stays.
    pub async fn renew_list(&self) -> Result<bool, RenewError> {
        let now = self.clock.now();
        let revoked = self.store.revoked_signers(now).await?;
        let held = self.trusted();
        let names_all = held.verifier.list().is_some_and(|l| list::names_all(l.content(), &self.keyring, &revoked));
        let is_due = list::is_due(held.issued, held.next_update, now);
        if names_all && !is_due && !is_overtaken(&self.keyring, held.sequence)? {
            return Ok(false);
        }
        let (folder, days) = (&self.list_folder, self.config.list_valid_days);
        let published = list::publish(&self.keyring, &self.list_key, folder, &revoked, now, days)?;
        *self.trusted.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Trusted::new(published));
        Ok(true)
    }

    pub(super) fn trusted(&self) -> Arc<Trusted> {
        Arc::clone(&self.trusted.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether a list with a higher number was published with the same keys.
fn is_overtaken(keyring: &Keyring, sequence: u64) -> Result<bool, list::Error> {
    Ok(list::last_sequence(keyring)? > sequence)
}

/// Whether a list found in the data folder still serves: not due, naming exactly the signers that it ought to, and the
/// same list in both its forms (a crash may have come between the two).
fn is_current(keyring: &Keyring, held: &list::Published, revoked: &BTreeSet<[u8; 8]>, now: UnixTime) -> bool {
    let same = list::names_all(held.list.content(), keyring, revoked);
    same && jws::says(&held.jws, &held.list) && !list::is_due(held.list.issued(), held.list.next_update(), now)
}
