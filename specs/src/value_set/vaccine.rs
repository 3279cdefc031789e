//! The vaccines of the campaign (`specs/value-sets/vn-vaccines.json`): their codes in the EU, CDC and WHO systems, the
//! decision that approved them, how many doses at which intervals, and how a vial is kept and used.
//!
//! Intervals are data with dates of validity, never code. Where a figure was recalled and not read in a source, the file says so.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Error, Set, ValueSets};
use crate::time::Date;

/// One vaccine product.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vaccine {
    /// Stable id, lower-case ASCII, for instance `vero-cell`.
    pub id: String,
    /// The name printed for people.
    pub name: String,
    /// Other names met on vials, papers and in code systems.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Maker, in its own spelling.
    pub maker: String,
    /// How it works.
    pub platform: Platform,
    /// EU vaccine type (`vp`).
    pub eu_vp: String,
    /// EU medicinal product (`mp`).
    pub eu_mp: String,
    /// EU marketing authorisation holder or maker (`ma`).
    pub eu_ma: String,
    /// CDC CVX code; `None` where CDC gives the product none of its own.
    pub cvx: Option<String>,
    /// ICD-11 extension code of the vaccine's class.
    pub icd11_class: String,
    /// ICD-11 extension code of the product, where there is one.
    pub icd11: Option<String>,
    /// The approval in Viet Nam.
    pub approval: Approval,
    /// Doses of the basic series.
    pub doses: u32,
    /// What each dose of the basic series contains, only where the doses differ.
    #[serde(default)]
    pub components: Vec<Component>,
    /// Intervals before a dose; see [`Vaccine::rule`].
    pub schedule: Vec<ScheduleRule>,
    /// Youngest age in completed years.
    pub min_age_years: u32,
    /// Volume of one dose in microlitres, after dilution where there is one.
    pub dose_microlitres: u32,
    /// Nominal doses in one vial.
    pub doses_per_vial: u32,
    /// Doses that may be drawn from one vial at most.
    pub max_doses_per_vial: u32,
    /// Hours in which an opened (or diluted) vial must be used; `None` for single-dose vials.
    pub after_open_hours: Option<u32>,
    /// Whether the vial must be diluted before use.
    #[serde(default)]
    pub needs_diluent: bool,
    /// Where it may be kept; the first band is the store's.
    pub storage: Vec<StorageBand>,
    /// Where the figures come from.
    pub sources: Vec<Source>,
}

/// How a vaccine works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// Messenger RNA.
    Mrna,
    /// Viral vector that does not replicate.
    Vector,
    /// Whole inactivated virus.
    Inactivated,
    /// Protein subunit.
    Subunit,
}

/// Conditional approval for urgent need.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Number of the decision; `None` where it could not be confirmed.
    pub decision: Option<String>,
    /// Date of the decision.
    pub date: Date,
}

/// What one dose of the basic series contains.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Dose number in the basic series.
    pub dose: u32,
    /// Name on the vial.
    pub name: String,
}

/// What a dose is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoseKind {
    /// A dose of the basic series (liều cơ bản).
    Basic,
    /// An additional dose for those in whom the basic series is not enough (liều bổ sung).
    Additional,
    /// A booster (liều nhắc lại).
    Booster,
}

/// When a dose of this product may follow a dose of another (or the same).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRule {
    /// What the dose is given for.
    pub kind: DoseKind,
    /// Dose number within the basic series; `None` for additional and booster doses, whatever their number.
    pub dose: Option<u32>,
    /// Ids of the products that may have been given before it.
    pub after: Vec<String>,
    /// Fewest days since that dose.
    pub min_days: u32,
    /// Days since that dose at which it is recommended.
    pub recommended_days: u32,
    /// Last recommended day, where an interval is given.
    pub recommended_until_days: Option<u32>,
    /// First day on which the rule holds.
    pub valid_from: Date,
    /// Last day on which it holds; open where absent.
    pub valid_to: Option<Date>,
    /// Whether the figures were read in a source.
    pub evidence: Evidence,
}

/// A range of temperature in which the vaccine may be kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageBand {
    /// `ultra-cold`, `frozen` or `refrigerated`.
    pub name: String,
    /// Lowest temperature in degrees Celsius; none where only an upper limit is given.
    pub min_celsius: Option<i16>,
    /// Highest temperature in degrees Celsius.
    pub max_celsius: i16,
    /// Days in this band at most; the lot's expiry date alone limits it where absent.
    pub max_days: Option<u32>,
}

