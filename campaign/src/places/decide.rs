//! The rules of opening and changing a unit: its id says what it is, its office may open it, its place exists in the code
//! set in force, its pin lies there, and its supplier is a store above it.

use std::collections::HashMap;

use serde_json::json;

use super::{
    AdminCode, AdminUnit, AdminUnits, Command, Event, Kind, Level, Point, State, Stations, Status, Tier, Unit,
};
use crate::command::{Context, Decision};
use crate::facts::{Facts, Needs};
use crate::ids::UnitId;
use crate::refusal::Refusal;
use crate::unit::UnitState;

/// Units of all offices, as far as a command names them.
type Units = HashMap<UnitId, Unit>;

const NAME_MAX: usize = 200;
const SEATS: std::ops::RangeInclusive<u16> = 1..=200;

/// What of other streams a command looks at: the unit itself, the office above it, its supplier.
pub fn needs(_: &UnitState, command: &Command) -> Needs {
    let (id, parent, supplier) = match command {
        Command::OpenUnit { unit, kind, admin_unit, supplied_by, .. } => {
            let parent = place_of(*kind, admin_unit.as_ref()).ok().and_then(|place| parent_of(*kind, place));
            (unit, parent, supplied_by)
        }
        Command::ChangeUnit { unit, supplied_by, .. } => (unit, None, supplied_by),
    };
    Needs { units: [Some(id.clone()), parent, supplier.clone()].into_iter().flatten().collect(), ..Needs::default() }
}

/// Decides a command at the office whose stream is to be written. Pure.
///
/// # Errors
/// The [`Refusal`]; then nothing has happened.
pub fn decide(state: &UnitState, facts: &Facts, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    decide_at(&state.places, &facts.units, command, &context.unit)
}

/// Refuses what begins something new at a unit that is paused or closed, or that nobody opened. The caller asks for the
/// unit's record among its [`Needs`].
///
/// # Errors
/// [`Refusal::UnknownUnit`], [`Refusal::UnitNotOpen`].
pub(crate) fn working(facts: &Facts, id: &UnitId) -> Result<(), Refusal> {
    let unit = facts.units.get(id).ok_or_else(|| Refusal::UnknownUnit { unit: id.clone() })?;
    match unit.status {
        Status::Open => Ok(()),
        status => Err(Refusal::UnitNotOpen { unit: id.clone(), status }),
    }
}

pub(super) fn decide_at(state: &State, all: &Units, command: &Command, office: &UnitId) -> Result<Decision, Refusal> {
    match command {
        Command::OpenUnit { unit: id, kind, name, name_en, admin_unit, point, supplied_by } => {
            let place = place_of(*kind, admin_unit.as_ref())?;
            let unit = Unit {
                id: id.clone(),
                kind: *kind,
                name: checked_name("name", name)?,
                name_en: name_en.as_deref().map(|name| checked_name("name_en", name)).transpose()?,
                admin_unit: admin_unit.clone(),
                parent: parent_of(*kind, place),
                supplied_by: supplied_by.clone(),
                point: *point,
                status: Status::Open,
            };
            may_open(office, &unit)?;
            check_id(&unit)?;
            if let Some(parent) = &unit.parent {
                open_unit(all, parent)?;
            }
            check(all, &unit)?;
            match state.units.get(id).or_else(|| all.get(id)) {
                None => Ok(answer(Some(Event::UnitOpened { unit }), id)),
                Some(known) if *known == unit => Ok(answer(None, id)),
                Some(_) => Err(Refusal::UnitExists { unit: id.clone() }),
            }
        }
        Command::ChangeUnit { unit: id, name, name_en, point, supplied_by, stations, status } => {
            let known = state.units.get(id).ok_or_else(|| match all.get(id) {
                None => Refusal::UnknownUnit { unit: id.clone() },
                Some(_) => Refusal::WrongUnit { unit: office.clone(), needed: "the office that opened it".to_owned() },
            })?;
            let mut unit = known.clone();
            if let Some(name) = name {
                unit.name = checked_name("name", name)?;
            }
            if let Some(name) = name_en {
                unit.name_en = Some(checked_name("name_en", name)?);
            }
            unit.point = point.or(unit.point);
            unit.supplied_by = supplied_by.clone().or(unit.supplied_by);
            if let Some(new) = stations {
                match &mut unit.kind {
                    Kind::Site { stations, .. } => *stations = *new,
                    _ => return Err(Refusal::WrongUnit { unit: id.clone(), needed: "site".to_owned() }),
                }
            }
            unit.status = status.unwrap_or(unit.status);
            if unit == *known {
                return Ok(answer(None, id));
            }
            if known.status == Status::Closed {
                return Err(Refusal::UnitClosed { unit: id.clone() });
            }
            check(all, &unit)?;
            Ok(answer(Some(Event::UnitChanged { unit }), id))
        }
    }
}

fn answer(event: Option<Event>, unit: &UnitId) -> Decision {
    Decision::new(event, json!({ "unit": unit }))
}

