//! Asking the issuer: for certificates, and to revoke those of doses that were taken back. What is to be asked stands in the
//! table of certificates, written by the same transaction that discharged the visit or voided the injection; so nothing is
//! forgotten, whoever dies. Revoking comes first: it must not wait behind a day's requests. One process at a time asks, under a lease; asking twice is harmless, for the issuer gives the same
//! certificate for the same dose and revokes it once, and the answer is recorded under a command id made of the dose.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use issuer::api::{Client, DoseFacts, Holder, Issued, Problem as Refused, RevocationReason};
use sha2::{Digest, Sha256};

use super::store::{CertificateRow, Queue, waiting};
use super::{Command, Problem};
use crate::catalogue;
use crate::clock::{Clock, Timestamp};
use crate::command::Envelope;
use crate::db::{Db, DbError, lease};
use crate::ids::{CommandId, DoseId, PersonId, UnitId};
use crate::keeper::Keeper;
use crate::people::{self, Record};
use crate::vault::{CERTIFICATES, RECORD, Vault, person_key};
use crate::visits;

/// Who asked, in the journal.
const ACTOR: &str = "system/certificates";
/// The authority that certificates name as their issuer (field `is` of the EU format).
const AUTHORITY: &str = "Bộ Y tế";
/// Requests looked at in one round.
const ROUND: i64 = 64;
/// How long the right to ask lasts without being renewed, in milliseconds.
const LEASE: i64 = 15_000;
/// Pause between rounds with nothing to do.
const PAUSE: Duration = Duration::from_millis(250);
/// Pause, in minutes, before the issuer is asked again for a dose it could not answer for.
const RETRY: i64 = 1;

/// Asks the issuer, for as long as the task lives.
pub struct Worker {
    /// To read what is to be asked.
    pub db: Db,
    /// To open records and seal certificates.
    pub vault: Arc<Vault>,
    /// To record what came back.
    pub keeper: Keeper,
    /// Whom to ask.
    pub issuer: Client,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// The name under which this process holds the lease.
    pub holder: String,
}

/// Why a dose's certificate did not come now.
#[derive(Debug, thiserror::Error)]
enum Delay {
    #[error("the issuer: {0}")]
    Issuer(String),
    /// Nobody's request would fare better now.
    #[error("the issuer is away: {0}")]
    Away(String),
    #[error("the dose was taken back")]
    Void,
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("not recorded: {0}")]
    Keeper(#[from] crate::refusal::Refusal),
}

