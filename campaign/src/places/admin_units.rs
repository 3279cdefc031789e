//! The administrative units of Viet Nam in their two code sets: the 34 provinces and 3,321 communes in force since 1 July
//! 2025, and the 63 provinces before them with their successors. Two digits alone name nothing: 24 was Bắc Giang and is now
//! Bắc Ninh, so every code carries its code set. Bundled reference data, from `campaign/data/places`.

use super::point::Point;
use serde::{Deserialize, Serialize};
use specs::time::Date;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::LazyLock;
use utoipa::ToSchema;

/// Which table a code is read in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
pub enum CodeSet {
    /// Decision 124/2004/QĐ-TTg as amended: 63 provinces, until 30 June 2025. Provinces only.
    #[serde(rename = "VN-2004")]
    Vn2004,
    /// Decision 19/2025/QĐ-TTg: 34 provinces (two digits), 3,321 communes (five digits), since 1 July 2025.
    #[serde(rename = "VN-2025")]
    Vn2025,
}

impl CodeSet {
    /// The name that data carry: `VN-2004`, `VN-2025`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vn2004 => "VN-2004",
            Self::Vn2025 => "VN-2025",
        }
    }

    /// First day on which the set is in force, `YYYY-MM-DD`. (The 63 provinces stand since Hà Tây joined Hà Nội.)
    pub fn valid_from(self) -> &'static str {
        match self {
            Self::Vn2004 => "2008-08-01",
            Self::Vn2025 => "2025-07-01",
        }
    }

    /// Last day on which the set is in force; `None` while it is.
    pub fn valid_to(self) -> Option<&'static str> {
        match self {
            Self::Vn2004 => Some("2025-06-30"),
            Self::Vn2025 => None,
        }
    }

    /// The set in which papers of that day wrote their codes; `None` before the sets that we carry.
    pub fn on(day: Date) -> Option<Self> {
        // Days in ISO form sort as text.
        let day = day.to_string();
        [Self::Vn2025, Self::Vn2004].into_iter().find(|set| day.as_str() >= set.valid_from())
    }
}

impl fmt::Display for CodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CodeSet {
    type Err = UnknownCodeSet;

    fn from_str(text: &str) -> Result<Self, UnknownCodeSet> {
        match text {
            "VN-2004" => Ok(Self::Vn2004),
            "VN-2025" => Ok(Self::Vn2025),
            _ => Err(UnknownCodeSet),
        }
    }
}

/// A code set that is not one of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the code set is VN-2004 or VN-2025")]
pub struct UnknownCodeSet;

/// A code with its set, as data carry it: `{"code_set": "VN-2025", "code": "24"}`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
pub struct AdminCode {
    /// The table the code is read in.
    pub code_set: CodeSet,
    /// Two digits for a province, five for a commune.
    pub code: String,
}

impl AdminCode {
    /// A code of today's set.
    pub fn today(code: &str) -> Self {
        Self { code_set: CodeSet::Vn2025, code: code.to_owned() }
    }
}

impl fmt::Display for AdminCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.code_set, self.code)
    }
}

/// Province or commune; there is no district level since 1 July 2025.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Directly under the central government.
    Province,
    /// Directly under a province.
    Commune,
}

/// What a unit is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Tỉnh.
    Province,
    /// Thành phố trực thuộc trung ương.
    City,
    /// Xã.
    Commune,
    /// Phường.
    Ward,
    /// Đặc khu.
    SpecialZone,
}

impl Kind {
    /// The Vietnamese word that stands before the name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Province => "Tỉnh",
            Self::City => "Thành phố",
            Self::Commune => "Xã",
            Self::Ward => "Phường",
            Self::SpecialZone => "Đặc khu",
        }
    }
}

