//! One keeper task: collects what waits, attempts it as a batch, and sorts out what goes wrong.

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyConnection;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::batch::{Outcome, attempt};
use super::units::Units;
use super::{BATCH, Reply, Waiting};
use crate::clock::Clock;
use crate::command::Envelope;
use crate::db::{Db, DbError};
use crate::refusal::Refusal;
use crate::vault::Vault;

/// How long a batch may take before the connection is given up; a database that hangs is a database that is away.
const DEADLINE: Duration = Duration::from_secs(20);
/// How often a batch is decided anew because somebody else was first.
const ATTEMPTS: usize = 5;

pub(super) struct Worker {
    pub(super) db: Db,
    pub(super) vault: Arc<Vault>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) units: Units,
    conn: Option<AnyConnection>,
    /// The disk failed once: this process acknowledges nothing any more.
    stopped: bool,
}

impl Worker {
    pub(super) fn new(db: Db, vault: Arc<Vault>, clock: Arc<dyn Clock>) -> Worker {
        Worker { db, vault, clock, units: Units::default(), conn: None, stopped: false }
    }

    /// Works until nobody can send any more and nothing waits.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut batch = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            gather(&mut queue, &mut batch).await;
            let (envelopes, answers): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|waiting| (waiting.envelope, waiting.answer)).unzip();
            for (answer, outcome) in answers.into_iter().zip(self.carry_out(&envelopes).await) {
                // Whoever asked may have gone away; what is written stays written.
                let _ = answer.send(outcome);
            }
            self.units.trim();
        }
        if let Some(conn) = self.conn {
            let _ = sqlx::Connection::close(conn).await;
        }
    }

    /// One outcome per envelope, in order; all that is said to be done is on disk.
    async fn carry_out(&mut self, envelopes: &[Envelope]) -> Vec<Outcome> {
        match self.attempts(envelopes).await {
            Ok(outcomes) => outcomes,
            Err(DbError::Constraint { .. }) if envelopes.len() > 1 => {
                // One of them does not fit. Each alone finds out which, and the others go through.
                let mut outcomes = Vec::with_capacity(envelopes.len());
                for envelope in envelopes {
                    match self.attempts(std::slice::from_ref(envelope)).await {
                        Ok(mut outcome) => outcomes.append(&mut outcome),
                        Err(error) => outcomes.push(Err(refusal(error))),
                    }
                }
                outcomes
            }
            Err(error) => {
                let refusal = refusal(error);
                envelopes.iter().map(|_| Err::<Reply, _>(refusal.clone())).collect()
            }
        }
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
        if self.stopped {
            return Err(DbError::Unavailable { detail: "stopped after a disk failure; restart".to_owned() });
        }
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => timeout(DEADLINE, self.db.open_writer())
                .await
                .unwrap_or_else(|_| Err(DbError::Unavailable { detail: "no connection in time".to_owned() }))?,
        };
        let done = timeout(DEADLINE, attempt(self, &mut conn, envelopes))
            .await
            .unwrap_or_else(|_| Err(DbError::Unavailable { detail: "no answer in time".to_owned() }));
        if let Err(error) = &done {
            // The states ran ahead of what was written.
            for envelope in envelopes {
                self.units.forget(&envelope.unit);
            }
            let lost = match error {
                DbError::DiskFailed { .. } => {
                    tracing::error!(%error, "the disk failed; nothing is acknowledged until a restart");
                    self.stopped = true;
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
            self.conn = Some(conn);
        }
        done
    }
}

/// Lets those come along who are just about to ask, as all do at once whom the last batch answered: as long as giving way
/// to them brings another command. A command that is alone waits for nobody.
async fn gather(queue: &mut mpsc::Receiver<Waiting>, batch: &mut Vec<Waiting>) {
    let mut before = 0;
    while before < batch.len() && batch.len() < BATCH {
        before = batch.len();
        tokio::task::yield_now().await;
        while batch.len() < BATCH
            && let Ok(waiting) = queue.try_recv()
        {
            batch.push(waiting);
        }
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
