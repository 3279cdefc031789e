//! How rows and ids are given to a statement: the one thing in which its text differs between the engines.
//!
//! * SQLite takes a place for each value. The text is made for the next power of two of rows, and the places left over are
//!   NULL. Its places have no names: SQLite looks for the name of each numbered one in a list of all of them, so that a
//!   statement of 1,000 values spends its time on half a million comparisons.
//! * PostgreSQL takes an array for each column, written as one text. Of places it would set up an expression each, every
//!   time, which costs more than the rows; and a text of arrays serves any number of rows.

use std::fmt::Write as _;
use std::sync::Arc;

use sqlx::any::AnyArguments;
use sqlx::{AnyConnection, Arguments as _};

use super::table::Column;
use super::{DbError, Kind, Value};

/// The way of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Given {
    /// A place for each value.
    Values,
    /// An array for each column.
    Arrays,
}

impl Given {
    /// The way of the engine behind a connection.
    pub(super) fn of(conn: &AnyConnection) -> Given {
        if conn.backend_name() == "SQLite" { Given::Values } else { Given::Arrays }
    }

    /// For how many rows the text is made that takes so many; 0 is any number.
    pub(super) fn size(self, count: usize) -> usize {
        match self {
            Given::Values => count.next_power_of_two(),
            Given::Arrays => 0,
        }
    }

    /// What stands after FROM for rows of these columns, up to the condition; the columns are called `column1` and so
    /// on. Numbered places begin after the first `places`.
    pub(super) fn rows(self, columns: &[Column], size: usize, places: usize) -> String {
        match self {
            // Both engines name the columns of VALUES so. The first column of every table is in its key.
            Given::Values => {
                let row = format!("({})", vec!["?"; columns.len()].join(", "));
                format!("(VALUES {}) AS given WHERE column1 IS NOT NULL", vec![row.as_str(); size].join(", "))
            }
            Given::Arrays => {
                let arrays = columns.iter().zip(places + 1..).map(|((_, kind), number)| array(number, *kind));
                format!("unnest({}) AS given ({})", join(arrays), column_names(columns.len()))
            }
        }
    }

    /// What stands after a text column that is to be one of so many ids.
    pub(super) fn ids(self, size: usize) -> String {
        match self {
            Given::Values => format!(" IN ({})", vec!["?"; size].join(", ")),
            Given::Arrays => format!(" = ANY({})", array(1, Kind::Text)),
        }
    }

