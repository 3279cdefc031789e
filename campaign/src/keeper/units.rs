//! The live states a keeper holds, and how they catch up with the journal.

use std::collections::HashMap;

use sqlx::AnyConnection;

use crate::db::DbError;
use crate::event::Event;
use crate::ids::UnitId;
use crate::journal::store::PAGE;
use crate::journal::{self, Entry, Head};
use crate::unit::UnitState;

/// Above this many states the ones not used for longest are dropped.
const MOST: usize = 4_096;

/// States by unit.
#[derive(Debug, Default)]
pub(super) struct Units {
    states: HashMap<UnitId, Held>,
    /// The units whose states have run ahead of what is known to be written.
    ahead: Vec<UnitId>,
    round: u64,
}

#[derive(Debug)]
struct Held {
    /// The round in which it was last used.
    used: u64,
    /// More than a page of the journal is missing.
    behind: bool,
    /// It holds what is not known to be written, or may be half changed.
    ahead: bool,
    state: UnitState,
}

impl Units {
    /// Those of the units, each once, whose journal is to be read before anything is locked.
    pub(super) fn cold<'a>(&self, units: impl Iterator<Item = &'a UnitId>) -> Vec<&'a UnitId> {
        let mut cold: Vec<_> = units.filter(|unit| self.states.get(*unit).is_none_or(|held| held.behind)).collect();
        cold.sort_unstable();
        cold.dedup();
        cold
    }

    /// Takes in the next page of the unit's journal, if the state is not at that head yet; tells whether it is now. What
    /// was taken in stays, whatever happens to the next page.
    pub(super) async fn load_page(
        &mut self,
        conn: &mut AnyConnection,
        unit: &UnitId,
        head: Head,
    ) -> Result<bool, DbError> {
        let held = self.held(unit, head);
        if held.state.head.seq < head.seq {
            held.next_page(conn, head).await?;
        }
        held.behind = held.state.head.seq < head.seq;
        Ok(!held.behind)
    }

    /// The state of a unit, brought up to that head. What the journal says is checked along the way.
    ///
    /// # Errors
    /// [`DbError::Stale`] when so much is missing that it is to be loaded first, without holding locks.
    pub(super) async fn catch_up(
        &mut self,
        conn: &mut AnyConnection,
        unit: &UnitId,
        head: Head,
    ) -> Result<(), DbError> {
        let held = self.held(unit, head);
        if head.seq - held.state.head.seq > PAGE {
            held.behind = true;
            return Err(DbError::Stale { detail: format!("{unit}: far behind") });
        }
        while held.state.head.seq < head.seq {
            held.next_page(conn, head).await?;
        }
        if held.state.head == head { Ok(()) } else { Err(missing(unit, head)) }
    }

    /// The head of a unit whose state is in memory. Where others may have written since, the database may have another.
    pub(super) fn head(&mut self, unit: &UnitId) -> Option<Head> {
        self.round += 1;
        let held = self.states.get_mut(unit).filter(|held| !held.ahead && !held.behind)?;
        held.used = self.round;
        Some(held.state.head)
    }

    /// The state of a unit that was caught up.
    pub(super) fn get(&self, unit: &UnitId) -> Option<&UnitState> {
        self.states.get(unit).map(|held| &held.state)
    }

    /// The state of a unit that was caught up, to take in what is not written yet: until it [is](Units::written), or is
    /// [given up](Units::give_up).
    pub(super) fn run_ahead(&mut self, unit: &UnitId) -> Option<&mut UnitState> {
        let held = self.states.get_mut(unit)?;
        if !held.ahead {
            held.ahead = true;
            self.ahead.push(unit.clone());
        }
        Some(&mut held.state)
    }

    /// All that the states hold is on disk.
    pub(super) fn written(&mut self) {
        for unit in self.ahead.drain(..) {
            if let Some(held) = self.states.get_mut(&unit) {
                held.ahead = false;
            }
        }
    }

    /// Forgets the states that have run ahead, and no others.
    pub(super) fn give_up(&mut self) {
        for unit in self.ahead.drain(..) {
            self.states.remove(&unit);
        }
    }

    /// Forgets the states not used for longest, when there are many.
    pub(super) fn trim(&mut self) {
        if self.states.len() > MOST {
            let mut rounds: Vec<u64> = self.states.values().map(|held| held.used).collect();
            rounds.sort_unstable();
            let oldest = rounds[rounds.len() - MOST * 3 / 4];
            self.states.retain(|_, held| held.used >= oldest);
        }
    }

    /// What is held of a unit that is to come to that head.
    fn held(&mut self, unit: &UnitId, head: Head) -> &mut Held {
        self.round += 1;
        let round = self.round;
        let no_use = |held: &Held| {
            let known = held.state.head;
            // A head that is behind the state, or another entry at its place: the database was put back to an earlier
            // day. A state that is ahead here is one that a panic left half changed.
            held.ahead || known.seq > head.seq || (known.seq == head.seq && known.hash != head.hash)
        };
        if self.states.get(unit).is_some_and(no_use) {
            self.states.remove(unit);
        }
        let new = || Held { used: round, behind: false, ahead: false, state: UnitState::new(unit.clone()) };
        let held = self.states.entry(unit.clone()).or_insert_with(new);
        held.used = round;
        held
    }
}

impl Held {
    /// Takes in the next page, of which there is one.
    async fn next_page(&mut self, conn: &mut AnyConnection, head: Head) -> Result<(), DbError> {
        let entries = journal::store::entries_after(conn, &self.state.unit, self.state.head.seq).await?;
        if entries.is_empty() {
            return Err(missing(&self.state.unit, head));
        }
        self.ahead = true;
        let taken = entries.iter().try_for_each(|entry| take_in(&mut self.state, entry).map(|_| ()));
        // An entry that is refused changes nothing; only a panic does not come here.
        self.ahead = false;
        taken
    }
}

/// Checks that the entry follows in the chain and takes its event into the state.
///
/// # Errors
/// [`DbError::Inconsistent`].
pub(crate) fn take_in(state: &mut UnitState, entry: &Entry) -> Result<Event, DbError> {
    let head = journal::verify(&state.unit, state.head, entry)
        .map_err(|fault| DbError::Inconsistent { detail: fault.to_string() })?;
    let event: Event = serde_json::from_str(&entry.body).map_err(|error| DbError::Inconsistent {
        detail: format!("{}: entry {} cannot be read: {error}", entry.unit, entry.seq),
    })?;
    state.evolve(&event, &entry.meta());
    state.head = head;
    Ok(event)
}

fn missing(unit: &UnitId, head: Head) -> DbError {
    DbError::Inconsistent { detail: format!("{unit}: the journal does not lead to head {}", head.seq) }
}
