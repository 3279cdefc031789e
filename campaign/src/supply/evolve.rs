//! What an event of supply changes in a unit's own state, and which doses it moves.

use std::collections::BTreeMap;

use super::{Consignment, Event, Inspection, LotControl, Position, ReceiptLine, State};
use crate::facts::LotState;
use crate::ids::LotId;
use crate::journal::Meta;
use crate::ledger::{Account, Opening, Transfer, WasteReason};

/// The state after the event. Never refuses: what is in the journal happened.
pub fn evolve(state: &mut State, event: &Event, meta: &Meta) {
    match event {
        Event::ConsignmentArrived { consignment, lines, .. } => {
            let mut announced: BTreeMap<LotId, u32> = BTreeMap::new();
            for line in lines {
                let doses = announced.entry(line.lot.clone()).or_default();
                *doses = doses.saturating_add(line.doses);
            }
            state.consignments.insert(consignment.clone(), Consignment { announced, inspection: None });
        }
        Event::ConsignmentInspected { consignment, lines, decision, .. } => {
            if let Some(known) = state.consignments.get_mut(consignment) {
                known.inspection = Some(*decision);
            }
            let pile = match decision {
                Inspection::Accepted => &mut state.cleared,
                Inspection::Rejected => &mut state.rejected,
            };
            for line in lines {
                put(pile, &line.lot, line.good);
            }
        }
        Event::LotReleased { lot, certificate, .. } => {
            let control =
                LotControl { state: LotState::Released, certificate: certificate.clone(), resume_proposed_by: None };
            state.lots.insert(lot.clone(), control);
        }
        Event::LotSuspended { lot, .. } => set_lot(state, lot, LotState::Suspended),
        Event::LotResumeProposed { lot, .. } => {
            if let Some(control) = state.lots.get_mut(lot) {
                control.resume_proposed_by = Some(meta.actor.clone());
            }
        }
        Event::LotResumed { lot, .. } => set_lot(state, lot, LotState::Released),
        Event::LotRecalled { lot, .. } => set_lot(state, lot, LotState::Recalled),
        Event::StockPutAway { lot, doses } => take(&mut state.cleared, lot, *doses),
        Event::ShipmentDispatched { shipment, .. } => {
            state.dispatched.insert(shipment.clone());
        }
        Event::ShipmentReceived { shipment, lines, .. } => {
            state.received.insert(shipment.clone());
            for line in lines.iter().filter(|line| line.position == Position::Quarantine) {
                put(&mut state.cleared, &line.lot, line.received);
            }
        }
        Event::StockWasted { lot, doses, position, .. }
        | Event::StockReturned { lot, doses, position, .. }
        | Event::StockDestroyed { lot, doses, position, .. } => match position {
            Position::Available => {}
            Position::Quarantine => take(&mut state.cleared, lot, *doses),
            Position::Rejected => take(&mut state.rejected, lot, *doses),
        },
    }
}

