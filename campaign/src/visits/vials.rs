//! Vials: opened out of the site's stock, drawn from until their clock runs out, closed with what is left as waste; and the
//! way back for a dose that was recorded in error.

use serde_json::json;

use super::decide::one;
use super::flow::{kept_in_clear, known_person};
use super::{CloseReason, Event};
use crate::catalogue;
use crate::clock::Timestamp;
use crate::command::{Context, Decision};
use crate::facts::Facts;
use crate::ids::{DoseId, LotId, UnitKind, VialId};
use crate::ledger::Account;
use crate::places;
use crate::refusal::Refusal;
use crate::supply;
use crate::unit::UnitState;

/// Opens a vial of a lot that is released, in date and in usable stock here. Its clock ends after the hours of the product,
/// and never later than the lot's last day.
pub(super) fn open(
    unit: &UnitState,
    facts: &Facts,
    vial: &VialId,
    lot: &LotId,
    context: &Context,
) -> Result<Decision, Refusal> {
    supply::at(unit, &[UnitKind::Site], "site")?;
    places::working(facts, &unit.unit)?;
    if unit.visits.vials.contains_key(vial) {
        return Err(Refusal::VialExists { vial: vial.clone() });
    }
    let fact = supply::usable(facts, lot, context.today)?;
    let product =
        catalogue::product(&fact.product).ok_or_else(|| Refusal::UnknownProduct { product: fact.product.clone() })?;
    let doses = product.doses_per_vial();
    supply::in_stock(unit, lot, doses)?;
    let end_of_last_day = Timestamp::from(fact.expiry.add_days(1).midnight_in_viet_nam());
    let discard_at = context.now.plus_minutes(i64::from(product.open_minutes())).min(end_of_last_day);
    let event = Event::VialOpened {
        vial: vial.clone(),
        lot: lot.clone(),
        product: product.id().to_owned(),
        doses,
        max_yield: product.most_doses_per_vial(),
        discard_at,
    };
    let answer = json!({ "vial": vial, "lot": lot, "doses": doses, "discard_at": discard_at });
    Ok(one(event, answer))
}

/// Closes a vial, once.
pub(super) fn close(unit: &UnitState, vial: &VialId, reason: CloseReason) -> Result<Decision, Refusal> {
    let known = unit.visits.vials.get(vial).ok_or_else(|| Refusal::UnknownVial { vial: vial.clone() })?;
    if known.closed.is_some() {
        return Err(Refusal::VialClosed { vial: vial.clone() });
    }
    let left = unit.ledger.balance(&Account::Vial(vial.clone()), &known.lot);
    let wasted = u32::try_from(left).map_err(|_| Refusal::QuantityOutOfRange { quantity: left })?;
    let event = Event::VialClosed { vial: vial.clone(), lot: known.lot.clone(), wasted, reason };
    Ok(one(event, json!({ "vial": vial, "wasted": wasted })))
}

/// Takes an injection back, once, and none that a later one is counted from: that one's number and certificate would be false.
/// The dose is in the vial again while that can be drawn from, and waste otherwise.
pub(super) fn void(
    unit: &UnitState,
    facts: &Facts,
    dose: &DoseId,
    reason: &str,
    context: &Context,
) -> Result<Decision, Refusal> {
    kept_in_clear("reason", reason)?;
    let given = unit.visits.doses.get(dose).ok_or_else(|| Refusal::UnknownDose { dose: dose.clone() })?;
    if given.voided {
        return Err(Refusal::DoseVoided { dose: dose.clone() });
    }
    let later = known_person(facts, &given.person)?
        .doses
        .iter()
        .filter(|other| !other.void && other.disease == given.disease && other.dose_number > given.dose_number);
    if let Some(last) = later.max_by_key(|other| other.dose_number) {
        let (later, unit) = (last.dose.clone(), last.unit.clone());
        return Err(Refusal::LaterDoseStands { dose: dose.clone(), later, dose_number: last.dose_number, unit });
    }
    let vial = unit.visits.vials.get(&given.vial);
    let back_in_vial = vial.is_some_and(|vial| vial.closed.is_none() && context.now < vial.discard_at);
    let event = Event::InjectionVoided {
        dose: dose.clone(),
        visit: given.visit.clone(),
        person: given.person.clone(),
        lot: given.lot.clone(),
        vial: given.vial.clone(),
        back_in_vial,
        reason: reason.to_owned(),
    };
    Ok(one(event, json!({ "dose": dose, "back_in_vial": back_in_vial })))
}