/// One row of the official tables.
#[derive(Clone, PartialEq, Debug)]
pub struct AdminUnit {
    /// The table the code is read in.
    pub code_set: CodeSet,
    /// Two digits for a province, five for a commune.
    pub code: &'static str,
    /// Province or commune.
    pub level: Level,
    /// What it is called today (of VN-2004: on its last day).
    pub kind: Kind,
    /// The name without the word before it, in NFC: "Bắc Ninh".
    pub name: &'static str,
    /// As English texts write it; provinces only.
    pub name_en: Option<&'static str>,
    /// The province's code, in the same set; communes only.
    pub parent: Option<&'static str>,
    /// A point within the unit, for pins and labels; not a border.
    pub point: Point,
    /// What it became, in a later set; empty in the set in force.
    pub successors: Vec<AdminCode>,
}

impl AdminUnit {
    /// "Phường Ba Đình", "Tỉnh Bắc Ninh".
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind.word(), self.name)
    }

    /// The code with its set.
    pub fn admin_code(&self) -> AdminCode {
        AdminCode { code_set: self.code_set, code: self.code.to_owned() }
    }

    /// The code of the province that it is or lies in, in its own set.
    pub fn province(&self) -> &'static str {
        self.parent.unwrap_or(self.code)
    }

    /// How far from [`AdminUnit::point`] a place of this unit may lie, in kilometres. The widest commune of the mainland
    /// reaches about 40 km; the two archipelagos span hundreds. A province is judged by its communes instead.
    fn reach_km(&self) -> f64 {
        match (self.code_set, self.code) {
            (CodeSet::Vn2025, HOANG_SA) => 200.0,
            (CodeSet::Vn2025, TRUONG_SA) => 500.0,
            _ => 60.0,
        }
    }
}

/// Đặc khu Hoàng Sa (Đà Nẵng).
pub const HOANG_SA: &str = "20333";
/// Đặc khu Trường Sa (Khánh Hòa).
pub const TRUONG_SA: &str = "22736";

/// Every unit of both sets.
pub struct AdminUnits {
    /// Sorted by set, level, province, code: a province's communes stand together.
    units: Vec<AdminUnit>,
    by_code: HashMap<(CodeSet, &'static str), usize>,
    communes_of: HashMap<(CodeSet, &'static str), Range<usize>>,
}

impl AdminUnits {
    /// The tables that this build carries; read once.
    pub fn bundled() -> &'static Self {
        static BUNDLED: LazyLock<AdminUnits> =
            LazyLock::new(|| AdminUnits::read().expect("the bundled tables are well formed: a test reads them"));
        &BUNDLED
    }

    /// All units, provinces before communes within a set.
    pub fn all(&self) -> &[AdminUnit] {
        &self.units
    }

    /// The unit with this code in this set.
    pub fn get(&self, code_set: CodeSet, code: &str) -> Option<&AdminUnit> {
        self.by_code.get(&(code_set, code)).map(|&index| &self.units[index])
    }

    /// The unit that a code names.
    pub fn find(&self, code: &AdminCode) -> Option<&AdminUnit> {
        self.get(code.code_set, &code.code)
    }

    /// The provinces of a set, by code.
    pub fn provinces(&self, code_set: CodeSet) -> impl Iterator<Item = &AdminUnit> {
        self.units.iter().filter(move |unit| unit.code_set == code_set && unit.level == Level::Province)
    }

    /// The communes of a province, by code; none for a code that is no province (or of VN-2004, whose communes we lack).
    pub fn children(&self, code_set: CodeSet, province: &str) -> &[AdminUnit] {
        let range = self.communes_of.get(&(code_set, province)).cloned();
        range.map_or(&[], |range| &self.units[range])
    }

    /// Whether a place said to be in this unit can lie at this point: for a commune within reach of its point, for a
    /// province within reach of one of its communes. A wrong or rounded coordinate puts people in front of the wrong door.
    pub fn check_point(&self, unit: &AdminUnit, at: Point) -> Result<(), FarAway> {
        let communes = self.children(unit.code_set, unit.code);
        let of = if communes.is_empty() { std::slice::from_ref(unit) } else { communes };
        let past = |unit: &AdminUnit| unit.point.km_to(at) - unit.reach_km();
        let nearest = of.iter().map(|unit| (past(unit), unit)).min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((past, unit)) if past > 0.0 => Err(FarAway { km: unit.point.km_to(at).round() as u32 }),
            _ => Ok(()),
        }
    }
}

