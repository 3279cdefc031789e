//! Reading people's data keys.

use sqlx::{AnyPool, Row as _};

use super::{DataKey, Vault};
use crate::db::DbError;
use crate::ids::PersonId;

/// The data key of a person; `None` when there is none: the person is unknown or was erased.
///
/// # Errors
/// [`DbError`]; [`DbError::Inconsistent`] when the key does not open under this master key.
pub async fn person_key(db: &AnyPool, vault: &Vault, person: &PersonId) -> Result<Option<DataKey>, DbError> {
    let text = "SELECT wrapped FROM person_keys WHERE person = $1";
    let row = sqlx::query(text).bind(person.as_str().to_owned()).fetch_optional(db).await?;
    let Some(row) = row else { return Ok(None) };
    let wrapped: Vec<u8> = row.try_get(0)?;
    let key = vault.unwrap_key(person, &wrapped);
    key.map(Some).ok_or_else(|| DbError::Inconsistent { detail: format!("the key of person {person} does not open") })
}

/// Whether the keys of a database open under this master key; true when it has none yet. A second process beside the same
/// database must have the same master key, and a new one made because the old was lost opens nothing.
///
/// # Errors
/// [`DbError`].
pub async fn fits(db: &AnyPool, vault: &Vault) -> Result<bool, DbError> {
    let row = sqlx::query("SELECT person, wrapped FROM person_keys LIMIT 1").fetch_optional(db).await?;
    let Some(row) = row else { return Ok(true) };
    let (person, wrapped): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(PersonId::parse(&person).is_ok_and(|person| vault.unwrap_key(&person, &wrapped).is_some()))
}
