//! Opening a database, and what its errors mean to a keeper.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions as _, Connection as _, Executor as _};

use super::migrations;

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer.
    Sqlite,
    /// A server, many writers.
    Postgres,
}

/// What went wrong, by what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// A constraint of the database said no: the data do not fit. Retrying changes nothing.
    #[error("constraint {constraint}")]
    Constraint {
        /// Name of the constraint or index.
        constraint: String,
    },
    /// Somebody else moved first (a stream's head, a deadlock); reload and decide again.
    #[error("another writer was first: {detail}")]
    Stale {
        /// What moved.
        detail: String,
    },
    /// The database is away or out of space; whether a commit under way took place is unknown.
    #[error("database unavailable: {detail}")]
    Unavailable {
        /// What the driver says.
        detail: String,
    },
    /// The disk failed to keep what was written. Nothing may be acknowledged on top of that, not even after trying again:
    /// the system may hold pages for clean that never reached the disk.
    #[error("the disk failed: {detail}")]
    DiskFailed {
        /// What the driver says.
        detail: String,
    },
    /// The database holds what cannot be: a fault of the program or of who changed it by hand.
    #[error("database inconsistent: {detail}")]
    Inconsistent {
        /// What was found.
        detail: String,
    },
}

/// A database: where it is, and connections to read from.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Engine,
    writer: AnyConnectOptions,
    readers: AnyPool,
}

impl Db {
    /// Opens the SQLite file `campaign.sqlite` of a data folder, making it when it is not there, and brings its tables
    /// up to date.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn open_folder(data: &Path) -> Result<Db, DbError> {
        let path = data.join("campaign.sqlite");
        let encoded: String = path
            .to_string_lossy()
            .chars()
            .map(|c| match c {
                '%' => "%25".to_owned(),
                '?' => "%3F".to_owned(),
                '#' => "%23".to_owned(),
                other => other.to_string(),
            })
            .collect();
        Db::connect(&format!("sqlite://{encoded}?mode=rwc")).await
    }

    /// Opens a database by its URL, `sqlite://PATH?mode=rwc` or `postgres://...`, and brings its tables up to date.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn connect(url: &str) -> Result<Db, DbError> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let writer = options(url)?;
        // The writer comes first: it makes the file, and WAL mode belongs to the file.
        let mut first = open_writer(engine, &writer).await?;
        migrations::run(&mut first).await?;
        first.close().await.map_err(DbError::from)?;
        let pool = AnyPoolOptions::new()
            .max_connections(if engine == Engine::Sqlite { 4 } else { 8 })
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        conn.execute("PRAGMA busy_timeout = 5000").await?;
                        conn.execute("PRAGMA query_only = ON").await?;
                        conn.execute("PRAGMA cache_size = -16000").await?;
                    } else {
                        conn.execute("SET default_transaction_read_only = on").await?;
                    }
                    Ok(())
                })
            });
        let readers = pool.connect_lazy_with(options(&url.replace("mode=rwc", "mode=rw"))?);
        Ok(Db { engine, writer, readers })
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Connections that can only read.
    pub fn read(&self) -> &AnyPool {
        &self.readers
    }

    /// A connection that writes and commits durably. On SQLite there is to be one at a time, or they wait for each other.
    ///
    /// # Errors
    /// [`DbError::Unavailable`].
    pub async fn open_writer(&self) -> Result<AnyConnection, DbError> {
        open_writer(self.engine, &self.writer).await
    }

    /// Closes the reading connections.
    pub async fn close(&self) {
        self.readers.close().await;
    }
}

impl Engine {
    /// The statement that begins a writing transaction.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            // Takes the write lock now: a transaction that only reads first would fail when it comes to write.
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        }
    }
}

fn options(url: &str) -> Result<AnyConnectOptions, DbError> {
    // Each table has a text per act and power of two; the driver keeps 100 of them prepared unless told otherwise, and
    // preparing one again costs more than running it.
    let join = if url.contains('?') { '&' } else { '?' };
    let more = if url.starts_with("sqlite:") { String::new() } else { format!("{join}statement-cache-capacity=1000") };
    let options = format!("{url}{more}").parse::<AnyConnectOptions>().map_err(DbError::from)?;
    Ok(options.disable_statement_logging())
}

