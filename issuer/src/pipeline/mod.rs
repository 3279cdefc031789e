//! From dose facts to released certificates: build, lint, record, sign, verify, log, release; in this order, always.
//!
//! The order is what makes it safe (after Let's Encrypt's boulder, docs/ISSUANCE-CYCLE.md): the bytes to be signed are on
//! disk before a signature exists, and no certificate is handed out before its log entry is on disk. If the process dies
//! between two steps, the next request for the same dose goes on from the record: it signs the *same* bytes, so nothing is
//! ever issued that is not on record, and nothing is issued twice. (An ES256 signature made anew is another one, but only
//! one is ever released.)
//!
//! There is no way into this module with bytes, a hash or a payload: only with [`DoseFacts`].

mod listing;
mod revoking;
mod signing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use specs::cbor::{self, Value};
use specs::hcert;
use specs::signer_list::Environment;
use specs::status_list::Reference;
use specs::time::{Date, UnixTime};
use specs::uvci::Uvci;

use crate::api::{DoseFacts, Health, Issued, IssuedCertificate, Problem, Profile};
use crate::clock::Clock;
use crate::keyring::{Keyring, environment};
use crate::keys::passphrase::Passphrase;
use crate::keys::{self, SigningKey, folder};
use crate::lint::dose;
use crate::list;
use crate::log::Head;
use crate::revocation::{Book, Place};
use crate::rng;
use crate::store::{self, Known, Record, Request, Store};
use crate::witness::{self, Witness};

pub use listing::RenewError;
use listing::Trusted;
pub use revoking::check_witness as check_revocations_witness;
pub use signing::{Draft, Error as SigningError, Signing};

/// File name of the store in the data folder.
pub const STORE_FILE: &str = "issuer.sqlite";
/// Folder of the published lists in the data folder.
pub const LIST_FOLDER: &str = "trust-list";
/// Folder of the published status lists in the folder of the lists.
pub const STATUS_FOLDER: &str = "status-lists";
const LOCK_FILE: &str = "issuer.lock";
/// How often places in a status list are drawn anew when somebody else was given one meanwhile.
const DRAWS: usize = 16;

/// What an operator may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Doses that one unit may have certified on one day (in Viet Nam). A stolen login cannot certify a city.
    pub quota_per_unit_and_day: u64,
    /// Days for which a published list is valid; it is renewed after half of them.
    pub list_valid_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { quota_per_unit_and_day: 5_000, list_valid_days: list::VALID_DAYS }
    }
}

