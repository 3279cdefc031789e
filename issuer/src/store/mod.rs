//! The issuer's memory: which dose was certified how, and the issuance log, in one SQLite file.
//!
//! Two steps, two transactions. [`Store::prepare`] records what is about to be signed; [`Store::release`] completes the
//! records and appends to the log, all or nothing. The file is written with `synchronous = FULL`: when a call returns,
//! its outcome survives a power cut. Triggers refuse any change to what was recorded, whoever asks.

mod revocations;
mod seal;

use std::fmt;
use std::path::Path;

use specs::time::UnixTime;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _};

use crate::api::Profile;
use crate::clock::Clock;
use crate::log::{self, Entry, Head, Tamper};
use crate::revocation::Place;
use crate::rng;

pub use seal::Seal;

/// Version of the schema; a file of another version is refused.
const SCHEMA_VERSION: i64 = 3;

/// What is asked of the store for one dose.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The dose.
    pub dose: &'a str,
    /// The unit that recorded it.
    pub unit: &'a str,
    /// Today in Viet Nam, days since 1970-01-01; quotas count by it.
    pub day: i64,
    /// Keyed digest of the dose facts.
    pub facts: [u8; 32],
}

/// One certificate's record.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Which form.
    pub profile: Profile,
    /// Unique certificate identifier.
    pub uvci: String,
    /// Key identifier of the document signer.
    pub kid: [u8; 8],
    /// Instant of issue.
    pub issued_at: UnixTime,
    /// Instant of expiry.
    pub expires_at: UnixTime,
    /// The bytes the signature is made over (COSE `Sig_structure`).
    pub to_be_signed: Vec<u8>,
    /// Where its status stands; none for those recorded before there were status lists.
    pub status: Option<Place>,
    /// The released text and its place in the log; none while only prepared.
    pub released: Option<(String, u64)>,
}

/// Without the bytes and the text, out of which anybody can read the name.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("profile", &self.profile)
            .field("uvci", &self.uvci)
            .field("log_index", &self.released.as_ref().map(|(_, index)| index))
            .finish_non_exhaustive()
    }
}

/// What the store knows of a dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The unit that recorded it.
    pub unit: String,
    /// Keyed digest of the dose facts it was first asked with.
    pub facts: [u8; 32],
    /// When its certificates were revoked.
    pub revoked: Option<UnixTime>,
    /// Its certificates, in the order of [`Profile::ALL`].
    pub records: Vec<Record>,
}

/// Why the store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database said no.
    #[error("store: {0}")]
    Database(String),
    /// The file is of a schema this program does not know.
    #[error("the store has schema version {0}, this program knows version {SCHEMA_VERSION}")]
    Schema(i64),
    /// The unit certified as many doses today as it may.
    #[error("quota reached")]
    Quota,
    /// The dose was revoked: nothing is issued for it any more.
    #[error("the dose was revoked at {}", .0.to_rfc3339())]
    Revoked(UnixTime),
    /// What is not suspended cannot be restored.
    #[error("the dose is not suspended")]
    NotSuspended,
    /// Somebody else was given a place in the status list that was drawn here too.
    #[error("a place in the status list was given twice")]
    PlaceTaken,
    /// A record or log entry cannot be read.
    #[error("a record of the store is damaged: {0}")]
    Damaged(&'static str),
    /// Bytes could not be sealed.
    #[error("a record could not be sealed")]
    Sealing,
    /// Sealed bytes could not be opened: another key, or changed.
    #[error("a sealed record could not be opened: wrong store key, or changed")]
    Unsealing,
    /// The log is not what it was.
    #[error(transparent)]
    Tamper(#[from] Tamper),
    /// The clock stands before the last entry of the log.
    #[error("the clock ({now}) is before the last entry of the log ({last}): set it right first", now = .now.to_rfc3339(), last = .last.to_rfc3339())]
    ClockBehind {
        /// The clock.
        now: UnixTime,
        /// The last entry.
        last: UnixTime,
    },
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.to_string())
    }
}

/// The open store.
#[derive(Debug, Clone)]
pub struct Store {
    /// One connection: writers queue here instead of inside SQLite.
    writer: SqlitePool,
    readers: SqlitePool,
    seal: std::sync::Arc<Seal>,
    log_id: [u8; 16],
}

