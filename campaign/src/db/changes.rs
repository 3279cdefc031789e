//! The rows a batch of events changes, collected so that each table is written by one multi-row statement.

use std::collections::HashMap;
use std::sync::Arc;

use super::{RowView, Table, Value};

/// Rows to be written, last write per key wins.
///
/// Rows are whole and absolute: writing one twice is writing it once.
#[derive(Debug, Default)]
pub struct Changes {
    pub(super) tables: Vec<TableChanges>,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Written by its owner, whatever was there.
    Upsert,
    /// Made where there is none; left alone where there is one.
    Create,
    /// Made where there is none; must be exactly the same where there is one.
    Agree,
    /// Removed.
    Delete,
}

#[derive(Debug)]
pub(super) struct TableChanges {
    pub(super) table: &'static Table,
    pub(super) rows: Vec<(Act, Vec<Value>)>,
    by_key: HashMap<Key, usize>,
}

/// The primary key of a row, for lookups inside a batch.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Text(Arc<String>),
    Texts(Arc<String>, Arc<String>),
    Other(Vec<KeyPart>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum KeyPart {
    Text(Arc<String>),
    Int(i64),
    Bytes(Arc<Vec<u8>>),
    Null,
}

impl Changes {
    /// An empty collection.
    pub fn new() -> Changes {
        Changes::default()
    }

    /// Writes the whole row, which belongs to the stream that says it.
    pub fn upsert(&mut self, table: &'static Table, row: Vec<Value>) {
        self.put(table, Act::Upsert, row);
    }

    /// Makes the row unless it is there. Never overwrites, neither in the database nor in this collection.
    pub fn create(&mut self, table: &'static Table, row: Vec<Value>) {
        self.put(table, Act::Create, row);
    }

    /// Makes the row; where it is there, it must say the same (columns that are not NULL), or the command fails.
    pub fn agree(&mut self, table: &'static Table, row: Vec<Value>) {
        self.put(table, Act::Agree, row);
    }

    /// Removes the row with that key, if it is there.
    pub fn delete(&mut self, table: &'static Table, key: Vec<Value>) {
        debug_assert_eq!(key.len(), table.key, "key of {}", table.name);
        self.put(table, Act::Delete, key);
    }

    /// True when nothing was collected.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|changes| changes.rows.is_empty())
    }

    /// How many rows were collected.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|changes| changes.rows.len()).sum()
    }

    /// The rows that will stand in the database, table by table.
    pub fn rows(&self) -> impl Iterator<Item = RowView<'_>> {
        self.tables.iter().flat_map(|changes| {
            changes
                .rows
                .iter()
                .filter(|(act, _)| *act != Act::Delete)
                .map(|(_, values)| RowView { table: changes.table, values })
        })
    }

    /// Takes over what another collection holds, as if it had been collected here, later.
    pub fn append(&mut self, later: &mut Changes) {
        for changes in &mut later.tables {
            changes.by_key.clear();
            for (act, row) in changes.rows.drain(..) {
                self.put(changes.table, act, row);
            }
        }
    }

    fn put(&mut self, table: &'static Table, act: Act, row: Vec<Value>) {
        debug_assert!(act == Act::Delete || row.len() == table.columns.len(), "row of {}", table.name);
        let index = match self.tables.iter().position(|changes| changes.table == table) {
            Some(index) => index,
            None => {
                self.tables.push(TableChanges { table, rows: Vec::new(), by_key: HashMap::new() });
                self.tables.len() - 1
            }
        };
        let owner = table.index("unit");
        let changes = &mut self.tables[index];
        match changes.by_key.entry(key(&row[..table.key.min(row.len())])) {
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(changes.rows.len());
                changes.rows.push((act, row));
            }
            std::collections::hash_map::Entry::Occupied(found) => {
                let old = &mut changes.rows[*found.get()];
                match (old.0, act) {
                    // A row that is there stays as it is.
                    (Act::Upsert | Act::Create | Act::Agree, Act::Create) => {}
                    // Two streams of one batch that do not agree, or have taken one id for two rows: let the database see
                    // both and refuse.
                    (Act::Agree, Act::Agree) if old.1 != row => changes.rows.push((act, row)),
                    (Act::Upsert, Act::Upsert) if owner.is_some_and(|at| old.1[at] != row[at]) => {
                        changes.rows.push((act, row));
                    }
                    (_, act) => *old = (act, row),
                }
            }
        }
    }
}

fn key(values: &[Value]) -> Key {
    match values {
        [Value::Text(one)] => Key::Text(Arc::clone(one)),
        [Value::Text(one), Value::Text(two)] => Key::Texts(Arc::clone(one), Arc::clone(two)),
        _ => Key::Other(
            values
                .iter()
                .map(|value| match value {
                    Value::Text(text) => KeyPart::Text(Arc::clone(text)),
                    Value::Int(number) => KeyPart::Int(*number),
                    Value::Bytes(bytes) => KeyPart::Bytes(Arc::clone(bytes)),
                    Value::Real(number) => KeyPart::Int(i64::from_ne_bytes(number.to_ne_bytes())),
                    Value::Null => KeyPart::Null,
                })
                .collect(),
        ),
    }
}
