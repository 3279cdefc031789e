//! Multi-row statements: few texts, prepared once per connection, whatever the number of rows.
//!
//! A statement through sqlx costs 65 to 100 microseconds whatever it does, so a group of rows is one statement. How the
//! rows come into it is what differs between the engines ([`super::given`]), and on PostgreSQL one statement carries several
//! of them. The texts are made once and kept for the life of the program; there are few, so that they stay prepared.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, Row as _};

use super::changes::Act;
use super::given::{Given, column_names};
use super::table::Column;
use super::{Changes, DbError, Kind, Table, Value};

/// Most rows in one statement, a power of two. Both engines take more than 32,000 values; no table has 128 columns.
const MOST_ROWS: usize = 256;

/// Writes collected rows, one multi-row statement per table and group.
///
/// # Errors
/// [`DbError::Constraint`] when a row belongs to another stream or breaks a constraint; then the transaction is lost.
pub async fn flush(conn: &mut AnyConnection, changes: Changes) -> Result<(), DbError> {
    write_all(conn, changes.into_writes()).await
}

/// Rows of one table, and what is to be done with them.
#[derive(Debug)]
pub struct Write {
    /// The table.
    pub table: &'static Table,
    /// What is done.
    pub verb: Verb,
    /// Whole rows; of those to be deleted only the keys.
    pub rows: Vec<Vec<Value>>,
}

impl Changes {
    /// What is to be written, table by table.
    pub(crate) fn into_writes(self) -> Vec<Write> {
        let mut writes: Vec<Write> = Vec::new();
        for mut changes in self.tables {
            // Removals first, since a unique index may wait for the place.
            changes.rows.sort_by_key(|(act, _)| *act != Act::Delete);
            for (act, row) in changes.rows {
                let (table, verb) = (changes.table, Verb::from(act));
                match writes.last_mut() {
                    Some(last) if last.table == table && last.verb == verb => last.rows.push(row),
                    _ => writes.push(Write { table, verb, rows: vec![row] }),
                }
            }
        }
        writes
    }
}

/// What a multi-row statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Plain insert: a row that is there is an error.
    Insert,
    /// Insert or replace, by the row's owner only.
    Upsert,
    /// Insert where there is none.
    Create,
    /// Insert, or find exactly the same.
    Agree,
    /// Remove by key, if it is there.
    Delete,
    /// Move the heads of streams, each only from the place its keeper had seen.
    MoveHead,
}

impl From<Act> for Verb {
    fn from(act: Act) -> Verb {
        match act {
            Act::Upsert => Verb::Upsert,
            Act::Create => Verb::Create,
            Act::Agree => Verb::Agree,
            Act::Delete => Verb::Delete,
        }
    }
}

/// Writes rows of one table with one verb.
///
/// # Errors
/// See [`write_all`].
pub async fn write_rows(
    conn: &mut AnyConnection,
    table: &'static Table,
    verb: Verb,
    rows: Vec<Vec<Value>>,
) -> Result<(), DbError> {
    write_all(conn, vec![Write { table, verb, rows }]).await
}

/// Writes all of this, with as few statements as the engine allows.
///
/// # Errors
/// See [`flush`]; [`DbError::Stale`] when a head had moved.
pub async fn write_all(conn: &mut AnyConnection, writes: Vec<Write>) -> Result<(), DbError> {
    let writes = writes.into_iter().filter(|write| !write.rows.is_empty());
    match Given::of(conn) {
        Given::Values => one_by_one(conn, writes).await,
        Given::Arrays => together(conn, writes).await,
    }
}

/// A statement for each table and group of rows. While the database works on one, the values of the next are put together.
async fn one_by_one(conn: &mut AnyConnection, writes: impl Iterator<Item = Write>) -> Result<(), DbError> {
    let mut statements = writes.flat_map(|Write { table, verb, rows }| {
        let mut rows = rows.into_iter();
        std::iter::from_fn(move || {
            let count = rows.len().min(MOST_ROWS);
            (count > 0).then(|| {
                let rows = rows.by_ref().take(count).collect();
                Statement::of(Write { table, verb, rows }, Given::Values)
            })
        })
    });
    let mut next = statements.next();
    while let Some(statement) = next {
        let (done, following) = tokio::join!(biased; statement?.run(conn), async { statements.next() });
        done?;
        next = following;
    }
    Ok(())
}