async fn open_writer(engine: Engine, options: &AnyConnectOptions) -> Result<AnyConnection, DbError> {
    let mut conn = AnyConnection::connect_with(options).await?;
    match engine {
        Engine::Sqlite => {
            for pragma in [
                "PRAGMA busy_timeout = 5000",
                "PRAGMA journal_mode = WAL",
                // What was acknowledged survives power loss: the log is synced at every commit.
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                // A commit that has split a page looks through the whole cache, so the cache is no larger than what is at
                // work; other pages come from the system's memory.
                "PRAGMA cache_size = -16000",
                // 64 MiB of log between two times that pages are copied from it into the database: a page that is written
                // again and again is copied once.
                "PRAGMA wal_autocheckpoint = 16000",
                // What a statement would need to take itself back is kept in memory, not in a file made for each.
                "PRAGMA temp_store = MEMORY",
            ] {
                conn.execute(pragma).await?;
            }
        }
        // The server may have been told to be careless; what is acknowledged here is on disk.
        Engine::Postgres => {
            conn.execute("SET synchronous_commit = on").await?;
            conn.execute("SET lock_timeout = '10s'").await?;
            // A writer finds rows by keys. A plan made while a table was small may read it from end to end, and a prepared
            // statement would keep that plan however large the table grows.
            conn.execute("SET enable_seqscan = off").await?;
            conn.execute("SET enable_hashjoin = off").await?;
            conn.execute("SET enable_mergejoin = off").await?;
            conn.execute("SET jit = off").await?;
            // What a statement is given does not change how its rows are found.
            conn.execute("SET plan_cache_mode = force_generic_plan").await?;
        }
    }
    Ok(conn)
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> DbError {
        let sqlx::Error::Database(found) = &error else {
            return DbError::Unavailable { detail: error.to_string() };
        };
        let code = found.code().unwrap_or_default();
        match found.kind() {
            sqlx::error::ErrorKind::UniqueViolation
            | sqlx::error::ErrorKind::CheckViolation
            | sqlx::error::ErrorKind::ForeignKeyViolation
            | sqlx::error::ErrorKind::NotNullViolation
            | sqlx::error::ErrorKind::ExclusionViolation => {
                let constraint = found.constraint().map_or_else(|| sqlite_constraint(found.message()), str::to_owned);
                // Somebody else has written the entry that was to come next in a stream, or has carried out this command.
                if constraint == "entries_pkey" || constraint == "commands_pkey" {
                    return DbError::Stale { detail: constraint };
                }
                DbError::Constraint { constraint }
            }
            _ => match &*code {
                // PostgreSQL: serialization failure, deadlock, lock not had in time.
                "40001" | "40P01" | "55P03" => DbError::Stale { detail: found.message().to_owned() },
                // PostgreSQL: two rows of one statement for one key.
                "21000" => DbError::Constraint { constraint: "two rows for one key".to_owned() },
                // PostgreSQL: a value that does not fit its column (a NUL in a text, a number too large). The message may
                // carry the value, so only the code is passed on.
                code if code.len() == 5 && code.starts_with("22") && !is_sqlite(found.as_ref()) => {
                    DbError::Constraint { constraint: format!("data_{code}") }
                }
                // SQLite: input or output failed, whatever the operation (the extended codes keep 10 in the low byte).
                code if code.parse::<u32>().is_ok_and(|code| code & 0xff == 10) && is_sqlite(found.as_ref()) => {
                    DbError::DiskFailed { detail: found.message().to_owned() }
                }
                _ => DbError::Unavailable { detail: format!("{} ({code})", found.message()) },
            },
        }
    }
}

fn is_sqlite(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
}

/// SQLite names the columns of a unique index, not the index.
fn sqlite_constraint(message: &str) -> String {
    let named = message.split_once("failed: ").map_or(message, |(_, name)| name);
    match named {
        "doses.person, doses.disease, doses.dose_number" => "one_dose_of_a_number".to_owned(),
        "person_tokens.token" => "identity_of_one_person".to_owned(),
        other => match other.split_once('.') {
            Some((table, _)) => format!("{table}_pkey"),
            None => other.to_owned(),
        },
    }
}
