//! What an event of a visit changes in the site's own state, and which doses it moves.

use super::{Dose, Event, Reason, Screening, Stage, State, Vial, Visit};
use crate::ids::VisitId;
use crate::journal::Meta;
use crate::ledger::{Account, Transfer, WasteReason};

/// The state after the event. Never refuses: what is in the journal happened.
pub fn evolve(state: &mut State, event: &Event, meta: &Meta) {
    match event {
        Event::CheckedIn { visit, person, .. } => {
            let new = Visit {
                person: person.clone(),
                checked_in_at: meta.at,
                stage: Stage::CheckedIn,
                screening: None,
                dose: None,
            };
            state.visits.insert(visit.clone(), new);
            state.present.insert(person.clone(), visit.clone());
        }
        Event::Screened { visit, conclusion, until, barred, interval_override, product_override, .. } => {
            if let Some(known) = state.visits.get_mut(visit) {
                known.screening = Some(Screening {
                    conclusion: *conclusion,
                    doctor: meta.actor.clone(),
                    at: meta.at,
                    until: *until,
                    barred: barred.clone(),
                    interval_override: interval_override.clone(),
                    product_override: product_override.clone(),
                });
            }
            if conclusion.clears() {
                set_stage(state, visit, Stage::Screened);
            } else {
                end(state, visit, Stage::Left);
            }
        }
        Event::Left { visit, .. } => end(state, visit, Stage::Left),
        Event::VialOpened { vial, lot, product, doses, max_yield, discard_at } => {
            let new = Vial {
                lot: lot.clone(),
                product: product.clone(),
                doses: *doses,
                max_yield: *max_yield,
                drawn: 0,
                opened_at: meta.at,
                discard_at: *discard_at,
                opened_by: meta.actor.clone(),
                closed: None,
            };
            state.vials.insert(vial.clone(), new);
        }
        Event::Injected { visit, dose, vial, .. } => {
            if let Some(vial) = state.vials.get_mut(vial) {
                vial.drawn = vial.drawn.saturating_add(1);
            }
            if let Some(known) = state.visits.get_mut(visit) {
                known.stage = Stage::Observing;
                known.dose = Some(dose.clone());
            }
            if let Some(given) = given(event, meta) {
                state.doses.insert(dose.clone(), given);
            }
        }
        Event::Observed { .. } => {}
        Event::Discharged { visit, .. } => end(state, visit, Stage::Discharged),
        Event::VialClosed { vial, reason, .. } => {
            if let Some(vial) = state.vials.get_mut(vial) {
                vial.closed = Some(*reason);
            }
        }
        Event::InjectionVoided { dose, visit, vial, back_in_vial, .. } => {
            if let Some(dose) = state.doses.get_mut(dose) {
                dose.voided = true;
            }
            if let Some(vial) = state.vials.get_mut(vial)
                && *back_in_vial
            {
                vial.drawn = vial.drawn.saturating_sub(1);
            }
            end(state, visit, Stage::Voided);
        }
    }
}

/// The doses the event moves.
pub fn transfers(event: &Event, _meta: &Meta) -> Vec<Transfer> {
    let one = |lot: &crate::ids::LotId, quantity: u32, from, to, reason, reference: &dyn ToString| Transfer {
        lot: lot.clone(),
        quantity: i64::from(quantity),
        from,
        to,
        to_unit: None,
        reason,
        reference: reference.to_string(),
    };
    match event {
        Event::VialOpened { vial, lot, doses, .. } => {
            vec![one(lot, *doses, Account::Available, Account::Vial(vial.clone()), "vial_opened", vial)]
        }
        Event::Injected { dose, lot, vial, over_yield, .. } => {
            let drawn = one(lot, 1, Account::Vial(vial.clone()), Account::Injected, "injection", dose);
            if *over_yield {
                vec![one(lot, 1, Account::GainYield, Account::Vial(vial.clone()), "over_yield", dose), drawn]
            } else {
                vec![drawn]
            }
        }
        Event::VialClosed { vial, lot, wasted, reason } if *wasted > 0 => {
            let lost = Account::Waste(reason.waste());
            vec![one(lot, *wasted, Account::Vial(vial.clone()), lost, "vial_closed", vial)]
        }
        Event::InjectionVoided { dose, lot, vial, back_in_vial, .. } => {
            let back =
                if *back_in_vial { Account::Vial(vial.clone()) } else { Account::Waste(WasteReason::RecordedInError) };
            vec![one(lot, 1, Account::Injected, back, "voided", dose)]
        }
        Event::CheckedIn { .. }
        | Event::Screened { .. }
        | Event::Left { .. }
        | Event::Observed { .. }
        | Event::Discharged { .. }
        | Event::VialClosed { .. } => Vec::new(),
    }
}

/// The dose an injection gave.
fn given(event: &Event, meta: &Meta) -> Option<Dose> {
    let Event::Injected {
        visit,
        person,
        disease,
        kind,
        dose_number,
        product,
        lot,
        vial,
        interval_override,
        product_override,
        ..
    } = event
    else {
        return None;
    };
    let reasons: Vec<&str> = [interval_override, product_override].into_iter().flatten().map(Reason::as_str).collect();
    Some(Dose {
        visit: visit.clone(),
        person: person.clone(),
        disease: disease.clone(),
        kind: *kind,
        dose_number: *dose_number,
        product: product.clone(),
        vial: vial.clone(),
        lot: lot.clone(),
        at: meta.at,
        by: meta.actor.clone(),
        override_reason: (!reasons.is_empty()).then(|| reasons.join("; ")),
        voided: false,
    })
}

fn set_stage(state: &mut State, visit: &VisitId, stage: Stage) {
    if let Some(visit) = state.visits.get_mut(visit) {
        visit.stage = stage;
    }
}

/// A stage after which the person is no longer here.
fn end(state: &mut State, visit: &VisitId, stage: Stage) {
    set_stage(state, visit, stage);
    if let Some(person) = state.visits.get(visit).map(|known| known.person.clone())
        && state.present.get(&person) == Some(visit)
    {
        state.present.remove(&person);
    }
}
