//! Rebuilding every table from the journal.
//!
//! The order in which streams are walked does not matter, and the result is the tables that keepers wrote, because
//! * a row is made only of an event, its meta and its stream's own state after it: no clock, no facts of other streams,
//!   no randomness (search tokens are keyed hashes, encrypted text stands in the event as it was written);
//! * a row belongs to one stream, which writes it whole; the database refuses anyone else's update ([`crate::db::Table`]);
//! * the rows that several streams write do not depend on order: a lot's particulars must be the same whoever says them,
//!   and an account of doses on the road is made by the sender only where its owner, the receiver, has not written it.
//!
//! People whose key was destroyed come back without search tokens, since those are made from what the key opens.

mod walk;

use std::sync::Arc;

use sqlx::{AnyConnection, Connection as _};

pub(crate) use walk::Walk;

use crate::audit::{AuditError, Difference};
use crate::db::{Changes, Db, DbError, Engine, Table, flush};
use crate::facts::load::all_keys;
use crate::vault::{Keyring, Vault};
use crate::{auth, certificates, facts, journal, ledger, supply, visits};

/// Every table that is a projection of the journal.
pub fn projections() -> Vec<&'static Table> {
    vec![
        &ledger::store::BALANCES,
        &ledger::store::LEDGER_ENTRIES,
        &facts::tables::UNITS,
        &facts::tables::LOTS,
        &facts::tables::LOT_STATES,
        &facts::tables::SHIPMENTS,
        &facts::tables::PEOPLE,
        &facts::tables::PERSON_TOKENS,
        &facts::tables::DOSES,
        &supply::store::CONSIGNMENTS,
        &supply::store::INSPECTIONS,
        &supply::store::WAYBILLS,
        &supply::store::RECEIPTS,
        &facts::tables::VISITS,
        &visits::store::VIALS,
        &certificates::store::CERTIFICATES,
        &auth::store::ACCOUNTS,
        &auth::store::GRANTS,
    ]
}

/// What was rebuilt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Streams walked.
    pub streams: u64,
    /// Entries taken in.
    pub entries: u64,
    /// Rows written, counting a row again each time a later page of its stream changes it.
    pub rows: u64,
}

/// Empties the projections and rebuilds them, in one transaction: until it commits, everyone sees the old tables, and
/// nobody writes. `progress` is told the number of streams done and of all streams.
///
/// # Errors
/// [`AuditError::Different`] when a chain is broken; then nothing was changed.
pub async fn replay(db: &Db, vault: &Arc<Vault>, mut progress: impl FnMut(u64, u64)) -> Result<Rebuilt, AuditError> {
    let mut conn = db.open_writer().await?;
    sqlx::raw_sql(db.engine().begin()).execute(&mut conn).await.map_err(DbError::from)?;
    if db.engine() == Engine::Postgres {
        // Keepers lock heads; they wait until this is over.
        sqlx::raw_sql("LOCK TABLE heads IN EXCLUSIVE MODE").execute(&mut conn).await.map_err(DbError::from)?;
    }
    let rebuilt = rebuild(&mut conn, vault, &mut progress).await?;
    sqlx::raw_sql("COMMIT").execute(&mut conn).await.map_err(DbError::from)?;
    let _ = conn.close().await;
    Ok(rebuilt)
}

async fn rebuild(
    conn: &mut AnyConnection,
    vault: &Arc<Vault>,
    progress: &mut impl FnMut(u64, u64),
) -> Result<Rebuilt, AuditError> {
    for table in projections() {
        let text = format!("DELETE FROM {}", table.name);
        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut *conn).await.map_err(DbError::from)?;
    }
    let mut keys = Keyring::new(Arc::clone(vault));
    all_keys(conn, &mut keys).await?;
    let heads = journal::store::heads(conn).await?;
    let mut rebuilt = Rebuilt::default();
    for (unit, head) in &heads {
        let mut walk = Walk::new(unit.clone());
        loop {
            let mut changes = Changes::new();
            let read = walk.page(conn, &keys, &mut changes, |_, _| {}).await?;
            if read == 0 {
                break;
            }
            rebuilt.entries += read;
            rebuilt.rows += changes.len() as u64;
            flush(conn, changes).await?;
        }
        if walk.state.head != *head {
            let (recorded, walked) = (head.seq, walk.state.head.seq);
            return Err(Difference::Head { unit: unit.clone(), recorded, walked }.into());
        }
        rebuilt.streams += 1;
        progress(rebuilt.streams, heads.len() as u64);
    }
    Ok(rebuilt)
}
