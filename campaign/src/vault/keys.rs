//! Reading one person's data key.

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
