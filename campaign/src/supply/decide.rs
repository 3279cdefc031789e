//! What a store, a site and the national office may do with doses and lots. Pure: state, facts and the command in, events
//! or the refusal out.

use std::collections::BTreeMap;

use serde_json::json;
use specs::time::Date;

use super::national::Desk;
use super::{
    ArrivedLine, Band, Command, ConsignmentLine, Event, InspectedLine, Inspection, InspectionLine, Position,
    ReceiptLine, ReceivedLine, ShipmentLine, Vvm,
};
use crate::catalogue;
use crate::command::{Context, Decision};
use crate::facts::{Facts, LotFact, LotState, Needs};
use crate::ids::{ConsignmentId, LotId, ShipmentId, UnitKind};
use crate::ledger::{Account, WasteReason};
use crate::places::{self, Status};
use crate::refusal::Refusal;
use crate::unit::UnitState;

/// Most lots in one consignment or shipment.
const LINES_MAX: usize = 200;
/// Most doses of one lot in one movement.
const DOSES_MAX: u32 = 100_000_000;
/// Longest remark or number, in bytes.
const TEXT_MAX: usize = 500;

/// What of other streams the command is decided on.
pub fn needs(unit: &UnitState, command: &Command) -> Needs {
    let mut needs = Needs::default();
    match command {
        Command::ReceiveConsignment { lines, .. } => {
            needs.units.push(unit.unit.clone());
            needs.lots.extend(lines.iter().filter_map(|line| LotId::of(&line.product, &line.lot_no).ok()));
        }
        Command::InspectConsignment { .. } => {}
        Command::ReleaseLot { lot, .. }
        | Command::SuspendLot { lot, .. }
        | Command::ResumeLot { lot, .. }
        | Command::RecallLot { lot, .. }
        | Command::PutAway { lot, .. }
        | Command::Waste { lot, .. }
        | Command::ReturnDoses { lot, .. }
        | Command::Destroy { lot, .. } => needs.lots.push(lot.clone()),
        Command::DispatchShipment { shipment, to, lines, .. } => {
            needs.units.push(to.clone());
            needs.shipments.push(shipment.clone());
            needs.lots.extend(lines.iter().map(|line| line.lot.clone()));
        }
        Command::ReceiveShipment { shipment, lines, .. } => {
            needs.shipments.push(shipment.clone());
            needs.lots.extend(lines.iter().map(|line| line.lot.clone()));
        }
    }
    needs
}

