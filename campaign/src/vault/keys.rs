//! Reading people's data keys, and destroying one.

use sqlx::{AnyPool, Connection as _, Row as _};

use super::{DataKey, Vault};
use crate::db::{Db, DbError, Engine};
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

/// Erases a person: destroys the data key and what was made from the data, in one transaction. The journal's chain and
/// the sealed texts stay, and nobody can read them any more. Backups must be treated alike, and what the
/// database holds of moved and deleted rows until a vacuum. None when there was no key: the person is unknown or was
/// erased before.
///
/// # Errors
/// [`DbError`]; before the commit nothing was erased.
pub async fn erase(db: &Db, person: &PersonId) -> Result<Option<Erased>, DbError> {
    let mut conn = db.open_writer().await?;
    if db.engine() == Engine::Sqlite {
        // A deleted row is written over, not only let go.
        sqlx::raw_sql("PRAGMA secure_delete = ON").execute(&mut conn).await?;
    }
    sqlx::raw_sql(db.engine().begin()).execute(&mut conn).await?;
    let mut erase = async |text: &'static str| {
        let done = sqlx::query(text).bind(person.as_str().to_owned()).execute(&mut conn).await?;
        Ok::<_, DbError>(done.rows_affected() > 0)
    };
    let held = erase("DELETE FROM person_keys WHERE person = $1").await?;
    erase("DELETE FROM person_tokens WHERE person = $1").await?;
    sqlx::raw_sql("COMMIT").execute(&mut conn).await?;
    let mut erased = Erased::Here;
    if db.engine() == Engine::Sqlite {
        // Older pages with the row in them lie in the log until it begins anew; who reads just now puts that off.
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut conn).await?;
        if row.try_get::<i64, _>(0)? != 0 {
            erased = Erased::LogHoldsIt;
        }
    }
    conn.close().await?;
    Ok(held.then_some(erased))
}

/// How far an erased person is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// From the database and its log.
    Here,
    /// SQLite's log holds the key until it begins anew: somebody was reading.
    LogHoldsIt,
}

/// Whether this master key is the one of the database: the one that was there at the first start, and under which the
/// data keys open. The first process to ask of an empty database says which it is; so a second one beside it must have the
/// same, and a new key made because the old was lost, which opens nothing, is noticed.
///
/// # Errors
/// [`DbError`].
pub async fn fits(db: &Db, vault: &Vault) -> Result<bool, DbError> {
    let row = sqlx::query("SELECT person, wrapped FROM person_keys LIMIT 1").fetch_optional(db.read()).await?;
    if let Some(row) = row {
        let (person, wrapped): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        if !PersonId::parse(&person).is_ok_and(|person| vault.unwrap_key(&person, &wrapped).is_some()) {
            return Ok(false);
        }
    }
    let own = vault.check();
    if let Some(first) = first(db).await? {
        return Ok(first == own);
    }
    let mut writer = db.open_writer().await?;
    // Of two first starts at once one writes, and both read what it wrote.
    let text = "INSERT INTO vault_check (id, mac) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    sqlx::query(text).bind(own.clone()).execute(&mut writer).await?;
    writer.close().await?;
    Ok(first(db).await? == Some(own))
}

async fn first(db: &Db) -> Result<Option<String>, DbError> {
    let row = sqlx::query("SELECT mac FROM vault_check WHERE id = 1").fetch_optional(db.read()).await?;
    row.map(|row| row.try_get(0).map_err(DbError::from)).transpose()
}
