//! WHO's digital vaccination certificate and yellow card (DVC, ICVP): kind -6 under claim -260, in its three generations.
//!
//! One certificate is of one person and one dose. The generations share no version number and differ in the names of their
//! fields; [`Certificate`] unifies them. It is read and never issued here. The rules of validity are those of Annex 7 of the
//! International Health Regulations (yellow fever) and of the temporary recommendations on polio. The page is
//! `specs/icvp.md`.

mod read;
#[cfg(test)]
mod tests;

use crate::SmolStr;
use crate::time::{Date, PartialDate};
use crate::value_set::{Set, ValueSets};

/// The number of this certificate among the health certificates of claim -260; WHO calls it proposed.
pub const SUB_CLAIM: i64 = -6;
/// A yellow fever vaccination counts from this many days after the dose (IHR Annex 7, 2 (a)).
pub const YELLOW_FEVER_WAIT_DAYS: i64 = 10;
/// A polio dose counts for travel up to this many months after it (temporary recommendations of the polio IHR committee).
pub const POLIO_MONTHS: i32 = 12;

/// The first day on which a digital yellow card could be issued: the amendments of 2024 to the Regulations came into force.
pub fn first_day_of_issue() -> Date {
    Date::new(2025, 9, 19).expect("a day of the calendar")
}

/// Which of the three models a certificate follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// The test certificates of 2024: `ntl`, `nid`, and in `v` disease, maker and validity.
    Trial2024,
    /// Release 0.3.0 of 2025: `nt`, `id`, `dt`, and `v` with a product of WHO's list.
    Release2025,
    /// The build of 2026: `v` is the version of the template, and `vx` holds the dose.
    Build2026,
}

/// A disease with rules for travellers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disease {
    /// Yellow fever.
    YellowFever,
    /// Poliomyelitis.
    Polio,
}

/// A certificate of one dose. In brackets: the names of the fields, where they differ by generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Which model it follows.
    pub generation: Generation,
    /// Version of the template (`v`); the build of 2026 only.
    pub template: Option<SmolStr>,
    /// Full name as in the travel document (`n`), in its order.
    pub name: SmolStr,
    /// Birth date (`dob`).
    pub birth_date: Option<PartialDate>,
    /// Sex (`s`): `male`, `female`, `other`, `unknown`, or in 2024 a letter.
    pub sex: Option<SmolStr>,
    /// Nationality (`nt`, ISO 3166-1 alpha-3; `ntl`, in 2024 alpha-2).
    pub nationality: Option<SmolStr>,
    /// Number of an identity document (`id`, `nid`). Not an identifier of the certificate, which has none.
    pub document: Option<SmolStr>,
    /// Its type (`dt`), HL7 v2-0203: `PPN` for a passport.
    pub document_type: Option<SmolStr>,
    /// Parent or guardian (`gn`).
    pub guardian: Option<SmolStr>,
    /// Product (`vp`): a code of [`Set::IcvpProduct`]; in 2024 a code of ICD-11 or SNOMED CT.
    pub product: SmolStr,
    /// Disease as carried (`tg`), ICD-11; 2024 only. See [`Certificate::target`].
    pub disease: Option<SmolStr>,
    /// Maker as carried (`ma`); 2024 only.
    pub manufacturer: Option<SmolStr>,
    /// Dose number in words (`dn`); 2024 only.
    pub dose: Option<SmolStr>,
    /// Day of the dose (`dv`, `dt`).
    pub date: Date,
    /// Batch (`bo`).
    pub batch: SmolStr,
    /// First day of validity as carried (`vls`); 2024 only.
    pub validity_start: Option<Date>,
    /// Last day of validity as carried (`vle`); 2024 only.
    pub validity_end: Option<Date>,
    /// Supervising clinician (`cn`).
    pub clinician: Option<SmolStr>,
    /// Issuing authority (`is`).
    pub issuer: Option<SmolStr>,
}

impl Disease {
    /// Its code in SNOMED CT, as the EU certificate writes diseases.
    pub fn snomed_ct(self) -> &'static str {
        match self {
            Disease::YellowFever => "16541001",
            Disease::Polio => "398102009",
        }
    }

    /// By a code of SNOMED CT or ICD-11 (`1D47` yellow fever, `1C81` acute poliomyelitis).
    pub fn from_code(code: &str) -> Option<Disease> {
        match code {
            "16541001" | "1D47" => Some(Disease::YellowFever),
            "398102009" | "1C81" => Some(Disease::Polio),
            _ => None,
        }
    }

    /// The disease of a product in WHO's list.
    pub fn of_product(product: &str) -> Option<Disease> {
        let entry = ValueSets::bundled().get(Set::IcvpProduct, product)?;
        entry.disease.as_deref().and_then(Disease::from_code)
    }
}

impl Certificate {
    /// The disease: that of the product, else the one carried; `None` where neither has rules for travellers.
    pub fn target(&self) -> Option<Disease> {
        Disease::of_product(&self.product).or_else(|| self.disease.as_deref().and_then(Disease::from_code))
    }

    /// The first day on which the dose counts. Yellow fever: ten days after the dose. A later start that the certificate
    /// carries is kept.
    pub fn valid_from(&self) -> Date {
        let rule = match self.target() {
            Some(Disease::YellowFever) => self.date.add_days(YELLOW_FEVER_WAIT_DAYS),
            _ => self.date,
        };
        self.validity_start.map_or(rule, |start| start.max(rule))
    }

    /// The last day on which it counts; `None` for life. Yellow fever: for life, whatever end the certificate carries
    /// (IHR Annex 7, 2 (b), as in force since 2016-07-11). Polio: twelve months, or the end that is carried.
    pub fn valid_until(&self) -> Option<Date> {
        match self.target() {
            Some(Disease::YellowFever) => None,
            Some(Disease::Polio) => Some(self.validity_end.unwrap_or_else(|| self.date.add_months(POLIO_MONTHS))),
            None => self.validity_end,
        }
    }
}
