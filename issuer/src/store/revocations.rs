//! The store's part in taking back: places in status lists, and the log of revocations.

use std::collections::BTreeSet;

use specs::hash_list::{HashList, HashType, Subject as Hashed};
use specs::revocation::{ListName, Published, Revocation};
use specs::status_list::{Bits, OUR_ENTRIES, Status, StatusList};
use specs::time::UnixTime;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection as _, Row as _};

use super::{Error, Store, bytes};
use crate::api::RevocationReason;
use crate::clock::Clock;
use crate::log::{Head, Tamper};
use crate::revocation::{Entry, Place, Subject, TTL, stated};
use crate::rng;

/// A list is full when nine tenths of its places are given: then a random one is free once in ten tries.
const FULL: u64 = OUR_ENTRIES / 10 * 9;
/// Tries for one free place: nobody ever needs as many.
const TRIES: usize = 1_000;

impl Store {
    /// Draws places that nobody has, at random, so that neighbours in a list have nothing to do with each other. They are given
    /// when the certificates are recorded; until then another may draw them too.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Sealing`] without randomness.
    pub async fn draw<const N: usize>(&self) -> Result<[Place; N], Error> {
        let mut connection = self.readers.acquire().await?;
        let newest: Option<(i64, i64)> =
            sqlx::query_as("SELECT list, used FROM status_lists ORDER BY list DESC LIMIT 1")
                .fetch_optional(&mut *connection)
                .await?;
        let list = match newest {
            Some((list, used)) if number(used)? < FULL => number(list)?,
            Some((list, _)) => number(list)?.saturating_add(1),
            None => 1,
        };
        let mut places: Vec<Place> = Vec::with_capacity(N);
        for _ in 0..TRIES {
            if places.len() == N {
                break;
            }
            let random = u64::from(u32::from_be_bytes(rng::bytes().map_err(|_| Error::Sealing)?));
            let place = Place { list, index: random % OUR_ENTRIES };
            let given: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM certificates WHERE status_list = $1 AND status_index = $2)",
            )
            .bind(signed(place.list)?)
            .bind(signed(place.index)?)
            .fetch_one(&mut *connection)
            .await?;
            if !given && !places.contains(&place) {
                places.push(place);
            }
        }
        places.try_into().map_err(|_| Error::Damaged("status list"))
    }

    /// Revokes for good, and tells what the log says: the entry made now, or the one made when it was first revoked.
    ///
    /// # Errors
    /// [`Error::ClockBehind`] when the clock stands before the last entry.
    pub async fn revoke(
        &self,
        subject: &Subject,
        reason: RevocationReason,
        clock: &Clock,
    ) -> Result<(Entry, Head), Error> {
        let mut connection = self.writer.acquire().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let head = revocations_head(&mut tx).await?;
        let known = sqlx::query("SELECT * FROM revocations WHERE kind = $1 AND subject = $2")
            .bind(subject.kind())
            .bind(subject.text())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(row) = known {
            return Ok((read_entry(&row)?, head));
        }
        let written = append(&mut tx, &head, subject.clone(), reason, clock).await?;
        tx.commit().await?;
        Ok(written)
    }

    /// Suspends the certificates of a dose, and tells what the log says: the entry made now, or that of the suspension that still
    /// lasts.
    ///
    /// # Errors
    /// [`Error::Revoked`] for good; [`Error::ClockBehind`].
    pub async fn suspend(&self, dose: &str, reason: RevocationReason, clock: &Clock) -> Result<(Entry, Head), Error> {
        let mut connection = self.writer.acquire().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let head = revocations_head(&mut tx).await?;
        if let Some(suspension) = suspension(&mut tx, dose).await? {
            return Ok((suspension, head));
        }
        let written = append(&mut tx, &head, Subject::Suspension(dose.to_owned()), reason, clock).await?;
        tx.commit().await?;
        Ok(written)
    }

    /// Ends the suspension of a dose; the entry has the reason of the suspension.
    ///
    /// # Errors
    /// [`Error::NotSuspended`], [`Error::Revoked`], [`Error::ClockBehind`].
    pub async fn restore(&self, dose: &str, clock: &Clock) -> Result<(Entry, Head), Error> {
        let mut connection = self.writer.acquire().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let head = revocations_head(&mut tx).await?;
        let reason = suspension(&mut tx, dose).await?.ok_or(Error::NotSuspended)?.reason;
        let written = append(&mut tx, &head, Subject::Restoration(dose.to_owned()), reason, clock).await?;
        tx.commit().await?;
        Ok(written)
    }

    /// Every dose that is suspended.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn suspended(&self) -> Result<Vec<String>, Error> {
        let doses = sqlx::query_scalar(
            "SELECT r.subject FROM revocations r WHERE r.kind = 'suspension' AND NOT EXISTS (SELECT 1 FROM revocations l \
             WHERE l.kind = 'restoration' AND l.subject = r.subject AND l.number > r.number)",
        );
        Ok(doses.fetch_all(&self.readers).await?)
    }

    /// Every place that is suspended.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn suspended_places(&self) -> Result<Vec<Place>, Error> {
        let mut all = Vec::new();
        for dose in self.suspended().await? {
            all.extend(self.places(&dose).await?);
        }
        Ok(all)
    }

    /// When the certificates of a dose were revoked.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn revoked(&self, dose: &str) -> Result<Option<UnixTime>, Error> {
        revoked(&mut *self.readers.acquire().await?, dose).await
    }

    /// Document signers that are revoked at that instant: they sign nothing more, and no list names them.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Damaged`].
    pub async fn revoked_signers(&self, at: UnixTime) -> Result<BTreeSet<[u8; 8]>, Error> {
        // In the words of the partial index, or SQLite would walk the whole log for every certificate.
        let rows = sqlx::query(
            "SELECT * FROM revocations WHERE kind IN ('dose', 'signer', 'site') AND kind = 'signer' ORDER BY subject",
        )
        .fetch_all(&self.readers)
        .await?;
        let mut revoked = BTreeSet::new();
        for row in &rows {
            let Subject::Signer(signer) = read_entry(row)?.subject else { continue };
            if signer.from.is_none_or(|from| from <= at) {
                revoked.insert(signer.kid);
            }
        }
        Ok(revoked)
    }

    /// The places of the certificates of a dose.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn places(&self, dose: &str) -> Result<Vec<Place>, Error> {
        let rows = sqlx::query(
            "SELECT status_list, status_index FROM certificates WHERE dose = $1 AND status_list IS NOT NULL",
        )
        .bind(dose)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_place).collect()
    }

    /// The number of the newest list, and every place that is invalid.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn invalid(&self) -> Result<(u64, Vec<Place>), Error> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT max(list) FROM status_lists").fetch_one(&self.readers).await?;
        let rows = sqlx::query(
            "SELECT c.status_list, c.status_index FROM revocations r JOIN certificates c ON c.dose = r.subject \
             WHERE r.kind = 'dose' AND c.status_list IS NOT NULL",
        )
        .fetch_all(&self.readers)
        .await?;
        Ok((last.map_or(Ok(0), number)?, rows.iter().map(read_place).collect::<Result<_, _>>()?))
    }

    /// The end of the log of revocations.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn revocations_head(&self) -> Result<Head, Error> {
        revocations_head(&mut *self.readers.acquire().await?).await
    }

    /// The hash of one entry of the log of revocations, if there is such an entry.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn revocation_hash_at(&self, number: u64) -> Result<Option<[u8; 32]>, Error> {
        let row = sqlx::query("SELECT hash FROM revocations WHERE number = $1")
            .bind(signed(number)?)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| bytes(&row, "hash")).transpose()
    }

    /// Walks the whole log of revocations: every hash and the chain.
    ///
    /// # Errors
    /// [`Error::Tamper`] with the first difference.
    pub async fn revocations(&self) -> Result<(Vec<Entry>, Head), Error> {
        let rows = sqlx::query("SELECT * FROM revocations ORDER BY number").fetch_all(&self.readers).await?;
        let (mut entries, mut head) = (Vec::with_capacity(rows.len()), Head::EMPTY);
        for row in &rows {
            let entry = read_entry(row)?;
            let index = entry.number;
            let wrong = if index != head.size {
                Some(Tamper::Index { expected: head.size, found: index })
            } else if entry.previous != head.hash {
                Some(Tamper::Chain { index })
            } else if head.at.is_some_and(|at| entry.at < at) {
                Some(Tamper::Time { index })
            } else if bytes::<32>(row, "hash")? != entry.hash() {
                Some(Tamper::Hash { index })
            } else {
                None
            };
            if let Some(wrong) = wrong {
                return Err(wrong.into());
            }
            head = Head { size: index.saturating_add(1), hash: entry.hash(), at: Some(entry.at) };
            entries.push(entry);
        }
        Ok((entries, head))
    }

    /// Everything that is revoked, as of `at`, for signed trust data: all status lists, the next one besides, good for `days`
    /// and fresh for [`TTL`]; identifiers of revoked
    /// certificates that have no place in one, as hashes; signers; sites.
    ///
    /// # Errors
    /// [`Error::Tamper`] when the log is not what it was.
    pub async fn export(&self, at: UnixTime, days: u32) -> Result<Revocation, Error> {
        let (entries, _) = self.revocations().await?;
        let (last, invalid) = self.invalid().await?;
        let suspended = self.suspended_places().await?;
        let mut all = Revocation::new();
        for list in 1..=last.saturating_add(1) {
            let mut statuses = StatusList::new(Bits::One, OUR_ENTRIES);
            for place in invalid.iter().filter(|place| place.list == list) {
                statuses.set(place.index, Status::Invalid);
            }
            let suspended = suspended.iter().filter(|place| place.list == list).map(|place| place.index).collect();
            let statuses = stated(&statuses, &suspended);
            let expires = Some(at.plus_days(i64::from(days)));
            let fresh_until = Some(UnixTime(at.0.saturating_add_unsigned(TTL)));
            all.add_list(Published { name: ListName::Ours(list), issued: at, expires, fresh_until, list: statuses });
        }
        for entry in entries {
            match entry.subject {
                Subject::Dose(_) | Subject::Suspension(_) | Subject::Restoration(_) => {}
                Subject::Signer(signer) => all.revoke_signer(signer),
                Subject::Site(site) => {
                    if !all.revoke_site(site) {
                        return Err(Error::Damaged("site"));
                    }
                }
            }
        }
        let placeless: Vec<String> = sqlx::query_scalar(
            "SELECT c.uvci FROM revocations r JOIN certificates c ON c.dose = r.subject \
             WHERE r.kind = 'dose' AND c.status_list IS NULL",
        )
        .fetch_all(&self.readers)
        .await?;
        if !placeless.is_empty() {
            let hash = |uvci: &String| {
                Hashed { signature: &[], rsa: false, uvci: uvci.as_str(), country: "" }.hash(HashType::Uci)
            };
            all.add_hashes(HashList::new(None, HashType::Uci.only(), None, placeless.iter().map(hash)));
        }
        Ok(all)
    }
}

