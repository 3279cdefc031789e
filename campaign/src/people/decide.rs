//! Who may be registered. The form's own rules were applied before the record was sealed (`parse`).

use serde_json::json;

use super::{Command, Event};
use crate::command::{Context, Decision};
use crate::facts::{Facts, Needs};
use crate::refusal::Refusal;
use crate::unit::UnitState;

/// Longest sealed record taken, in characters of base64.
const SEALED_MAX: usize = 16_384;

/// What of other streams the command is decided on.
pub fn needs(_unit: &UnitState, command: &Command) -> Needs {
    match command {
        Command::RegisterPerson { person, identity_token, .. } => Needs {
            people: vec![person.clone()],
            identities: identity_token.iter().cloned().collect(),
            ..Needs::default()
        },
    }
}

/// Decides the command.
///
/// # Errors
/// The [`Refusal`]; then nothing has happened.
pub fn decide(unit: &UnitState, facts: &Facts, command: &Command, _context: &Context) -> Result<Decision, Refusal> {
    match command {
        Command::RegisterPerson { person, sealed, identity_token, priority_groups } => {
            if unit.people.registered.contains(person) || facts.people.contains_key(person) {
                return Err(Refusal::PersonExists { person: person.clone() });
            }
            if let Some(holder) = identity_token.as_ref().and_then(|token| facts.identities.get(token)) {
                return Err(Refusal::IdentityTaken { person: holder.clone() });
            }
            if sealed.as_str().is_empty() || sealed.as_str().len() > SEALED_MAX {
                let why = "1 to 16,384 characters of base64".to_owned();
                return Err(Refusal::MalformedField { field: "sealed".to_owned(), why });
            }
            let event = Event::PersonRegistered {
                person: person.clone(),
                sealed: sealed.clone(),
                priority_groups: priority_groups.clone(),
            };
            Ok(Decision::new([event], json!({ "person": person })))
        }
    }
}
