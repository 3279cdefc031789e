//! Logging in and staying so: a random 256-bit token, of which only the hash is stored.
//!
//! Who holds a token and which roles they have is remembered for a few seconds, so that a request costs no query; a role
//! withdrawn, or a session ended in another process, ends here within [`REMEMBERED`].

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use tokio::sync::Semaphore;

use super::Role;
use super::decide::is_login;
use super::password::{Cost, Stored};
use crate::clock::Timestamp;
use crate::db::{Db, DbError};
use crate::ids::UnitId;

/// How long a session lasts, in minutes: one working day.
pub const LASTS: i64 = 12 * 60;
/// How long who holds a token is remembered, in milliseconds.
pub const REMEMBERED: i64 = 5_000;
/// So many wrong passwords in a row, and an account waits.
const TRIES: u32 = 5;
/// Minutes an account waits after [`TRIES`] wrong passwords.
const WAIT: i64 = 5;
/// Passwords hashed at the same time: each costs memory and a core.
const HASHED_AT_ONCE: usize = 2;
/// Tokens, by a byte of their hash, that are looked up at the same time.
const TURNS: usize = 32;

/// Who is logged in, and what they may do where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Login name, as entries of the journal carry it.
    pub account: String,
    /// The person's name.
    pub name: String,
    /// Roles and where they hold.
    pub grants: BTreeSet<(Role, UnitId)>,
}

impl Actor {
    /// Whether one of these roles holds at that unit.
    pub fn holds(&self, roles: &[Role], unit: &UnitId) -> bool {
        self.grants.iter().any(|(role, at)| roles.contains(role) && at == unit)
    }

    /// Whether any role holds at that unit.
    pub fn works_at(&self, unit: &UnitId) -> bool {
        self.grants.iter().any(|(_, at)| at == unit)
    }

    /// Whether the actor may read everything of that unit: an auditor there, or of the nation.
    pub fn audits(&self, unit: &UnitId) -> bool {
        self.holds(&[Role::Auditor], unit) || self.holds(&[Role::Auditor], &UnitId::nation())
    }
}

/// A session token, as the client keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

impl SessionToken {
    /// A token out of 32 random bytes.
    pub fn new(random: [u8; 32]) -> SessionToken {
        SessionToken(URL_SAFE_NO_PAD.encode(random))
    }

    /// What a client sent; any text.
    pub fn from_text(text: &str) -> SessionToken {
        SessionToken(text.to_owned())
    }

    /// The text for the client.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// Why nobody was logged in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// No such account, a closed one, or another password; not told apart.
    #[error("unknown account or wrong password")]
    Wrong,
    /// Too many wrong passwords; wait so many seconds.
    #[error("too many tries; wait {0} s")]
    Wait(i64),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// By hash of the token: when it was looked up, and who holds it.
type Remembered = HashMap<[u8; 32], (Timestamp, Option<Arc<Actor>>)>;

/// The sessions of this process over those of the database.
pub struct Sessions {
    db: Db,
    hashing: Semaphore,
    remembered: Mutex<Remembered>,
    turns: [tokio::sync::Mutex<()>; TURNS],
    failures: Mutex<HashMap<String, (u32, Timestamp)>>,
    nobody: Stored,
}

impl Sessions {
    /// Sessions kept in that database. `nobody` is some stored password that nobody has: checking against it makes an
    /// unknown account cost what a known one costs.
    pub fn new(db: Db, nobody: Stored) -> Sessions {
        Sessions {
            db,
            hashing: Semaphore::new(HASHED_AT_ONCE),
            remembered: Mutex::default(),
            turns: std::array::from_fn(|_| tokio::sync::Mutex::default()),
            failures: Mutex::default(),
            nobody,
        }
    }

    /// Logs in.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn log_in(
        &self,
        account: &str,
        password: &str,
        token: SessionToken,
        now: Timestamp,
    ) -> Result<(SessionToken, Actor), LoginError> {
        self.check(account, password, now).await?;
        let actor = self.actor_named(account).await?.ok_or(LoginError::Wrong)?;
        let mut writer = self.db.open_writer().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at < $1")
            .bind(now.0)
            .execute(&mut writer)
            .await
            .map_err(DbError::from)?;
        sqlx::query("INSERT INTO sessions (token_hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(token.hash().to_vec())
            .bind(account.to_owned())
            .bind(now.0)
            .bind(now.plus_minutes(LASTS).0)
            .execute(&mut writer)
            .await
            .map_err(DbError::from)?;
        Ok((token, actor))
    }

    /// Goes on when this is the account's password.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn check(&self, account: &str, password: &str, now: Timestamp) -> Result<(), LoginError> {
        // What strangers send stays out of memory and database unless it could be a name.
        if !is_login(account) {
            return Err(LoginError::Wrong);
        }
        self.may_try(account, now)?;
        let stored = self.stored(account).await?;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let password = password.to_owned();
        let Ok(_permit) = self.hashing.acquire().await else { return Err(LoginError::Wrong) };
        // Counted before it is known to be wrong: of many tries at once only the allowed number is looked at.
        self.may_try(account, now)?;
        self.tried(account, now);
        let right = tokio::task::spawn_blocking(move || stored.is(&password)).await.unwrap_or(false);
        if !(known && right) {
            return Err(LoginError::Wrong);
        }
        lock(&self.failures).remove(account);
        Ok(())
    }

