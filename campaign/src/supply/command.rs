//! What a store, a site or the national office can ask for.

use serde::{Deserialize, Serialize};
use specs::time::Date;

use super::{Band, ConsignmentLine, InspectedLine, Inspection, Position, ReceivedLine, ShipmentLine, Source, Vvm};
use crate::ids::{ConsignmentId, LotId, ShipmentId, UnitId};
use crate::ledger::WasteReason;

/// A movement of doses, or a decision on a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SupplyCommand)]
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
        #[schema(value_type = String, format = Date)]
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
