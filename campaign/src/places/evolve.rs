//! What an event of places changes in the office's own state. Units hold no doses, so nothing is transferred.

use super::{Event, State};
use crate::journal::Meta;
use crate::ledger::Transfer;

/// The state after the event. Never refuses: what is in the journal happened.
pub fn evolve(state: &mut State, event: &Event, _: &Meta) {
    match event {
        Event::UnitOpened { unit } | Event::UnitChanged { unit } => {
            state.units.insert(unit.id.clone(), unit.clone());
        }
    }
}

/// No event of places moves doses.
pub fn transfers(_: &Event, _: &Meta) -> Vec<Transfer> {
    Vec::new()
}