/// Decides the command.
///
/// # Errors
/// The [`Refusal`]; then nothing has happened.
pub fn decide(unit: &UnitState, facts: &Facts, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    match command {
        Command::ReceiveConsignment { consignment, supplier, source, documents, lines } => {
            at(unit, &[UnitKind::Store], "store")?;
            places::working(facts, &unit.unit)?;
            text("supplier", supplier, 1)?;
            if documents.len() > 50 {
                return Err(malformed("documents", "at most 50"));
            }
            documents.iter().try_for_each(|document| text("documents", document, 1))?;
            if unit.supply.consignments.contains_key(consignment) {
                return Err(Refusal::ConsignmentExists { consignment: consignment.clone() });
            }
            let lines = arrived(facts, lines)?;
            let answer = json!({
                "consignment": consignment,
                "lots": lines.iter().map(|line| line.lot.as_str()).collect::<Vec<_>>(),
            });
            let event = Event::ConsignmentArrived {
                consignment: consignment.clone(),
                supplier: supplier.clone(),
                source: *source,
                documents: documents.clone(),
                lines,
            };
            Ok(Decision::new([event], answer))
        }
        Command::InspectConsignment { consignment, lines, temperature_log_ok, vvm, decision, note } => {
            text("note", note, 0)?;
            if *decision == Inspection::Accepted && matches!(vvm, Vvm::Stage3 | Vvm::Stage4) {
                return Err(malformed("decision", "not accepted when the vial monitors say: do not use"));
            }
            if *decision == Inspection::Accepted && !temperature_log_ok && note.trim().is_empty() {
                return Err(malformed("note", "why doses with an excursion in their temperature log are accepted"));
            }
            let lines = inspected(unit, consignment, lines)?;
            let answer = json!({ "consignment": consignment, "lines": lines });
            let event = Event::ConsignmentInspected {
                consignment: consignment.clone(),
                lines,
                temperature_log_ok: *temperature_log_ok,
                vvm: *vvm,
                decision: *decision,
                note: note.clone(),
            };
            Ok(Decision::new([event], answer))
        }
        Command::ReleaseLot { lot, certificate, issuer, on } => {
            Desk::open(unit, facts, lot, context)?.release(certificate, issuer, *on)
        }
        Command::SuspendLot { lot, reason } => Desk::open(unit, facts, lot, context)?.suspend(reason),
        Command::ResumeLot { lot, reason } => Desk::open(unit, facts, lot, context)?.resume(reason),
        Command::RecallLot { lot, reason } => Desk::open(unit, facts, lot, context)?.recall(reason),
        Command::PutAway { lot, doses } => {
            quantity("doses", *doses)?;
            usable(facts, lot, context.today)?;
            let cleared = unit.supply.cleared.get(lot).copied().unwrap_or(0);
            if u64::from(*doses) > cleared {
                return Err(Refusal::NotInspected { lot: lot.clone(), wanted: *doses, cleared });
            }
            not_rejected(unit, lot, *doses)?;
            let available = unit.ledger.balance(&Account::Available, lot) + i64::from(*doses);
            Ok(Decision::new(
                [Event::StockPutAway { lot: lot.clone(), doses: *doses }],
                json!({ "lot": lot, "available": available }),
            ))
        }
        // Doses leave a paused or closed unit this way, so only the receiver has to be open.
        Command::DispatchShipment { shipment, to, lines, carrier, vehicle, seal, band } => {
            at(unit, &[UnitKind::Store, UnitKind::Site], "store or site")?;
            if *to == unit.unit {
                return Err(malformed("to", "a shipment goes to another unit"));
            }
            let receiver = facts.units.get(to).ok_or_else(|| Refusal::UnknownUnit { unit: to.clone() })?;
            if receiver.status != Status::Open || !to.kind().is_some_and(UnitKind::holds_stock) {
                return Err(Refusal::WrongUnit { unit: to.clone(), needed: "an open store or site".to_owned() });
            }
            text("carrier", carrier, 1)?;
            text("vehicle", vehicle, 1)?;
            text("seal", seal, 1)?;
            if band.min > band.max {
                return Err(malformed("band", "min is not above max"));
            }
            if facts.shipments.contains_key(shipment) || unit.supply.dispatched.contains(shipment) {
                return Err(Refusal::ShipmentExists { shipment: shipment.clone() });
            }
            each_lot_once(lines.iter().map(|line| &line.lot))?;
            for ShipmentLine { lot, doses } in lines {
                quantity("lines.doses", *doses)?;
                kept(usable(facts, lot, context.today)?, lot, *band)?;
                in_stock(unit, lot, *doses)?;
            }
            let event = Event::ShipmentDispatched {
                shipment: shipment.clone(),
                to: to.clone(),
                lines: lines.clone(),
                carrier: carrier.clone(),
                vehicle: vehicle.clone(),
                seal: seal.clone(),
                band: *band,
            };
            Ok(Decision::new([event], json!({ "shipment": shipment, "to": to })))
        }
        Command::ReceiveShipment { shipment, lines, note } => {
            text("note", note, 0)?;
            // Also where the unit was paused while they were on the road: somebody has to count them.
            receive(unit, facts, shipment, lines, note, context.today)
        }
        Command::Waste { lot, doses, position, reason } => {
            // The other reasons belong to opened vials, and come from closing one.
            let closed_vials = [
                WasteReason::Expired,
                WasteReason::Heat,
                WasteReason::Freeze,
                WasteReason::Vvm,
                WasteReason::Broken,
                WasteReason::Missing,
                WasteReason::Recalled,
                WasteReason::Label,
            ];
            if !closed_vials.contains(reason) {
                return Err(malformed("reason", "not a reason for closed vials"));
            }
            may_remove(unit, facts, lot, *doses, *position)?;
            let event = Event::StockWasted { lot: lot.clone(), doses: *doses, position: *position, reason: *reason };
            Ok(Decision::new([event], json!({ "lot": lot })))
        }
        Command::ReturnDoses { lot, doses, position, reference } => {
            text("reference", reference, 1)?;
            may_remove(unit, facts, lot, *doses, *position)?;
            let (lot, reference) = (lot.clone(), reference.clone());
            let answer = json!({ "lot": lot });
            let event = Event::StockReturned { lot, doses: *doses, position: *position, reference };
            Ok(Decision::new([event], answer))
        }
        Command::Destroy { lot, doses, position, reference } => {
            text("reference", reference, 1)?;
            may_remove(unit, facts, lot, *doses, *position)?;
            let (lot, reference) = (lot.clone(), reference.clone());
            let answer = json!({ "lot": lot });
            let event = Event::StockDestroyed { lot, doses: *doses, position: *position, reference };
            Ok(Decision::new([event], answer))
        }
    }
}

