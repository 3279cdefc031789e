//! The tables of supply and what desks read from them. Lots, their states and shipments are facts for other units, so their
//! columns stand in `facts::tables`.

use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use super::Event;
use crate::clock::Timestamp;
use crate::db::Kind::{Int, Text};
use crate::db::{Changes, DbError, Table, Value};
use crate::facts::tables::{LOT_STATES, LOTS, SHIPMENTS};
use crate::facts::{LotState, ShipmentLine};
use crate::ids::{LotId, UnitId};
use crate::journal::Meta;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// Consignments, by the store at which they arrived. `documents` and `lines` are JSON.
pub static CONSIGNMENTS: Table = Table {
    name: "consignments",
    columns: &[
        ("id", Text),
        ("unit", Text),
        ("supplier", Text),
        ("source", Text),
        ("documents", Text),
        ("arrived_at", Int),
        ("lines", Text),
    ],
    key: 1,
    fixed: &[],
};

/// Arrival checks, one per consignment. `lines` is JSON.
pub static INSPECTIONS: Table = Table {
    name: "inspections",
    columns: &[
        ("consignment", Text),
        ("unit", Text),
        ("inspected_at", Int),
        ("inspector", Text),
        ("temperature_log_ok", Int),
        ("vvm", Text),
        ("decision", Text),
        ("note", Text),
        ("lines", Text),
    ],
    key: 1,
    fixed: &[],
};

/// What the sender wrote on a shipment's papers.
pub static WAYBILLS: Table = Table {
    name: "waybills",
    columns: &[
        ("shipment", Text),
        ("unit", Text),
        ("carrier", Text),
        ("vehicle", Text),
        ("seal", Text),
        ("band_min", Int),
        ("band_max", Int),
    ],
    key: 1,
    fixed: &[],
};

/// Receipts of shipments, by the receiver. `lines` is JSON.
pub static RECEIPTS: Table = Table {
    name: "receipts",
    columns: &[
        ("shipment", Text),
        ("unit", Text),
        ("received_at", Int),
        ("received_by", Text),
        ("note", Text),
        ("lines", Text),
    ],
    key: 1,
    fixed: &[],
};

/// The rows an event changes.
pub fn project(event: &Event, meta: &Meta, unit: &UnitState, _keys: &Keyring, changes: &mut Changes) {
    let owner = Value::from(&meta.unit);
    match event {
        Event::ConsignmentArrived { consignment, supplier, source, documents, lines } => {
            for line in lines {
                let row = vec![
                    Value::from(&line.lot),
                    Value::from(&line.product),
                    Value::from(&line.lot_no),
                    Value::from(line.expiry),
                    // A lot without a component is 0 and not NULL, for what must agree cannot be NULL.
                    Value::Int(i64::from(line.component.unwrap_or(0))),
                ];
                changes.agree(&LOTS, row);
            }
            let row = vec![
                Value::from(consignment),
                owner,
                Value::from(supplier),
                word(source),
                json(documents),
                Value::from(meta.at),
                json(lines),
            ];
            changes.upsert(&CONSIGNMENTS, row);
        }
        Event::ConsignmentInspected { consignment, lines, temperature_log_ok, vvm, decision, note } => {
            let row = vec![
                Value::from(consignment),
                owner,
                Value::from(meta.at),
                Value::from(&meta.actor),
                Value::from(*temperature_log_ok),
                word(vvm),
                word(decision),
                Value::from(note),
                json(lines),
            ];
            changes.upsert(&INSPECTIONS, row);
        }
        Event::LotReleased { lot, .. } => lot_state(unit, lot, None, meta, changes),
        // The suspension stands until the second person asks.
        Event::LotResumeProposed { .. } => {}
        Event::LotSuspended { lot, reason }
        | Event::LotResumed { lot, reason, .. }
        | Event::LotRecalled { lot, reason } => {
            lot_state(unit, lot, Some(reason), meta, changes);
        }
        Event::ShipmentDispatched { shipment, to, lines, carrier, vehicle, seal, band } => {
            let on_board: Vec<ShipmentLine> =
                lines.iter().map(|line| ShipmentLine { lot: line.lot.clone(), doses: i64::from(line.doses) }).collect();
            let row =
                vec![Value::from(shipment), owner.clone(), Value::from(to), Value::from(meta.at), json(&on_board)];
            changes.upsert(&SHIPMENTS, row);
            let row = vec![
                Value::from(shipment),
                owner,
                Value::from(carrier),
                Value::from(vehicle),
                Value::from(seal),
                Value::Int(i64::from(band.min)),
                Value::Int(i64::from(band.max)),
            ];
            changes.upsert(&WAYBILLS, row);
        }
        Event::ShipmentReceived { shipment, lines, note, .. } => {
            let row = vec![
                Value::from(shipment),
                owner,
                Value::from(meta.at),
                Value::from(&meta.actor),
                Value::from(note),
                json(lines),
            ];
            changes.upsert(&RECEIPTS, row);
        }
        // Quantities stand in the ledger's tables.
        Event::StockPutAway { .. }
        | Event::StockWasted { .. }
        | Event::StockReturned { .. }
        | Event::StockDestroyed { .. } => {}
    }
}

fn lot_state(unit: &UnitState, lot: &LotId, reason: Option<&String>, meta: &Meta, changes: &mut Changes) {
    let Some(control) = unit.supply.lots.get(lot) else { return };
    let row = vec![
        Value::from(lot),
        Value::from(&meta.unit),
        Value::from(control.state.as_str()),
        Value::from(Some(&control.certificate).filter(|number| !number.is_empty())),
        Value::from(reason),
        Value::from(meta.at),
    ];
    changes.upsert(&LOT_STATES, row);
}