/// Why the issuer did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Key folder.
    #[error(transparent)]
    Keys(#[from] keys::Error),
    /// Store; also a clock behind the log.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Trust list.
    #[error(transparent)]
    List(#[from] list::Error),
    /// Another issuer works with these keys or on this data folder.
    #[error("another issuer works on {0}")]
    Busy(PathBuf),
}

/// A running issuer.
pub struct Issuer {
    keyring: Keyring,
    list_key: Arc<dyn SigningKey>,
    signings: Vec<Signing>,
    store: Store,
    witness: Witness,
    revocations_witness: Witness,
    book: Book,
    /// Doses that are suspended.
    suspended: Mutex<BTreeSet<String>>,
    trusted: RwLock<Arc<Trusted>>,
    list_folder: PathBuf,
    clock: Clock,
    config: Config,
    /// At most one issuer for a data folder and for a key folder: two would certify a dose twice.
    _locks: [folder::Lock; 2],
}

impl Issuer {
    /// Opens keys and store and publishes the list of signers if it is due.
    ///
    /// # Errors
    /// [`StartError`]: wrong passphrase or permissions, a clock before the last log entry, a log that went back, another
    /// issuer on the same data.
    pub async fn start(
        keys: &Path,
        data: &Path,
        passphrase: &Passphrase,
        clock: Clock,
        config: Config,
    ) -> Result<Self, StartError> {
        let now = clock.now();
        let keyring = Keyring::open(keys)?;
        keyring.check_chains(now)?;
        folder::create_private(data)?;
        let lock = |place: &Path| -> Result<_, StartError> {
            folder::Lock::attempt(&place.join(LOCK_FILE))?.ok_or_else(|| StartError::Busy(place.to_owned()))
        };
        let locks = [lock(keys)?, lock(data)?];
        let signings = signings(&keyring, passphrase)?;
        let list_key = keyring.key(&keyring.list_signer, passphrase)?;

        let store = Store::open(&data.join(STORE_FILE), keyring.store_seal(passphrase)?).await?;
        let head = store.head().await?;
        if let Some(last) = head.at.filter(|last| now < *last) {
            return Err(store::Error::ClockBehind { now, last }.into());
        }
        let witness = Witness::in_folder(keys, store.log_id())?;
        check_witness(&witness.seen()?, &head, &store).await?;
        let revocations_witness = Witness::of_revocations(keys, store.log_id())?;
        revoking::check_witness(&revocations_witness.seen()?, &store).await?;
        let (last, invalid) = store.invalid().await?;
        let suspended = store.suspended_places().await?;
        let book = Book::new(&keyring, Arc::clone(&list_key), config.list_valid_days, last, invalid, suspended);
        let suspended = Mutex::new(store.suspended().await?.into_iter().collect());

        let list_folder = data.join(LIST_FOLDER);
        let revoked = store.revoked_signers(now).await?;
        let trusted = Trusted::of(&keyring, &list_key, &list_folder, &revoked, now, config.list_valid_days)?;
        let trusted = RwLock::new(Arc::new(trusted));
        Ok(Self {
            keyring,
            list_key,
            signings,
            store,
            witness,
            revocations_witness,
            book,
            suspended,
            trusted,
            list_folder,
            clock,
            config,
            _locks: locks,
        })
    }

    /// The certificates of a dose: made now, or those made before.
    ///
    /// # Errors
    /// Any [`Problem`] but [`Problem::Unreachable`]; nothing was released then.
    pub async fn issue(&self, facts: &DoseFacts) -> Result<Issued, Problem> {
        let known = self.prepare(facts).await?;
        self.finish(&facts.dose, known).await
    }

    /// What was already released for a dose.
    ///
    /// # Errors
    /// [`Problem::NotFound`], [`Problem::Revoked`].
    pub async fn certificates(&self, dose: &str) -> Result<Issued, Problem> {
        let known = self.store.find(dose).await.map_err(internal)?;
        if known.as_ref().is_some_and(|known| known.revoked.is_some()) {
            return Err(Problem::Revoked { dose: dose.to_owned() });
        }
        known
            .and_then(|known| issued(dose, &known))
            .ok_or_else(|| Problem::NotFound { detail: "nothing was issued for this dose".into() })
    }

    /// What its keys are for: real certificates or a demonstration.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.keyring.manifest.environment
    }

    /// How it is.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the store cannot be read.
    pub async fn health(&self) -> Result<Health, Problem> {
        let head = self.store.head().await.map_err(internal)?;
        let (trusted, now) = (self.trusted(), self.clock.now());
        let revoked = self.store.revoked_signers(now).await.map_err(internal)?;
        let signs = Profile::ALL.iter().all(|profile| self.signing(*profile, &revoked, now).is_ok());
        let believed = now >= trusted.issued && trusted.serves(now);
        let status = if signs && believed && head.at.is_none_or(|last| last <= now) { "ok" } else { "unavailable" };
        Ok(Health {
            status: status.to_owned(),
            environment: environment::name(self.keyring.manifest.environment).to_owned(),
            at: now.to_rfc3339(),
            log_size: head.size,
            log_head: hex::encode(head.hash),
            trust_list_sequence: trusted.sequence,
            trust_list_next_update: trusted.next_update.to_rfc3339(),
            status_lists: self.book.last(),
        })
    }

    /// Up to the record: nothing is signed here.
    async fn prepare(&self, facts: &DoseFacts) -> Result<Known, Problem> {
        let digest = self.store.digest(&canonical(facts));
        if let Some(known) = self.store.find(&facts.dose).await.map_err(internal)? {
            return same_facts(&facts.dose, known, digest);
        }
        let at = self.clock.now();
        let dose =
            dose::check(facts, &self.keyring.manifest.country, at).map_err(|findings| Problem::Refused { findings })?;
        let day = Date::in_viet_nam(at).days_since_epoch();
        let request = Request { dose: &facts.dose, unit: &facts.unit, day, facts: digest };
        let quota = self.config.quota_per_unit_and_day;
        for _ in 0..DRAWS {
            let records = self.draft(&dose, at).await?;
            match self.store.prepare(&request, &records, quota).await {
                // Somebody else may have been quicker, with other facts.
                Ok(known) => {
                    known.records.iter().filter_map(|record| record.status).for_each(|at| self.book.extend_to(at.list));
                    self.suspend_if_asked(&facts.dose, &known);
                    return same_facts(&facts.dose, known, digest);
                }
                Err(store::Error::PlaceTaken) => {}
                Err(store::Error::Quota) => return Err(Problem::QuotaExceeded { unit: facts.unit.clone(), quota }),
                Err(store::Error::Revoked(_)) => return Err(Problem::Revoked { dose: facts.dose.clone() }),
                Err(error) => return Err(internal(error)),
            }
        }
        Err(internal("no place in a status list was free"))
    }

    /// What would be recorded: an identifier, a place in a status list and the bytes to be signed, for each profile.
    async fn draft(&self, dose: &dose::Dose, at: UnixTime) -> Result<Vec<Record>, Problem> {
        let places: [Place; Profile::ALL.len()] = self.store.draw().await.map_err(internal)?;
        let revoked = self.store.revoked_signers(at).await.map_err(internal)?;
        let mut records = Vec::with_capacity(places.len());
        for (profile, place) in Profile::ALL.into_iter().zip(places) {
            let signing = self.signing(profile, &revoked, at)?;
            let uvci = Uvci::new(&signing.country, rng::bytes().map_err(internal)?).map_err(internal)?;
            let status = Reference::Ours { list: place.list, index: place.index };
            let draft = signing.draft(dose, &uvci, &status, at).map_err(|findings| Problem::Refused { findings })?;
            records.push(Record {
                profile,
                uvci: uvci.to_string(),
                kid: signing.kid,
                issued_at: at,
                expires_at: draft.expires_at,
                to_be_signed: draft.to_be_signed,
                status: Some(place),
                released: None,
            });
        }
        Ok(records)
    }

    /// From the record on: sign what is on record, verify it, release it.
    async fn finish(&self, dose: &str, known: Known) -> Result<Issued, Problem> {
        if known.revoked.is_some() {
            return Err(Problem::Revoked { dose: dose.to_owned() });
        }
        if let Some(issued) = issued(dose, &known) {
            return Ok(issued);
        }
        let at = self.clock.now();
        // Asked for each dose: signers are revoked beside the running issuer.
        let revoked = self.store.revoked_signers(at).await.map_err(internal)?;
        let mut texts = Vec::with_capacity(known.records.len());
        for record in known.records.iter().filter(|record| record.released.is_none()) {
            if revoked.contains(&record.kid) {
                let kid = hex::encode(record.kid);
                let detail = format!("the signer {kid} of a recorded certificate was revoked");
                return Err(Problem::SignerGone { dose: dose.to_owned(), detail });
            }
            texts.push((record.profile, self.sign_and_verify(dose, record, at)?));
        }
        let (known, head) = self.store.release(dose, &texts, &self.clock).await.map_err(|error| match error {
            store::Error::ClockBehind { .. } => Problem::Unavailable { detail: error.to_string() },
            store::Error::Revoked(_) => Problem::Revoked { dose: dose.to_owned() },
            other => internal(other),
        })?;
        self.remember(&head);
        issued(dose, &known).ok_or_else(|| internal("a dose without all its certificates"))
    }

    fn sign_and_verify(&self, dose: &str, record: &Record, at: UnixTime) -> Result<String, Problem> {
        let mut here = self.signings.iter().filter(|s| s.kid == record.kid && s.profile == record.profile);
        let signing = here.find(|signing| signing.is_valid(at));
        let signing = signing.ok_or_else(|| Problem::SignerGone {
            dose: dose.to_owned(),
            detail: format!(
                "the signer {} of a recorded certificate is no longer here or has expired",
                hex::encode(record.kid)
            ),
        })?;
        let text = signing.sign_recorded(&record.to_be_signed).map_err(internal)?;
        self.verify(record, &text, at).map(|()| text)
    }

    /// Whether a verifier that holds the published list accepts the text, and whether it says what is on record: nothing
    /// else is released.
    fn verify(&self, record: &Record, text: &str, at: UnixTime) -> Result<(), Problem> {
        let verdict = self.trusted().verifier.check(text, at);
        if !verdict.is_valid() {
            return Err(Problem::Unavailable {
                detail: format!("a verifier would not accept the certificate: {}", verdict.reason.code()),
            });
        }
        let opened = hcert::open(text).map_err(|error| internal(error.code()))?;
        let says_what_was_recorded = opened.sign1().to_be_signed(&[]) == record.to_be_signed
            && verdict.signer.is_some_and(|signer| signer.kid == record.kid);
        if says_what_was_recorded { Ok(()) } else { Err(internal("the certificate is not what was recorded")) }
    }

    /// The witness is a second line of defence: that it cannot be written stops nobody's certificate, but is reported.
    fn remember(&self, head: &Head) {
        if let Err(error) = self.witness.see(head) {
            tracing::error!(%error, "the witness of the log cannot be written");
        }
    }

    fn signing(&self, profile: Profile, revoked: &BTreeSet<[u8; 8]>, at: UnixTime) -> Result<&Signing, Problem> {
        // A certificate lives for a day at least: a signer in its last day is one that is no longer there, which an
        // operator can mend, not a mistake in the facts, which nobody can.
        let is_valid = |signing: &&Signing| {
            signing.profile == profile && signing.is_valid(at) && signing.is_valid(at.plus_days(1))
        };
        let valid = || self.signings.iter().filter(is_valid);
        let signing = valid().filter(|signing| !revoked.contains(&signing.kid)).max_by_key(|signing| signing.not_after);
        signing.ok_or_else(|| Problem::Unavailable {
            detail: match valid().next() {
                Some(_) => format!("every signer for {profile} that is valid was revoked"),
                None => format!("no signer for {profile} is valid for another day"),
            },
        })
    }
}

