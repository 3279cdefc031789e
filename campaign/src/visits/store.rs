//! The tables of visits, vials and doses, and what the desks of a site read from them. What was answered at screening stands
//! only in the journal.

use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use super::{Conclusion, Event};
use crate::clock::Timestamp;
use crate::db::Kind::{Int, Text};
use crate::db::{Changes, DbError, Table, Value};
use crate::facts::tables::{DOSES, VISITS};
use crate::ids::{DoseId, PersonId, UnitId, VialId, VisitId};
use crate::journal::Meta;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// Vials opened, by their site.
pub static VIALS: Table = Table {
    name: "vials",
    columns: &[
        ("id", Text),
        ("unit", Text),
        ("lot", Text),
        ("product", Text),
        ("doses", Int),
        ("max_yield", Int),
        ("drawn", Int),
        ("opened_at", Int),
        ("opened_by", Text),
        ("discard_at", Int),
        ("closed", Text),
    ],
    key: 1,
    fixed: &["lot", "product", "doses", "max_yield", "opened_at", "opened_by", "discard_at"],
};

/// The rows an event changes.
pub fn project(event: &Event, meta: &Meta, unit: &UnitState, _keys: &Keyring, changes: &mut Changes) {
    match event {
        Event::CheckedIn { visit, .. }
        | Event::Screened { visit, .. }
        | Event::Left { visit, .. }
        | Event::Observed { visit, .. }
        | Event::Discharged { visit, .. } => visit_row(unit, visit, meta, changes),
        Event::VialOpened { vial, .. } | Event::VialClosed { vial, .. } => vial_row(unit, vial, meta, changes),
        Event::Injected { visit, vial, dose, .. } | Event::InjectionVoided { visit, vial, dose, .. } => {
            visit_row(unit, visit, meta, changes);
            vial_row(unit, vial, meta, changes);
            dose_row(unit, dose, meta, changes);
        }
    }
}

fn visit_row(unit: &UnitState, id: &VisitId, meta: &Meta, changes: &mut Changes) {
    let Some(visit) = unit.visits.visits.get(id) else { return };
    let screening = visit.screening.as_ref();
    let row = vec![
        Value::from(id),
        Value::from(&meta.unit),
        Value::from(&visit.person),
        Value::from(visit.checked_in_at.day()),
        Value::from(visit.checked_in_at),
        Value::from(visit.stage.code()),
        Value::from(screening.map(|screening| Conclusion::code(screening.conclusion))),
        Value::from(screening.map(|screening| &screening.doctor)),
        Value::from(screening.and_then(|screening| screening.until)),
        Value::from(visit.dose.as_ref()),
        Value::from(meta.at),
    ];
    changes.upsert(&VISITS, row);
}

fn vial_row(unit: &UnitState, id: &VialId, meta: &Meta, changes: &mut Changes) {
    let Some(vial) = unit.visits.vials.get(id) else { return };
    let row = vec![
        Value::from(id),
        Value::from(&meta.unit),
        Value::from(&vial.lot),
        Value::from(&vial.product),
        Value::from(vial.doses),
        Value::from(vial.max_yield),
        Value::from(vial.drawn),
        Value::from(vial.opened_at),
        Value::from(&vial.opened_by),
        Value::from(vial.discard_at),
        Value::from(vial.closed.map(|reason| reason.waste().as_str())),
    ];
    changes.upsert(&VIALS, row);
}

fn dose_row(unit: &UnitState, id: &DoseId, meta: &Meta, changes: &mut Changes) {
    let Some(dose) = unit.visits.doses.get(id) else { return };
    let row = vec![
        Value::from(id),
        Value::from(&meta.unit),
        Value::from(&dose.person),
        Value::from(&dose.disease),
        Value::from(dose.dose_number),
        Value::from(&dose.product),
        Value::from(&dose.lot),
        Value::from(dose.at),
        Value::from(dose.at.day()),
        Value::from(dose.voided),
        Value::from(&dose.visit),
        Value::from(&dose.vial),
        Value::from(&dose.by),
        Value::from(dose.override_reason.as_ref()),
    ];
    changes.upsert(&DOSES, row);
}

/// A visit, without anything personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitRow {
    /// Its id.
    pub visit: String,
    /// Its site.
    pub unit: String,
    /// Who.
    pub person: String,
    /// When it began.
    pub checked_in_at: Timestamp,
    /// `checked_in`, `screened`, `left`, `observing`, `discharged`, `voided`.
    pub stage: String,
    /// The doctor's conclusion.
    pub conclusion: Option<String>,
    /// The doctor.
    pub doctor: Option<String>,
    /// First day on which a postponed person may come back.
    pub until: Option<String>,
    /// The dose given.
    pub dose: Option<String>,
    /// When that dose was given: observation counts from here.
    pub injected_at: Option<Timestamp>,
}

const VISIT: &str = "SELECT v.id, v.unit, v.person, v.checked_in_at, v.stage, v.conclusion, v.doctor, v.until_day, \
                     v.dose, d.injected_at FROM visits v LEFT JOIN doses d ON d.id = v.dose";

