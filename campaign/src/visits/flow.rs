//! The steps of a visit around the needle: check-in, screening, leaving without a dose, observation, discharge.

use serde_json::json;
use specs::text::holds_identity_number;
use specs::time::{Date, PartialDate};

use super::decide::one;
use super::{
    Checklist, Command, Conclusion, Consent, Event, Finding, Gap, OBSERVATION_MINUTES, Outcome, Screening, SealedTexts,
    Stage, Visit, checklist,
};
use crate::clock::Timestamp;
use crate::command::{Context, Decision};
use crate::facts::{Facts, PersonFact, ScreeningFact};
use crate::ids::{PersonId, UnitKind, VisitId};
use crate::people::age;
use crate::places;
use crate::refusal::Refusal;
use crate::supply::{self, malformed, text};
use crate::unit::UnitState;

/// Below this age a parent or guardian must agree, in completed years.
const OF_AGE: i32 = 18;

pub(super) fn check_in(
    unit: &UnitState,
    facts: &Facts,
    visit: &VisitId,
    person: &PersonId,
    identity_confirmed: bool,
    consent: Consent,
    context: &Context,
) -> Result<Decision, Refusal> {
    supply::at(unit, &[UnitKind::Site], "site")?;
    places::working(facts, &unit.unit)?;
    if unit.visits.visits.contains_key(visit) {
        return Err(Refusal::VisitExists { visit: visit.clone() });
    }
    let birth = birth_date(known_person(facts, person)?, person)?;
    if let Some(other) = unit.visits.present.get(person) {
        return Err(Refusal::AlreadyHere { person: person.clone(), visit: other.clone() });
    }
    if !identity_confirmed {
        return Err(Refusal::IdentityNotConfirmed { person: person.clone() });
    }
    match consent {
        Consent::None => return Err(Refusal::ConsentMissing { person: person.clone() }),
        Consent::Own if age::at_least(birth, context.today) < OF_AGE => {
            return Err(Refusal::GuardianConsentNeeded { person: person.clone() });
        }
        Consent::Own | Consent::Guardian => {}
    }
    let event = Event::CheckedIn { visit: visit.clone(), person: person.clone(), consent };
    Ok(one(event, json!({ "visit": visit, "person": person })))
}

pub(super) fn screen(
    unit: &UnitState,
    facts: &Facts,
    command: &Command,
    context: &Context,
) -> Result<Decision, Refusal> {
    let Command::Screen {
        visit,
        checklist: version,
        answers,
        details,
        sealed,
        vitals,
        conclusion,
        until,
        reason,
        interval_override,
        product_override,
    } = command
    else {
        return Err(malformed("command", "not a screening"));
    };
    let here = at_stage(unit, visit, &[Stage::CheckedIn])?;
    let form = in_force(version, context.today)?;
    let birth = birth_date(known_person(facts, &here.person)?, &here.person)?;
    old_enough(form, birth, context.today)?;
    form.complete(answers, vitals, age::at_most(birth, context.today)).map_err(fault)?;
    form.detailed(answers, details).map_err(fault)?;
    details.values().try_for_each(|detail| text("details", detail, 1))?;
    for (field, given) in
        [("reason", reason), ("interval_override", interval_override), ("product_override", product_override)]
    {
        given.as_ref().map_or(Ok(()), |given| text(field, given, 1))?;
    }
    let written = match sealed {
        Some(sealed) => (**sealed).clone(),
        None if command.to_seal().is_none() => SealedTexts::default(),
        // The shell found no key: the check-in is not on disk yet. Nothing of it is written unsealed.
        None => return Err(Refusal::Unavailable),
    };
    if let Some(day) = until
        && (*conclusion != Conclusion::Postpone || *day <= context.today)
    {
        return Err(malformed("until", "a later day, and only with the conclusion postpone"));
    }
    let suggestion = form.suggest(answers, vitals);
    if suggestion != *conclusion && reason.is_none() {
        let (suggestion, conclusion) = (suggestion.code().to_owned(), conclusion.code().to_owned());
        return Err(Refusal::ReasonNeeded { suggestion, conclusion });
    }
    if conclusion.clears()
        && reason.is_none()
        && let Some(against) = standing(facts, &here.person, visit, None, context.today)
    {
        return Err(conclusion_stands(&here.person, against));
    }
    let event = Event::Screened {
        visit: visit.clone(),
        checklist: version.clone(),
        answers: answers.clone(),
        details: written.details,
        vitals: vitals.clone(),
        suggestion,
        conclusion: *conclusion,
        until: *until,
        reason: written.reason,
        barred: form.barred(answers),
        interval_override: written.interval_override,
        product_override: written.product_override,
    };
    let answer = json!({
        "visit": visit, "suggestion": suggestion, "conclusion": conclusion, "cleared": conclusion.clears(),
    });
    Ok(one(event, answer))
}

