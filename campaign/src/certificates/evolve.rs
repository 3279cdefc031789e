//! What an event of the certificate book changes in the unit's own state.

use super::{Certificate, Event, Standing, State};
use crate::journal::Meta;
use crate::ledger::Transfer;

/// The state after the event. Never refuses: what is in the journal happened.
pub fn evolve(state: &mut State, event: &Event, meta: &Meta) {
    let (dose, standing) = match event {
        Event::Requested { dose } => (dose, Standing::Requested),
        Event::Issued { dose, .. } => (dose, Standing::Issued),
        Event::Refused { dose, .. } => (dose, Standing::Refused),
        Event::Withdrawn { dose, .. } => (dose, Standing::Withdrawn),
        Event::Revoked { dose } => (dose, Standing::Revoked),
    };
    let new = Certificate { standing, attempt: 0, requested_at: meta.at };
    let known = state.by_dose.entry(dose.clone()).or_insert(new);
    known.standing = standing;
    if standing == Standing::Requested {
        known.attempt = known.attempt.saturating_add(1);
        known.requested_at = meta.at;
    }
}

/// Certificates move no doses.
pub fn transfers(_event: &Event, _meta: &Meta) -> Vec<Transfer> {
    Vec::new()
}
