//! The value sets: which codes a certificate may use and what they are called. They are data files
//! (`specs/value-sets/*.json`), each with its date, version, code systems and source; this module reads them, finds a
//! code in one without allocating, and gives its words in Vietnamese or English.
//!
//! A set is a snapshot. A code that is absent here may have been added since, so its absence alone never proves a
//! certificate false.

pub mod published;
mod vaccine;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::json::{self, Document, Limits, Value};
use crate::language::Language;
use crate::time::Date;
pub use vaccine::{
    Approval, Component, DoseKind, Evidence, Platform, ScheduleRule, Source, StorageBand, Vaccine, series_doses,
    vaccine, vaccines,
};

/// The sets, by what they are for. In brackets: the field of the EU certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Set {
    /// Disease or agent targeted (`tg`), SNOMED CT.
    Disease,
    /// Vaccine or prophylaxis (`vp`), SNOMED CT and one ATC code.
    VaccineType,
    /// Medicinal product (`mp`).
    VaccineProduct,
    /// Marketing authorisation holder or manufacturer of a vaccine (`v.ma`).
    VaccineHolder,
    /// Type of test (`tt`), LOINC.
    TestType,
    /// Result of a test (`tr`), SNOMED CT.
    TestResult,
    /// Rapid antigen test device (`t.ma`), JRC numbers.
    TestDevice,
    /// Country (`co`), ISO 3166-1 alpha-2.
    Country,
    /// The sixteen priority groups of Decision 3355/QĐ-BYT, `01` to `16`.
    PriorityGroup,
    /// Product of a digital yellow card (`vp`), WHO's prequalification list.
    IcvpProduct,
}

impl Set {
    /// Where `ValueSets` keeps it.
    const fn place(self) -> usize {
        match self {
            Set::Disease => 0,
            Set::VaccineType => 1,
            Set::VaccineProduct => 2,
            Set::VaccineHolder => 3,
            Set::TestType => 4,
            Set::TestResult => 5,
            Set::TestDevice => 6,
            Set::Country => 7,
            Set::PriorityGroup => 8,
            Set::IcvpProduct => 9,
        }
    }
}

/// One code of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The code as it stands in certificates.
    pub code: String,
    /// English words.
    pub display: String,
    /// Vietnamese words, where they differ from the English ones (names of products do not).
    pub display_vi: Option<String>,
    /// False for a code that is read but no longer issued.
    pub active: bool,
    /// URI of the code system.
    pub system: String,
    /// Version of the code system, empty where the source gives none.
    pub version: String,
    /// SNOMED CT of the disease that a product of the yellow card is certified for; none in the other sets.
    pub disease: Option<String>,
    goes_with: Option<GoesWith>,
}

/// One value set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSet {
    /// Its id, which is also the name of its file.
    pub id: String,
    /// What it is, in English.
    pub title: String,
    /// The date the publisher gave it.
    pub date: Date,
    /// The publisher's version.
    pub version: String,
    /// Sorted by code.
    entries: Vec<Entry>,
    /// The [`head`] of each code, in the same order: nearly all codes differ in it, and it is compared in one step.
    heads: Vec<u128>,
}

/// All value sets.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueSets {
    sets: [ValueSet; SETS.len()],
}

/// Why a file of value sets is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not JSON of the expected shape.
    #[error("{file}: {detail}")]
    Malformed {
        /// Id of the file.
        file: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// An entry names a code system that the head of the file does not list.
    #[error("{file}: entry {code} names no listed code system")]
    NoSuchSystem {
        /// Id of the file.
        file: &'static str,
        /// The code of the entry.
        code: String,
    },
    /// A vaccine uses a code that its value set does not have, or a combination that the encoding instructions forbid.
    #[error("vaccine {vaccine}: {code} is not a code for it")]
    VaccineCode {
        /// Id of the vaccine.
        vaccine: String,
        /// The code or combination at fault.
        code: String,
    },
}

impl Error {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Malformed { .. } => "value-set-malformed",
            Error::NoSuchSystem { .. } => "value-set-system",
            Error::VaccineCode { .. } => "value-set-vaccine-code",
        }
    }
}

