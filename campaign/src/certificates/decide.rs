//! When certificates of a dose may be asked for and recorded, and what follows from the steps of a visit.

use serde_json::json;

use super::{Command, Event, Standing};
use crate::command::{Context, Decision};
use crate::facts::{Facts, Needs};
use crate::ids::DoseId;
use crate::refusal::Refusal;
use crate::unit::UnitState;
use crate::visits::{self, Dose, Stage};

/// Longest sealed text taken, in characters of base64: two certificates need about 3,000.
const SEALED_MAX: usize = 65_536;
/// Certificates of one dose.
const UVCIS: std::ops::RangeInclusive<usize> = 1..=4;
/// Longest code and detail of a problem that are kept, in characters.
const PROBLEM_MAX: (usize, usize) = (64, 1_000);

/// Doses given here are in the unit's own state; nothing else is looked at.
pub fn needs(_unit: &UnitState, _command: &Command) -> Needs {
    Needs::default()
}

/// Decides the command.
///
/// # Errors
/// The [`Refusal`]; then nothing has happened.
pub fn decide(unit: &UnitState, _facts: &Facts, command: &Command, _context: &Context) -> Result<Decision, Refusal> {
    match command {
        Command::Request { dose } => {
            let given = standing_dose(unit, dose)?;
            let stage = unit.visits.visits.get(&given.visit).map(|visit| visit.stage);
            if stage != Some(Stage::Discharged) {
                return Err(Refusal::VisitStep {
                    visit: given.visit.clone(),
                    standing: stage.map_or("unknown", Stage::code).to_owned(),
                    needed: Stage::Discharged.code().to_owned(),
                });
            }
            match standing(unit, dose) {
                Some(there @ (Standing::Requested | Standing::Issued)) => Ok(unchanged(dose, there)),
                _ => Ok(changed(dose, Standing::Requested, Event::Requested { dose: dose.clone() })),
            }
        }
        Command::RecordIssued { dose, sealed, uvci_hashes } => {
            standing_dose(unit, dose)?;
            check_issued(sealed.as_str(), uvci_hashes)?;
            match standing(unit, dose) {
                Some(Standing::Issued) => Ok(unchanged(dose, Standing::Issued)),
                Some(Standing::Requested | Standing::Refused) => {
                    let (sealed, uvci_hashes) = (sealed.clone(), uvci_hashes.clone());
                    let event = Event::Issued { dose: dose.clone(), sealed, uvci_hashes };
                    Ok(changed(dose, Standing::Issued, event))
                }
                Some(Standing::Withdrawn | Standing::Revoked) | None => {
                    Err(Refusal::CertificateNotRequested { dose: dose.clone() })
                }
            }
        }
        Command::RecordRefused { dose, problem } => {
            standing_dose(unit, dose)?;
            match standing(unit, dose) {
                Some(there @ (Standing::Issued | Standing::Refused)) => Ok(unchanged(dose, there)),
                Some(Standing::Requested) => {
                    let problem = super::Problem {
                        code: problem.code.chars().take(PROBLEM_MAX.0).collect(),
                        detail: problem.detail.chars().take(PROBLEM_MAX.1).collect(),
                    };
                    Ok(changed(dose, Standing::Refused, Event::Refused { dose: dose.clone(), problem }))
                }
                Some(Standing::Withdrawn | Standing::Revoked) | None => {
                    Err(Refusal::CertificateNotRequested { dose: dose.clone() })
                }
            }
        }
        Command::RecordRevoked { dose } => match standing(unit, dose) {
            Some(Standing::Withdrawn) => Ok(changed(dose, Standing::Revoked, Event::Revoked { dose: dose.clone() })),
            Some(Standing::Revoked) => Ok(unchanged(dose, Standing::Revoked)),
            // Nobody asked the issuer to revoke the certificates of a dose that stands.
            _ => Err(Refusal::CertificateNotRequested { dose: dose.clone() }),
        },
    }
}

/// What follows here from an event of a visit, in the same transaction: a discharge asks for certificates, a voided injection
/// withdraws what was asked for. `unit` is the state before the event.
pub fn follow(unit: &UnitState, event: &visits::Event) -> Option<Event> {
    match event {
        visits::Event::Discharged { dose, .. } if standing(unit, dose).is_none() => {
            Some(Event::Requested { dose: dose.clone() })
        }
        visits::Event::InjectionVoided { dose, reason, .. } if standing(unit, dose).is_some() => {
            Some(Event::Withdrawn { dose: dose.clone(), reason: reason.clone() })
        }
        _ => None,
    }
}

fn standing(unit: &UnitState, dose: &DoseId) -> Option<Standing> {
    unit.certificates.by_dose.get(dose).map(|certificate| certificate.standing)
}

/// The dose, when it was given here and not taken back.
fn standing_dose<'a>(unit: &'a UnitState, dose: &DoseId) -> Result<&'a Dose, Refusal> {
    let given = unit.visits.doses.get(dose).ok_or_else(|| Refusal::UnknownDose { dose: dose.clone() })?;
    if given.voided { Err(Refusal::DoseVoided { dose: dose.clone() }) } else { Ok(given) }
}

fn check_issued(sealed: &str, uvci_hashes: &[String]) -> Result<(), Refusal> {
    let malformed =
        |field: &str, why: &str| Err(Refusal::MalformedField { field: field.to_owned(), why: why.to_owned() });
    let is_hash = |hash: &String| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if sealed.is_empty() || sealed.len() > SEALED_MAX {
        malformed("sealed", "1 to 65,536 characters of base64")
    } else if !UVCIS.contains(&uvci_hashes.len()) || !uvci_hashes.iter().all(is_hash) {
        malformed("uvci_hashes", "1 to 4 SHA-256 hashes in lower-case hexadecimal")
    } else {
        Ok(())
    }
}

fn changed(dose: &DoseId, state: Standing, event: Event) -> Decision {
    Decision::new([event], json!({ "dose": dose, "state": state }))
}

fn unchanged(dose: &DoseId, state: Standing) -> Decision {
    Decision::new::<Event>([], json!({ "dose": dose, "state": state }))
}
