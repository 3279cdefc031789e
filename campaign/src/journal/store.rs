//! Tables `entries`, `heads` and `commands`: the only ones that are not projections (with `person_keys`).

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Entry, Head};
use crate::clock::Timestamp;
use crate::db::Kind::{Bytes, Int, Text};
use crate::db::{DbError, Table, Value};
use crate::ids::UnitId;

/// Every entry of every stream. Only ever inserted into.
pub static ENTRIES: Table = Table {
    name: "entries",
    columns: &[
        ("unit", Text),
        ("seq", Int),
        ("at", Int),
        ("actor", Text),
        ("kind", Text),
        ("body", Text),
        ("prev_hash", Bytes),
        ("hash", Bytes),
    ],
    key: 2,
    fixed: &[],
};

/// The newest entry of every stream.
pub static HEADS: Table = Table {
    name: "heads",
    columns: &[("unit", Text), ("seq", Int), ("hash", Bytes), ("prev_seq", Int)],
    key: 1,
    fixed: &[],
};

/// The commands that were accepted, and their answers.
pub static COMMANDS: Table = Table {
    name: "commands",
    columns: &[("id", Text), ("unit", Text), ("digest", Bytes), ("answer", Text), ("at", Int)],
    key: 1,
    fixed: &[],
};

/// How many entries are read at a time.
pub const PAGE: i64 = 1_000;

/// The row of an entry. Takes the entry apart, since its body is the largest thing that is written.
pub(crate) fn row(entry: Entry) -> Vec<Value> {
    vec![
        Value::from(&entry.unit),
        Value::from(entry.seq),
        Value::from(entry.at),
        Value::from(entry.actor),
        Value::from(entry.kind),
        Value::from(entry.body),
        Value::from(entry.prev_hash),
        Value::from(entry.hash),
    ]
}

/// The next entries of a stream after `seq`, at most [`PAGE`].
///
/// # Errors
/// [`DbError`].
pub async fn entries_after(conn: &mut AnyConnection, unit: &UnitId, seq: i64) -> Result<Vec<Entry>, DbError> {
    let text = "SELECT unit, seq, at, actor, kind, body, prev_hash, hash FROM entries \
                WHERE unit = $1 AND seq > $2 ORDER BY seq LIMIT 1000";
    let rows = sqlx::query(text).bind(unit.as_str().to_owned()).bind(seq).fetch_all(conn).await?;
    rows.iter().map(entry).collect()
}

/// The latest moment of any entry; the beginning of time when there is none.
///
/// # Errors
/// [`DbError`].
pub async fn newest_moment(pool: &sqlx::AnyPool) -> Result<Timestamp, DbError> {
    let row = sqlx::query("SELECT MAX(at) FROM entries").fetch_one(pool).await?;
    Ok(Timestamp(row.try_get::<Option<i64>, _>(0)?.unwrap_or_default()))
}

/// Every unit that has a stream, in order, with the head it is said to have.
///
/// # Errors
/// [`DbError`].
pub async fn heads(conn: &mut AnyConnection) -> Result<Vec<(UnitId, Head)>, DbError> {
    let rows = sqlx::query("SELECT unit, seq, hash FROM heads ORDER BY unit").fetch_all(conn).await?;
    rows.iter().map(head).collect()
}

/// A row `unit, seq, hash` of `heads`.
pub(crate) fn head(row: &AnyRow) -> Result<(UnitId, Head), DbError> {
    let unit = unit_of(row.try_get(0)?)?;
    Ok((unit, Head { seq: row.try_get(1)?, hash: hash_of(row.try_get(2)?)? }))
}

fn entry(row: &AnyRow) -> Result<Entry, DbError> {
    Ok(Entry {
        unit: unit_of(row.try_get(0)?)?,
        seq: row.try_get(1)?,
        at: Timestamp(row.try_get(2)?),
        actor: row.try_get(3)?,
        kind: row.try_get(4)?,
        body: row.try_get(5)?,
        prev_hash: hash_of(row.try_get(6)?)?,
        hash: hash_of(row.try_get(7)?)?,
    })
}

fn unit_of(text: String) -> Result<UnitId, DbError> {
    UnitId::parse(&text).map_err(|_| DbError::Inconsistent { detail: "a unit's name is not an id".to_owned() })
}

fn hash_of(bytes: Vec<u8>) -> Result<[u8; 32], DbError> {
    bytes.try_into().map_err(|_| DbError::Inconsistent { detail: "a hash is not 32 bytes long".to_owned() })
}