impl Worker {
    /// Works until the task is dropped.
    pub async fn run(self) {
        let mut delayed: HashMap<String, Timestamp> = HashMap::new();
        loop {
            match self.round(&mut delayed).await {
                Ok(0) => tokio::time::sleep(PAUSE).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "certificates wait");
                    tokio::time::sleep(PAUSE * 8).await;
                }
            }
        }
    }

    /// One round: how many rows were settled. Those that wait are passed over, so that however many of them there are (a site
    /// over its quota, rows that cannot be read), they hold up nobody else's.
    async fn round(&self, delayed: &mut HashMap<String, Timestamp>) -> Result<usize, Delay> {
        let now = self.clock.now();
        delayed.retain(|_, until| now < *until);
        for queue in [Queue::ToRevoke, Queue::ToAsk] {
            let mut after = (Timestamp(i64::MIN), String::new());
            loop {
                if !self.holds_lease().await? {
                    return Ok(0);
                }
                let page = waiting(self.db.read(), queue, &after, ROUND).await?;
                let Some(last) = page.last() else { break };
                after = (last.requested_at, last.dose.clone());
                let due: Vec<CertificateRow> =
                    page.into_iter().filter(|row| !delayed.contains_key(&row.dose)).collect();
                if !due.is_empty() {
                    return self.ask_all(queue, due, delayed).await;
                }
            }
        }
        Ok(0)
    }

    async fn ask_all(
        &self,
        queue: Queue,
        due: Vec<CertificateRow>,
        delayed: &mut HashMap<String, Timestamp>,
    ) -> Result<usize, Delay> {
        let mut settled = 0;
        for row in due {
            if !self.holds_lease().await? {
                break;
            }
            let done = match queue {
                Queue::ToAsk => self.ask(&row).await,
                Queue::ToRevoke => self.revoke(&row).await,
            };
            match done {
                Ok(()) => settled += 1,
                // What cannot be read is one row's trouble; a database that is away is everybody's.
                Err(Delay::Database(error)) if !matches!(error, DbError::Inconsistent { .. }) => {
                    return Err(error.into());
                }
                Err(delay) => {
                    tracing::warn!(dose = row.dose, %delay, "a certificate waits");
                    delayed.insert(row.dose, self.clock.now().plus_minutes(RETRY));
                    if matches!(delay, Delay::Away(_)) {
                        return Err(delay);
                    }
                }
            }
        }
        Ok(settled)
    }

    async fn holds_lease(&self) -> Result<bool, DbError> {
        lease::hold(&self.db, "certificates", &self.holder, self.clock.now(), LEASE).await
    }

    async fn ask(&self, row: &CertificateRow) -> Result<(), Delay> {
        let dose = DoseId::parse(&row.dose)?;
        let unit = UnitId::parse(&row.unit)?;
        let person = PersonId::parse(&row.person)?;
        let key = person_key(self.db.read(), &self.vault, &person).await?;
        let (command, said) = match (key, self.facts(row, &dose, &person).await?) {
            (Some(key), Some(facts)) => match self.issuer.issue(&facts).await {
                Ok(issued) => {
                    let json = serde_json::to_vec(&issued).expect("plain data with text keys");
                    let sealed = key.seal(CERTIFICATES, &json);
                    (Command::RecordIssued { dose: dose.clone(), sealed, uvci_hashes: hashes(&issued) }, json)
                }
                Err(away @ (Refused::Unreachable { .. } | Refused::Unavailable { .. })) => {
                    return Err(Delay::Away(away.to_string()));
                }
                Err(problem) if problem.is_retryable() => return Err(Delay::Issuer(problem.to_string())),
                Err(problem) => refused(&dose, problem.code(), problem.detail()),
            },
            _ => refused(&dose, "person-erased", "the person's data were erased".to_owned()),
        };
        let id = CommandId::parse(&command_id(&row.dose, row.attempt))?;
        let digest = self.vault.digest(&unit, &(row.attempt, String::from_utf8_lossy(&said)));
        let envelope = Envelope::new(id, unit, ACTOR, command.into()).with_digest(digest);
        self.keeper.submit(envelope).await?;
        Ok(())
    }

    /// Has the certificates of a dose revoked. Also where none came yet: the issuer may have made them and its answer may have
    /// been lost, or be under way; after this it issues nothing for the dose.
    async fn revoke(&self, row: &CertificateRow) -> Result<(), Delay> {
        let dose = DoseId::parse(&row.dose)?;
        let unit = UnitId::parse(&row.unit)?;
        match self.issuer.revoke(&row.dose, RevocationReason::DoseVoided).await {
            Ok(_) => {}
            Err(away @ (Refused::Unreachable { .. } | Refused::Unavailable { .. })) => {
                return Err(Delay::Away(away.to_string()));
            }
            Err(problem) => return Err(Delay::Issuer(problem.to_string())),
        }
        let id = CommandId::parse(&revocation_id(&row.dose))?;
        let digest = self.vault.digest(&unit, &("revoked", &row.dose));
        let envelope = Envelope::new(id, unit, ACTOR, Command::RecordRevoked { dose }.into()).with_digest(digest);
        self.keeper.submit(envelope).await?;
        Ok(())
    }

    /// What the journal knows of the dose; `None` when the person's data were erased.
    async fn facts(&self, row: &CertificateRow, dose: &DoseId, person: &PersonId) -> Result<Option<DoseFacts>, Delay> {
        let db = self.db.read();
        let missing = |what: &str| DbError::Inconsistent { detail: format!("{what} of dose {dose} is missing") };
        let given = visits::dose(db, dose).await?.ok_or_else(|| missing("the row"))?;
        // It may have been taken back since the request was read.
        if given.void {
            return Err(Delay::Void);
        }
        let registered = people::person(db, person).await?.ok_or_else(|| missing("the person"))?;
        let key = person_key(db, &self.vault, person).await?;
        let record = key.and_then(|key| key.open(RECORD, &registered.sealed));
        let Some(record) = record.and_then(|json| serde_json::from_slice::<Record>(&json).ok()) else {
            return Ok(None);
        };
        let doses = visits::doses_of(db, person).await?;
        let in_force = || doses.iter().filter(|other| !other.void && other.disease == given.disease);
        let first =
            in_force().min_by_key(|other| other.dose_number).map_or(given.product.as_str(), |first| &first.product);
        let number = |number: i64| u32::try_from(number).map_err(|_| missing("the number"));
        let dose_number = number(given.dose_number)?;
        let received = in_force().filter(|other| other.dose_number <= given.dose_number).count();
        Ok(Some(DoseFacts {
            dose: row.dose.clone(),
            unit: row.unit.clone(),
            authority: AUTHORITY.to_owned(),
            holder: holder(&record),
            disease: given.disease.clone(),
            product: given.product.clone(),
            dose_number,
            series_doses: series_doses(first, dose_number),
            first_product: (first != given.product).then(|| first.to_owned()),
            doses_received: u32::try_from(received).unwrap_or(u32::MAX),
            injected_on: given.day.clone(),
            country: "VN".to_owned(),
            lot: given.lot.split_once(':').map_or(given.lot.as_str(), |(_, number)| number).to_owned(),
        }))
    }
}