impl Store {
    /// Opens the store file, making it if need be.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Schema`].
    pub async fn open(path: &Path, seal: Seal) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(10));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let log_id = migrate(&mut *writer.acquire().await?).await?;
        let readers = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers, seal: std::sync::Arc::new(seal), log_id })
    }

    /// The random name of this log.
    #[must_use]
    pub fn log_id(&self) -> &[u8; 16] {
        &self.log_id
    }

    /// Keyed digest of dose facts.
    #[must_use]
    pub fn digest(&self, facts: &[u8]) -> [u8; 32] {
        self.seal.digest(facts)
    }

    /// What is known of a dose.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Unsealing`].
    pub async fn find(&self, dose: &str) -> Result<Option<Known>, Error> {
        self.known(&mut *self.readers.acquire().await?, dose).await
    }

    /// Records what is about to be signed for a dose that was never asked for, and returns what is on record now:
    /// the new records, or those of whoever was quicker.
    ///
    /// # Errors
    /// [`Error::Quota`] when `quota` doses of the unit were recorded today already; [`Error::Revoked`];
    /// [`Error::PlaceTaken`] when other places have to be drawn.
    pub async fn prepare(&self, request: &Request<'_>, records: &[Record], quota: u64) -> Result<Known, Error> {
        let mut connection = self.writer.acquire().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(known) = self.known(&mut tx, request.dose).await? {
            return Ok(known);
        }
        if let Some(at) = revocations::revoked(&mut tx, request.dose).await? {
            return Err(Error::Revoked(at));
        }
        let today: i64 = sqlx::query_scalar("SELECT count(*) FROM doses WHERE unit = $1 AND day = $2")
            .bind(request.unit)
            .bind(request.day)
            .fetch_one(&mut *tx)
            .await?;
        if u64::try_from(today).unwrap_or(u64::MAX) >= quota {
            return Err(Error::Quota);
        }
        sqlx::query("INSERT INTO doses (dose, unit, day, facts) VALUES ($1, $2, $3, $4)")
            .bind(request.dose)
            .bind(request.unit)
            .bind(request.day)
            .bind(request.facts.as_slice())
            .execute(&mut *tx)
            .await?;
        for record in records {
            let sealed = self.seal.seal(&place(request.dose, record.profile, "to_be_signed"), &record.to_be_signed)?;
            sqlx::query(
                "INSERT INTO certificates \
                 (dose, profile, uvci, kid, issued_at, expires_at, to_be_signed, status_list, status_index) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(request.dose)
            .bind(record.profile.as_str())
            .bind(&record.uvci)
            .bind(record.kid.as_slice())
            .bind(record.issued_at.0)
            .bind(record.expires_at.0)
            .bind(sealed)
            .bind(record.status.and_then(|place| i64::try_from(place.list).ok()))
            .bind(record.status.and_then(|place| i64::try_from(place.index).ok()))
            .execute(&mut *tx)
            .await
            .map_err(|error| match error {
                // The dose is new here and an identifier has 128 random bits: it is the place.
                sqlx::Error::Database(refused) if refused.is_unique_violation() => Error::PlaceTaken,
                other => other.into(),
            })?;
            if let Some(place) = record.status {
                revocations::give(&mut tx, place).await?;
            }
        }
        let known = self.known(&mut tx, request.dose).await?.ok_or(Error::Damaged("a dose just recorded"))?;
        tx.commit().await?;
        Ok(known)
    }

    /// Completes the records of a dose with their texts and appends them to the log, in one transaction. Records that
    /// somebody else released meanwhile stay as they are. Returns what is on record now, and the head of the log.
    ///
    /// The clock is read when nobody else can write any more, or two requests of one moment could overtake each other.
    ///
    /// # Errors
    /// [`Error::ClockBehind`] when the clock stands before the last entry, [`Error::Revoked`]; nothing is released then.
    pub async fn release(
        &self,
        dose: &str,
        texts: &[(Profile, String)],
        clock: &Clock,
    ) -> Result<(Known, Head), Error> {
        let mut connection = self.writer.acquire().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let at = clock.now();
        let mut head = head(&mut tx).await?;
        if let Some(last) = head.at.filter(|last| at < *last) {
            return Err(Error::ClockBehind { now: at, last });
        }
        let known = self.known(&mut tx, dose).await?.ok_or(Error::Damaged("a release without a record"))?;
        if let Some(at) = known.revoked {
            return Err(Error::Revoked(at));
        }
        for (profile, text) in texts {
            let Some(record) = known.records.iter().find(|r| r.profile == *profile && r.released.is_none()) else {
                continue;
            };
            let entry = entry(dose, &known.unit, record, text, at, &head);
            let followed = head.follow(&entry)?;
            append(&mut tx, &entry, &followed.hash).await?;
            sqlx::query("UPDATE certificates SET text = $1, log_index = $2 WHERE dose = $3 AND profile = $4")
                .bind(self.seal.seal(&place(dose, *profile, "text"), text.as_bytes())?)
                .bind(i64::try_from(entry.index).map_err(|_| Error::Damaged("log index"))?)
                .bind(dose)
                .bind(profile.as_str())
                .execute(&mut *tx)
                .await?;
            head = followed;
        }
        let known = self.known(&mut tx, dose).await?.ok_or(Error::Damaged("a release without a record"))?;
        tx.commit().await?;
        Ok((known, head))
    }

    /// The end of the log.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn head(&self) -> Result<Head, Error> {
        head(&mut *self.readers.acquire().await?).await
    }

    /// The hash of one entry, if there is such an entry.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn hash_at(&self, index: u64) -> Result<Option<[u8; 32]>, Error> {
        let Ok(index) = i64::try_from(index) else { return Ok(None) };
        let hash: Option<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM log WHERE log_index = $1")
            .bind(index)
            .fetch_optional(&self.readers)
            .await?;
        hash.map(|h| h.try_into().map_err(|_| Error::Damaged("log hash"))).transpose()
    }

    /// Walks the whole log: every entry's hash, the chain, and that the released certificate is the one the log names.
    ///
    /// # Errors
    /// [`Error::Tamper`] with the first difference.
    pub async fn audit(&self) -> Result<Head, Error> {
        let mut head = Head::EMPTY;
        loop {
            let from = i64::try_from(head.size).map_err(|_| Error::Damaged("log index"))?;
            let rows = sqlx::query(
                "SELECT l.*, c.text AS sealed_text, c.to_be_signed AS sealed_bytes FROM log l LEFT JOIN certificates c \
                 ON c.dose = l.dose AND c.profile = l.profile AND c.log_index = l.log_index \
                 WHERE l.log_index >= $1 ORDER BY l.log_index LIMIT 1000",
            )
            .bind(from)
            .fetch_all(&self.readers)
            .await?;
            if rows.is_empty() {
                return Ok(head);
            }
            for row in &rows {
                head = self.audit_row(head, row)?;
            }
        }
    }

    fn audit_row(&self, head: Head, row: &SqliteRow) -> Result<Head, Error> {
        let entry = read_entry(row)?;
        let index = entry.index;
        let followed = head.follow(&entry)?;
        if bytes::<32>(row, "hash")? != followed.hash {
            return Err(Tamper::Hash { index }.into());
        }
        let changed = Error::from(Tamper::Certificate { index });
        for (column, at, named) in
            [("sealed_text", "text", entry.text), ("sealed_bytes", "to_be_signed", entry.to_be_signed)]
        {
            let sealed: Option<Vec<u8>> = row.try_get(column)?;
            let place = place(&entry.dose, entry.profile, at);
            let opened =
                self.seal.open(&place, &sealed.ok_or_else(|| changed.clone())?).map_err(|_| changed.clone())?;
            if digest(&opened) != named {
                return Err(changed);
            }
        }
        Ok(followed)
    }

    async fn known(&self, connection: &mut SqliteConnection, dose: &str) -> Result<Option<Known>, Error> {
        let row =
            sqlx::query("SELECT unit, facts FROM doses WHERE dose = $1").bind(dose).fetch_optional(&mut *connection);
        let Some(row) = row.await? else { return Ok(None) };
        let rows = sqlx::query(
            "SELECT profile, uvci, kid, issued_at, expires_at, to_be_signed, text, log_index, status_list, status_index \
             FROM certificates WHERE dose = $1",
        )
        .bind(dose)
        .fetch_all(&mut *connection)
        .await?;
        let mut records = rows.iter().map(|row| self.read_record(dose, row)).collect::<Result<Vec<_>, _>>()?;
        records.sort_by_key(|record| record.profile);
        let revoked = revocations::revoked(connection, dose).await?;
        Ok(Some(Known { unit: row.try_get("unit")?, facts: bytes(&row, "facts")?, revoked, records }))
    }

    fn read_record(&self, dose: &str, row: &SqliteRow) -> Result<Record, Error> {
        let profile = read_profile(row)?;
        let sealed: Vec<u8> = row.try_get("to_be_signed")?;
        let text: Option<Vec<u8>> = row.try_get("text")?;
        let index: Option<i64> = row.try_get("log_index")?;
        let released = match (text, index) {
            (Some(text), Some(index)) => {
                let text = self.seal.open(&place(dose, profile, "text"), &text)?;
                let text = String::from_utf8(text).map_err(|_| Error::Damaged("text"))?;
                Some((text, u64::try_from(index).map_err(|_| Error::Damaged("log index"))?))
            }
            _ => None,
        };
        Ok(Record {
            profile,
            uvci: row.try_get("uvci")?,
            kid: bytes(row, "kid")?,
            issued_at: UnixTime(row.try_get("issued_at")?),
            expires_at: UnixTime(row.try_get("expires_at")?),
            to_be_signed: self.seal.open(&place(dose, profile, "to_be_signed"), &sealed)?,
            status: revocations::place_if_any(row)?,
            released,
        })
    }
}

