//! A table as the writing side knows it.

use super::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `TEXT`
    Text,
    /// `BIGINT`
    Int,
    /// `DOUBLE PRECISION`
    Real,
    /// `BYTEA`
    Bytes,
}

/// A column: its name and what it holds.
pub type Column = (&'static str, Kind);

/// A table that is written by multi-row statements.
///
/// A projection has a column `unit` that names the stream the row belongs to: **one row, one stream**. An update by any
/// other stream is refused like a broken constraint. That is why the order in which `replay` walks the streams does not
/// matter. Two kinds of row are written by more than one stream, each in a way that does not depend on order:
/// [`super::Changes::create`] (the first writing only makes the row, its owner overwrites it: doses on the road) and
/// [`super::Changes::agree`] (all writers must say exactly the same: a lot's expiry date).
///
/// Declare tables as `static`; the address is the identity.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// All columns, those of the primary key first, in the order in which rows give their values.
    pub columns: &'static [Column],
    /// How many leading columns form the primary key.
    pub key: usize,
    /// Columns that stay as the row was made, beside key and `unit`. An upsert leaves them alone: SQLite would write each
    /// index they stand in anew, even for the same value.
    pub fixed: &'static [&'static str],
}

impl Table {
    /// The place of a column.
    pub fn index(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| *name == column)
    }

    /// Has it an owner?
    pub fn is_owned(&self) -> bool {
        self.index("unit").is_some()
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        std::ptr::eq(self, other)
    }
}

/// A row with its table, readable by column name. The same view is made of rows read from the database and of rows that
/// are about to be written, so facts are decoded in one place.
#[derive(Debug, Clone, Copy)]
pub struct RowView<'a> {
    /// The table.
    pub table: &'static Table,
    /// Its values, in the order of the columns.
    pub values: &'a [Value],
}

impl<'a> RowView<'a> {
    /// The value of a column; [`Value::Null`] where there is none of that name.
    pub fn get(&self, column: &str) -> &'a Value {
        self.table.index(column).and_then(|index| self.values.get(index)).unwrap_or(&Value::Null)
    }

    /// A text column.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        self.get(column).as_text()
    }

    /// A number column.
    pub fn int(&self, column: &str) -> Option<i64> {
        self.get(column).as_int()
    }

    /// A text column as an id or anything else that reads from text.
    pub fn parse<T: std::str::FromStr>(&self, column: &str) -> Option<T> {
        self.text(column)?.parse().ok()
    }

    /// A text column as a day.
    pub fn date(&self, column: &str) -> Option<specs::time::Date> {
        specs::time::Date::parse(self.text(column)?)
    }
}
