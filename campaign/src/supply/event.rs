//! What happened to doses and lots.

use serde::{Deserialize, Serialize};
use specs::time::Date;

use super::{ArrivedLine, Band, Inspection, InspectionLine, Position, ReceiptLine, ShipmentLine, Source, Vvm};
use crate::ids::{ConsignmentId, LotId, ShipmentId, UnitId};
use crate::ledger::WasteReason;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Doses came in from outside and stand in quarantine.
    ConsignmentArrived {
        /// Which consignment.
        consignment: ConsignmentId,
        /// Who sent it.
        supplier: String,
        /// How it was come by.
        source: Source,
        /// Numbers of its papers.
        documents: Vec<String>,
        /// What was unloaded.
        lines: Vec<ArrivedLine>,
    },
    /// The arrival check is done.
    ConsignmentInspected {
        /// Which consignment.
        consignment: ConsignmentId,
        /// What it found, per lot.
        lines: Vec<InspectionLine>,
        /// The log of the journey shows no excursion.
        temperature_log_ok: bool,
        /// What the vial monitors show.
        vvm: Vvm,
        /// The decision.
        decision: Inspection,
        /// Remarks.
        note: String,
    },
    /// A lot may be moved and injected.
    LotReleased {
        /// Which lot.
        lot: LotId,
        /// Number of the release certificate.
        certificate: String,
        /// Laboratory that issued it.
        issuer: String,
        /// Date of the certificate.
        on: Date,
    },
    /// A lot must not be used until the suspension is lifted.
    LotSuspended {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
    /// The first of two persons asked to lift the suspension; the lot is still suspended.
    LotResumeProposed {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
    /// The suspension is lifted.
    LotResumed {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
        /// The first of the two persons; the second is the actor of the entry.
        proposed_by: String,
    },
    /// A lot must never be used again.
    LotRecalled {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
    /// Doses left quarantine.
    StockPutAway {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
    },
    /// Doses are on the road; only the receiver can take them off it.
    ShipmentDispatched {
        /// Which shipment.
        shipment: ShipmentId,
        /// Receiver.
        to: UnitId,
        /// What is on board.
        lines: Vec<ShipmentLine>,
        /// Who carries it.
        carrier: String,
        /// Number plate.
        vehicle: String,
        /// Seal number.
        seal: String,
        /// Temperature it was packed for.
        band: Band,
    },
    /// A shipment was counted in.
    ShipmentReceived {
        /// Which shipment.
        shipment: ShipmentId,
        /// Sender.
        from: UnitId,
        /// What arrived, per lot.
        lines: Vec<ReceiptLine>,
        /// Remarks.
        note: String,
    },
    /// Closed vials were written off.
    StockWasted {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
        /// Where they stood.
        position: Position,
        /// Why.
        reason: WasteReason,
    },
    /// Doses went back to where they came from.
    StockReturned {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
        /// Where they stood.
        position: Position,
        /// Number of the return note.
        reference: String,
    },
    /// Doses were destroyed under minutes.
    StockDestroyed {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
        /// Where they stood.
        position: Position,
        /// Number of the minutes.
        reference: String,
    },
}

impl Event {
    /// The stable kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ConsignmentArrived { .. } => "supply.consignment_arrived",
            Self::ConsignmentInspected { .. } => "supply.consignment_inspected",
            Self::LotReleased { .. } => "supply.lot_released",
            Self::LotSuspended { .. } => "supply.lot_suspended",
            Self::LotResumeProposed { .. } => "supply.lot_resume_proposed",
            Self::LotResumed { .. } => "supply.lot_resumed",
            Self::LotRecalled { .. } => "supply.lot_recalled",
            Self::StockPutAway { .. } => "supply.stock_put_away",
            Self::ShipmentDispatched { .. } => "supply.shipment_dispatched",
            Self::ShipmentReceived { .. } => "supply.shipment_received",
            Self::StockWasted { .. } => "supply.stock_wasted",
            Self::StockReturned { .. } => "supply.stock_returned",
            Self::StockDestroyed { .. } => "supply.stock_destroyed",
        }
    }
}
