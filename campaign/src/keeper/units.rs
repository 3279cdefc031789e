//! The live states a keeper holds, and how they catch up with the journal.

use std::collections::HashMap;

use sqlx::AnyConnection;

use crate::db::DbError;
use crate::event::Event;
use crate::ids::UnitId;
use crate::journal::{self, Entry, Head};
use crate::unit::UnitState;

/// Above this many states the ones not used for longest are dropped.
const MOST: usize = 4_096;

/// States by unit.
#[derive(Debug, Default)]
pub(super) struct Units {
    states: HashMap<UnitId, (u64, UnitState)>,
    round: u64,
}

impl Units {
    /// The state of a unit, brought up to that head. What the journal says is checked along the way.
    pub(super) async fn catch_up(
        &mut self,
        conn: &mut AnyConnection,
        unit: &UnitId,
        head: Head,
    ) -> Result<(), DbError> {
        self.round += 1;
        let round = self.round;
        let known = self.states.get(unit).map(|(_, state)| state.head);
        // A head that is behind the state, or another entry at its place: the database was put back to an earlier day.
        if known.is_some_and(|known| known.seq > head.seq || (known.seq == head.seq && known.hash != head.hash)) {
            self.states.remove(unit);
        }
        let (used, state) = self.states.entry(unit.clone()).or_insert_with(|| (round, UnitState::new(unit.clone())));
        *used = round;
        while state.head.seq < head.seq {
            let entries = journal::store::entries_after(conn, unit, state.head.seq).await?;
            if entries.is_empty() {
                return Err(missing(unit, head));
            }
            for entry in &entries {
                take_in(state, entry)?;
            }
        }
        if state.head == head { Ok(()) } else { Err(missing(unit, head)) }
    }

    /// The state of a unit that was caught up.
    pub(super) fn get_mut(&mut self, unit: &UnitId) -> Option<&mut UnitState> {
        self.states.get_mut(unit).map(|(_, state)| state)
    }

    /// The state of a unit that was caught up.
    pub(super) fn get(&self, unit: &UnitId) -> Option<&UnitState> {
        self.states.get(unit).map(|(_, state)| state)
    }

    /// Forgets the state of a unit that may have run ahead of the journal.
    pub(super) fn forget(&mut self, unit: &UnitId) {
        self.states.remove(unit);
    }

    /// Forgets the states not used for longest, when there are many.
    pub(super) fn trim(&mut self) {
        if self.states.len() > MOST {
            let mut rounds: Vec<u64> = self.states.values().map(|(used, _)| *used).collect();
            rounds.sort_unstable();
            let oldest = rounds[rounds.len() - MOST * 3 / 4];
            self.states.retain(|_, (used, _)| *used >= oldest);
        }
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
