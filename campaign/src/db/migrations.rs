//! The tables, in order. A migration that was released is never changed; the next one changes it.

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Executor as _, Row as _};

use super::DbError;

/// Version, name and text of every migration. One text for both engines.
pub(crate) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "core", include_str!("../../migrations/0001_core.sql")),
    (2, "facts", include_str!("../../migrations/0002_facts.sql")),
    (3, "places", include_str!("../../migrations/0003_places.sql")),
    (4, "spine", include_str!("../../migrations/0004_spine.sql")),
    (10, "auth", include_str!("../../migrations/0010_auth.sql")),
    (11, "leases", include_str!("../../migrations/0011_leases.sql")),
    (12, "vault_check", include_str!("../../migrations/0012_vault_check.sql")),
    (13, "revoking", include_str!("../../migrations/0013_revoking.sql")),
    (14, "unasked", include_str!("../../migrations/0014_unasked.sql")),
    (15, "components", include_str!("../../migrations/0015_components.sql")),
];

/// Brings a database up to date. Safe when several processes start at once.
///
/// # Errors
/// [`DbError::Inconsistent`] when the database was made by other texts of these migrations or by a newer program.
pub(crate) async fn run(conn: &mut AnyConnection) -> Result<(), DbError> {
    run_all(conn, MIGRATIONS).await
}

async fn run_all(conn: &mut AnyConnection, migrations: &[(i64, &str, &'static str)]) -> Result<(), DbError> {
    let table = "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";
    if let Err(error) = conn.execute(table).await {
        // PostgreSQL may fail here when two processes make it at once; then it is there.
        conn.execute("SELECT version FROM migrations").await.map_err(|_| error)?;
    }
    let rows = sqlx::query("SELECT version, checksum FROM migrations ORDER BY version").fetch_all(&mut *conn).await?;
    let mut there = Vec::with_capacity(rows.len());
    for row in &rows {
        let (version, checksum): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        match migrations.iter().find(|migration| migration.0 == version) {
            None => return inconsistent(format!("migration {version} is from a newer program")),
            Some(known) if self::checksum(known.2) != checksum => {
                return inconsistent(format!("migration {version} was another text when it ran"));
            }
            Some(_) => there.push(version),
        }
    }
    // By version and not by count: one that was added later may stand before others that have run.
    for (version, name, text) in migrations.iter().filter(|migration| !there.contains(&migration.0)) {
        apply(conn, *version, name, text).await?;
    }
    Ok(())
}

async fn apply(conn: &mut AnyConnection, version: i64, name: &str, text: &'static str) -> Result<(), DbError> {
    conn.execute("BEGIN").await?;
    let done = async {
        // The row comes first: of two processes the second waits here, and finds it done.
        sqlx::query("INSERT INTO migrations (version, name, checksum) VALUES ($1, $2, $3)")
            .bind(version)
            .bind(name)
            .bind(checksum(text))
            .execute(&mut *conn)
            .await?;
        sqlx::raw_sql(text).execute(&mut *conn).await?;
        conn.execute("COMMIT").await
    }
    .await;
    match done {
        Ok(_) => Ok(()),
        Err(error) => {
            conn.execute("ROLLBACK").await?;
            let there = sqlx::query("SELECT version FROM migrations WHERE version = $1").bind(version);
            if there.fetch_optional(&mut *conn).await?.is_some() { Ok(()) } else { Err(error.into()) }
        }
    }
}

fn checksum(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn inconsistent(detail: String) -> Result<(), DbError> {
    Err(DbError::Inconsistent { detail })
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    const A: (i64, &str, &str) = (1, "a", "CREATE TABLE a (x BIGINT)");
    const B: (i64, &str, &str) = (5, "b", "CREATE TABLE b (x BIGINT); INSERT INTO ran VALUES (5)");
    const C: (i64, &str, &str) = (7, "c", "CREATE TABLE c (x BIGINT); INSERT INTO ran VALUES (7)");
    const D: (i64, &str, &str) = (10, "d", "CREATE TABLE ran (x BIGINT)");

    async fn numbers(conn: &mut AnyConnection, text: &'static str) -> Vec<i64> {
        let rows = sqlx::query(text).fetch_all(conn).await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    }

    #[tokio::test]
    async fn a_migration_added_before_others_that_have_run_is_applied() {
        sqlx::any::install_default_drivers();
        let mut conn = AnyConnection::connect("sqlite::memory:").await.unwrap();
        run_all(&mut conn, &[A, D]).await.unwrap();
        for _ in 0..2 {
            run_all(&mut conn, &[A, B, C, D]).await.unwrap();
            assert_eq!(numbers(&mut conn, "SELECT version FROM migrations ORDER BY version").await, [1, 5, 7, 10]);
            assert_eq!(numbers(&mut conn, "SELECT x FROM ran ORDER BY rowid").await, [5, 7], "each once, in order");
        }
        let newer = DbError::Inconsistent { detail: "migration 5 is from a newer program".to_owned() };
        assert_eq!(run_all(&mut conn, &[A, D]).await, Err(newer));
    }

    #[test]
    fn the_versions_ascend() {
        assert!(MIGRATIONS.is_sorted_by(|one, next| one.0 < next.0));
    }
}