/// The lot, when it is released and in date.
///
/// # Errors
/// [`Refusal::UnknownLot`], [`Refusal::LotNotReleased`], [`Refusal::LotExpired`].
pub(crate) fn usable<'a>(facts: &'a Facts, lot: &LotId, today: Date) -> Result<&'a LotFact, Refusal> {
    let fact = facts.lots.get(lot).ok_or_else(|| Refusal::UnknownLot { lot: lot.clone() })?;
    if fact.state != LotState::Released {
        return Err(Refusal::LotNotReleased { lot: lot.clone(), state: fact.state });
    }
    if fact.expiry < today {
        return Err(Refusal::LotExpired { lot: lot.clone(), expiry: fact.expiry });
    }
    Ok(fact)
}

/// Refuses temperatures at which the lot's product may not be kept.
fn kept(fact: &LotFact, lot: &LotId, band: Band) -> Result<(), Refusal> {
    let product =
        catalogue::product(&fact.product).ok_or_else(|| Refusal::UnknownProduct { product: fact.product.clone() })?;
    let refusal = || Refusal::OutsideStorage { lot: lot.clone(), min: band.min, max: band.max };
    product.kept_at(band.min, band.max).map(|_| ()).ok_or_else(refusal)
}

/// Refuses when the usable stock of this unit holds fewer doses, and says whether they stand in quarantine.
pub(crate) fn in_stock(unit: &UnitState, lot: &LotId, wanted: u32) -> Result<(), Refusal> {
    let available = unit.ledger.balance(&Account::Available, lot);
    if available >= i64::from(wanted) {
        return Ok(());
    }
    let quarantined = unit.ledger.balance(&Account::Quarantine, lot);
    if available.saturating_add(quarantined) >= i64::from(wanted) {
        Err(Refusal::InQuarantine { lot: lot.clone(), quarantined })
    } else {
        Err(Refusal::NotInStock { lot: lot.clone(), wanted, available })
    }
}

/// Refuses when the unit is of another kind.
pub(crate) fn at(unit: &UnitState, kinds: &[UnitKind], needed: &str) -> Result<(), Refusal> {
    if unit.unit.kind().is_some_and(|kind| kinds.contains(&kind)) {
        Ok(())
    } else {
        Err(Refusal::WrongUnit { unit: unit.unit.clone(), needed: needed.to_owned() })
    }
}

/// Refuses text that is shorter than `least` or too long (in bytes), or holds control characters.
pub(crate) fn text(field: &str, value: &str, least: usize) -> Result<(), Refusal> {
    if value.trim().len() < least {
        Err(malformed(field, "must not be empty"))
    } else if value.len() > TEXT_MAX || value.chars().any(char::is_control) {
        Err(malformed(field, "at most 500 bytes, without control characters"))
    } else {
        Ok(())
    }
}

pub(crate) fn malformed(field: &str, why: &str) -> Refusal {
    Refusal::MalformedField { field: field.to_owned(), why: why.to_owned() }
}

fn quantity(field: &str, doses: u32) -> Result<(), Refusal> {
    if (1..=DOSES_MAX).contains(&doses) { Ok(()) } else { Err(malformed(field, "1 to 100,000,000 doses")) }
}

