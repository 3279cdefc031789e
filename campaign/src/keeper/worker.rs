//! One keeper task: collects what waits, attempts it as a batch, and sorts out what goes wrong.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::batch::{Outcome, attempt};
use super::known::Known;
use super::units::Units;
use super::{BATCH, Reply, Waiting};
use crate::clock::Clock;
use crate::command::Envelope;
use crate::db::{Db, DbError, fetch_in};
use crate::facts::Standing;
use crate::ids::UnitId;
use crate::journal::Head;
use crate::journal::store::head;
use crate::refusal::Refusal;
use crate::vault::Vault;

/// How long a batch may take before the connection is given up; a database that hangs is a database that is away.
const DEADLINE: Duration = Duration::from_secs(20);
/// So many waiting commands are not shared out over two batches.
const LITTLE: usize = 32;
/// How often a batch is decided anew because somebody else was first.
const ATTEMPTS: usize = 5;

pub(super) struct Worker {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) units: Units,
    pub(super) known: Known,
    pub(super) standing: Standing,
    conn: Option<AnyConnection>,
    /// The disk failed once: this process acknowledges nothing any more.
    stopped: Arc<AtomicBool>,
}

impl Worker {
    pub(super) fn new(db: Db, vault: Arc<Vault>, clock: Arc<dyn Clock>, stopped: Arc<AtomicBool>) -> Worker {
        let known = Known::nothing(&vault);
        Worker { db, clock, units: Units::default(), known, standing: Standing::default(), conn: None, stopped }
    }

    /// Works until nobody can send any more and nothing waits. A batch is half of what waits when the one before it is
    /// written, or all if that is little: one command when there is little to do, and the more the more there is to do.
    /// While it is written, those who were answered ask again; were it all that waits, they and the keeper would take
    /// turns instead of working at the same time.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let (mut batch, mut done) = (Vec::with_capacity(BATCH), Vec::new());
        loop {
            if queue.is_empty() {
                tell(&mut done);
            }
            if queue.recv_many(&mut batch, (queue.len() / 2).clamp(LITTLE, BATCH)).await == 0 {
                break;
            }
            let (envelopes, answers): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|waiting| (waiting.envelope, waiting.answer)).unzip();
            // The database gets to work before those who were carried out are told, and so wakes before them.
            let (outcomes, ()) = tokio::join!(biased; self.carry_out(&envelopes), async { tell(&mut done) });
            done.extend(answers.into_iter().zip(outcomes));
            self.units.trim();
        }
        tell(&mut done);
        if let Some(conn) = self.conn {
            let _ = sqlx::Connection::close(conn).await;
        }
    }

    /// One outcome per envelope, in order; all that is said to be done is on disk.
    async fn carry_out(&mut self, envelopes: &[Envelope]) -> Vec<Outcome> {
        match self.attempts(envelopes).await {
            Ok(outcomes) => outcomes,
            Err(error) if envelopes.len() > 1 && may_be_of_one(&error) => self.each_alone(envelopes).await,
            Err(error) => {
                let refusal = refusal(error);
                envelopes.iter().map(|_| Err::<Reply, _>(refusal.clone())).collect()
            }
        }
    }

    /// One of them does not fit. Each alone finds out which, and the others go through.
    async fn each_alone(&mut self, envelopes: &[Envelope]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(envelopes.len());
        let mut away = false;
        for envelope in envelopes {
            if away {
                outcomes.push(Err(Refusal::Unavailable));
                continue;
            }
            match self.attempts(std::slice::from_ref(envelope)).await {
                Ok(mut outcome) => outcomes.append(&mut outcome),
                Err(error) => {
                    // The next one would wait for the same database.
                    away = !may_be_of_one(&error);
                    outcomes.push(Err(refusal(error)));
                }
            }
        }
        outcomes
    }

    /// Tries until nobody else was first.
    async fn attempts(&mut self, envelopes: &[Envelope]) -> Result<Vec<Outcome>, DbError> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.attempt_once(envelopes).await {
                Err(DbError::Stale { detail }) if tried < ATTEMPTS => {
                    tracing::debug!(detail, tried, "deciding anew");
                }
                other => return other,
            }
        }
    }

    async fn attempt_once(&mut self, envelopes: &[Envelope]) -> Result<Vec<Outcome>, DbError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(DbError::Unavailable { detail: "stopped after a disk failure; restart".to_owned() });
        }
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => timeout(DEADLINE, self.db.open_writer())
                .await
                .unwrap_or_else(|_| Err(DbError::Unavailable { detail: "no connection in time".to_owned() }))?,
        };
        let done = match caught(self.warm(&mut conn, envelopes)).await {
            Ok(()) => in_time(caught(attempt(self, &mut conn, envelopes))).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &done {
            self.units.give_up();
            self.known.forget();
            let lost = match error {
                DbError::DiskFailed { .. } => {
                    tracing::error!(%error, "the disk failed; nothing is acknowledged until a restart");
                    self.stopped.store(true, Ordering::Release);
                    true
                }
                DbError::Unavailable { .. } | DbError::Inconsistent { .. } => {
                    tracing::error!(%error, "batch given up");
                    true
                }
                _ => sqlx::raw_sql("ROLLBACK").execute(&mut conn).await.is_err(),
            };
            // A connection in doubt is not used again. Closing it takes back what it had not committed.
            if !lost {
                self.conn = Some(conn);
            }
        } else {
            self.units.written();
            self.conn = Some(conn);
        }
        done
    }

    /// Reads the journals of units that are not in memory, before anything is locked: a long one takes as long as it
    /// takes, and what was read of it stays, even when this attempt comes to nothing. Only a page has its time.
    async fn warm(&mut self, conn: &mut AnyConnection, envelopes: &[Envelope]) -> Result<(), DbError> {
        let cold = self.units.cold(envelopes.iter().map(|envelope| &envelope.unit));
        if cold.is_empty() {
            return Ok(());
        }
        let ids: Vec<&str> = cold.iter().map(|unit| unit.as_str()).collect();
        let rows = in_time(fetch_in(conn, "SELECT unit, seq, hash FROM heads WHERE unit", "", &ids)).await?;
        let heads = rows.iter().map(head).collect::<Result<HashMap<UnitId, Head>, DbError>>()?;
        for unit in cold {
            let head = heads.get(unit).copied().unwrap_or_default();
            while !in_time(self.units.load_page(conn, unit, head)).await? {}
        }
        Ok(())
    }
}