impl ValueSets {
    /// The value sets that this build carries, parsed at the first call.
    pub fn bundled() -> &'static ValueSets {
        static BUNDLED: OnceLock<ValueSets> = OnceLock::new();
        BUNDLED.get_or_init(|| {
            ValueSets::parse(BUNDLED_FILES)
                .expect("the files are part of this build and a test of this module reads them")
        })
    }

    /// Reads the files of all sets, in the order of [`Set`].
    fn parse(files: [&str; SETS.len()]) -> Result<ValueSets, Error> {
        let mut sets = Vec::with_capacity(SETS.len());
        for ((_, file), text) in SETS.iter().zip(files) {
            sets.push(ValueSet::parse(file, text)?);
        }
        Ok(ValueSets { sets: sets.try_into().expect("one set was pushed for each of SETS") })
    }

    /// One whole set.
    pub fn set(&self, set: Set) -> &ValueSet {
        &self.sets[set.place()]
    }

    fn set_mut(&mut self, set: Set) -> &mut ValueSet {
        &mut self.sets[set.place()]
    }

    /// These sets with the newer of `others` in place of those that they are newer than; `None` where none is.
    #[must_use]
    pub fn newest(&self, others: &ValueSets) -> Option<ValueSets> {
        let newer = |(own, other): &(&ValueSet, &ValueSet)| own.date < other.date;
        self.sets.iter().zip(&others.sets).any(|pair| newer(&pair)).then(|| {
            let mut newest = self.clone();
            for (own, other) in newest.sets.iter_mut().zip(&others.sets) {
                if own.date < other.date {
                    own.clone_from(other);
                }
            }
            newest
        })
    }

    /// The entry of this code. Codes are compared byte for byte.
    pub fn get(&self, set: Set, code: &str) -> Option<&Entry> {
        self.set(set).get(code)
    }

    /// Whether the set has this code, active or not. Does not allocate.
    pub fn contains(&self, set: Set, code: &str) -> bool {
        self.get(set, code).is_some()
    }

    /// The words for a code; English where there are no Vietnamese ones.
    pub fn display(&self, set: Set, code: &str, language: Language) -> Option<&str> {
        self.get(set, code).map(|entry| entry.words(language))
    }

    /// Whether type, product and holder may be issued together (the encoding instructions of the eHealth Network). For a
    /// product of which the instructions say nothing, any holder and type fit. Never a reason to refuse an EU certificate:
    /// those of 2021 carry general types that the instructions no longer name.
    pub fn fits(&self, vp: &str, mp: &str, ma: &str) -> bool {
        match self.get(Set::VaccineProduct, mp).and_then(|entry| entry.goes_with.as_ref()) {
            Some(rule) => rule.holder == ma && rule.types.iter().any(|allowed| allowed == vp),
            None => true,
        }
    }
}

impl ValueSet {
    fn parse(file: &'static str, text: &str) -> Result<ValueSet, Error> {
        let document = read(file, text)?;
        let set = document.value();
        let lacks = |field: &str| Error::Malformed { file, detail: format!("{field} is missing or cannot be") };
        let words = |field| text_of(set, field).ok_or_else(|| lacks(field));
        let systems = set.get("systems").and_then(Value::as_array).ok_or_else(|| lacks("systems"))?;
        let systems: Vec<&str> = systems.map(Value::as_str).collect::<Option<_>>().ok_or_else(|| lacks("systems"))?;
        let mut entries = Vec::new();
        for (code, entry) in set.get("entries").and_then(Value::as_object).ok_or_else(|| lacks("entries"))? {
            let Some(system) = entry.get("system").and_then(Value::as_u64) else { return Err(lacks(code)) };
            let Some(system) = usize::try_from(system).ok().and_then(|system| systems.get(system)) else {
                return Err(Error::NoSuchSystem { file, code: code.to_owned() });
            };
            let maybe = |field| entry.get(field).map(|_| text_of(entry, field).ok_or_else(|| lacks(code))).transpose();
            entries.push(Entry {
                code: code.to_owned(),
                display: text_of(entry, "display").ok_or_else(|| lacks(code))?,
                display_vi: maybe("display_vi")?,
                active: match entry.get("active") {
                    Some(active) => active.as_bool().ok_or_else(|| lacks(code))?,
                    None => true,
                },
                system: (*system).to_owned(),
                version: maybe("version")?.unwrap_or_default(),
                disease: maybe("disease")?,
                goes_with: entry
                    .get("goes_with")
                    .map(|rule| GoesWith::of(rule).ok_or_else(|| lacks(code)))
                    .transpose()?,
            });
        }
        entries.sort_by(|one, other| one.code.cmp(&other.code));
        Ok(ValueSet {
            id: words("id")?,
            title: words("title")?,
            date: Date::parse(&words("date")?).ok_or_else(|| lacks("date"))?,
            version: words("version")?,
            heads: entries.iter().map(|entry| head(&entry.code)).collect(),
            entries,
        })
    }

