//! Leases: of all processes on one database, one at a time does a background job.

use sqlx::Connection as _;

use super::{Db, DbError};
use crate::clock::Timestamp;

/// Takes or renews a lease for so many milliseconds. True when this holder has it now.
///
/// # Errors
/// [`DbError`].
pub async fn hold(db: &Db, name: &str, holder: &str, now: Timestamp, millis: i64) -> Result<bool, DbError> {
    let row = sqlx::query("SELECT holder, until FROM leases WHERE name = $1")
        .bind(name.to_owned())
        .fetch_optional(db.read())
        .await?;
    // Renewing at half time: most rounds write nothing.
    if let Some(row) = row {
        use sqlx::Row as _;
        let (held_by, until): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let mine = held_by == holder;
        if mine && until - now.0 > millis / 2 && until - now.0 <= millis {
            return Ok(true);
        }
        if !mine && now.0 < until && until - now.0 <= millis {
            return Ok(false);
        }
    }
    let take = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
                WHERE leases.holder = excluded.holder OR leases.until <= $4 OR leases.until > $5";
    let mut writer = db.open_writer().await?;
    let done = sqlx::query(take)
        .bind(name.to_owned())
        .bind(holder.to_owned())
        .bind(now.0 + millis)
        .bind(now.0)
        // A lease further ahead than any can be was written under another clock.
        .bind(now.0 + millis)
        .execute(&mut writer)
        .await?;
    writer.close().await?;
    Ok(done.rows_affected() == 1)
}
