//! Taking certificates back, and telling everybody.
//!
//! The log entry is on disk before anything else happens; the status lists in memory are made from records and log alone, so
//! whatever dies in between, the next start publishes it. There is no way back from revoking; suspending ends when it is said to.

use std::collections::BTreeSet;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::{Issuer, STATUS_FOLDER, internal};
use crate::api::{Problem, RevocationReason, Revoked, Suspended};
use crate::keys;
use crate::log::Head;
use crate::revocation::{Entry, Subject};
use crate::store::{self, Known, Store};
use crate::witness;

impl Issuer {
    /// Revokes the certificates of a dose for good, also those that are recorded and not released, and those that somebody
    /// may still ask for: of a dose that is not known here nothing will be issued. Asking again gives the same answer.
    ///
    /// # Errors
    /// [`Problem::Unavailable`], [`Problem::Internal`]: ask again.
    pub async fn revoke(&self, dose: &str, reason: RevocationReason) -> Result<Revoked, Problem> {
        let subject = Subject::Dose(dose.to_owned());
        let (entry, head) = self.store.revoke(&subject, reason, &self.clock).await.map_err(|error| match error {
            store::Error::ClockBehind { .. } => Problem::Unavailable { detail: error.to_string() },
            other => internal(other),
        })?;
        // Looked up after the entry is there: whoever records certificates from now on meets it.
        for place in self.store.places(dose).await.map_err(internal)? {
            self.book.revoke(place);
        }
        if let Err(error) = self.revocations_witness.see(&head) {
            tracing::error!(%error, "the witness of the revocations cannot be written");
        }
        let known = self.store.find(dose).await.map_err(internal)?;
        let certificates = known.map_or(0, |known| known.records.len());
        Ok(Revoked { dose: dose.to_owned(), at: entry.at.to_rfc3339(), reason: entry.reason, certificates })
    }

    /// Suspends the certificates of a dose until they are restored, also those that are issued meanwhile. Asking again gives the
    /// same answer.
    ///
    /// # Errors
    /// [`Problem::Revoked`], [`Problem::Unavailable`], [`Problem::Internal`].
    pub async fn suspend(&self, dose: &str, reason: RevocationReason) -> Result<Suspended, Problem> {
        let written = self.store.suspend(dose, reason, &self.clock).await.map_err(|error| of_dose(dose, error))?;
        // Before the places are looked up: whoever records certificates from now on meets it.
        self.suspended().insert(dose.to_owned());
        self.changed(dose, written, true).await
    }

    /// Ends the suspension of a dose.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where it is not suspended; [`Problem::Revoked`], [`Problem::Unavailable`], [`Problem::Internal`].
    pub async fn restore(&self, dose: &str) -> Result<Suspended, Problem> {
        let written = self.store.restore(dose, &self.clock).await.map_err(|error| of_dose(dose, error))?;
        self.suspended().remove(dose);
        self.changed(dose, written, false).await
    }

    /// The book says what the log says.
    async fn changed(&self, dose: &str, (entry, head): (Entry, Head), suspended: bool) -> Result<Suspended, Problem> {
        let places = self.store.places(dose).await.map_err(internal)?;
        for place in &places {
            if suspended { self.book.suspend(*place) } else { self.book.restore(*place) }
        }
        if let Err(error) = self.revocations_witness.see(&head) {
            tracing::error!(%error, "the witness of the revocations cannot be written");
        }
        let (at, reason, certificates) = (entry.at.to_rfc3339(), entry.reason, places.len());
        Ok(Suspended { dose: dose.to_owned(), suspended, at, reason, certificates })
    }

    /// Certificates that were just recorded for a dose that is suspended are suspended too.
    pub(super) fn suspend_if_asked(&self, dose: &str, known: &Known) {
        if self.suspended().contains(dose) {
            known.records.iter().filter_map(|record| record.status).for_each(|place| self.book.suspend(place));
        }
    }

    fn suspended(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.suspended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A status list as a signed token, as of now.
    ///
    /// # Errors
    /// [`Problem::NotFound`]; [`Problem::Internal`] when the key refuses.
    pub fn status_list(&self, number: u64) -> Result<Arc<Vec<u8>>, Problem> {
        let token = self.book.token(number, self.clock.now()).map_err(internal)?;
        token.ok_or_else(|| Problem::NotFound { detail: "there is no status list of that number".into() })
    }

    /// Puts the status lists that are due into the folder of the lists. How many those were.
    ///
    /// # Errors
    /// [`keys::Error`]; what is not published now is published the next time.
    pub fn publish_status_lists(&self) -> Result<usize, keys::Error> {
        self.book.publish(&self.list_folder.join(STATUS_FOLDER), self.clock.now())
    }
}

fn of_dose(dose: &str, error: store::Error) -> Problem {
    match error {
        store::Error::ClockBehind { .. } => Problem::Unavailable { detail: error.to_string() },
        store::Error::Revoked(_) => Problem::Revoked { dose: dose.to_owned() },
        store::Error::NotSuspended => Problem::NotFound { detail: error.to_string() },
        other => internal(other),
    }
}

/// Compares the log of revocations with what its witness has seen of it.
///
/// # Errors
/// [`store::Error::Tamper`] when the log went back.
pub async fn check_witness(seen: &Head, store: &Store) -> Result<(), store::Error> {
    let head = store.revocations_head().await?;
    let hash_at = match seen.size.checked_sub(1) {
        Some(number) => store.revocation_hash_at(number).await?,
        None => None,
    };
    Ok(witness::compare(seen, &head, hash_at)?)
}
