//! Supply: how doses come into the country's stores, are cleared for use, and travel to the sites.
//!
//! A store records what arrived and what the inspection found; the national office ("VN") alone releases, suspends and
//! recalls lots; a store or site puts away, ships and receives. Every quantity is in doses; every movement of doses is a
//! pair of accounts in the ledger, derived from the event by [`transfers`], never stored twice.

mod command;
mod decide;
mod event;
mod evolve;
mod national;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use specs::time::Date;

use crate::facts::LotState;
use crate::ids::{ConsignmentId, LotId, ShipmentId};

pub use command::Command;
pub(crate) use decide::{at, in_stock, malformed, text, usable};
pub use decide::{decide, needs};
pub use event::Event;
pub use evolve::{evolve, openings, transfers};
pub use store::{ConsignmentRow, LotRow, ShipmentRow, consignments, lots, project, shipments};

/// How a consignment was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsignmentLine {
    /// Product of the catalogue.
    pub product: String,
    /// Lot number as printed.
    pub lot_no: String,
    /// Last day of use.
    #[schema(value_type = String, format = Date)]
    pub expiry: Date,
    /// Which dose of the basic series it is for, where the doses of the product differ (Sputnik V).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<u32>,
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
    /// Which dose of the basic series it is for, where the doses of the product differ (Sputnik V). Entries from before
    /// this was asked have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<u32>,
    /// Doses by the papers.
    pub doses: u32,
    /// Vials by the papers.
    pub vials: u32,
}

/// What the inspection counted of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Inspection {
    /// Good doses may be put away.
    Accepted,
    /// Nothing may be put away.
    Rejected,
}

/// Temperature limits in whole degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Lowest allowed.
    pub min: i16,
    /// Highest allowed.
    pub max: i16,
}

/// One lot on board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentLine {
    /// Which lot.
    pub lot: LotId,
    /// How many doses.
    pub doses: u32,
}

/// One lot counted in; the three together are what was dispatched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