fn each_lot_once<'a>(lots: impl Iterator<Item = &'a LotId>) -> Result<(), Refusal> {
    let mut lots: Vec<&LotId> = lots.collect();
    let count = lots.len();
    lots.sort_unstable();
    lots.dedup();
    if count == 0 || count > LINES_MAX || lots.len() < count {
        return Err(malformed("lines", "1 to 200 lots, each once"));
    }
    Ok(())
}

fn in_account(unit: &UnitState, account: &Account, lot: &LotId, wanted: u32) -> Result<(), Refusal> {
    let available = unit.ledger.balance(account, lot);
    if available >= i64::from(wanted) {
        return Ok(());
    }
    let (account, wanted) = (account.to_string(), i64::from(wanted));
    Err(Refusal::StockTooLow { account, lot: lot.clone(), wanted, available })
}

fn may_remove(unit: &UnitState, facts: &Facts, lot: &LotId, doses: u32, position: Position) -> Result<(), Refusal> {
    quantity("doses", doses)?;
    if !facts.lots.contains_key(lot) {
        return Err(Refusal::UnknownLot { lot: lot.clone() });
    }
    if position == Position::Rejected {
        let available = i64::try_from(unit.supply.rejected.get(lot).copied().unwrap_or(0)).unwrap_or(i64::MAX);
        if available < i64::from(doses) {
            let (account, wanted) = ("rejected".to_owned(), i64::from(doses));
            return Err(Refusal::StockTooLow { account, lot: lot.clone(), wanted, available });
        }
    }
    in_account(unit, &position.account(), lot, doses)?;
    if position == Position::Quarantine {
        not_rejected(unit, lot, doses)?;
    }
    Ok(())
}

/// Doses that an inspection rejected stand in the same account and are not to be had under another name: what is left in
/// quarantine may never be less than they are.
fn not_rejected(unit: &UnitState, lot: &LotId, doses: u32) -> Result<(), Refusal> {
    let rejected = i64::try_from(unit.supply.rejected.get(lot).copied().unwrap_or(0)).unwrap_or(i64::MAX);
    let available = unit.ledger.balance(&Account::Quarantine, lot).saturating_sub(rejected);
    if available >= i64::from(doses) {
        return Ok(());
    }
    let (account, wanted) = (Account::Quarantine.to_string(), i64::from(doses));
    Err(Refusal::StockTooLow { account, lot: lot.clone(), wanted, available })
}

fn arrived(facts: &Facts, lines: &[ConsignmentLine]) -> Result<Vec<ArrivedLine>, Refusal> {
    let mut arrived = Vec::with_capacity(lines.len().min(LINES_MAX));
    for line in lines.iter().take(LINES_MAX + 1) {
        let product = catalogue::product(&line.product)
            .ok_or_else(|| Refusal::UnknownProduct { product: line.product.chars().take(64).collect() })?;
        let printed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if line.lot_no.is_empty() || line.lot_no.len() > 20 || !line.lot_no.bytes().all(printed) {
            return Err(malformed("lines.lot_no", "1 to 20 of A-Z a-z 0-9 . _ -"));
        }
        let lot = LotId::of(product.id(), &line.lot_no)?;
        quantity("lines.doses", line.doses)?;
        if !(1..=line.doses).contains(&line.vials) {
            return Err(malformed("lines.vials", "at least one, at most as many as doses"));
        }
        let components = &product.vaccine().components;
        let fits = match line.component {
            Some(dose) => product.component(dose).is_some(),
            None => components.is_empty(),
        };
        if !fits {
            let components = components.iter().map(|component| component.name.clone()).collect();
            return Err(Refusal::ComponentDoesNotFit { lot, component: line.component, components });
        }
        if let Some(known) = facts.lots.get(&lot) {
            if known.expiry != line.expiry {
                return Err(Refusal::LotDiffers { lot, recorded_expiry: known.expiry });
            }
            if known.component != line.component {
                return Err(Refusal::LotOfAnotherComponent { lot, recorded: known.component });
            }
        }
        arrived.push(ArrivedLine {
            lot,
            product: line.product.clone(),
            lot_no: line.lot_no.clone(),
            expiry: line.expiry,
            component: line.component,
            doses: line.doses,
            vials: line.vials,
        });
    }
    each_lot_once(arrived.iter().map(|line| &line.lot))?;
    Ok(arrived)
}

