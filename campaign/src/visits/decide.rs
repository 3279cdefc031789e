//! Who decides what at a site: each command goes to the step it belongs to.

use super::flow;
use super::{Command, Event, gate, vials};
use crate::command::{Context, Decision};
use crate::facts::{Facts, Needs};
use crate::ids::{PersonId, VisitId};
use crate::refusal::Refusal;
use crate::unit::UnitState;

/// What of other streams the command is decided on.
pub fn needs(unit: &UnitState, command: &Command) -> Needs {
    let mut needs = Needs::default();
    match command {
        Command::CheckIn { person, .. } => {
            needs.units.push(unit.unit.clone());
            needs.people.push(person.clone());
        }
        Command::Screen { visit, .. } => needs.people.extend(person_of(unit, visit)),
        Command::OpenVial { lot, .. } => {
            needs.units.push(unit.unit.clone());
            needs.lots.push(lot.clone());
        }
        Command::Inject { visit, vial, .. } => {
            needs.units.push(unit.unit.clone());
            needs.people.extend(person_of(unit, visit));
            needs.lots.extend(unit.visits.vials.get(vial).map(|vial| vial.lot.clone()));
        }
        Command::VoidInjection { dose, .. } => {
            needs.people.extend(unit.visits.doses.get(dose).map(|given| given.person.clone()));
        }
        Command::Leave { .. } | Command::Observe { .. } | Command::Discharge { .. } | Command::CloseVial { .. } => {}
    }
    needs
}

/// Decides the command.
///
/// # Errors
/// The [`Refusal`]; then nothing has happened.
pub fn decide(unit: &UnitState, facts: &Facts, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    match command {
        Command::CheckIn { visit, person, identity_confirmed, consent } => {
            flow::check_in(unit, facts, visit, person, *identity_confirmed, *consent, context)
        }
        Command::Screen { .. } => flow::screen(unit, facts, command, context),
        Command::Leave { visit, reason } => flow::leave(unit, visit, reason),
        Command::Inject { .. } => gate::inject(unit, facts, command, context),
        Command::Observe { visit, findings } => flow::observe(unit, visit, findings),
        Command::Discharge { visit, outcome } => flow::discharge(unit, visit, *outcome, context),
        Command::OpenVial { vial, lot } => vials::open(unit, facts, vial, lot, context),
        Command::CloseVial { vial, reason } => vials::close(unit, vial, *reason),
        Command::VoidInjection { dose, reason } => vials::void(unit, facts, dose, reason, context),
    }
}

/// One event of this folder and the answer to it.
pub(super) fn one(event: Event, answer: serde_json::Value) -> Decision {
    Decision::new([event], answer)
}

fn person_of(unit: &UnitState, visit: &VisitId) -> Option<PersonId> {
    unit.visits.visits.get(visit).map(|visit| visit.person.clone())
}
