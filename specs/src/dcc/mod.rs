//! The EU Digital COVID Certificate, schema 1.3.x: vaccination, test and recovery.
//!
//! Written strictly (schema 1.3.3 and nothing that a reader would have to forgive, deterministic CBOR), read with the tolerances that the field proved necessary: they
//! are named in [`crate::hcert::Tolerance`]. What is wrong with the content of a certificate that can be read is a
//! [`Fault`], found apart by schema, by value sets and by dates, because a verifier weighs these differently. The page is
//! `specs/eu-dcc.md`.

mod decode;
mod encode;
mod faults;
mod issuing;

pub use faults::{Fault, Layer};

use crate::{SmolStr, cbor};

/// The schema version that [`Certificate::encode`] writes to.
pub const SCHEMA_VERSION: &str = "1.3.3";

/// A certificate of one vaccination, test or recovery. The letters in brackets are the schema's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The schema version (`ver`).
    pub ver: SmolStr,
    /// Whose it is (`nam`).
    pub name: Name,
    /// The day of birth (`dob`): `YYYY-MM-DD`, `YYYY-MM`, `YYYY` or empty.
    pub birth_date: SmolStr,
    /// What it certifies (`v`, `t` or `r`).
    pub entry: Entry,
}

/// A person's name, as written and as ICAO 9303 part 3 transliterates it for machines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Surname (`fn`).
    pub family: Option<SmolStr>,
    /// Forename (`gn`).
    pub given: Option<SmolStr>,
    /// Surname, `A` to `Z` and `<` (`fnt`).
    pub family_std: Option<SmolStr>,
    /// Forename, `A` to `Z` and `<` (`gnt`).
    pub given_std: Option<SmolStr>,
}

/// What a certificate certifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A dose of vaccine (`v`).
    Vaccination(Vaccination),
    /// A test (`t`).
    Test(Test),
    /// A recovery (`r`).
    Recovery(Recovery),
}

impl Entry {
    /// The certificate's identifier (`ci`), usually a UVCI.
    pub fn id(&self) -> &str {
        match self {
            Entry::Vaccination(entry) => &entry.id,
            Entry::Test(entry) => &entry.id,
            Entry::Recovery(entry) => &entry.id,
        }
    }

    /// The country of the event (`co`).
    pub fn country(&self) -> &str {
        match self {
            Entry::Vaccination(entry) => &entry.country,
            Entry::Test(entry) => &entry.country,
            Entry::Recovery(entry) => &entry.country,
        }
    }

    /// The authority that says so (`is`).
    pub fn issuer(&self) -> &str {
        match self {
            Entry::Vaccination(entry) => &entry.issuer,
            Entry::Test(entry) => &entry.issuer,
            Entry::Recovery(entry) => &entry.issuer,
        }
    }
}

/// One dose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vaccination {
    /// Disease or agent targeted (`tg`), SNOMED CT.
    pub disease: SmolStr,
    /// Vaccine or prophylaxis (`vp`), SNOMED CT or ATC.
    pub vaccine: SmolStr,
    /// Medicinal product (`mp`).
    pub product: SmolStr,
    /// Marketing authorisation holder or manufacturer (`ma`).
    pub manufacturer: SmolStr,
    /// Number of this dose (`dn`).
    pub dose_number: u32,
    /// Doses of the series (`sd`). A booster may have a number above it.
    pub series_doses: u32,
    /// Day of the dose (`dt`), `YYYY-MM-DD`.
    pub date: SmolStr,
    /// Country of the dose (`co`), ISO 3166-1 alpha-2.
    pub country: SmolStr,
    /// Certificate issuer (`is`).
    pub issuer: SmolStr,
    /// Certificate identifier (`ci`).
    pub id: SmolStr,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Test {
    /// Disease or agent targeted (`tg`).
    pub disease: SmolStr,
    /// Type of test (`tt`), LOINC.
    pub kind: SmolStr,
    /// Name of a nucleic acid amplification test (`nm`).
    pub test_name: Option<SmolStr>,
    /// Device of a rapid antigen test (`ma`), JRC number.
    pub device: Option<SmolStr>,
    /// Time of sampling (`sc`), RFC 3339.
    pub sampled: SmolStr,
    /// Result (`tr`), SNOMED CT.
    pub result: SmolStr,
    /// Testing centre (`tc`).
    pub centre: Option<SmolStr>,
    /// Country of the test (`co`).
    pub country: SmolStr,
    /// Certificate issuer (`is`).
    pub issuer: SmolStr,
    /// Certificate identifier (`ci`).
    pub id: SmolStr,
}

/// One recovery.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Disease or agent recovered from (`tg`).
    pub disease: SmolStr,
    /// Day of the first positive test (`fr`), `YYYY-MM-DD`.
    pub first_positive: SmolStr,
    /// Country of the test (`co`).
    pub country: SmolStr,
    /// Certificate issuer (`is`).
    pub issuer: SmolStr,
    /// First day of validity (`df`), `YYYY-MM-DD`.
    pub valid_from: SmolStr,
    /// Last day of validity (`du`), `YYYY-MM-DD`.
    pub valid_until: SmolStr,
    /// Certificate identifier (`ci`).
    pub id: SmolStr,
}

/// Why a health certificate cannot be read as a DCC, whatever is forgiven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not well-formed CBOR.
    #[error("the certificate is broken: {0}")]
    Cbor(cbor::Error),
    /// A field that the schema requires is absent.
    #[error("the certificate lacks {field}")]
    Missing {
        /// The schema's name of the field, with that of its group: `v.dt`.
        field: &'static str,
    },
    /// A field of another type than the schema's.
    #[error("{field} of the certificate has the wrong type")]
    FieldType {
        /// The schema's name of the field.
        field: &'static str,
    },
    /// A dose number that is negative, broken or beyond counting.
    #[error("{field} of the certificate is not a number of doses")]
    DoseNumber {
        /// The schema's name of the field.
        field: &'static str,
    },
    /// Not exactly one entry: more than one group, or a group of none or several.
    #[error("the certificate does not have exactly one entry")]
    EntryCount,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cbor(_) => "dcc-cbor",
            Error::Missing { .. } => "dcc-missing-field",
            Error::FieldType { .. } => "dcc-field-type",
            Error::DoseNumber { .. } => "dcc-dose-number",
            Error::EntryCount => "dcc-entry-count",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