async fn migrate(connection: &mut SqliteConnection) -> Result<[u8; 16], Error> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
    match version {
        0 => {
            sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *tx).await?;
            sqlx::raw_sql(include_str!("status.sql")).execute(&mut *tx).await?;
            sqlx::raw_sql(include_str!("suspension.sql")).execute(&mut *tx).await?;
            let log_id = rng::bytes::<16>().map_err(|_| Error::Sealing)?;
            sqlx::query("INSERT INTO identity (only, log_id) VALUES (1, $1)")
                .bind(log_id.as_slice())
                .execute(&mut *tx)
                .await?;
            sqlx::query("PRAGMA user_version = 3").execute(&mut *tx).await?;
        }
        1 | 2 => {
            if version == 1 {
                sqlx::raw_sql(include_str!("status.sql")).execute(&mut *tx).await?;
            }
            sqlx::raw_sql(include_str!("suspension.sql")).execute(&mut *tx).await?;
            sqlx::query("PRAGMA user_version = 3").execute(&mut *tx).await?;
        }
        SCHEMA_VERSION => {}
        other => return Err(Error::Schema(other)),
    }
    let log_id: Vec<u8> = sqlx::query_scalar("SELECT log_id FROM identity").fetch_one(&mut *tx).await?;
    tx.commit().await?;
    log_id.try_into().map_err(|_| Error::Damaged("log identity"))
}

