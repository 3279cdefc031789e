//! Places: the administrative units of the country (reference data, [`AdminUnits`]) and the organisation units of the
//! campaign in them: the national office, the provinces' offices, stores and vaccination sites.
//!
//! The national office opens any unit, a province's office the stores and sites of its own province; whoever opened a unit
//! keeps its record. Where a unit lies and who supplies it are checked here once, so that maps and shipments can trust them.

mod admin_units;
mod decide;
mod evolve;
mod point;
pub mod store;

#[cfg(test)]
mod admin_units_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::UnitId;

pub use admin_units::{
    AdminCode, AdminUnit, AdminUnits, CodeSet, FarAway, HOANG_SA, Kind as AdminKind, Level, TRUONG_SA, UnknownCodeSet,
};
pub(crate) use decide::working;
pub use decide::{decide, needs};
pub use evolve::{evolve, transfers};
pub use point::{NotOnTheGlobe, Point};
pub use store::project;
pub(crate) use store::unit_of;

/// What the national office or a province's office can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = PlacesCommand)]
pub enum Command {
    /// Opens a unit. The same unit with the same particulars again changes nothing.
    OpenUnit {
        /// New id: `VN`, `VN-` and the province's code, `ST-..`, `SI-..`.
        unit: UnitId,
        /// What it is.
        kind: Kind,
        /// Name in Vietnamese, 1 to 200 characters.
        name: String,
        /// Name in English.
        #[serde(default)]
        name_en: Option<String>,
        /// Where it is: none for the nation, its province for an office, a commune for a site; always of the code set in
        /// force.
        #[serde(default)]
        admin_unit: Option<AdminCode>,
        /// Pin on the map; required for stores and sites, and near the place they say they are in.
        #[serde(default)]
        point: Option<Point>,
        /// The store it draws on.
        #[serde(default)]
        supplied_by: Option<UnitId>,
    },
    /// Changes what is given and leaves the rest.
    ChangeUnit {
        /// A unit opened by this office.
        unit: UnitId,
        /// New name in Vietnamese.
        #[serde(default)]
        name: Option<String>,
        /// New name in English.
        #[serde(default)]
        name_en: Option<String>,
        /// New pin on the map.
        #[serde(default)]
        point: Option<Point>,
        /// Another store to draw on.
        #[serde(default)]
        supplied_by: Option<UnitId>,
        /// Sites only: other seats.
        #[serde(default)]
        stations: Option<Stations>,
        /// Open, paused, or closed for good.
        #[serde(default)]
        status: Option<Status>,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A unit of the campaign exists.
    UnitOpened {
        /// Its record.
        unit: Unit,
    },
    /// Its record reads otherwise from here on.
    UnitChanged {
        /// The whole new record.
        unit: Unit,
    },
}

impl Event {
    /// The stable kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnitOpened { .. } => "places.unit_opened",
            Self::UnitChanged { .. } => "places.unit_changed",
        }
    }
}

/// An organisation unit: the owner of one stream of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// What it is.
    pub kind: Kind,
    /// Name in Vietnamese.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Where it is; `None` for the nation.
    pub admin_unit: Option<AdminCode>,
    /// The office above it; `None` for the nation.
    pub parent: Option<UnitId>,
    /// The store it draws on.
    pub supplied_by: Option<UnitId>,
    /// Pin on the map.
    pub point: Option<Point>,
    /// May it work?
    pub status: Status,
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = UnitKind)]
pub enum Kind {
    /// The national office, `VN`.
    National,
    /// The office of a province (Department of Health), `VN-01` to `VN-96`.
    Province,
    /// A vaccine store, `ST-..`.
    Store {
        /// Where it stands in the supply.
        tier: Tier,
    },
    /// A vaccination site, `SI-..`.
    Site {
        /// What kind of place it is.
        form: Form,
        /// Its seats.
        stations: Stations,
    },
}

impl Kind {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Province => "province",
            Self::Store { .. } => "store",
            Self::Site { .. } => "site",
        }
    }
}

/// Where a store stands in the supply; doses flow downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StoreTier)]
pub enum Tier {
    /// Takes in consignments for the country.
    National,
    /// Serves several provinces.
    Regional,
    /// Serves the sites of a province.
    Provincial,
}

impl Tier {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Regional => "regional",
            Self::Provincial => "provincial",
        }
    }
}

/// What kind of place a site is. A post of the campaign is not always a health facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SiteForm)]
pub enum Form {
    /// A health station or another fixed post.
    Fixed,
    /// A vehicle or a travelling team.
    Mobile,
    /// A hospital.
    Hospital,
    /// A school.
    School,
    /// A factory or industrial park.
    Factory,
}

impl Form {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Mobile => "mobile",
            Self::Hospital => "hospital",
            Self::School => "school",
            Self::Factory => "factory",
        }
    }
}

/// Seats of a site along the one-way flow of Decision 3588/QĐ-BYT; each at least 1 and at most 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stations {
    /// Reception desks.
    pub reception: u16,
    /// Screening tables.
    pub screening: u16,
    /// Injection tables.
    pub injection: u16,
    /// Seats for the observation after the injection.
    pub observation: u16,
}

/// May a unit work?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UnitStatus)]
pub enum Status {
    /// It works.
    Open,
    /// Not for the time being.
    Paused,
    /// Never again; its record stays.
    Closed,
}

impl Status {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }
}

/// The units that this office opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// By id, as they are now.
    pub units: BTreeMap<UnitId, Unit>,
}