/// The doses the event moves.
pub fn transfers(event: &Event, _meta: &Meta) -> Vec<Transfer> {
    let mut moves = Moves::default();
    match event {
        Event::ConsignmentArrived { consignment, lines, .. } => {
            for line in lines {
                moves.add(&line.lot, line.doses, Account::Supplier, Account::Quarantine, "arrival", consignment);
            }
        }
        Event::ConsignmentInspected { consignment, lines, .. } => {
            for line in lines {
                let lost = |reason| Account::Waste(reason);
                let stock = Account::Quarantine;
                moves.add(&line.lot, line.surplus, Account::Supplier, stock.clone(), "surplus", consignment);
                moves.add(&line.lot, line.damaged, stock.clone(), lost(WasteReason::Broken), "inspection", consignment);
                moves.add(&line.lot, line.missing, stock, lost(WasteReason::Missing), "inspection", consignment);
            }
        }
        Event::LotReleased { .. }
        | Event::LotSuspended { .. }
        | Event::LotResumeProposed { .. }
        | Event::LotResumed { .. }
        | Event::LotRecalled { .. } => {}
        Event::StockPutAway { lot, doses } => {
            moves.add(lot, *doses, Account::Quarantine, Account::Available, "put_away", lot);
        }
        Event::ShipmentDispatched { shipment, to, lines, .. } => {
            for line in lines {
                let road = Account::Transit(shipment.clone());
                moves.add(&line.lot, line.doses, Account::Available, road, "dispatch", shipment);
            }
            for transfer in &mut moves.0 {
                transfer.to_unit = Some(to.clone());
            }
        }
        Event::ShipmentReceived { shipment, lines, .. } => {
            for line in lines {
                let road = || Account::Transit(shipment.clone());
                let lost = |reason| Account::Waste(reason);
                moves.add(&line.lot, line.received, road(), line.position.account(), "receipt", shipment);
                moves.add(&line.lot, line.damaged, road(), lost(WasteReason::Broken), "receipt", shipment);
                moves.add(&line.lot, line.missing, road(), lost(WasteReason::Missing), "receipt", shipment);
            }
        }
        Event::StockWasted { lot, doses, position, reason } => {
            moves.add(lot, *doses, position.account(), Account::Waste(*reason), "waste", lot);
        }
        Event::StockReturned { lot, doses, position, reference } => {
            moves.add(lot, *doses, position.account(), Account::Returned, "return", reference);
        }
        Event::StockDestroyed { lot, doses, position, reference } => {
            moves.add(lot, *doses, position.account(), Account::Destroyed, "destruction", reference);
        }
    }
    moves.0
}

/// What the sender put on the road for this unit: a receipt accounts for every dose of it.
pub fn openings(event: &Event) -> Vec<Opening> {
    let Event::ShipmentReceived { shipment, lines, .. } = event else { return Vec::new() };
    let opening = |line: &ReceiptLine| Opening {
        account: Account::Transit(shipment.clone()),
        lot: line.lot.clone(),
        quantity: i64::from(line.received) + i64::from(line.damaged) + i64::from(line.missing),
    };
    lines.iter().map(opening).filter(|opening| opening.quantity > 0).collect()
}

impl Position {
    /// The account of a store in which these doses stand.
    pub fn account(self) -> Account {
        match self {
            Self::Available => Account::Available,
            Self::Quarantine | Self::Rejected => Account::Quarantine,
        }
    }
}

#[derive(Default)]
struct Moves(Vec<Transfer>);

impl Moves {
    /// One movement; none when there are no doses to move.
    fn add(
        &mut self,
        lot: &LotId,
        doses: u32,
        from: Account,
        to: Account,
        reason: &'static str,
        reference: &impl ToString,
    ) {
        if doses > 0 {
            let quantity = i64::from(doses);
            let reference = reference.to_string();
            self.0.push(Transfer { lot: lot.clone(), quantity, from, to, to_unit: None, reason, reference });
        }
    }
}

fn set_lot(state: &mut State, lot: &LotId, next: LotState) {
    if let Some(control) = state.lots.get_mut(lot) {
        control.state = next;
        control.resume_proposed_by = None;
    } else {
        // A lot can be recalled before anything else was decided on it.
        let control = LotControl { state: next, certificate: String::new(), resume_proposed_by: None };
        state.lots.insert(lot.clone(), control);
    }
}

fn put(pile: &mut BTreeMap<LotId, u64>, lot: &LotId, doses: u32) {
    if doses > 0 {
        let sum = pile.entry(lot.clone()).or_default();
        *sum = sum.saturating_add(u64::from(doses));
    }
}

fn take(pile: &mut BTreeMap<LotId, u64>, lot: &LotId, doses: u32) {
    if let Some(sum) = pile.get_mut(lot) {
        *sum = sum.saturating_sub(u64::from(doses));
        if *sum == 0 {
            pile.remove(lot);
        }
    }
}