fn tell(done: &mut Vec<(oneshot::Sender<Outcome>, Outcome)>) {
    for (answer, outcome) in done.drain(..) {
        // Whoever asked may have gone away; what is written stays written.
        let _ = answer.send(outcome);
    }
}

/// A database that hangs is away.
async fn in_time<T>(work: impl Future<Output = Result<T, DbError>>) -> Result<T, DbError> {
    let late = |_| Err(DbError::Unavailable { detail: "no answer in time".to_owned() });
    timeout(DEADLINE, work).await.unwrap_or_else(late)
}

/// A panic of the code of one command must not take the keeper of all units with it. It leaves nothing behind: what has
/// run ahead is given up, and the connection is closed.
async fn caught<T>(work: impl Future<Output = Result<T, DbError>>) -> Result<T, DbError> {
    let mut work = pin!(work);
    std::future::poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(DbError::Inconsistent { detail: "a batch panicked".to_owned() })))
    })
    .await
}

/// Whether one command of a batch may have brought this about, and the others would have gone through without it.
fn may_be_of_one(error: &DbError) -> bool {
    match error {
        DbError::Constraint { .. } | DbError::Inconsistent { .. } => true,
        // Whoever was first again and again, or holds a lock, is somebody else.
        DbError::Stale { .. } | DbError::Unavailable { .. } | DbError::DiskFailed { .. } => false,
    }
}

fn refusal(error: DbError) -> Refusal {
    match error {
        DbError::Constraint { constraint } => Refusal::AnotherWasFirst { constraint },
        DbError::Stale { .. }
        | DbError::Unavailable { .. }
        | DbError::DiskFailed { .. }
        | DbError::Inconsistent { .. } => Refusal::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_batch() {
        let fine = async {
            tokio::task::yield_now().await;
            Ok(1)
        };
        assert_eq!(caught(fine).await, Ok(1));
        let ill = async {
            tokio::task::yield_now().await;
            let nothing: [u8; 0] = [];
            Ok(nothing[std::hint::black_box(3)])
        };
        let error = DbError::Inconsistent { detail: "a batch panicked".to_owned() };
        assert!(may_be_of_one(&error));
        assert_eq!(caught(ill).await, Err(error));
    }
}
