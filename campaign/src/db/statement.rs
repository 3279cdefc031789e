//! Multi-row statements: few texts, prepared once per connection, whatever the number of rows.
//!
//! A statement through sqlx costs 65 to 100 microseconds whatever it does, so a group of rows is one statement, of the
//! next power of two of rows: the places left over are NULL and are left out by `WHERE column1 IS NOT NULL`, since the
//! first column of every table is in its key. The texts are made once and kept for the life of the program; there are at
//! most nine per table and act, so that they stay prepared.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, Arguments as _, Row as _};

use super::changes::Act;
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

/// Writes all of this in order. While the database works on one statement, the values of the next are put together.
///
/// # Errors
/// See [`flush`]; [`DbError::Stale`] when a head had moved.
pub async fn write_all(conn: &mut AnyConnection, writes: Vec<Write>) -> Result<(), DbError> {
    let marks = Marks::of(conn);
    let mut statements = writes.into_iter().flat_map(|write| Statements::new(write, marks));
    let mut next = statements.next();
    while let Some(statement) = next {
        let (done, following) = tokio::join!(biased; statement?.run(conn), async { statements.next() });
        done?;
        next = following;
    }
    Ok(())
}

/// The statements that write rows of one table with one verb, group by group.
struct Statements {
    table: &'static Table,
    verb: Verb,
    rows: std::vec::IntoIter<Vec<Value>>,
    marks: Marks,
}

/// One of them, with the values of so many rows.
struct Statement {
    table: &'static Table,
    verb: Verb,
    text: &'static str,
    arguments: AnyArguments,
    count: usize,
}

impl Statements {
    fn new(write: Write, marks: Marks) -> Statements {
        Statements { table: write.table, verb: write.verb, rows: write.rows.into_iter(), marks }
    }
}

impl Iterator for Statements {
    type Item = Result<Statement, DbError>;

    fn next(&mut self) -> Option<Result<Statement, DbError>> {
        let (table, verb) = (self.table, self.verb);
        let count = self.rows.len().min(MOST_ROWS);
        if count == 0 {
            return None;
        }
        let size = count.next_power_of_two();
        let columns = if verb == Verb::Delete { table.key } else { table.columns.len() };
        let mut arguments = AnyArguments::default();
        arguments.reserve(size * columns, 0);
        let values = self.rows.by_ref().take(count).flat_map(|row| row.into_iter().zip(table.columns));
        let left_over = (count..size).flat_map(|_| table.columns[..columns].iter().map(|column| (Value::Null, column)));
        let bound = values.chain(left_over).try_for_each(|(value, (_, kind))| bind(&mut arguments, value, *kind));
        let text = text(table, verb, size, self.marks);
        Some(bound.map(|()| Statement { table, verb, text, arguments, count }))
    }
}