/// Where figures come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which figures.
    pub of: String,
    /// Where they were read, or what to compare them with.
    pub reference: String,
    /// How sure they are.
    pub evidence: Evidence,
}

/// How sure a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in a source.
    Seen,
    /// From general knowledge; to be confirmed against the primary document before real use.
    Recalled,
}

impl Vaccine {
    /// The rule for giving this product on that day, as dose `dose` of that kind, after a dose of the product
    /// `previous` (an id). `None`: there is no such rule, so the dose may not be given without a doctor's override. Of
    /// several rules in force, the one with the latest start holds.
    pub fn rule(&self, kind: DoseKind, dose: u32, previous: &str, on: Date) -> Option<&ScheduleRule> {
        self.schedule
            .iter()
            .filter(|rule| rule.kind == kind && rule.dose.is_none_or(|number| number == dose))
            .filter(|rule| rule.valid_from <= on && rule.valid_to.is_none_or(|last| on <= last))
            .filter(|rule| rule.after.iter().any(|id| id == previous))
            .max_by_key(|rule| rule.valid_from)
    }

    /// Every product named by the schedule.
    fn prior_products(&self) -> impl Iterator<Item = &str> {
        self.schedule.iter().flat_map(|rule| rule.after.iter().map(String::as_str))
    }

    /// Its codes exist and may stand together, and the products of its schedule are among `all`.
    pub(super) fn check(&self, sets: &ValueSets, all: &[Vaccine]) -> Result<(), Error> {
        let fault = |code: &str| Err(Error::VaccineCode { vaccine: self.id.clone(), code: code.to_owned() });
        for (set, code) in
            [(Set::VaccineType, &self.eu_vp), (Set::VaccineProduct, &self.eu_mp), (Set::VaccineHolder, &self.eu_ma)]
        {
            if !sets.get(set, code).is_some_and(|entry| entry.active) {
                return fault(code);
            }
        }
        if !sets.fits(&self.eu_vp, &self.eu_mp, &self.eu_ma) {
            return fault(&format!("{} + {} + {}", self.eu_vp, self.eu_mp, self.eu_ma));
        }
        match self.prior_products().find(|id| all.iter().all(|vaccine| vaccine.id != *id)) {
            Some(id) => fault(id),
            None => Ok(()),
        }
    }
}

/// The nine vaccines approved in Viet Nam, in the order of approval, parsed at the first call.
pub fn vaccines() -> &'static [Vaccine] {
    static BUNDLED: OnceLock<Vec<Vaccine>> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        parse(BUNDLED_VACCINES, ValueSets::bundled())
            .expect("the file is part of this build and a test of this module reads it")
    })
}

/// The vaccine with this id, for instance `comirnaty`.
pub fn vaccine(id: &str) -> Option<&'static Vaccine> {
    vaccines().iter().find(|vaccine| vaccine.id == id)
}

/// [`Vaccine::doses`] of the product with this EU code (`mp`). A table of its own, which a test compares with the file:
/// a verifier asks for nothing else of the catalogue, and the file is heavy to carry into a browser.
pub fn series_doses(product: &str) -> Option<u32> {
    SERIES_DOSES.iter().find(|(code, _)| *code == product).map(|(_, doses)| *doses)
}

pub(super) const SERIES_DOSES: [(&str, u32); 9] = [
    ("EU/1/21/1529", 2),
    ("Sputnik-V", 2),
    ("BBIBP-CorV", 2),
    ("EU/1/20/1528", 2),
    ("EU/1/20/1507", 2),
    ("EU/1/20/1525", 1),
    ("Hayat-Vax", 2),
    ("Abdala", 3),
    ("Covaxin", 2),
];

pub(super) const BUNDLED_VACCINES: &str = include_str!("../../value-sets/vn-vaccines.json");

/// Reads the file of vaccines and checks their codes.
pub(super) fn parse(text: &str, sets: &ValueSets) -> Result<Vec<Vaccine>, Error> {
    #[derive(Deserialize)]
    struct File {
        vaccines: Vec<Vaccine>,
    }
    let file: File = serde_json::from_str(text)
        .map_err(|error| Error::Malformed { file: "vn-vaccines", detail: error.to_string() })?;
    file.vaccines.iter().try_for_each(|vaccine| vaccine.check(sets, &file.vaccines))?;
    Ok(file.vaccines)
}