/// The administrative unit of that code, of the level that the kind of unit asks for.
fn place_of(kind: Kind, code: Option<&AdminCode>) -> Result<Option<&'static AdminUnit>, Refusal> {
    let Some(code) = code else {
        return match kind {
            Kind::National => Ok(None),
            _ => Err(field("admin_unit", "missing")),
        };
    };
    let units = AdminUnits::bundled();
    let place = units.find(code).ok_or_else(|| Refusal::UnknownPlace { code: code.to_string() })?;
    if !place.successors.is_empty() {
        let became = place.successors.iter().map(ToString::to_string).collect();
        return Err(Refusal::PlaceNotInForce { code: code.to_string(), became });
    }
    match (kind, place.level) {
        (Kind::National, _) => Err(field("admin_unit", "the nation has none")),
        (Kind::Province, Level::Commune) => Err(field("admin_unit", "not a province")),
        (Kind::Site { .. }, Level::Province) => Err(field("admin_unit", "not a commune")),
        _ => Ok(Some(place)),
    }
}

fn parent_of(kind: Kind, place: Option<&AdminUnit>) -> Option<UnitId> {
    match kind {
        Kind::National => None,
        Kind::Province | Kind::Store { tier: Tier::National | Tier::Regional } => Some(UnitId::nation()),
        Kind::Store { tier: Tier::Provincial } | Kind::Site { .. } => {
            place.and_then(|place| office_of(place.province()))
        }
    }
}

/// The office of the province with that code of VN-2025.
pub(super) fn office_of(province: &str) -> Option<UnitId> {
    UnitId::parse(&format!("VN-{province}")).ok()
}

/// The unit of that id, unless it was closed.
fn open_unit<'a>(all: &'a Units, id: &UnitId) -> Result<&'a Unit, Refusal> {
    match all.get(id) {
        None => Err(Refusal::UnknownUnit { unit: id.clone() }),
        Some(unit) if unit.status == Status::Closed => Err(Refusal::UnitClosed { unit: id.clone() }),
        Some(unit) => Ok(unit),
    }
}

fn may_open(office: &UnitId, unit: &Unit) -> Result<(), Refusal> {
    let own = unit.parent.as_ref() == Some(office);
    if *office == UnitId::nation() || (own && matches!(unit.kind, Kind::Store { .. } | Kind::Site { .. })) {
        return Ok(());
    }
    let needed = unit.parent.clone().unwrap_or_else(UnitId::nation).to_string();
    Err(Refusal::WrongUnit { unit: office.clone(), needed })
}

/// The id says what the unit is, so that every log line can be read without a table.
fn check_id(unit: &Unit) -> Result<(), Refusal> {
    let id = unit.id.as_str();
    let rest = |prefix| id.strip_prefix(prefix).is_some_and(|rest: &str| !rest.is_empty());
    let right = match unit.kind {
        Kind::National => unit.id == UnitId::nation(),
        Kind::Province => unit.admin_unit.as_ref().and_then(|place| office_of(&place.code)).as_ref() == Some(&unit.id),
        Kind::Store { .. } => rest("ST-"),
        Kind::Site { .. } => rest("SI-"),
    };
    if right { Ok(()) } else { Err(field("unit", "VN, VN-{province}, ST-.. or SI-.., as its kind says")) }
}

/// What must hold of a unit's record, new or changed.
fn check(all: &Units, unit: &Unit) -> Result<(), Refusal> {
    if let Kind::Site { stations: Stations { reception, screening, injection, observation }, .. } = unit.kind {
        for (name, seats) in
            [("reception", reception), ("screening", screening), ("injection", injection), ("observation", observation)]
        {
            if !SEATS.contains(&seats) {
                return Err(field(name, "1 to 200"));
            }
        }
    }
    check_point(unit)?;
    check_supplier(all, unit)
}

fn check_point(unit: &Unit) -> Result<(), Refusal> {
    match (unit.point, unit.admin_unit.as_ref().and_then(|code| AdminUnits::bundled().find(code))) {
        (Some(point), Some(place)) => in_place(unit, place, point),
        (None, _) if matches!(unit.kind, Kind::Store { .. } | Kind::Site { .. }) => Err(field("point", "missing")),
        _ => Ok(()),
    }
}

fn in_place(unit: &Unit, place: &AdminUnit, point: Point) -> Result<(), Refusal> {
    AdminUnits::bundled().check_point(place, point).map_err(|far| Refusal::FarFromPlace {
        unit: unit.id.clone(),
        code: place.admin_code().to_string(),
        km: far.km,
    })
}

/// Doses flow downwards: the national store has no supplier, a store draws on one of a tier above its own, a site on any
/// store. So the supply has no circle.
fn check_supplier(all: &Units, unit: &Unit) -> Result<(), Refusal> {
    let Some(supplier) = &unit.supplied_by else { return Ok(()) };
    let wrong = || Refusal::WrongSupplier { unit: unit.id.clone(), supplier: supplier.clone() };
    let below = match unit.kind {
        Kind::Store { tier } => Some(tier),
        Kind::Site { .. } => None,
        Kind::National | Kind::Province => return Err(wrong()),
    };
    match open_unit(all, supplier)?.kind {
        Kind::Store { tier } if below.is_none_or(|below| tier < below) => Ok(()),
        _ => Err(wrong()),
    }
}

/// A name as people read it: some letter or digit, no control characters, single blanks kept as they are.
fn checked_name(of: &str, name: &str) -> Result<String, Refusal> {
    let length = name.chars().count();
    if length > NAME_MAX || name.trim() != name || !name.chars().any(char::is_alphanumeric) {
        return Err(field(of, "1 to 200 characters, no blanks around them"));
    }
    if name.chars().any(char::is_control) {
        return Err(field(of, "no control characters"));
    }
    Ok(name.to_owned())
}

fn field(field: &str, why: &str) -> Refusal {
    Refusal::MalformedField { field: field.to_owned(), why: why.to_owned() }
}
