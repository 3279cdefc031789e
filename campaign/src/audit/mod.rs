//! Is everything as the journal says? The audit walks every chain, rebuilds every row in memory and compares it with the
//! tables, recounts the ledger, and reports the first difference.
//!
//! It looks at one snapshot of the database and changes nothing. Who keeps a [`Checkpoint`] elsewhere can also tell when
//! a whole stream was cut short or written anew: a chain alone shows only what was changed inside it.

mod difference;
mod ledger;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Connection as _, Row as _};

pub use difference::{AuditError, Difference};
pub use ledger::LotBalance;
pub use rows::dump;

use crate::clock::Timestamp;
use crate::db::{Changes, Db, DbError, Engine};
use crate::event::Event;
use crate::facts::load::all_keys;
use crate::ids::{LotId, UnitId};
use crate::journal::{self, Meta};
use crate::replay::Walk;
use crate::vault::{Keyring, Vault};

/// The heads of all streams at some moment, to be kept where who could change the database cannot reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Place and hash (hexadecimal) of each stream's newest entry.
    pub heads: BTreeMap<UnitId, (i64, String)>,
}

/// What an audit of tables and chains that are as they should be found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Streams walked.
    pub streams: u64,
    /// Entries verified.
    pub entries: u64,
    /// Rows compared.
    pub rows: u64,
    /// Doses recorded and not void.
    pub doses: i64,
    /// Where the doses of each lot are.
    pub lots: BTreeMap<LotId, LotBalance>,
    /// Entries that a clock wrote which had gone back.
    pub went_back: Vec<WentBack>,
    /// The heads, to be kept elsewhere.
    pub checkpoint: Checkpoint,
}

/// An entry whose time is clearly before that of one before it. Nothing was changed, but what depends on the time was decided
/// by a clock that was wrong; keepers refuse to write such an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WentBack {
    /// The stream.
    pub unit: UnitId,
    /// The place.
    pub seq: i64,
    /// When it says that it was written.
    pub at: Timestamp,
    /// The latest moment before it in the stream.
    pub before: Timestamp,
}

/// Audits a database. `witnessed` is a checkpoint of an earlier day, kept elsewhere; `progress` is told the number of
/// streams done and of all streams.
///
/// # Errors
/// [`AuditError::Different`] with the first difference.
pub async fn audit(
    db: &Db,
    vault: &Arc<Vault>,
    witnessed: Option<&Checkpoint>,
    mut progress: impl FnMut(u64, u64),
) -> Result<Report, AuditError> {
    let mut conn = db.open_writer().await?;
    let begin = match db.engine() {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    sqlx::raw_sql(begin).execute(&mut conn).await.map_err(DbError::from)?;
    let report = look(&mut conn, vault, witnessed, &mut progress).await?;
    sqlx::raw_sql("ROLLBACK").execute(&mut conn).await.map_err(DbError::from)?;
    let _ = conn.close().await;
    Ok(report)
}

async fn look(
    conn: &mut AnyConnection,
    vault: &Arc<Vault>,
    witnessed: Option<&Checkpoint>,
    progress: &mut impl FnMut(u64, u64),
) -> Result<Report, AuditError> {
    let mut keys = Keyring::new(Arc::clone(vault));
    all_keys(conn, &mut keys).await?;
    let heads = journal::store::heads(conn).await?;
    streams_have_heads(conn, &heads).await?;
    let mut report = Report::default();
    let mut count = ledger::Recount::default();
    let mut shared = rows::Shared::default();
    for (unit, head) in &heads {
        let mut walk = Walk::new(unit.clone());
        let mut changes = Changes::new();
        let witness = witnessed.and_then(|witnessed| witnessed.heads.get(unit));
        let mut seen = None;
        let mut newest = Timestamp::default();
        loop {
            let before = walk.state.head;
            let see = |event: &Event, meta: &Meta| {
                if journal::went_back(newest, meta.at) {
                    report.went_back.push(WentBack { unit: unit.clone(), seq: meta.seq, at: meta.at, before: newest });
                }
                newest = journal::newest(newest, meta.at);
                count.see(event, meta);
            };
            let read = walk.page(conn, &keys, &mut changes, see).await?;
            if read == 0 {
                break;
            }
            report.entries += read;
            if let Some((seq, _)) = witness
                && (before.seq + 1..=walk.state.head.seq).contains(seq)
            {
                seen = hash_at(conn, unit, *seq).await?;
            }
        }
        if walk.state.head != *head {
            let (recorded, walked) = (head.seq, walk.state.head.seq);
            return Err(Difference::Head { unit: unit.clone(), recorded, walked }.into());
        }
        if let Some((seq, hash)) = witness
            && seen.as_ref() != Some(hash)
        {
            return Err(Difference::Witness { unit: unit.clone(), seq: *seq }.into());
        }
        report.rows += rows::compare(conn, unit, &changes, &mut shared).await?;
        report.streams += 1;
        report.checkpoint.heads.insert(unit.clone(), (head.seq, hex::encode(head.hash)));
        progress(report.streams, heads.len() as u64);
    }
    if let Some(unit) =
        witnessed.iter().flat_map(|w| w.heads.keys()).find(|unit| !heads.iter().any(|(u, _)| u == *unit))
    {
        return Err(Difference::Witness { unit: unit.clone(), seq: witnessed.map_or(0, |w| w.heads[unit].0) }.into());
    }
    report.rows += rows::compare_shared(conn, shared).await?;
    report.lots = count.finish(conn).await?;
    report.doses = ledger::doses_and_certificates(conn, &report.lots).await?;
    Ok(report)
}

/// Entries of a stream that has no head would never be walked.
async fn streams_have_heads(conn: &mut AnyConnection, heads: &[(UnitId, journal::Head)]) -> Result<(), AuditError> {
    let rows = sqlx::query("SELECT unit, MAX(seq) FROM entries GROUP BY unit ORDER BY unit").fetch_all(conn).await?;
    for row in rows {
        let (unit, newest): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        if !heads.iter().any(|(known, _)| known.as_str() == unit) {
            return Err(Difference::NoHead { unit, newest }.into());
        }
    }
    Ok(())
}

async fn hash_at(conn: &mut AnyConnection, unit: &UnitId, seq: i64) -> Result<Option<String>, DbError> {
    let row = sqlx::query("SELECT hash FROM entries WHERE unit = $1 AND seq = $2")
        .bind(unit.as_str().to_owned())
        .bind(seq)
        .fetch_optional(conn)
        .await?;
    Ok(match row {
        Some(row) => Some(hex::encode(row.try_get::<Vec<u8>, _>(0)?)),
        None => None,
    })
}