/// Marks a place as given, with the certificate that was just recorded.
pub(super) async fn give(connection: &mut SqliteConnection, place: Place) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO status_lists (list, used) VALUES ($1, 1) ON CONFLICT (list) DO UPDATE SET used = used + 1",
    )
    .bind(signed(place.list)?)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn revoked(connection: &mut SqliteConnection, dose: &str) -> Result<Option<UnixTime>, Error> {
    let at: Option<i64> = sqlx::query_scalar("SELECT at FROM revocations WHERE kind = 'dose' AND subject = $1")
        .bind(dose)
        .fetch_optional(connection)
        .await?;
    Ok(at.map(UnixTime))
}

/// Writes the next entry of the log.
async fn append(
    connection: &mut SqliteConnection,
    head: &Head,
    subject: Subject,
    reason: RevocationReason,
    clock: &Clock,
) -> Result<(Entry, Head), Error> {
    let at = clock.now();
    if let Some(last) = head.at.filter(|last| at < *last) {
        return Err(Error::ClockBehind { now: at, last });
    }
    let entry = Entry { number: head.size, at, subject, reason, previous: head.hash };
    let hash = entry.hash();
    sqlx::query(
        "INSERT INTO revocations (number, at, kind, subject, reason, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(signed(entry.number)?)
    .bind(at.0)
    .bind(entry.subject.kind())
    .bind(entry.subject.text())
    .bind(reason.as_str())
    .bind(entry.previous.as_slice())
    .bind(hash.as_slice())
    .execute(connection)
    .await?;
    Ok((entry, Head { size: head.size.saturating_add(1), hash, at: Some(at) }))
}

/// The suspension of a dose that lasts; none of one that is revoked, which nothing ends.
async fn suspension(connection: &mut SqliteConnection, dose: &str) -> Result<Option<Entry>, Error> {
    if let Some(at) = revoked(connection, dose).await? {
        return Err(Error::Revoked(at));
    }
    let last = sqlx::query(
        "SELECT * FROM revocations WHERE subject = $1 AND kind IN ('suspension', 'restoration') \
         ORDER BY number DESC LIMIT 1",
    )
    .bind(dose)
    .fetch_optional(connection)
    .await?;
    let last = last.as_ref().map(read_entry).transpose()?;
    Ok(last.filter(|entry| matches!(entry.subject, Subject::Suspension(_))))
}

async fn revocations_head(connection: &mut SqliteConnection) -> Result<Head, Error> {
    let row = sqlx::query("SELECT number, hash, at FROM revocations ORDER BY number DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(Head::EMPTY) };
    let size = number(row.try_get("number")?)?.saturating_add(1);
    Ok(Head { size, hash: bytes(&row, "hash")?, at: Some(UnixTime(row.try_get("at")?)) })
}

fn read_entry(row: &SqliteRow) -> Result<Entry, Error> {
    let subject = Subject::parse(row.try_get("kind")?, row.try_get("subject")?);
    let reason = RevocationReason::parse(row.try_get("reason")?);
    Ok(Entry {
        number: number(row.try_get("number")?)?,
        at: UnixTime(row.try_get("at")?),
        subject: subject.ok_or(Error::Damaged("subject"))?,
        reason: reason.ok_or(Error::Damaged("reason"))?,
        previous: bytes(row, "previous")?,
    })
}

pub(super) fn place_if_any(row: &SqliteRow) -> Result<Option<Place>, Error> {
    let list: Option<i64> = row.try_get("status_list")?;
    list.map(|_| read_place(row)).transpose()
}

fn read_place(row: &SqliteRow) -> Result<Place, Error> {
    Ok(Place { list: number(row.try_get("status_list")?)?, index: number(row.try_get("status_index")?)? })
}

fn number(stored: i64) -> Result<u64, Error> {
    u64::try_from(stored).map_err(|_| Error::Damaged("number"))
}

fn signed(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| Error::Damaged("number"))
}
