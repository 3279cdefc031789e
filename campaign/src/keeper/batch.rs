//! One attempt at one batch: read, decide, write, commit.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sqlx::{AnyConnection, Row as _};

use super::Reply;
use super::known::Known;
use super::units::Units;
use super::worker::Worker;
use crate::clock::{Clock, Timestamp};
use crate::command::{Context, Decision, Envelope};
use crate::db::{Changes, DbError, Engine, Value, Verb, Write, fetch_in, select, write_all};
use crate::facts::load::{PERSON_KEYS, load};
use crate::facts::{Facts, Needs};
use crate::ids::{CommandId, UnitId};
use crate::journal::store::{COMMANDS, ENTRIES, HEADS, head, row};
use crate::journal::{self, Entry, Head, Meta};
use crate::ledger;
use crate::refusal::Refusal;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// What becomes of a command.
pub(super) type Outcome = Result<Reply, Refusal>;

/// Decides the commands in order and writes what happened. When this gives outcomes, the accepted ones are on disk.
pub(super) async fn attempt(
    worker: &mut Worker,
    conn: &mut AnyConnection,
    envelopes: &[Envelope],
) -> Result<Vec<Outcome>, DbError> {
    let holds = worker.known.begin(worker.db.engine(), conn).await?;
    let heads = lock_heads(worker, conn, envelopes, holds).await?;
    let mut answered = earlier_answers(conn, envelopes).await?;
    let fresh = |envelope: &&Envelope| !answered.contains_key(&envelope.id);
    let mut needs = Needs::default();
    for envelope in envelopes.iter().filter(fresh) {
        if let Some(state) = worker.units.get(&envelope.unit) {
            needs.extend(envelope.command.needs(state));
        }
    }
    let Known { facts, keys, .. } = &mut worker.known;
    if worker.db.engine() == Engine::Postgres {
        worker.standing.refresh(conn).await?;
    }
    load(conn, facts, &mut worker.standing, &needs, keys).await?;

    let now = worker.clock.now();
    let mut outcomes = Vec::with_capacity(envelopes.len());
    let mut written = Written::default();
    for envelope in envelopes {
        if let Some(earlier) = answered.get(&envelope.id) {
            outcomes.push(earlier.repeat(envelope));
            continue;
        }
        let no_state = || DbError::Inconsistent { detail: format!("{}: no state", envelope.unit) };
        let state = worker.units.get(&envelope.unit).ok_or_else(no_state)?;
        // An earlier command of the batch may have changed what this one looks at: the lot of a vial just opened.
        let needs = envelope.command.needs(state);
        load(conn, facts, &mut worker.standing, &needs, keys).await?;
        let outcome = decide(state, facts, envelope, now, &*worker.clock).map(|decision| {
            let answer = Arc::new(decision.answer.to_string());
            (decision, answer)
        });
        match outcome {
            Ok((decision, answer)) => {
                for key in &envelope.keys {
                    keys.add(&key.person, &key.wrapped);
                }
                let state = worker.units.run_ahead(&envelope.unit).ok_or_else(no_state)?;
                written.take(state, facts, keys, envelope, decision, now)?;
                let earlier = Earlier { unit: envelope.unit.clone(), digest: envelope.digest.to_vec(), answer };
                written.command(envelope, &earlier.answer, now);
                outcomes.push(Ok(Reply { answer: Arc::clone(&earlier.answer), repeated: false }));
                answered.insert(envelope.id.clone(), earlier);
            }
            Err(refusal) => outcomes.push(Err(refusal)),
        }
    }
    if written.commands.is_empty() {
        sqlx::raw_sql("ROLLBACK").execute(&mut *conn).await?;
    } else {
        written.write(conn, heads, &worker.units).await?;
        sqlx::raw_sql("COMMIT").execute(&mut *conn).await?;
    }
    Ok(outcomes)
}

/// Locks the heads of the batch's units and brings their states up to them. Where what is known holds, there is nothing to
/// read of those in memory, and nobody else who could move them.
async fn lock_heads(
    worker: &mut Worker,
    conn: &mut AnyConnection,
    envelopes: &[Envelope],
    holds: bool,
) -> Result<Vec<(UnitId, Head)>, DbError> {
    let mut units: Vec<&UnitId> = envelopes.iter().map(|envelope| &envelope.unit).collect();
    // Always in the same order, so that two processes do not wait for each other.
    units.sort_unstable();
    units.dedup();
    let mut heads = Vec::with_capacity(units.len());
    if holds {
        units.retain(|unit| match worker.units.head(unit) {
            Some(head) => {
                heads.push(((*unit).clone(), head));
                false
            }
            None => true,
        });
    }
    let ids: Vec<&str> = units.iter().map(|unit| unit.as_str()).collect();
    let tail = match worker.db.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => " ORDER BY unit FOR UPDATE",
    };
    let rows = fetch_in(conn, "SELECT unit, seq, hash FROM heads WHERE unit", tail, &ids).await?;
    let known = rows.iter().map(head).collect::<Result<HashMap<UnitId, Head>, DbError>>()?;
    for unit in units {
        let head = known.get(unit).copied().unwrap_or_default();
        worker.units.catch_up(conn, unit, head).await?;
        heads.push((unit.clone(), head));
    }
    Ok(heads)
}

/// The answer an id got before.
struct Earlier {
    unit: UnitId,
    digest: Vec<u8>,
    answer: Arc<String>,
}

impl Earlier {
    fn repeat(&self, envelope: &Envelope) -> Outcome {
        if self.unit == envelope.unit && self.digest == envelope.digest {
            Ok(Reply { answer: Arc::clone(&self.answer), repeated: true })
        } else {
            Err(Refusal::CommandIdReused { command: envelope.id.clone() })
        }
    }
}