/// Whom a certificate names, as the issuer is asked.
pub fn holder(record: &Record) -> Holder {
    let (family_name, given_name) = specs::icao::split_vietnamese_name(&record.name);
    let (birth_date, nationality) = (record.birth_date.to_string(), record.nationality.clone());
    Holder { family_name, given_name, birth_date, nationality }
}

/// How many doses the series has as it stands with this dose, as the EU counts since February 2022: 3/3 for a booster
/// after two doses, 2/1 for one after a single-dose product.
fn series_doses(first_product: &str, dose_number: u32) -> u32 {
    match catalogue::product(first_product).map(catalogue::Product::series_doses) {
        Some(1) => 1,
        Some(basic) => basic.max(dose_number),
        None => dose_number,
    }
}

fn refused(dose: &DoseId, code: &str, detail: String) -> (Command, Vec<u8>) {
    let problem = Problem { code: code.to_owned(), detail };
    let said = serde_json::to_vec(&problem).expect("plain data with text keys");
    (Command::RecordRefused { dose: dose.clone(), problem }, said)
}

/// One id per dose and attempt, so that an answer is recorded once, whoever brings it.
fn command_id(dose: &str, attempt: i64) -> String {
    let hash = Sha256::digest(format!("certificates\n{dose}\n{attempt}").as_bytes());
    format!("certificates-{}", hex::encode(&hash[..16]))
}

/// A dose is revoked once.
fn revocation_id(dose: &str) -> String {
    let hash = Sha256::digest(format!("revocations\n{dose}").as_bytes());
    format!("revocations-{}", hex::encode(&hash[..16]))
}

fn hashes(issued: &Issued) -> Vec<String> {
    issued.certificates.iter().map(|certificate| hex::encode(Sha256::digest(certificate.uvci.as_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boosters_are_counted_as_the_eu_counts_them() {
        assert_eq!(series_doses("comirnaty", 1), 2);
        assert_eq!(series_doses("comirnaty", 2), 2);
        assert_eq!(series_doses("comirnaty", 3), 3);
        assert_eq!(series_doses("janssen", 1), 1);
        assert_eq!(series_doses("janssen", 2), 1);
        assert_eq!(series_doses("abdala", 1), 3);
    }

    #[test]
    fn an_answer_is_recorded_under_one_id_per_dose_and_attempt() {
        assert_eq!(command_id("D1", 1), command_id("D1", 1));
        assert_ne!(command_id("D1", 1), command_id("D1", 2));
        assert!(CommandId::parse(&command_id(&"x".repeat(64), i64::MAX)).is_ok());
    }
}