/// Compares the log with what its witness has seen of it.
///
/// # Errors
/// [`store::Error::Tamper`] when the log went back.
pub async fn check_witness(seen: &Head, head: &Head, store: &Store) -> Result<(), store::Error> {
    let hash_at = match seen.size.checked_sub(1) {
        Some(index) => store.hash_at(index).await?,
        None => None,
    };
    Ok(witness::compare(seen, head, hash_at)?)
}

/// Unseals every document signer's key.
///
/// # Errors
/// As [`Keyring::key`].
pub fn signings(keyring: &Keyring, passphrase: &Passphrase) -> Result<Vec<Signing>, keys::Error> {
    let mut signings = Vec::new();
    for credential in &keyring.document_signers {
        let Some(profile) = credential.member.profile else { continue };
        let certificate = &credential.certificate;
        signings.push(Signing {
            profile,
            kid: certificate.kid(),
            country: certificate.country().unwrap_or_default().to_owned(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            key: keyring.key(credential, passphrase)?,
        });
    }
    Ok(signings)
}

/// The facts as bytes of one meaning, whatever JSON they came in: an array in this fixed order. Not `first_product`: no signed
/// byte depends on it, it is only looked at before the record is made. So a dose recorded by a version that did not know of
/// it is the same dose to one that does.
fn canonical(facts: &DoseFacts) -> Vec<u8> {
    let text = |text: &str| Value::Text(text.to_owned());
    let number = |number: u32| Value::Unsigned(u64::from(number));
    let DoseFacts { dose, unit, authority, holder, disease, product, .. } = facts;
    cbor::encode(&Value::Array(vec![
        number(1),
        text(dose),
        text(unit),
        text(authority),
        text(&holder.family_name),
        text(&holder.given_name),
        text(&holder.birth_date),
        text(&holder.nationality),
        text(disease),
        text(product),
        number(facts.dose_number),
        number(facts.series_doses),
        number(facts.doses_received),
        text(&facts.injected_on),
        text(&facts.country),
        text(&facts.lot),
    ]))
}

fn same_facts(dose: &str, known: Known, digest: [u8; 32]) -> Result<Known, Problem> {
    if known.facts == digest { Ok(known) } else { Err(Problem::DoseFactsDiffer { dose: dose.to_owned() }) }
}

/// The answer, if every certificate of the dose is released.
fn issued(dose: &str, known: &Known) -> Option<Issued> {
    if known.records.len() != Profile::ALL.len() {
        return None;
    }
    let certificates = known.records.iter().map(|record| {
        let (text, log_index) = record.released.as_ref()?;
        Some(IssuedCertificate {
            profile: record.profile,
            uvci: record.uvci.clone(),
            text: text.clone(),
            kid: hex::encode(record.kid),
            issued_at: record.issued_at.to_rfc3339(),
            expires_at: record.expires_at.to_rfc3339(),
            log_index: *log_index,
        })
    });
    Some(Issued { dose: dose.to_owned(), certificates: certificates.collect::<Option<_>>()? })
}

/// Details stay in the journal of this process; the caller learns that it failed and may ask again.
fn internal(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "issuing failed");
    Problem::Internal { detail: "the issuer failed; what it did is on record, ask again".into() }
}
