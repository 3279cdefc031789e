//! Walking a stream from its first entry: chain, events, state, rows.

use sqlx::AnyConnection;

use crate::audit::{AuditError, Difference};
use crate::db::Changes;
use crate::event::Event;
use crate::ids::UnitId;
use crate::journal::{self, Meta};
use crate::ledger;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// A walk along the stream of one unit.
#[derive(Debug)]
pub(crate) struct Walk {
    /// The state after the entries walked so far.
    pub(crate) state: UnitState,
}

impl Walk {
    pub(crate) fn new(unit: UnitId) -> Walk {
        Walk { state: UnitState::new(unit) }
    }

    /// Takes in the next entries, collects the rows they change, shows each event to `see`, and says how many there
    /// were; 0 at the end.
    pub(crate) async fn page(
        &mut self,
        conn: &mut AnyConnection,
        keys: &Keyring,
        changes: &mut Changes,
        mut see: impl FnMut(&Event, &Meta),
    ) -> Result<u64, AuditError> {
        let entries = journal::store::entries_after(conn, &self.state.unit, self.state.head.seq).await?;
        for entry in &entries {
            let head = journal::verify(&self.state.unit, self.state.head, entry).map_err(Difference::Chain)?;
            let unreadable = |why: String| Difference::Unreadable { unit: entry.unit.clone(), seq: entry.seq, why };
            let event: Event = serde_json::from_str(&entry.body).map_err(|error| unreadable(error.to_string()))?;
            if event.kind() != entry.kind {
                return Err(unreadable(format!("the kind is {}, the body is {}", entry.kind, event.kind())).into());
            }
            let meta = entry.meta();
            let transfers = self.state.evolve(&event, &meta);
            ledger::store::project(&transfers, &meta, &self.state.ledger, changes);
            event.project(&meta, &self.state, keys, changes);
            self.state.head = head;
            see(&event, &meta);
        }
        Ok(entries.len() as u64)
    }
}