async fn earlier_answers(
    conn: &mut AnyConnection,
    envelopes: &[Envelope],
) -> Result<HashMap<CommandId, Earlier>, DbError> {
    let ids: Vec<&str> = envelopes.iter().map(|envelope| envelope.id.as_str()).collect();
    let mut answered = HashMap::new();
    for row in fetch_in(conn, &select(&COMMANDS, "id"), "", &ids).await? {
        let (id, unit): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let (Ok(id), Ok(unit)) = (CommandId::parse(&id), UnitId::parse(&unit)) else {
            return Err(DbError::Inconsistent { detail: "a command's id is not an id".to_owned() });
        };
        let answer: String = row.try_get(3)?;
        answered.insert(id, Earlier { unit, digest: row.try_get(2)?, answer: Arc::new(answer) });
    }
    Ok(answered)
}

fn decide(
    state: &UnitState,
    facts: &Facts,
    envelope: &Envelope,
    now: Timestamp,
    clock: &dyn Clock,
) -> Result<Decision, Refusal> {
    let context = Context {
        unit: envelope.unit.clone(),
        now,
        may_be_behind: clock.may_be_behind(),
        today: now.day(),
        actor: envelope.actor.clone(),
    };
    // Rules are pure, so a panic in one leaves nothing half done; it must not take the keeper of all units with it.
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let decision = envelope.command.decide(state, facts, &context)?;
        check_ledger(state, &decision, &context)?;
        Ok(decision)
    }));
    decided.unwrap_or_else(|_| {
        tracing::error!(command = %envelope.id, unit = %envelope.unit, "a rule panicked");
        Err(Refusal::Unavailable)
    })
}

/// The last look of the code before the database's own: no decision overdraws an account, whoever made it.
fn check_ledger(state: &UnitState, decision: &Decision, context: &Context) -> Result<(), Refusal> {
    let meta = Meta { unit: context.unit.clone(), seq: state.head.seq, at: context.now, actor: context.actor.clone() };
    let (mut openings, mut transfers) = (Vec::new(), Vec::new());
    for event in &decision.events {
        let mut moved = event.transfers(&meta);
        if !moved.is_empty() {
            openings.append(&mut event.openings());
            transfers.append(&mut moved);
        }
    }
    ledger::check(&state.ledger, &openings, &transfers)
}

/// What a batch writes.
#[derive(Default)]
struct Written {
    entries: Vec<Vec<Value>>,
    changes: Changes,
    scratch: Changes,
    keys: Vec<Vec<Value>>,
    commands: Vec<Vec<Value>>,
}

impl Written {
    /// Takes in an accepted command: its events into journal, state, rows and facts.
    fn take(
        &mut self,
        state: &mut UnitState,
        facts: &mut Facts,
        keys: &Keyring,
        envelope: &Envelope,
        decision: Decision,
        now: Timestamp,
    ) -> Result<(), DbError> {
        for event in decision.events {
            let seq = state.head.seq + 1;
            let meta = Meta { unit: state.unit.clone(), seq, at: now, actor: envelope.actor.clone() };
            let body = serde_json::to_string(&event)
                .map_err(|error| DbError::Inconsistent { detail: format!("an event cannot be written: {error}") })?;
            let kind = event.kind();
            let hash = journal::hash(&state.head.hash, &meta, kind, &body);
            let taken = catch_unwind(AssertUnwindSafe(|| {
                let transfers = state.evolve(&event, &meta);
                ledger::store::project(&transfers, &meta, &state.ledger, &mut self.scratch);
                event.project(&meta, state, keys, &mut self.scratch);
            }));
            if taken.is_err() {
                // The state may be half changed; giving up the batch drops it.
                return Err(DbError::Inconsistent { detail: format!("taking in {kind} panicked") });
            }
            facts.learn(&self.scratch, keys);
            self.changes.append(&mut self.scratch);
            let prev_hash = state.head.hash;
            state.head = Head { seq, hash };
            let Meta { unit, seq, at, actor } = meta;
            self.entries.push(row(Entry { unit, seq, at, actor, kind: kind.to_owned(), body, prev_hash, hash }));
        }
        for key in &envelope.keys {
            self.keys.push(vec![Value::from(&key.person), Value::from(key.wrapped.as_slice())]);
        }
        Ok(())
    }

    fn command(&mut self, envelope: &Envelope, answer: &Arc<String>, now: Timestamp) {
        self.commands.push(vec![
            Value::from(&envelope.id),
            Value::from(&envelope.unit),
            Value::from(envelope.digest),
            Value::from(Arc::clone(answer)),
            Value::from(now),
        ]);
    }

    /// Heads first: where each table is a statement, whoever lost the race finds out before doing the rest.
    async fn write(self, conn: &mut AnyConnection, before: Vec<(UnitId, Head)>, units: &Units) -> Result<(), DbError> {
        let moved = |(unit, before): &(UnitId, Head)| {
            let now = units.get(unit)?.head;
            let row = vec![Value::from(unit), Value::from(now.seq), Value::from(now.hash), Value::from(before.seq)];
            (now != *before).then_some(row)
        };
        let heads = before.iter().filter_map(moved).collect();
        let mut writes = vec![
            Write { table: &HEADS, verb: Verb::MoveHead, rows: heads },
            Write { table: &ENTRIES, verb: Verb::Insert, rows: self.entries },
            Write { table: &PERSON_KEYS, verb: Verb::Insert, rows: self.keys },
        ];
        writes.extend(self.changes.into_writes());
        writes.push(Write { table: &COMMANDS, verb: Verb::Insert, rows: self.commands });
        write_all(conn, writes).await
    }
}
