//! Table `units`: the records of the organisation units, each row by the office that opened it.

use sqlx::AnyPool;

use super::{AdminCode, AdminUnits, Event, Form, Kind, Point, Stations, Status, Tier, Unit};
use crate::db::{Changes, DbError, RowView, Value, read_row, select};
use crate::facts::tables::UNITS;
use crate::ids::UnitId;
use crate::journal::Meta;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// The row an event changes.
pub fn project(event: &Event, meta: &Meta, _: &UnitState, _: &Keyring, changes: &mut Changes) {
    match event {
        Event::UnitOpened { unit } | Event::UnitChanged { unit } => changes.upsert(&UNITS, row(unit, meta)),
    }
}

fn row(unit: &Unit, meta: &Meta) -> Vec<Value> {
    let place = unit.admin_unit.as_ref();
    let province = place.and_then(|code| AdminUnits::bundled().find(code)).map(|place| place.province());
    let (tier, form, stations) = match unit.kind {
        Kind::National | Kind::Province => (None, None, None),
        Kind::Store { tier } => (Some(tier.code()), None, None),
        Kind::Site { form, stations } => (None, Some(form.code()), Some(stations)),
    };
    vec![
        Value::from(&unit.id),
        Value::from(&meta.unit),
        Value::from(unit.kind.code()),
        Value::from(tier),
        Value::from(form),
        Value::from(&unit.name),
        Value::from(unit.name_en.as_ref()),
        Value::from(place.map(|place| place.code_set.as_str())),
        Value::from(place.map(|place| &place.code)),
        Value::from(province),
        Value::from(unit.parent.as_ref()),
        Value::from(unit.supplied_by.as_ref()),
        Value::from(unit.point.map(Point::lat)),
        Value::from(unit.point.map(Point::lon)),
        Value::from(stations.map(|stations| stations.reception)),
        Value::from(stations.map(|stations| stations.screening)),
        Value::from(stations.map(|stations| stations.injection)),
        Value::from(stations.map(|stations| stations.observation)),
        Value::from(unit.status.code()),
        Value::from(meta.at),
    ]
}

/// The record of a unit, whoever opened it.
///
/// # Errors
/// [`DbError`].
pub async fn unit(db: &AnyPool, id: &UnitId) -> Result<Option<Unit>, DbError> {
    let text = format!("{} = $1", select(&UNITS, "id"));
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.as_str().to_owned()).fetch_optional(db).await?;
    row.map(|row| readable(&read_row(&row, &UNITS)?)).transpose()
}

/// All units, by id.
///
/// # Errors
/// [`DbError`].
pub async fn units(db: &AnyPool) -> Result<Vec<Unit>, DbError> {
    let text = format!("{} IS NOT NULL ORDER BY id", select(&UNITS, "id"));
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(db).await?;
    rows.iter().map(|row| readable(&read_row(row, &UNITS)?)).collect()
}

fn readable(values: &[Value]) -> Result<Unit, DbError> {
    let row = RowView { table: &UNITS, values };
    unit_of(row).ok_or_else(|| DbError::Inconsistent { detail: format!("units: {:?}", row.text("id")) })
}

/// The unit that a row of [`UNITS`] says; `None` for a row that [`project`] did not write.
pub(crate) fn unit_of(row: RowView<'_>) -> Option<Unit> {
    let seats = |column| row.int(column).and_then(|seats| u16::try_from(seats).ok());
    let kind = match row.text("kind")? {
        "national" => Kind::National,
        "province" => Kind::Province,
        "store" => Kind::Store {
            tier: match row.text("tier")? {
                "national" => Tier::National,
                "regional" => Tier::Regional,
                "provincial" => Tier::Provincial,
                _ => return None,
            },
        },
        "site" => Kind::Site {
            form: match row.text("form")? {
                "fixed" => Form::Fixed,
                "mobile" => Form::Mobile,
                "hospital" => Form::Hospital,
                "school" => Form::School,
                "factory" => Form::Factory,
                _ => return None,
            },
            stations: Stations {
                reception: seats("reception")?,
                screening: seats("screening")?,
                injection: seats("injection")?,
                observation: seats("observation")?,
            },
        },
        _ => return None,
    };
    let admin_unit = match (row.parse("code_set"), row.text("code")) {
        (Some(code_set), Some(code)) => Some(AdminCode { code_set, code: code.to_owned() }),
        _ => None,
    };
    let point = match (row.get("lat"), row.get("lon")) {
        (Value::Real(lat), Value::Real(lon)) => Some(Point::new(*lat, *lon).ok()?),
        _ => None,
    };
    Some(Unit {
        id: row.parse("id")?,
        kind,
        name: row.text("name")?.to_owned(),
        name_en: row.text("name_en").map(str::to_owned),
        admin_unit,
        parent: row.parse::<UnitId>("parent"),
        supplied_by: row.parse::<UnitId>("supplied_by"),
        point,
        status: match row.text("status")? {
            "open" => Status::Open,
            "paused" => Status::Paused,
            "closed" => Status::Closed,
            _ => return None,
        },
    })
}
