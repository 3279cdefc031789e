//! Comparing the rows of the tables with those the journal gives.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::{AuditError, Difference};
use crate::db::{Changes, DbError, RowView, Table, Value, read_row, select};
use crate::ids::UnitId;
use crate::ledger::store::BALANCES;
use crate::replay::projections;

type Rows = BTreeMap<String, Vec<Value>>;

/// Rows that do not belong to the stream that writes them: lots, which have no owner, and accounts of doses on the road
/// to units that have not received them.
#[derive(Debug, Default)]
pub(super) struct Shared {
    ownerless: Vec<(&'static Table, Rows)>,
    created: Rows,
}

/// Compares the rows of a unit in every table that has owners. Gives the number of rows.
pub(super) async fn compare(
    conn: &mut AnyConnection,
    unit: &UnitId,
    changes: &Changes,
    shared: &mut Shared,
) -> Result<u64, AuditError> {
    let mut expected: Vec<(&'static Table, Rows)> =
        projections().into_iter().map(|table| (table, Rows::new())).collect();
    for row in changes.rows() {
        if row.table.is_owned() && row.text("unit") != Some(unit.as_str()) {
            shared.created.insert(key(row), row.values.to_vec());
        } else if let Some((_, rows)) = expected.iter_mut().find(|(table, _)| *table == row.table) {
            rows.insert(key(row), row.values.to_vec());
        }
    }
    let mut compared = 0;
    for (table, mut rows) in expected {
        if !table.is_owned() {
            match shared.ownerless.iter_mut().find(|(other, _)| *other == table) {
                Some((_, all)) => all.append(&mut rows),
                None => shared.ownerless.push((table, rows)),
            }
            continue;
        }
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("{} = $1", select(table, "unit"))))
            .bind(unit.as_str().to_owned())
            .fetch_all(&mut *conn)
            .await?;
        for row in &found {
            let values = read_row(row, table)?;
            let view = RowView { table, values: &values };
            match rows.remove(&key(view)) {
                Some(wanted) => same(view, &wanted)?,
                // On the road to this unit; the sender's walk says whether it is right.
                None if *table == BALANCES && view.text("account").is_some_and(|a| a.starts_with("transit/")) => {
                    continue;
                }
                None => return Err(differs(view, "the journal says nothing of this row")),
            }
            compared += 1;
        }
        if let Some(values) = rows.values().next() {
            return Err(differs(RowView { table, values }, "the row is missing"));
        }
    }
    Ok(compared)
}

/// Compares the rows that several streams write, when all streams were walked. Gives the number of rows.
pub(super) async fn compare_shared(conn: &mut AnyConnection, shared: Shared) -> Result<u64, AuditError> {
    let mut compared = 0;
    for (table, mut rows) in shared.ownerless {
        for row in &sqlx::query(sqlx::AssertSqlSafe(select(table, "1 = 1"))).fetch_all(&mut *conn).await? {
            let values = read_row(row, table)?;
            let view = RowView { table, values: &values };
            match rows.remove(&key(view)) {
                Some(wanted) => same(view, &wanted)?,
                None => return Err(differs(view, "the journal says nothing of this row")),
            }
            compared += 1;
        }
        if let Some(values) = rows.values().next() {
            return Err(differs(RowView { table, values }, "the row is missing"));
        }
    }
    // The quantities are recounted with the ledger; here only that the rows are there.
    for values in shared.created.values() {
        let view = RowView { table: &BALANCES, values };
        let there = sqlx::query("SELECT quantity FROM balances WHERE unit = $1 AND account = $2 AND lot = $3");
        let text = |column| view.text(column).unwrap_or_default().to_owned();
        let there = there.bind(text("unit")).bind(text("account")).bind(text("lot"));
        if there.fetch_optional(&mut *conn).await?.is_none() {
            return Err(differs(view, "the row is missing"));
        }
        compared += 1;
    }
    orphans(conn).await?;
    Ok(compared)
}

/// Rows of units that have no stream at all.
async fn orphans(conn: &mut AnyConnection) -> Result<(), AuditError> {
    for table in projections().into_iter().filter(|table| table.is_owned()) {
        let road = if *table == BALANCES { " AND account NOT LIKE 'transit/%'" } else { "" };
        let text = format!("{} NOT IN (SELECT unit FROM heads){road} LIMIT 1", select(table, "unit"));
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_optional(&mut *conn).await?;
        if let Some(row) = row {
            let values = read_row(&row, table)?;
            return Err(differs(RowView { table, values: &values }, "the row's unit has no stream"));
        }
    }
    Ok(())
}

fn same(found: RowView<'_>, wanted: &[Value]) -> Result<(), AuditError> {
    let columns = found.table.columns.iter().zip(found.values.iter().zip(wanted));
    let different: Vec<&str> =
        columns.filter(|(_, (found, wanted))| found != wanted).map(|((name, _), _)| *name).collect();
    if different.is_empty() { Ok(()) } else { Err(differs(found, &format!("other {}", different.join(", ")))) }
}

fn differs(row: RowView<'_>, what: &str) -> AuditError {
    Difference::Row { table: row.table.name, key: key(row), what: what.to_owned() }.into()
}

fn key(row: RowView<'_>) -> String {
    let parts = row.values.iter().take(row.table.key).map(|value| match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Bytes(bytes) => hex::encode(bytes.as_slice()),
        Value::Null => "null".to_owned(),
    });
    parts.collect::<Vec<_>>().join("|")
}

/// Every row of every projection as text, sorted: two databases with the same dump hold the same tables.
///
/// # Errors
/// [`DbError`].
pub async fn dump(conn: &mut AnyConnection) -> Result<Vec<String>, DbError> {
    let mut lines = Vec::new();
    for table in projections() {
        for row in &sqlx::query(sqlx::AssertSqlSafe(select(table, "1 = 1"))).fetch_all(&mut *conn).await? {
            lines.push(format!("{}: {:?}", table.name, read_row(row, table)?));
        }
    }
    lines.sort_unstable();
    Ok(lines)
}