fn json(value: &impl Serialize) -> Value {
    Value::from(serde_json::to_string(value).expect("plain data with text keys"))
}

/// The stable word of a unit variant, as in JSON.
fn word(value: &impl Serialize) -> Value {
    let word = serde_json::to_value(value).ok();
    Value::from(word.as_ref().and_then(|word| word.as_str()))
}

/// A lot, as every unit sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotRow {
    /// `{product}:{lot_no}`.
    pub lot: String,
    /// Product of the catalogue.
    pub product: String,
    /// The maker's lot number.
    pub lot_no: String,
    /// Last day of use, `YYYY-MM-DD`.
    pub expiry: String,
    /// Which dose of the basic series it is for, where the doses of the product differ.
    pub component: Option<i64>,
    /// Quarantined when nobody decided on it.
    pub state: LotState,
    /// Number of the release certificate.
    pub certificate: Option<String>,
}

/// Every lot that arrived anywhere, by id.
///
/// # Errors
/// [`DbError`].
pub async fn lots(db: &AnyPool) -> Result<Vec<LotRow>, DbError> {
    let text = "SELECT l.id, l.product, l.lot_no, l.expiry, s.state, s.certificate, l.component \
                FROM lots l LEFT JOIN lot_states s ON s.lot = l.id ORDER BY l.id";
    sqlx::query(text).fetch_all(db).await?.iter().map(lot_row).collect()
}

fn lot_row(row: &AnyRow) -> Result<LotRow, DbError> {
    let state: Option<String> = row.try_get(4)?;
    Ok(LotRow {
        lot: row.try_get(0)?,
        product: row.try_get(1)?,
        lot_no: row.try_get(2)?,
        expiry: row.try_get(3)?,
        component: Some(row.try_get(6)?).filter(|component| *component != 0),
        state: state.as_deref().and_then(LotState::parse).unwrap_or(LotState::Quarantined),
        certificate: row.try_get(5)?,
    })
}

/// A shipment with its papers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShipmentRow {
    /// Its id.
    pub shipment: String,
    /// Sender.
    pub from: String,
    /// Receiver.
    pub to: String,
    /// When it left.
    pub dispatched_at: Timestamp,
    /// When it was counted in.
    pub received_at: Option<Timestamp>,
    /// What is on board: `[{"lot","doses"}]`.
    pub lines: serde_json::Value,
    /// What was counted in, per lot.
    pub received: Option<serde_json::Value>,
    /// Number plate.
    pub vehicle: Option<String>,
    /// Seal number.
    pub seal: Option<String>,
}

/// The newest 200 shipments from and to a unit, newest first.
///
/// # Errors
/// [`DbError`].
pub async fn shipments(db: &AnyPool, unit: &UnitId) -> Result<Vec<ShipmentRow>, DbError> {
    let text = "SELECT s.id, s.unit, s.receiver, s.dispatched_at, r.received_at, s.lines, r.lines, w.vehicle, w.seal \
                FROM shipments s LEFT JOIN receipts r ON r.shipment = s.id LEFT JOIN waybills w ON w.shipment = s.id \
                WHERE s.receiver = $1 OR s.unit = $2 ORDER BY s.dispatched_at DESC, s.id LIMIT 200";
    let unit = unit.as_str().to_owned();
    let rows = sqlx::query(text).bind(unit.clone()).bind(unit).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let received: Option<String> = row.try_get(6)?;
            Ok(ShipmentRow {
                shipment: row.try_get(0)?,
                from: row.try_get(1)?,
                to: row.try_get(2)?,
                dispatched_at: Timestamp(row.try_get(3)?),
                received_at: row.try_get::<Option<i64>, _>(4)?.map(Timestamp),
                lines: read_json(&row.try_get::<String, _>(5)?)?,
                received: received.as_deref().map(read_json).transpose()?,
                vehicle: row.try_get(7)?,
                seal: row.try_get(8)?,
            })
        })
        .collect()
}

/// A consignment and its arrival check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConsignmentRow {
    /// Its id.
    pub consignment: String,
    /// Who sent it.
    pub supplier: String,
    /// `purchase`, `covax`, `donation`.
    pub source: String,
    /// When it arrived.
    pub arrived_at: Timestamp,
    /// What the papers say, per lot.
    pub lines: serde_json::Value,
    /// `accepted`, `rejected`, or none yet.
    pub decision: Option<String>,
    /// What the inspection found, per lot.
    pub inspected: Option<serde_json::Value>,
}

/// The newest 200 consignments of a store, newest first.
///
/// # Errors
/// [`DbError`].
pub async fn consignments(db: &AnyPool, unit: &UnitId) -> Result<Vec<ConsignmentRow>, DbError> {
    let text = "SELECT c.id, c.supplier, c.source, c.arrived_at, c.lines, i.decision, i.lines \
                FROM consignments c LEFT JOIN inspections i ON i.consignment = c.id \
                WHERE c.unit = $1 ORDER BY c.arrived_at DESC, c.id LIMIT 200";
    let rows = sqlx::query(text).bind(unit.as_str().to_owned()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let inspected: Option<String> = row.try_get(6)?;
            Ok(ConsignmentRow {
                consignment: row.try_get(0)?,
                supplier: row.try_get(1)?,
                source: row.try_get(2)?,
                arrived_at: Timestamp(row.try_get(3)?),
                lines: read_json(&row.try_get::<String, _>(4)?)?,
                decision: row.try_get(5)?,
                inspected: inspected.as_deref().map(read_json).transpose()?,
            })
        })
        .collect()
}

fn read_json(text: &str) -> Result<serde_json::Value, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Inconsistent { detail: format!("a row's JSON: {error}") })
}