/// A statement for each run of writes to different tables: PostgreSQL carries out what stands in a WITH whether it is asked
/// for or not.
async fn together(conn: &mut AnyConnection, writes: impl Iterator<Item = Write>) -> Result<(), DbError> {
    let mut runs: Vec<Vec<Write>> = Vec::new();
    for write in writes {
        let joins = |other: &Write| other.table != write.table;
        match runs.last_mut() {
            Some(run) if run.iter().all(joins) => run.push(write),
            _ => runs.push(vec![write]),
        }
    }
    for mut run in runs {
        if run.len() == 1 {
            for write in run {
                Statement::of(write, Given::Arrays)?.run(conn).await?;
            }
            continue;
        }
        // Always in the same order, so that there are few texts.
        run.sort_unstable_by_key(|write| write.table.name);
        let shape = Shape::Together { writes: run.iter().map(|write| (write.table.name, write.verb)).collect() };
        let text = cached(shape, || together_text(&run));
        let mut arguments = AnyArguments::default();
        let mut checks = Vec::with_capacity(run.len());
        for Write { table, verb, rows } in run {
            let count = rows.len();
            Given::Arrays.bind(&mut arguments, columns(table, verb), rows)?;
            checks.push((table, verb, count));
        }
        let written = sqlx::query_with(text, arguments).fetch_one(&mut *conn).await?;
        let mut checks: Vec<_> = checks.into_iter().enumerate().collect();
        // Whoever lost the race for a stream is to hear of that, and not of what came of it.
        checks.sort_by_key(|(_, (_, verb, _))| *verb != Verb::MoveHead);
        for (index, (table, verb, count)) in checks {
            check(table, verb, count, written.try_get::<i64, _>(index)?.unsigned_abs())?;
        }
    }
    Ok(())
}

fn together_text(run: &[Write]) -> String {
    let mut places = 0;
    let mut parts = Vec::with_capacity(run.len());
    for (number, write) in run.iter().enumerate() {
        let text = statement_text(write.table, write.verb, 0, Given::Arrays, places);
        parts.push(format!("w{number} AS ({text} RETURNING 1)"));
        places += columns(write.table, write.verb).len();
    }
    let counts: Vec<_> = (0..run.len()).map(|number| format!("(SELECT COUNT(*) FROM w{number})")).collect();
    format!("WITH {} SELECT {}", parts.join(", "), counts.join(", "))
}

/// One statement, with the values of its rows.
struct Statement {
    table: &'static Table,
    verb: Verb,
    text: &'static str,
    arguments: AnyArguments,
    count: usize,
}

impl Statement {
    fn of(write: Write, given: Given) -> Result<Statement, DbError> {
        let Write { table, verb, rows } = write;
        let (count, size) = (rows.len(), given.size(rows.len()));
        let text = cached(Shape::Rows { table: table.name, verb, size, given }, || {
            statement_text(table, verb, size, given, 0)
        });
        let mut arguments = AnyArguments::default();
        given.bind(&mut arguments, columns(table, verb), rows)?;
        Ok(Statement { table, verb, text, arguments, count })
    }

    async fn run(self, conn: &mut AnyConnection) -> Result<(), DbError> {
        let done = sqlx::query_with(self.text, self.arguments).execute(conn).await?;
        check(self.table, self.verb, self.count, done.rows_affected())
    }
}

/// Whether as many rows were written as were to be.
fn check(table: &'static Table, verb: Verb, count: usize, written: u64) -> Result<(), DbError> {
    if verb == Verb::Delete || verb == Verb::Create || written == count as u64 {
        return Ok(());
    }
    Err(match verb {
        Verb::MoveHead => DbError::Stale { detail: "a stream's head had moved".to_owned() },
        _ => DbError::Constraint { constraint: format!("{}_of_another", table.name) },
    })
}

