//! Supply: how doses come into the country's stores, are cleared for use, and travel to the sites.
//!
//! A store records what arrived and what the inspection found; the national office ("VN") alone releases, suspends and
//! recalls lots; a store or site puts away, ships and receives. Every quantity is in doses; every movement of doses is a
//! pair of accounts in the ledger, derived from the event by [`transfers`], never stored twice.

mod decide;
mod evolve;
mod national;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use specs::time::Date;

use crate::facts::LotState;
use crate::ids::{ConsignmentId, LotId, ShipmentId, UnitId};
use crate::ledger::WasteReason;

pub(crate) use decide::{at, in_stock, malformed, text, usable};
pub use decide::{decide, needs};
pub use evolve::{evolve, openings, transfers};
pub use store::project;

/// What a store, a site or the national office can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A consignment from outside the country's stores is unloaded at a store; its doses go into quarantine.
    ReceiveConsignment {
        /// New id.
        consignment: ConsignmentId,
        /// Who sent it.
        supplier: String,
        /// How it was come by.
        source: Source,
        /// Numbers of airway bill, invoice, lot release of origin.
        documents: Vec<String>,
        /// What the papers announce.
        lines: Vec<ConsignmentLine>,
    },
    /// The arrival check: count, damage, temperature log, vial monitors.
    InspectConsignment {
        /// Which consignment.
        consignment: ConsignmentId,
        /// One line per lot of the consignment.
        lines: Vec<InspectedLine>,
        /// The log of the journey shows no excursion.
        temperature_log_ok: bool,
        /// What the vial monitors show.
        vvm: Vvm,
        /// Accepted doses can be put away once their lot is released; rejected ones stay in quarantine.
        decision: Inspection,
        /// Remarks.
        #[serde(default)]
        note: String,
    },
    /// The national office releases a lot on the certificate of the control laboratory.
    ReleaseLot {
        /// Which lot.
        lot: LotId,
        /// Number of the release certificate.
        certificate: String,
        /// Laboratory that issued it, e.g. NICVB.
        issuer: String,
        /// Date of the certificate.
        on: Date,
    },
    /// The national office stops all use of a released lot; one person is enough.
    SuspendLot {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
    /// The national office lifts a suspension; it takes effect when a second person asks for the same.
    ResumeLot {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
    /// The national office recalls a lot for good.
    RecallLot {
        /// Which lot.
        lot: LotId,
        /// Why.
        reason: String,
    },
    /// Moves inspected doses of a released lot out of quarantine.
    PutAway {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
    },
    /// Sends doses to another store or site.
    DispatchShipment {
        /// New id.
        shipment: ShipmentId,
        /// Receiver.
        to: UnitId,
        /// What is on board, each lot once.
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
    /// The receiver counts a shipment in: once, and every dose of it.
    ReceiveShipment {
        /// Which shipment.
        shipment: ShipmentId,
        /// One line per lot on board.
        lines: Vec<ReceivedLine>,
        /// Remarks.
        #[serde(default)]
        note: String,
    },
    /// Writes off doses in closed vials.
    Waste {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
        /// Where they stand.
        position: Position,
        /// Why.
        reason: WasteReason,
    },
    /// Gives doses back to where they came from, outside this system.
    ReturnDoses {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
        /// Where they stand.
        position: Position,
        /// Number of the return note.
        reference: String,
    },
    /// Destroys doses under minutes.
    Destroy {
        /// Which lot.
        lot: LotId,
        /// How many doses.
        doses: u32,
        /// Where they stand.
        position: Position,
        /// Number of the minutes of destruction.
        reference: String,
    },
}

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

/// How a consignment was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Bought.
    Purchase,
    /// Allocated by COVAX.
    Covax,
    /// Given by a state or an organisation.
    Donation,
}

/// One lot in the papers of a consignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsignmentLine {
    /// Product of the catalogue.
    pub product: String,
    /// Lot number as printed.
    pub lot_no: String,
    /// Last day of use.
    pub expiry: Date,
    /// Doses by the papers.
    pub doses: u32,
    /// Vials by the papers.
    pub vials: u32,
}