/// A point is not in the unit it is said to be in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the point lies {km} km from the place it is said to be in")]
pub struct FarAway {
    /// Kilometres to the nearest known point of the unit.
    pub km: u32,
}

const PROVINCES_2025: &str = include_str!("../../data/places/vn-2025-provinces.csv");
const COMMUNES_2025: &str = include_str!("../../data/places/vn-2025-communes.csv");
const PROVINCES_2004: &str = include_str!("../../data/places/vn-2004-provinces.csv");
const SUCCESSORS: &str = include_str!("../../data/places/successors.csv");

/// The line of a bundled table that cannot be read.
#[derive(Debug)]
struct Unreadable(#[expect(dead_code, reason = "shown by the panic of a build whose tables are broken")] &'static str);

impl AdminUnits {
    fn read() -> Result<Self, Unreadable> {
        let mut units = Vec::with_capacity(34 + 3_321 + 63);
        for (code_set, table) in [(CodeSet::Vn2004, PROVINCES_2004), (CodeSet::Vn2025, PROVINCES_2025)] {
            for row in rows(table) {
                let (line, [code, kind, name, name_en, lat, lon]) = row?;
                units.push(AdminUnit {
                    code_set,
                    code,
                    level: Level::Province,
                    kind: kind_of(kind).ok_or(Unreadable(line))?,
                    name,
                    name_en: Some(name_en),
                    parent: None,
                    point: point_of(lat, lon).ok_or(Unreadable(line))?,
                    successors: Vec::new(),
                });
            }
        }
        for row in rows(COMMUNES_2025) {
            let (line, [code, province, kind, name, lat, lon]) = row?;
            units.push(AdminUnit {
                code_set: CodeSet::Vn2025,
                code,
                level: Level::Commune,
                kind: kind_of(kind).ok_or(Unreadable(line))?,
                name,
                name_en: None,
                parent: Some(province),
                point: point_of(lat, lon).ok_or(Unreadable(line))?,
                successors: Vec::new(),
            });
        }
        units.sort_by_key(|unit| (unit.code_set, unit.level, unit.parent, unit.code));
        let by_code: HashMap<_, _> =
            units.iter().enumerate().map(|(index, unit)| ((unit.code_set, unit.code), index)).collect();
        for row in rows(SUCCESSORS) {
            let (line, [from_set, from, to_set, to, _since]) = row?;
            let from_set = from_set.parse().map_err(|_| Unreadable(line))?;
            let code_set = to_set.parse().map_err(|_| Unreadable(line))?;
            let from = *by_code.get(&(from_set, from)).ok_or(Unreadable(line))?;
            units[from].successors.push(AdminCode { code_set, code: to.to_owned() });
        }
        let mut communes_of: HashMap<_, Range<usize>> = HashMap::new();
        for (index, unit) in units.iter().enumerate() {
            if let Some(province) = unit.parent {
                communes_of.entry((unit.code_set, province)).or_insert(index..index).end = index + 1;
            }
        }
        Ok(Self { units, by_code, communes_of })
    }
}

type Row<const N: usize> = (&'static str, [&'static str; N]);

/// The lines of a bundled table after its heading, each with its cells.
fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = Result<Row<N>, Unreadable>> {
    table.lines().skip(1).map(|line| {
        let cells: Vec<&'static str> = line.split(',').collect();
        Ok((line, cells.try_into().map_err(|_| Unreadable(line))?))
    })
}

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "tinh" => Kind::Province,
        "thanh-pho" => Kind::City,
        "xa" => Kind::Commune,
        "phuong" => Kind::Ward,
        "dac-khu" => Kind::SpecialZone,
        _ => return None,
    })
}

fn point_of(lat: &str, lon: &str) -> Option<Point> {
    Point::new(lat.parse().ok()?, lon.parse().ok()?).ok()
}
