//! What a keeper knows beside the states of its units, and how long that holds.
//!
//! On SQLite a keeper is the only writer but for logins, leases and other processes, and the database tells whether another
//! connection has written (`PRAGMA data_version`). As long as none has, what was read stays true, and what the keeper wrote
//! itself it has learnt; so nothing is read twice. On PostgreSQL others write all the time, and each batch begins anew.

use std::sync::Arc;

use sqlx::{AnyConnection, Row as _};

use crate::db::{DbError, Engine};
use crate::facts::Facts;
use crate::vault::{Keyring, Vault};

/// Above so many facts and keys all of them are forgotten.
const MOST: usize = 16_384;

/// Facts, and the data keys under which people's records were read.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) facts: Facts,
    pub(super) keys: Keyring,
    vault: Arc<Vault>,
    /// What SQLite said when the last batch began, on the same connection.
    version: Option<i64>,
}

impl Known {
    /// Nothing.
    pub(super) fn nothing(vault: &Arc<Vault>) -> Known {
        let keys = Keyring::new(Arc::clone(vault));
        Known { facts: Facts::default(), keys, vault: Arc::clone(vault), version: None }
    }

    /// Begins a writing transaction. Tells whether all that was known when the last batch was written still holds, facts
    /// and heads of units alike; otherwise no facts are known now.
    ///
    /// # Errors
    /// [`DbError`].
    pub(super) async fn begin(&mut self, engine: Engine, conn: &mut AnyConnection) -> Result<bool, DbError> {
        let version = match engine {
            Engine::Sqlite => {
                let text = format!("{}; PRAGMA data_version", engine.begin());
                let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
                rows.first().map(|row| row.try_get(0)).transpose()?
            }
            Engine::Postgres => {
                sqlx::raw_sql(engine.begin()).execute(conn).await?;
                None
            }
        };
        let holds = version.is_some() && version == self.version;
        if !holds || self.facts.len() + self.keys.len() > MOST {
            self.forget();
        }
        self.version = version;
        Ok(holds)
    }

    /// Forgets everything: what was learnt may not have been written, or the connection is another one now.
    pub(super) fn forget(&mut self) {
        *self = Known::nothing(&self.vault);
    }
}
