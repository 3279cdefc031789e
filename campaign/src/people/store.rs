//! The tables of the register (their columns stand in `facts::tables`), and how people are found in it.

use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use super::{Event, Record, search};
use crate::clock::Timestamp;
use crate::db::{Changes, DbError, Value};
use crate::facts::tables::{PEOPLE, PERSON_TOKENS};
use crate::ids::PersonId;
use crate::journal::Meta;
use crate::unit::UnitState;
use crate::vault::{Keyring, RECORD, Token};

macro_rules! find {
    ($tokens:literal, $count:literal) => {
        concat!(
            "SELECT id, unit, sealed, registered_at FROM people WHERE id IN (SELECT person FROM person_tokens ",
            "WHERE token IN (",
            $tokens,
            ") GROUP BY person HAVING COUNT(*) = ",
            $count,
            ") ORDER BY registered_at, id LIMIT 50"
        )
    };
}
/// The rows an event changes. Search tokens are made from the opened record: without the person's key there are none.
pub fn project(event: &Event, meta: &Meta, _unit: &UnitState, keys: &Keyring, changes: &mut Changes) {
    match event {
        Event::PersonRegistered { person, sealed, .. } => {
            let row = vec![
                Value::from(person),
                Value::from(&meta.unit),
                Value::from(sealed),
                Value::from(meta.at),
                Value::from(meta.at),
            ];
            changes.upsert(&PEOPLE, row);
            let record = keys.open(person, RECORD, sealed.as_str());
            let record: Option<Record> = record.and_then(|json| serde_json::from_slice(&json).ok());
            for (kind, term) in record.iter().flat_map(search::terms) {
                let token = keys.token(kind.code(), &term);
                let row =
                    vec![Value::from(&token), Value::from(person), Value::from(&meta.unit), Value::from(kind.code())];
                changes.upsert(&PERSON_TOKENS, row);
            }
        }
    }
}

/// A person as the tables hold them: sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonRow {
    /// Who.
    pub person: String,
    /// The unit that registered them.
    pub unit: String,
    /// The [`Record`], sealed.
    pub sealed: String,
    /// When.
    pub registered_at: Timestamp,
}

/// One person.
///
/// # Errors
/// [`DbError`].
pub async fn person(db: &AnyPool, person: &PersonId) -> Result<Option<PersonRow>, DbError> {
    let text = "SELECT id, unit, sealed, registered_at FROM people WHERE id = $1";
    let row = sqlx::query(text).bind(person.as_str().to_owned()).fetch_optional(db).await?;
    row.as_ref().map(person_row).transpose()
}

/// People who carry every one of these tokens (at most six are looked at), at most 50, oldest registration first. No tokens,
/// no people.
///
/// # Errors
/// [`DbError`].
pub async fn find(db: &AnyPool, tokens: &[Token]) -> Result<Vec<PersonRow>, DbError> {
    let mut tokens: Vec<&Token> = tokens.iter().take(6).collect();
    tokens.sort_unstable();
    tokens.dedup();
    let Some(text) = tokens.len().checked_sub(1).and_then(|index| FIND.get(index)) else { return Ok(Vec::new()) };
    let mut query = sqlx::query(*text);
    for token in &tokens {
        query = query.bind(token.as_str().to_owned());
    }
    query.fetch_all(db).await?.iter().map(person_row).collect()
}

/// One text per number of tokens, since the number of placeholders is part of it.
const FIND: [&str; 6] = [
    find!("$1", "1"),
    find!("$1, $2", "2"),
    find!("$1, $2, $3", "3"),
    find!("$1, $2, $3, $4", "4"),
    find!("$1, $2, $3, $4, $5", "5"),
    find!("$1, $2, $3, $4, $5, $6", "6"),
];

fn person_row(row: &AnyRow) -> Result<PersonRow, DbError> {
    Ok(PersonRow {
        person: row.try_get(0)?,
        unit: row.try_get(1)?,
        sealed: row.try_get(2)?,
        registered_at: Timestamp(row.try_get(3)?),
    })
}