async fn head(connection: &mut SqliteConnection) -> Result<Head, Error> {
    let row = sqlx::query("SELECT log_index, hash, at FROM log ORDER BY log_index DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(Head::EMPTY) };
    let index = u64::try_from(row.try_get::<i64, _>("log_index")?).map_err(|_| Error::Damaged("log index"))?;
    Ok(Head { size: index.saturating_add(1), hash: bytes(&row, "hash")?, at: Some(UnixTime(row.try_get("at")?)) })
}

fn entry(dose: &str, unit: &str, record: &Record, text: &str, at: UnixTime, head: &Head) -> Entry {
    Entry {
        index: head.size,
        at,
        dose: dose.to_owned(),
        unit: unit.to_owned(),
        profile: record.profile,
        uvci: record.uvci.clone(),
        kid: record.kid,
        to_be_signed: digest(&record.to_be_signed),
        text: digest(text.as_bytes()),
        expires_at: record.expires_at,
        previous: head.hash,
    }
}

async fn append(connection: &mut SqliteConnection, entry: &log::Entry, hash: &[u8; 32]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO log (log_index, at, dose, unit, profile, uvci, kid, to_be_signed, text, expires_at, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(i64::try_from(entry.index).map_err(|_| Error::Damaged("log index"))?)
    .bind(entry.at.0)
    .bind(&entry.dose)
    .bind(&entry.unit)
    .bind(entry.profile.as_str())
    .bind(&entry.uvci)
    .bind(entry.kid.as_slice())
    .bind(entry.to_be_signed.as_slice())
    .bind(entry.text.as_slice())
    .bind(entry.expires_at.0)
    .bind(entry.previous.as_slice())
    .bind(hash.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

fn read_entry(row: &SqliteRow) -> Result<Entry, Error> {
    Ok(Entry {
        index: u64::try_from(row.try_get::<i64, _>("log_index")?).map_err(|_| Error::Damaged("log index"))?,
        at: UnixTime(row.try_get("at")?),
        dose: row.try_get("dose")?,
        unit: row.try_get("unit")?,
        profile: read_profile(row)?,
        uvci: row.try_get("uvci")?,
        kid: bytes(row, "kid")?,
        to_be_signed: bytes(row, "to_be_signed")?,
        text: bytes(row, "text")?,
        expires_at: UnixTime(row.try_get("expires_at")?),
        previous: bytes(row, "previous")?,
    })
}

fn read_profile(row: &SqliteRow) -> Result<Profile, Error> {
    Profile::parse(row.try_get("profile")?).ok_or(Error::Damaged("profile"))
}

fn bytes<const N: usize>(row: &SqliteRow, column: &'static str) -> Result<[u8; N], Error> {
    row.try_get::<Vec<u8>, _>(column)?.try_into().map_err(|_| Error::Damaged(column))
}

fn place(dose: &str, profile: Profile, column: &str) -> String {
    format!("{dose}/{profile}/{column}")
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