impl Statement {
    async fn run(self, conn: &mut AnyConnection) -> Result<(), DbError> {
        let Statement { table, verb, text, arguments, count } = self;
        let done = sqlx::query_with(text, arguments).execute(conn).await?;
        if verb != Verb::Delete && verb != Verb::Create && done.rows_affected() != count as u64 {
            return Err(match verb {
                Verb::MoveHead => DbError::Stale { detail: "a stream's head had moved".to_owned() },
                _ => DbError::Constraint { constraint: format!("{}_of_another", table.name) },
            });
        }
        Ok(())
    }
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

/// Runs `{select} IN ($1, ..){tail}` for groups of ids. The list of ids is filled up to one of few lengths by repeating
/// the last, so that there are few texts.
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
    let marks = Marks::of(conn);
    for group in ids.chunks(MOST_ROWS) {
        let size = group.len().next_power_of_two();
        let text = cached(Shape::In { select: select.to_owned(), tail: tail.to_owned(), size, marks }, || {
            format!("{select} IN ({}){tail}", marks.row(0, size))
        });
        let mut query = sqlx::query(text);
        for index in 0..size {
            query = query.bind(group[index.min(group.len() - 1)].to_owned());
        }
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

fn bind(arguments: &mut AnyArguments, value: Value, kind: Kind) -> Result<(), DbError> {
    match value {
        // NULL carries the column's type, because PostgreSQL fixes a parameter's type when it prepares. The Any driver
        // has the two widths of floating point NULLs crossed (sqlx-core 0.9.0, any/arguments.rs).
        Value::Null => match kind {
            Kind::Text => arguments.add(None::<String>),
            Kind::Int => arguments.add(None::<i64>),
            Kind::Real => arguments.add(None::<f32>),
            Kind::Bytes => arguments.add(None::<Vec<u8>>),
        },
        Value::Int(number) => arguments.add(number),
        Value::Real(number) => arguments.add(number),
        Value::Text(text) => arguments.add(Arc::unwrap_or_clone(text)),
        Value::Bytes(bytes) => arguments.add(Arc::unwrap_or_clone(bytes)),
    }
    .map_err(|error| DbError::Inconsistent { detail: error.to_string() })
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Shape {
    Rows { table: &'static str, verb: Verb, size: usize, marks: Marks },
    In { select: String, tail: String, size: usize, marks: Marks },
}

/// How the places of values are marked: the one thing in which these texts differ between the engines. SQLite looks for
/// the name of each numbered place in a list of all of them, so that a statement of 1,000 values spends its time on half
/// a million comparisons; places without a name cost nothing. PostgreSQL knows numbered places only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Marks {
    Numbered,
    Nameless,
}

impl Marks {
    fn of(conn: &AnyConnection) -> Marks {
        if conn.backend_name() == "SQLite" { Marks::Nameless } else { Marks::Numbered }
    }

    /// So many places after the first `from`.
    fn row(self, from: usize, count: usize) -> String {
        let mark = |number| match self {
            Marks::Numbered => format!("${number}"),
            Marks::Nameless => "?".to_owned(),
        };
        (from + 1..=from + count).map(mark).collect::<Vec<_>>().join(", ")
    }

    fn rows(self, columns: usize, rows: usize) -> String {
        (0..rows).map(|row| format!("({})", self.row(row * columns, columns))).collect::<Vec<_>>().join(", ")
    }
}

fn text(table: &'static Table, verb: Verb, size: usize, marks: Marks) -> &'static str {
    cached(Shape::Rows { table: table.name, verb, size, marks }, || {
        let (columns, key) = (table.columns, names(&table.columns[..table.key]));
        if verb == Verb::Delete {
            let rows = marks.rows(table.key, size);
            return match table.key {
                1 => format!("DELETE FROM {} WHERE {key} IN ({})", table.name, marks.row(0, size)),
                _ => format!("DELETE FROM {} WHERE ({key}) IN (VALUES {rows})", table.name),
            };
        }
        let (name, rows) = (table.name, marks.rows(columns.len(), size));
        let insert = if size == 1 {
            format!("INSERT INTO {name} ({}) VALUES {rows}", names(columns))
        } else {
            // Both engines name the columns of VALUES so.
            let numbered = (1..=columns.len()).map(|number| format!("column{number}")).collect::<Vec<_>>().join(", ");
            let from = format!("SELECT {numbered} FROM (VALUES {rows}) AS given WHERE column1 IS NOT NULL");
            format!("INSERT INTO {name} ({}) {from}", names(columns))
        };
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
                // The guard says that the unit stays; to set it would be to write the indexes that begin with it.
                let rest: Vec<_> = rest.iter().copied().filter(|(column, _)| *column != "unit").collect();
                let rest = if rest.is_empty() { &columns[..1] } else { &rest };
                format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {}{guard}", set(rest))
            }
            Verb::MoveHead => {
                format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {} WHERE {name}.seq = excluded.prev_seq", set(rest))
            }
        }
    })
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