/// The columns of which a write has values.
fn columns(table: &'static Table, verb: Verb) -> &'static [Column] {
    if verb == Verb::Delete { &table.columns[..table.key] } else { table.columns }
}

/// Reads the rows of a table whose `column` (text) is one of `ids`; values in the order of the table's columns.
///
/// # Errors
/// [`DbError`].
pub async fn lookup(
    conn: &mut AnyConnection,
    table: &'static Table,
    column: &'static str,
    ids: &[&str],
) -> Result<Vec<Vec<Value>>, DbError> {
    let rows = fetch_in(conn, &select(table, column), "", ids).await?;
    rows.iter().map(|row| read_row(row, table)).collect()
}

/// Reads the rows of `{select} IN (ids){tail}`, group by group.
///
/// # Errors
/// [`DbError`].
pub async fn fetch_in(
    conn: &mut AnyConnection,
    select: &str,
    tail: &str,
    ids: &[&str],
) -> Result<Vec<AnyRow>, DbError> {
    let mut found = Vec::new();
    let given = Given::of(conn);
    for group in ids.chunks(MOST_ROWS) {
        let size = given.size(group.len());
        let text = cached(Shape::In { select: select.to_owned(), tail: tail.to_owned(), size, given }, || {
            format!("{select}{}{tail}", given.ids(size))
        });
        let query = sqlx::query_with(text, given.bind_ids(group)?);
        found.append(&mut query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// Reads a row whose columns are those of the table, in order.
///
/// # Errors
/// [`DbError::Inconsistent`] when a column holds something else.
pub(crate) fn read_row(row: &AnyRow, table: &'static Table) -> Result<Vec<Value>, DbError> {
    let read = |index: usize, kind: Kind| -> Result<Value, sqlx::Error> {
        Ok(match kind {
            Kind::Text => row.try_get::<Option<String>, _>(index)?.into(),
            Kind::Int => row.try_get::<Option<i64>, _>(index)?.into(),
            Kind::Real => row.try_get::<Option<f64>, _>(index)?.into(),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(index)?.into(),
        })
    };
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(index, (name, kind))| {
            read(index, *kind)
                .map_err(|error| DbError::Inconsistent { detail: format!("{}.{name}: {error}", table.name) })
        })
        .collect()
}

/// `SELECT columns FROM table WHERE column`, to be followed by an operator.
pub(crate) fn select(table: &'static Table, column: &str) -> String {
    format!("SELECT {} FROM {} WHERE {column}", names(table.columns), table.name)
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Shape {
    Rows { table: &'static str, verb: Verb, size: usize, given: Given },
    In { select: String, tail: String, size: usize, given: Given },
    Together { writes: Vec<(&'static str, Verb)> },
}

/// The text of one write; its places are numbered after the first `places`.
fn statement_text(table: &'static Table, verb: Verb, size: usize, given: Given, places: usize) -> String {
    let (name, columns, key) = (table.name, table.columns, names(&table.columns[..table.key]));
    if verb == Verb::Delete {
        let rows = given.rows(&columns[..table.key], size, places);
        return format!("DELETE FROM {name} WHERE ({key}) IN (SELECT {} FROM {rows})", column_names(table.key));
    }
    let (all, rows) = (column_names(columns.len()), given.rows(columns, size, places));
    let insert = format!("INSERT INTO {name} ({}) SELECT {all} FROM {rows}", names(columns));
    let set = |columns: &[(&str, Kind)]| {
        columns.iter().map(|(column, _)| format!("{column} = excluded.{column}")).collect::<Vec<_>>().join(", ")
    };
    let rest = &columns[table.key..];
    match verb {
        Verb::Insert | Verb::Delete => insert,
        Verb::Create => format!("{insert} ON CONFLICT ({key}) DO NOTHING"),
        Verb::Agree => {
            let same = columns.iter().map(|(column, _)| format!("{name}.{column} = excluded.{column}"));
            let same = same.collect::<Vec<_>>().join(" AND ");
            format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {} WHERE {same}", set(&columns[..1]))
        }
        Verb::Upsert => {
            let owned = rest.iter().any(|(column, _)| *column == "unit");
            let guard = if owned { format!(" WHERE {name}.unit = excluded.unit") } else { String::new() };
            // The guard says that the unit stays, too.
            let stays = |column: &str| column == "unit" || table.fixed.contains(&column);
            let rest: Vec<_> = rest.iter().copied().filter(|(column, _)| !stays(column)).collect();
            let rest = if rest.is_empty() { &columns[..1] } else { &rest };
            format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {}{guard}", set(rest))
        }
        Verb::MoveHead => {
            format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {} WHERE {name}.seq = excluded.prev_seq", set(rest))
        }
    }
}

fn cached(shape: Shape, make: impl FnOnce() -> String) -> &'static str {
    static TEXTS: LazyLock<RwLock<HashMap<Shape, &'static str>>> = LazyLock::new(RwLock::default);
    if let Some(text) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&shape) {
        return text;
    }
    // Leaked on purpose: there are few shapes, and sqlx takes texts that live as long as the program.
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    texts.entry(shape).or_insert_with(|| make().leak())
}

fn names(columns: &[(&str, Kind)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