/// One visit.
///
/// # Errors
/// [`DbError`].
pub async fn visit(db: &AnyPool, visit: &VisitId) -> Result<Option<VisitRow>, DbError> {
    let text = format!("{VISIT} WHERE v.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(visit.as_str().to_owned()).fetch_optional(db).await?;
    row.as_ref().map(visit_row_of).transpose()
}

/// The visits of a site on a day (`YYYY-MM-DD`, Viet Nam), in the order of arrival.
///
/// # Errors
/// [`DbError`].
pub async fn visits_on(db: &AnyPool, unit: &UnitId, day: specs::time::Date) -> Result<Vec<VisitRow>, DbError> {
    let text = format!("{VISIT} WHERE v.unit = $1 AND v.day = $2 ORDER BY v.checked_in_at, v.id");
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(unit.as_str().to_owned()).bind(day.to_string());
    query.fetch_all(db).await?.iter().map(visit_row_of).collect()
}

/// Whether a person ever visited this site.
///
/// # Errors
/// [`DbError`].
pub async fn visited(db: &AnyPool, unit: &UnitId, person: &str) -> Result<bool, DbError> {
    let query = sqlx::query("SELECT id FROM visits WHERE person = $1 AND unit = $2 LIMIT 1");
    let found = query.bind(person.to_owned()).bind(unit.as_str().to_owned()).fetch_optional(db).await?;
    Ok(found.is_some())
}

fn visit_row_of(row: &AnyRow) -> Result<VisitRow, DbError> {
    Ok(VisitRow {
        visit: row.try_get(0)?,
        unit: row.try_get(1)?,
        person: row.try_get(2)?,
        checked_in_at: Timestamp(row.try_get(3)?),
        stage: row.try_get(4)?,
        conclusion: row.try_get(5)?,
        doctor: row.try_get(6)?,
        until: row.try_get(7)?,
        dose: row.try_get(8)?,
        injected_at: row.try_get::<Option<i64>, _>(9)?.map(Timestamp),
    })
}

/// A vial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VialRow {
    /// Its id.
    pub vial: String,
    /// Its lot.
    pub lot: String,
    /// Its product.
    pub product: String,
    /// Nominal doses.
    pub doses: i64,
    /// Most doses that may be drawn.
    pub max_yield: i64,
    /// Doses drawn.
    pub drawn: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// From this moment on no dose may be drawn.
    pub discard_at: Timestamp,
}

/// The vials of a site that were not closed, oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn open_vials(db: &AnyPool, unit: &UnitId) -> Result<Vec<VialRow>, DbError> {
    let text = "SELECT id, lot, product, doses, max_yield, drawn, opened_at, discard_at FROM vials \
                WHERE unit = $1 AND closed IS NULL ORDER BY opened_at, id";
    let rows = sqlx::query(text).bind(unit.as_str().to_owned()).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(VialRow {
                vial: row.try_get(0)?,
                lot: row.try_get(1)?,
                product: row.try_get(2)?,
                doses: row.try_get(3)?,
                max_yield: row.try_get(4)?,
                drawn: row.try_get(5)?,
                opened_at: Timestamp(row.try_get(6)?),
                discard_at: Timestamp(row.try_get(7)?),
            })
        })
        .collect()
}

/// A dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoseRow {
    /// Its id.
    pub dose: String,
    /// The site.
    pub unit: String,
    /// Who received it.
    pub person: String,
    /// Disease targeted (SNOMED CT).
    pub disease: String,
    /// Number in the person's record.
    pub dose_number: i64,
    /// Its product.
    pub product: String,
    /// Its lot.
    pub lot: String,
    /// When.
    pub injected_at: Timestamp,
    /// The day in Viet Nam, `YYYY-MM-DD`.
    pub day: String,
    /// Taken back.
    pub void: bool,
}

const DOSE: &str = "SELECT id, unit, person, disease, dose_number, product, lot, injected_at, day, void FROM doses";

/// One dose.
///
/// # Errors
/// [`DbError`].
pub async fn dose(db: &AnyPool, dose: &DoseId) -> Result<Option<DoseRow>, DbError> {
    let text = format!("{DOSE} WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(dose.as_str().to_owned()).fetch_optional(db).await?;
    row.as_ref().map(dose_row_of).transpose()
}

/// All doses of a person, void ones too, oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn doses_of(db: &AnyPool, person: &PersonId) -> Result<Vec<DoseRow>, DbError> {
    let text = format!("{DOSE} WHERE person = $1 ORDER BY injected_at, id");
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(person.as_str().to_owned());
    query.fetch_all(db).await?.iter().map(dose_row_of).collect()
}

fn dose_row_of(row: &AnyRow) -> Result<DoseRow, DbError> {
    Ok(DoseRow {
        dose: row.try_get(0)?,
        unit: row.try_get(1)?,
        person: row.try_get(2)?,
        disease: row.try_get(3)?,
        dose_number: row.try_get(4)?,
        product: row.try_get(5)?,
        lot: row.try_get(6)?,
        injected_at: Timestamp(row.try_get(7)?),
        day: row.try_get(8)?,
        void: row.try_get::<i64, _>(9)? != 0,
    })
}