fn in_force(version: &str, today: Date) -> Result<&'static Checklist, Refusal> {
    let unknown = || Refusal::UnknownChecklist { version: version.chars().take(64).collect() };
    let form = checklist(version).ok_or_else(unknown)?;
    if today < form.valid_from {
        return Err(Refusal::ChecklistNotInForce { version: form.version.clone(), from: form.valid_from });
    }
    Ok(form)
}

/// The form is for the person's age on the day of the screening. With only a year or month known, the youngest reading counts:
/// questions that were made for adults may miss what matters in a child.
fn old_enough(form: &Checklist, birth: PartialDate, today: Date) -> Result<(), Refusal> {
    if age::at_least(birth, today) >= form.age_from {
        return Ok(());
    }
    let (version, needed) = (form.version.clone(), form.form_below.clone());
    Err(Refusal::ChecklistNotForAge { version, from_years: form.age_from, needed })
}

/// A text that no key erases must not hold a number by which a person is found.
pub(super) fn kept_in_clear(field: &str, given: &str) -> Result<(), Refusal> {
    text(field, given, 1)?;
    if holds_identity_number(given) {
        return Err(Refusal::TextHoldsIdentityNumber { field: field.to_owned() });
    }
    Ok(())
}

pub(super) fn leave(unit: &UnitState, visit: &VisitId, reason: &str) -> Result<Decision, Refusal> {
    kept_in_clear("reason", reason)?;
    at_stage(unit, visit, &[Stage::CheckedIn, Stage::Screened])?;
    Ok(one(Event::Left { visit: visit.clone(), reason: reason.to_owned() }, json!({ "visit": visit })))
}

pub(super) fn observe(unit: &UnitState, visit: &VisitId, findings: &[Finding]) -> Result<Decision, Refusal> {
    at_stage(unit, visit, &[Stage::Observing])?;
    let mut findings = findings.to_vec();
    findings.sort_unstable();
    findings.dedup();
    if findings.is_empty() || (findings.len() > 1 && findings.contains(&Finding::None)) {
        return Err(malformed("findings", "at least one; none stands alone"));
    }
    Ok(one(Event::Observed { visit: visit.clone(), findings }, json!({ "visit": visit })))
}

/// Ends the observation: home not before it is over, to hospital at any moment. The request for certificates follows in the
/// same transaction (`certificates::follow`).
pub(super) fn discharge(
    unit: &UnitState,
    visit: &VisitId,
    outcome: Outcome,
    context: &Context,
) -> Result<Decision, Refusal> {
    let here = at_stage(unit, visit, &[Stage::Observing])?;
    let step = || wrong_step(visit, here.stage, Stage::Observing.code());
    let dose = here.dose.as_ref().ok_or_else(step)?;
    let given = unit.visits.doses.get(dose).ok_or_else(step)?;
    let until = given.at.plus_minutes(OBSERVATION_MINUTES);
    if outcome == Outcome::Home && context.now < until {
        return Err(Refusal::ObservationTooShort { visit: visit.clone(), until });
    }
    let event = Event::Discharged { visit: visit.clone(), dose: dose.clone(), outcome };
    Ok(one(event, json!({ "visit": visit, "dose": dose })))
}

