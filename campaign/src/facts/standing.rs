//! Facts that seldom change, kept from batch to batch: organisation units, and lots with their states.
//!
//! A row says what its owner's stream says, so it is as new as the head of that stream: what was read when the head stood
//! where it stands now need not be read again. The heads are read before the rows, so a row may be newer than the head it
//! is kept under, never older; and a row is kept only when it was read from the database, so a batch that comes to nothing
//! leaves nothing behind.

use std::collections::HashMap;

use sqlx::AnyConnection;

use super::{Facts, LotFact, Needs};
use crate::db::{DbError, fetch_in};
use crate::ids::{LotId, UnitId};
use crate::journal::Head;
use crate::journal::store::head;
use crate::places;

/// Above this many owners all is forgotten: their heads would cost more than the rows.
const MOST_OWNERS: usize = 64;

/// What is kept, by the stream that owns it.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    owners: HashMap<UnitId, Owned>,
}

/// What one stream said when its head stood there. The default head, where no stream with rows stands, is that of an owner
/// whose head has not been asked for: under it nothing is kept.
#[derive(Debug, Default)]
struct Owned {
    head: Head,
    units: HashMap<UnitId, places::Unit>,
    lots: HashMap<LotId, LotFact>,
}

impl Standing {
    /// Forgets what is no longer known to be so. To be called at the beginning of each batch, before rows are read.
    ///
    /// # Errors
    /// [`DbError`].
    pub(crate) async fn refresh(&mut self, conn: &mut AnyConnection) -> Result<(), DbError> {
        if self.owners.len() > MOST_OWNERS {
            self.owners.clear();
        }
        let ids: Vec<&str> = self.owners.keys().map(UnitId::as_str).collect();
        let rows = fetch_in(conn, "SELECT unit, seq, hash FROM heads WHERE unit", "", &ids).await?;
        let mut heads = rows.iter().map(head).collect::<Result<HashMap<UnitId, Head>, DbError>>()?;
        for (owner, owned) in &mut self.owners {
            let head = heads.remove(owner).unwrap_or_default();
            if owned.head != head {
                *owned = Owned { head, ..Owned::default() };
            }
        }
        Ok(())
    }

    /// Answers what it can of these needs, and leaves the others.
    pub(super) fn answer(&self, needs: &mut Needs, facts: &mut Facts) {
        needs.units.retain(|id| {
            let known = self.owners.values().find_map(|owned| owned.units.get(id));
            known.is_none_or(|unit| {
                facts.units.insert(id.clone(), unit.clone());
                false
            })
        });
        let nation = self.owners.get(&UnitId::nation());
        needs.lots.retain(|id| {
            nation.and_then(|owned| owned.lots.get(id)).is_none_or(|lot| {
                facts.lot_states.insert(id.clone(), (lot.state, lot.certificate.clone()));
                facts.lots.insert(id.clone(), lot.clone());
                false
            })
        });
    }

    /// Keeps a unit that was read.
    pub(super) fn keep_unit(&mut self, owner: UnitId, unit: &places::Unit) {
        if let Some(owned) = self.of(owner) {
            owned.units.insert(unit.id.clone(), unit.clone());
        }
    }

    /// Keeps a lot that was read: what is printed on it stays, and its state is the national stream's to say.
    pub(super) fn keep_lot(&mut self, id: &LotId, lot: &LotFact) {
        if let Some(owned) = self.of(UnitId::nation()) {
            owned.lots.insert(id.clone(), lot.clone());
        }
    }

    /// Where to keep what this owner said, once its head has been asked for.
    fn of(&mut self, owner: UnitId) -> Option<&mut Owned> {
        let owned = self.owners.entry(owner).or_default();
        (owned.head != Head::default()).then_some(owned)
    }
}