    /// The entry of this code, found by binary search.
    pub fn get(&self, code: &str) -> Option<&Entry> {
        let wanted = head(code);
        let first = self.heads.partition_point(|head| *head < wanted);
        let alike = self.heads[first..].iter().take_while(|head| **head == wanted);
        let same = |entry: &&Entry| entry.code.len() == code.len() && (code.len() <= 16 || entry.code == code);
        self.entries[first..].iter().zip(alike).map(|(entry, _)| entry).find(same)
    }

    /// All entries, sorted by code.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    /// The words in this language; English where there are no Vietnamese ones.
    pub fn words(&self, language: Language) -> &str {
        match language {
            Language::Vi => self.display_vi.as_deref().unwrap_or(&self.display),
            Language::En => &self.display,
        }
    }
}

/// Each set with the id of its file, in the order in which `ValueSets` keeps them.
const SETS: [(Set, &str); 10] = [
    (Set::Disease, "disease"),
    (Set::VaccineType, "vaccine-type"),
    (Set::VaccineProduct, "vaccine-product"),
    (Set::VaccineHolder, "vaccine-holder"),
    (Set::TestType, "test-type"),
    (Set::TestResult, "test-result"),
    (Set::TestDevice, "test-device"),
    (Set::Country, "country"),
    (Set::PriorityGroup, "vn-priority-groups"),
    (Set::IcvpProduct, "icvp-product"),
];

const BUNDLED_FILES: [&str; SETS.len()] = [
    include_str!("../../value-sets/disease.json"),
    include_str!("../../value-sets/vaccine-type.json"),
    include_str!("../../value-sets/vaccine-product.json"),
    include_str!("../../value-sets/vaccine-holder.json"),
    include_str!("../../value-sets/test-type.json"),
    include_str!("../../value-sets/test-result.json"),
    include_str!("../../value-sets/test-device.json"),
    include_str!("../../value-sets/country.json"),
    include_str!("../../value-sets/vn-priority-groups.json"),
    include_str!("../../value-sets/icvp-product.json"),
];

/// The country (ISO 3166-1 alpha-2) that three letters stand for in travel documents and seals.
pub fn alpha_2(alpha_3: &str) -> Option<&'static str> {
    static COUNTRIES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let countries = COUNTRIES.get_or_init(|| {
        let file = read("country-alpha-3", include_str!("../../value-sets/country-alpha-3.json"))
            .expect("the file is part of this build and a test of this module reads it");
        let entries = file.value().get("entries").and_then(Value::as_object).into_iter().flatten();
        entries.filter_map(|(code, value)| Some((code.to_owned(), value.as_str()?.to_owned()))).collect()
    });
    countries.get(alpha_3).map(String::as_str)
}

/// Which holder and which types a product is certified with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct GoesWith {
    holder: String,
    types: Vec<String>,
}

impl GoesWith {
    fn of(value: Value<'_>) -> Option<Self> {
        let types = value.get("types")?.as_array()?.map(|kind| kind.as_str().map(str::to_owned));
        Some(Self { holder: text_of(value, "holder")?, types: types.collect::<Option<_>>()? })
    }
}

/// One of the bundled files.
fn read(file: &'static str, text: &str) -> Result<Document, Error> {
    const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 8, values: 100_000 };
    json::read(text, &LIMITS).map_err(|error| Error::Malformed { file, detail: error.to_string() })
}

fn text_of(value: Value<'_>, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).map(str::to_owned)
}

/// The first sixteen bytes of a code as a number, in the order in which codes are sorted.
fn head(code: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = code.len().min(16);
    bytes[..length].copy_from_slice(&code.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}
