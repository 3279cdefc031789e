//! What an event of the register changes in the unit's own state.

use super::{Event, State};
use crate::journal::Meta;
use crate::ledger::Transfer;

/// The state after the event. Never refuses: what is in the journal happened.
pub fn evolve(state: &mut State, event: &Event, _meta: &Meta) {
    match event {
        Event::PersonRegistered { person, .. } => {
            state.registered.insert(person.clone());
        }
    }
}

/// People move no doses.
pub fn transfers(_event: &Event, _meta: &Meta) -> Vec<Transfer> {
    Vec::new()
}