/// One lot unloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivedLine {
    /// `{product}:{lot_no}`.
    pub lot: LotId,
    /// Product of the catalogue.
    pub product: String,
    /// Lot number as printed.
    pub lot_no: String,
    /// Last day of use.
    pub expiry: Date,
    /// Doses by the papers.
    pub doses: u32,
    /// Vials by the papers.
    pub vials: u32,
}

/// What the inspection counted of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectedLine {
    /// Which lot.
    pub lot: LotId,
    /// Doses found, whole or broken.
    pub counted: u32,
    /// Of these, doses in broken or wet vials.
    pub damaged: u32,
}

/// What the inspection found of one lot, beside what the papers said: announced = good + damaged + missing - surplus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionLine {
    /// Which lot.
    pub lot: LotId,
    /// Doses fit for use.
    pub good: u32,
    /// Doses broken: written off.
    pub damaged: u32,
    /// Doses announced and not found: written off.
    pub missing: u32,
    /// Doses found and not announced: taken in from the supplier.
    pub surplus: u32,
}

/// Stage of the vaccine vial monitors seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vvm {
    /// The product carries none.
    None,
    /// Square lighter than circle.
    Stage1,
    /// Square still lighter: use first.
    Stage2,
    /// Square as dark as circle: do not use.
    Stage3,
    /// Square darker than circle: do not use.
    Stage4,
}

/// Outcome of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inspection {
    /// Good doses may be put away.
    Accepted,
    /// Nothing may be put away.
    Rejected,
}

/// Temperature limits in whole degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Lowest allowed.
    pub min: i16,
    /// Highest allowed.
    pub max: i16,
}

/// One lot on board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipmentLine {
    /// Which lot.
    pub lot: LotId,
    /// How many doses.
    pub doses: u32,
}

/// One lot counted in; the three together are what was dispatched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivedLine {
    /// Which lot.
    pub lot: LotId,
    /// Doses taken into stock.
    pub received: u32,
    /// Doses broken.
    pub damaged: u32,
    /// Doses not found.
    pub missing: u32,
}

/// One lot counted in, with where its good doses were put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// Which lot.
    pub lot: LotId,
    /// Doses taken into stock.
    pub received: u32,
    /// Doses broken.
    pub damaged: u32,
    /// Doses not found.
    pub missing: u32,
    /// Available, or quarantine when the lot was no longer usable on arrival.
    pub position: Position,
}

/// Where closed vials stand in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// May be used and moved.
    Available,
    /// May not: not inspected, lot not released, or in doubt.
    Quarantine,
    /// In quarantine because an inspection rejected the consignment; never put away.
    Rejected,
}

/// What a unit knows of its own supply. Quantities live in the unit's ledger accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Consignments unloaded here.
    pub consignments: BTreeMap<ConsignmentId, Consignment>,
    /// Doses per lot that stand in quarantine here and passed an inspection: what put-away may draw on.
    pub cleared: BTreeMap<LotId, u64>,
    /// Doses per lot that stand in quarantine here and were rejected by an inspection: only returned or destroyed.
    pub rejected: BTreeMap<LotId, u64>,
    /// Shipments sent from here.
    pub dispatched: BTreeSet<ShipmentId>,
    /// Shipments counted in here.
    pub received: BTreeSet<ShipmentId>,
    /// National office only: what it decided on each lot.
    pub lots: BTreeMap<LotId, LotControl>,
}

/// What the national office knows of a lot it decided on. Only a released lot may be moved or injected; expiry is not a
/// state, it follows from the date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotControl {
    /// Where the lot stands.
    pub state: LotState,
    /// Number of the release certificate.
    pub certificate: String,
    /// Who asked first to lift the suspension.
    pub resume_proposed_by: Option<String>,
}

/// A consignment unloaded here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consignment {
    /// Doses by the papers, per lot.
    pub announced: BTreeMap<LotId, u32>,
    /// Set by the inspection.
    pub inspection: Option<Inspection>,
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