fn inspected(
    unit: &UnitState,
    consignment: &ConsignmentId,
    lines: &[InspectedLine],
) -> Result<Vec<InspectionLine>, Refusal> {
    let known = unit.supply.consignments.get(consignment);
    let known = known.ok_or_else(|| Refusal::UnknownConsignment { consignment: consignment.clone() })?;
    if known.inspection.is_some() {
        return Err(Refusal::ConsignmentInspected { consignment: consignment.clone() });
    }
    let incomplete = |lot: &LotId| Refusal::InspectionIncomplete { consignment: consignment.clone(), lot: lot.clone() };
    let mut counted: BTreeMap<&LotId, &InspectedLine> = BTreeMap::new();
    for line in lines {
        if !known.announced.contains_key(&line.lot) || counted.insert(&line.lot, line).is_some() {
            return Err(incomplete(&line.lot));
        }
        if line.counted > DOSES_MAX || line.damaged > line.counted {
            return Err(malformed("lines.damaged", "at most as many as counted, and those at most 100,000,000"));
        }
    }
    let mut found = Vec::with_capacity(known.announced.len());
    for (lot, &announced) in &known.announced {
        let line = counted.get(lot).ok_or_else(|| incomplete(lot))?;
        found.push(InspectionLine {
            lot: lot.clone(),
            good: line.counted - line.damaged,
            damaged: line.damaged,
            missing: announced.saturating_sub(line.counted),
            surplus: line.counted.saturating_sub(announced),
        });
    }
    for line in &found {
        // Surplus comes in before losses go out, as `transfers` writes them.
        let standing = unit.ledger.balance(&Account::Quarantine, &line.lot) + i64::from(line.surplus);
        let lost = i64::from(line.damaged) + i64::from(line.missing);
        if standing < lost {
            let account = Account::Quarantine.to_string();
            let lot = line.lot.clone();
            return Err(Refusal::StockTooLow { account, lot, wanted: lost, available: standing });
        }
    }
    Ok(found)
}

fn receive(
    unit: &UnitState,
    facts: &Facts,
    shipment: &ShipmentId,
    lines: &[ReceivedLine],
    note: &str,
    today: Date,
) -> Result<Decision, Refusal> {
    if unit.supply.received.contains(shipment) {
        return Err(Refusal::ShipmentReceived { shipment: shipment.clone() });
    }
    let sent = facts.shipments.get(shipment).filter(|sent| sent.to == unit.unit);
    let sent = sent.ok_or_else(|| Refusal::UnknownShipment { shipment: shipment.clone() })?;
    each_lot_once(lines.iter().map(|line| &line.lot))?;
    let mut received = Vec::with_capacity(lines.len());
    for line in lines {
        let counted = i64::from(line.received) + i64::from(line.damaged) + i64::from(line.missing);
        let doses = sent.lines.iter().find(|sent| sent.lot == line.lot).map_or(0, |sent| sent.doses);
        if counted != doses {
            return Err(does_not_add_up(shipment, &line.lot, doses, counted));
        }
        // What is no longer usable on arrival is kept, but kept apart.
        let position = match usable(facts, &line.lot, today) {
            Ok(_) => Position::Available,
            Err(_) => Position::Quarantine,
        };
        let ReceivedLine { lot, received: good, damaged, missing } = line.clone();
        received.push(ReceiptLine { lot, received: good, damaged, missing, position });
    }
    if let Some(unnamed) = sent.lines.iter().find(|sent| lines.iter().all(|line| line.lot != sent.lot)) {
        return Err(does_not_add_up(shipment, &unnamed.lot, unnamed.doses, 0));
    }
    let answer = json!({ "shipment": shipment, "lines": received });
    let event = Event::ShipmentReceived {
        shipment: shipment.clone(),
        from: sent.from.clone(),
        lines: received,
        note: note.to_owned(),
    };
    Ok(Decision::new([event], answer))
}

fn does_not_add_up(shipment: &ShipmentId, lot: &LotId, sent: i64, counted: i64) -> Refusal {
    Refusal::ReceiptDoesNotAddUp { shipment: shipment.clone(), lot: lot.clone(), sent, counted }
}