    /// Adds the values of these rows for a text of [`Given::rows`].
    ///
    /// # Errors
    /// [`DbError::Inconsistent`] when the driver does not take one.
    pub(super) fn bind(
        self,
        arguments: &mut AnyArguments,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> Result<(), DbError> {
        match self {
            Given::Values => {
                let (count, size) = (rows.len(), self.size(rows.len()));
                arguments.reserve(size * columns.len(), 0);
                let values = rows.into_iter().flat_map(|row| row.into_iter().zip(columns));
                let left_over = (count..size).flat_map(|_| columns.iter().map(|column| (Value::Null, column)));
                values.chain(left_over).try_for_each(|(value, (_, kind))| bind(arguments, value, *kind))
            }
            Given::Arrays => {
                let mut literals = vec![String::from("{"); columns.len()];
                for row in &rows {
                    literals.iter_mut().zip(row).for_each(|(literal, value)| element(literal, value));
                }
                literals.into_iter().try_for_each(|literal| add(arguments, closed(literal)))
            }
        }
    }

    /// The ids for a text of [`Given::ids`]; places left over repeat the last.
    ///
    /// # Errors
    /// As [`Given::bind`].
    pub(super) fn bind_ids(self, ids: &[&str]) -> Result<AnyArguments, DbError> {
        let mut arguments = AnyArguments::default();
        match self {
            Given::Values => {
                let left_over = ids.last().into_iter().cycle();
                let ids = ids.iter().chain(left_over).take(self.size(ids.len()));
                ids.copied().try_for_each(|id| add(&mut arguments, id.to_owned()))?;
            }
            Given::Arrays => {
                let mut literal = String::from("{");
                ids.iter().for_each(|id| quoted(&mut literal, id));
                add(&mut arguments, closed(literal))?;
            }
        }
        Ok(arguments)
    }
}

/// The names of so many columns of [`Given::rows`].
pub(super) fn column_names(count: usize) -> String {
    join((1..=count).map(|number| format!("column{number}")))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// The Any driver knows no arrays, so they are cast from text.
fn array(number: usize, kind: Kind) -> String {
    let kind = match kind {
        Kind::Text => "text",
        Kind::Int => "bigint",
        Kind::Real => "double precision",
        Kind::Bytes => "bytea",
    };
    format!("CAST(${number} AS {kind}[])")
}

/// Adds an element and a comma to an array that is being written.
fn element(literal: &mut String, value: &Value) {
    match value {
        Value::Null => literal.push_str("NULL,"),
        Value::Int(number) => {
            // Writing into a string cannot fail.
            let _ = write!(literal, "{number},");
        }
        Value::Real(number) => {
            let _ = write!(literal, "{number},");
        }
        Value::Text(text) => quoted(literal, text),
        Value::Bytes(bytes) => {
            literal.push_str("\"\\\\x");
            literal.push_str(&hex::encode(bytes.as_slice()));
            literal.push_str("\",");
        }
    }
}

fn quoted(literal: &mut String, text: &str) {
    literal.push('"');
    for part in text.split_inclusive(['"', '\\']) {
        // The mark to be escaped, if there is one, stands at the end of its part.
        match part.char_indices().next_back() {
            Some((at, mark @ ('"' | '\\'))) => literal.extend([&part[..at], "\\", mark.encode_utf8(&mut [0; 4])]),
            _ => literal.push_str(part),
        }
    }
    literal.push_str("\",");
}

fn closed(mut literal: String) -> String {
    if literal.ends_with(',') {
        literal.pop();
    }
    literal.push('}');
    literal
}

fn bind(arguments: &mut AnyArguments, value: Value, kind: Kind) -> Result<(), DbError> {
    match value {
        // NULL carries the column's type. The Any driver has the two widths of floating point NULLs crossed (sqlx-core
        // 0.9.0, any/arguments.rs).
        Value::Null => match kind {
            Kind::Text => add(arguments, None::<String>),
            Kind::Int => add(arguments, None::<i64>),
            Kind::Real => add(arguments, None::<f32>),
            Kind::Bytes => add(arguments, None::<Vec<u8>>),
        },
        Value::Int(number) => add(arguments, number),
        Value::Real(number) => add(arguments, number),
        Value::Text(text) => add(arguments, Arc::unwrap_or_clone(text)),
        Value::Bytes(bytes) => add(arguments, Arc::unwrap_or_clone(bytes)),
    }
}

fn add<'q, T>(arguments: &mut AnyArguments, value: T) -> Result<(), DbError>
where
    T: sqlx::Encode<'q, sqlx::Any> + sqlx::Type<sqlx::Any>,
{
    arguments.add(value).map_err(|error| DbError::Inconsistent { detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_carries_every_value_as_it_is() {
        let values = [
            Value::Null,
            Value::from("NULL"),
            Value::from(""),
            Value::from(r#"{"a":"\\ Nguyễn, \"}"#),
            Value::Int(i64::MIN),
            Value::Real(-0.1),
            Value::from(vec![0_u8, 255]),
        ];
        let mut literal = String::from("{");
        values.iter().for_each(|value| element(&mut literal, value));
        let expected = r#"{NULL,"NULL","","{\"a\":\"\\\\ Nguyễn, \\\"}",-9223372036854775808,-0.1,"\\x00ff"}"#;
        assert_eq!(closed(literal), expected);
        assert_eq!(closed(String::from("{")), "{}");
    }
}