    /// Hashes a new password, in turn with the others; `None` as [`Stored::new`].
    pub async fn hash(&self, password: String, salt: [u8; 16], cost: Cost) -> Option<Stored> {
        let _permit = self.hashing.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || Stored::new(&password, salt, cost)).await.ok().flatten()
    }

    /// Whether an account of that name is open.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn is_open(&self, account: &str) -> Result<bool, DbError> {
        Ok(is_login(account) && self.actor_named(account).await?.is_some())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn log_out(&self, token: &SessionToken) -> Result<(), DbError> {
        let mut writer = self.db.open_writer().await?;
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token.hash().to_vec())
            .execute(&mut writer)
            .await?;
        lock(&self.remembered).remove(&token.hash());
        Ok(())
    }

    /// Who holds this token.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn actor(&self, token: &SessionToken, now: Timestamp) -> Result<Option<Arc<Actor>>, DbError> {
        let hash = token.hash();
        if let Some(actor) = self.recall(&hash, now) {
            return Ok(actor);
        }
        // Of many requests with one token at once, one asks, and the others find what it was told.
        let _turn = self.turns[usize::from(hash[0]) % TURNS].lock().await;
        if let Some(actor) = self.recall(&hash, now) {
            return Ok(actor);
        }
        let rows = sqlx::query(
            "SELECT a.account, a.name, g.role, g.at_unit FROM sessions s \
             JOIN accounts a ON a.account = s.account AND a.closed = 0 LEFT JOIN grants g ON g.account = a.account \
             WHERE s.token_hash = $1 AND s.expires_at > $2",
        )
        .bind(hash.to_vec())
        .bind(now.0)
        .fetch_all(self.db.read())
        .await?;
        let actor = actor_of(&rows)?.map(Arc::new);
        let mut remembered = lock(&self.remembered);
        if remembered.len() >= 10_000 {
            remembered.clear();
        }
        remembered.insert(hash, (now, actor.clone()));
        Ok(actor)
    }

    /// What was told of a token a short time ago.
    fn recall(&self, hash: &[u8; 32], now: Timestamp) -> Option<Option<Arc<Actor>>> {
        let remembered = lock(&self.remembered);
        let (since, actor) = remembered.get(hash)?;
        (0..REMEMBERED).contains(&(now.0 - since.0)).then(|| actor.clone())
    }

    /// Sets an account's password. All its sessions end.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn set_password(&self, account: &str, password: &Stored, now: Timestamp) -> Result<(), DbError> {
        let mut writer = self.db.open_writer().await?;
        // Both or nothing: no session of the old password outlives it.
        sqlx::raw_sql(self.db.engine().begin()).execute(&mut writer).await?;
        let set = "INSERT INTO credentials (account, password, changed_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (account) DO UPDATE SET password = excluded.password, changed_at = excluded.changed_at";
        sqlx::query(set)
            .bind(account.to_owned())
            .bind(password.as_str().to_owned())
            .bind(now.0)
            .execute(&mut writer)
            .await?;
        let end = "DELETE FROM sessions WHERE account = $1";
        sqlx::query(end).bind(account.to_owned()).execute(&mut writer).await?;
        sqlx::raw_sql("COMMIT").execute(&mut writer).await?;
        lock(&self.remembered).retain(|_, (_, actor)| actor.as_ref().is_none_or(|actor| actor.account != account));
        Ok(())
    }

    async fn stored(&self, account: &str) -> Result<Option<Stored>, DbError> {
        let row = sqlx::query("SELECT password FROM credentials WHERE account = $1")
            .bind(account.to_owned())
            .fetch_optional(self.db.read())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(Stored::from_text))
    }

    async fn actor_named(&self, account: &str) -> Result<Option<Actor>, DbError> {
        let rows = sqlx::query(
            "SELECT a.account, a.name, g.role, g.at_unit FROM accounts a LEFT JOIN grants g ON g.account = a.account \
             WHERE a.account = $1 AND a.closed = 0",
        )
        .bind(account.to_owned())
        .fetch_all(self.db.read())
        .await?;
        actor_of(&rows)
    }

    fn may_try(&self, account: &str, now: Timestamp) -> Result<(), LoginError> {
        match lock(&self.failures).get(account) {
            Some((count, last)) if *count >= TRIES && now < last.plus_minutes(WAIT) => {
                Err(LoginError::Wait((last.plus_minutes(WAIT).0 - now.0) / 1_000 + 1))
            }
            _ => Ok(()),
        }
    }

    fn tried(&self, account: &str, now: Timestamp) {
        let mut failures = lock(&self.failures);
        failures.retain(|_, (_, last)| now < last.plus_minutes(WAIT));
        let entry = failures.entry(account.to_owned()).or_insert((0, now));
        *entry = (entry.0 + 1, now);
    }
}

/// The one account of which these rows are the grants: account, name, role, unit; without a grant, the last two are NULL.
fn actor_of(rows: &[AnyRow]) -> Result<Option<Actor>, DbError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let mut grants = BTreeSet::new();
    for row in rows {
        let (role, unit): (Option<String>, Option<String>) = (row.try_get(2)?, row.try_get(3)?);
        let role = role.and_then(|role| Role::parse(&role));
        let unit = unit.and_then(|unit| UnitId::parse(&unit).ok());
        grants.extend(role.zip(unit));
    }
    Ok(Some(Actor { account: first.try_get(0)?, name: first.try_get(1)?, grants }))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
