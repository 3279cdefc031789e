//! The engines: SQLite in the data folder, or PostgreSQL, behind one set of SQL texts.
//!
//! [`Table`] says a table's columns once; from it come the multi-row statements that write [`Changes`] and the lookups
//! that read facts. `$1` placeholders work on both engines, and so does everything else that is used here: `ON
//! CONFLICT`, `RETURNING`, text, bigint, double precision, bytea; a boolean is a bigint 0 or 1; a sum is written
//! `CAST(SUM(x) AS BIGINT)`, because PostgreSQL sums bigints into numerics, which the Any driver does not read.

mod changes;
mod connect;
mod given;
pub mod lease;
pub(crate) mod migrations;
mod statement;
mod table;
mod value;

pub use changes::Changes;
pub use connect::{Db, DbError, Engine};
pub use statement::{Verb, Write, fetch_in, flush, lookup, write_all, write_rows};
pub(crate) use statement::{read_row, select};
pub use table::{Column, Kind, RowView, Table};
pub use value::Value;