/// The visit and its screening, when the doctor cleared the person and nothing came after.
pub(super) fn cleared<'a>(unit: &'a UnitState, visit: &VisitId) -> Result<(&'a Visit, &'a Screening), Refusal> {
    let here = known_visit(unit, visit)?;
    let needed = || wrong_step(visit, here.stage, Stage::Screened.code());
    let screening = here.screening.as_ref().ok_or_else(needed)?;
    if !screening.conclusion.clears() {
        let conclusion = screening.conclusion.code().to_owned();
        return Err(Refusal::NotEligible { visit: visit.clone(), conclusion });
    }
    if here.stage == Stage::Screened { Ok((here, screening)) } else { Err(needed()) }
}

/// The gravest conclusion of other visits, here or elsewhere, that is against vaccination and stands on that day: a
/// postponement until its day, or where none is said until the next day; any other until a doctor clears the person in a visit
/// that began later. With `since`, only what was concluded after that.
pub(super) fn standing<'a>(
    facts: &'a Facts,
    person: &PersonId,
    visit: &VisitId,
    since: Option<Timestamp>,
    today: Date,
) -> Option<(Conclusion, &'a ScreeningFact)> {
    let of_others = facts.people.get(person)?.screenings.iter().filter(|screening| screening.visit != *visit);
    let concluded = of_others.filter_map(|screening| Some((Conclusion::parse(&screening.conclusion)?, screening)));
    let (clearing, against): (Vec<_>, Vec<_>) = concluded.partition(|(conclusion, _)| conclusion.clears());
    let cleared = clearing.iter().map(|(_, screening)| screening.began).max();
    let stands = |(conclusion, screening): &(Conclusion, &ScreeningFact)| {
        let postponed = || today < screening.until.unwrap_or_else(|| screening.changed.day().add_days(1));
        cleared.is_none_or(|cleared| screening.changed >= cleared)
            && since.is_none_or(|since| screening.changed > since)
            && (*conclusion != Conclusion::Postpone || postponed())
    };
    let against = against.into_iter().filter(stands);
    against.max_by_key(|(conclusion, screening)| (conclusion.gravity(), screening.changed))
}

pub(super) fn conclusion_stands(person: &PersonId, (conclusion, last): (Conclusion, &ScreeningFact)) -> Refusal {
    Refusal::ConclusionStands { person: person.clone(), conclusion: conclusion.code().to_owned(), until: last.until }
}

pub(super) fn known_person<'a>(facts: &'a Facts, person: &PersonId) -> Result<&'a PersonFact, Refusal> {
    facts.people.get(person).ok_or_else(|| Refusal::UnknownPerson { person: person.clone() })
}

/// Nothing that depends on age can be decided about a person whose key was destroyed.
pub(super) fn birth_date(fact: &PersonFact, person: &PersonId) -> Result<PartialDate, Refusal> {
    fact.birth_date.ok_or_else(|| Refusal::PersonErased { person: person.clone() })
}

fn at_stage<'a>(unit: &'a UnitState, visit: &VisitId, stages: &[Stage]) -> Result<&'a Visit, Refusal> {
    let here = known_visit(unit, visit)?;
    if stages.contains(&here.stage) {
        return Ok(here);
    }
    let needed: Vec<&str> = stages.iter().map(|stage| stage.code()).collect();
    Err(wrong_step(visit, here.stage, &needed.join("|")))
}

fn known_visit<'a>(unit: &'a UnitState, visit: &VisitId) -> Result<&'a Visit, Refusal> {
    unit.visits.visits.get(visit).ok_or_else(|| Refusal::UnknownVisit { visit: visit.clone() })
}

fn wrong_step(visit: &VisitId, standing: Stage, needed: &str) -> Refusal {
    Refusal::VisitStep { visit: visit.clone(), standing: standing.code().to_owned(), needed: needed.to_owned() }
}

fn fault(gap: Gap) -> Refusal {
    let (fault, id) = match gap {
        Gap::Unanswered(id) => ("unanswered", id),
        Gap::Undetailed(id) => ("undetailed", id),
        Gap::Unasked(id) => ("unasked", id),
        Gap::Unmeasured(id) => ("unmeasured", id),
        Gap::Unknown(id) => ("unknown", id),
        Gap::Implausible(id) => ("implausible", id),
    };
    Refusal::ChecklistFault { fault: fault.to_owned(), id: id.chars().take(64).collect() }
}
