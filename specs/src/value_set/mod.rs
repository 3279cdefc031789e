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

use serde::Deserialize;

use crate::language::Language;
use crate::time::Date;
pub use vaccine::{Approval, Component, DoseKind, Evidence, Platform, ScheduleRule, Source, StorageBand, Vaccine};

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

/// All value sets and the catalogue of vaccines.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueSets {
    sets: [ValueSet; SETS.len()],
    vaccines: Vec<Vaccine>,
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
        /// What the JSON reader said.
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
            ValueSets::parse(BUNDLED_FILES, BUNDLED_VACCINES)
                .expect("the files are part of this build and a test of this module reads them")
        })
    }

    /// Reads the files of all sets (in the order of [`Set`]) and the vaccines, and checks the vaccines' codes.
    fn parse(files: [&str; SETS.len()], vaccines: &str) -> Result<ValueSets, Error> {
        let mut sets = Vec::with_capacity(SETS.len());
        for ((_, file), text) in SETS.iter().zip(files) {
            sets.push(ValueSet::parse(file, text)?);
        }
        let sets = sets.try_into().expect("one set was pushed for each of SETS");
        let vaccines = vaccine::parse(vaccines)?;
        let value_sets = ValueSets { sets, vaccines };
        for vaccine in &value_sets.vaccines {
            value_sets.check_vaccine(vaccine)?;
        }
        Ok(value_sets)
    }

    fn check_vaccine(&self, vaccine: &Vaccine) -> Result<(), Error> {
        let fault = |code: &str| Err(Error::VaccineCode { vaccine: vaccine.id.clone(), code: code.to_owned() });
        for (set, code) in [
            (Set::VaccineType, &vaccine.eu_vp),
            (Set::VaccineProduct, &vaccine.eu_mp),
            (Set::VaccineHolder, &vaccine.eu_ma),
        ] {
            if !self.get(set, code).is_some_and(|entry| entry.active) {
                return fault(code);
            }
        }
        if !self.fits(&vaccine.eu_vp, &vaccine.eu_mp, &vaccine.eu_ma) {
            return fault(&format!("{} + {} + {}", vaccine.eu_vp, vaccine.eu_mp, vaccine.eu_ma));
        }
        match vaccine.prior_products().find(|id| self.vaccine(id).is_none()) {
            Some(id) => fault(id),
            None => Ok(()),
        }
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

    /// The nine vaccines approved in Viet Nam, in the order of approval.
    pub fn vaccines(&self) -> &[Vaccine] {
        &self.vaccines
    }

    /// The vaccine with this id, for instance `comirnaty`.
    pub fn vaccine(&self, id: &str) -> Option<&Vaccine> {
        self.vaccines.iter().find(|vaccine| vaccine.id == id)
    }
}

impl ValueSet {
    fn parse(file: &'static str, text: &str) -> Result<ValueSet, Error> {
        let raw: RawSet =
            serde_json::from_str(text).map_err(|error| Error::Malformed { file, detail: error.to_string() })?;
        let mut entries = Vec::with_capacity(raw.entries.len());
        // A BTreeMap iterates in the order of its keys, which is the order `get` searches by.
        for (code, entry) in raw.entries {
            let Some(system) = raw.systems.get(entry.system).cloned() else {
                return Err(Error::NoSuchSystem { file, code });
            };
            entries.push(Entry {
                code,
                display: entry.display,
                display_vi: entry.display_vi,
                active: entry.active,
                system,
                version: entry.version,
                disease: entry.disease,
                goes_with: entry.goes_with,
            });
        }
        let heads = entries.iter().map(|entry| head(&entry.code)).collect();
        Ok(ValueSet { id: raw.id, title: raw.title, date: raw.date, version: raw.version, entries, heads })
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
        let file: Countries = serde_json::from_str(include_str!("../../value-sets/country-alpha-3.json"))
            .expect("the file is part of this build and a test of this module reads it");
        file.entries
    });
    countries.get(alpha_3).map(String::as_str)
}

#[derive(Deserialize)]
struct Countries {
    entries: BTreeMap<String, String>,
}

const BUNDLED_VACCINES: &str = include_str!("../../value-sets/vn-vaccines.json");

#[derive(Deserialize)]
struct RawSet {
    id: String,
    title: String,
    date: Date,
    version: String,
    systems: Vec<String>,
    entries: BTreeMap<String, RawEntry>,
}

#[derive(Deserialize)]
struct RawEntry {
    display: String,
    display_vi: Option<String>,
    #[serde(default = "yes")]
    active: bool,
    system: usize,
    #[serde(default)]
    version: String,
    disease: Option<String>,
    goes_with: Option<GoesWith>,
}

/// Which holder and which types a product is certified with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct GoesWith {
    holder: String,
    types: Vec<String>,
}

/// The first sixteen bytes of a code as a number, in the order in which codes are sorted.
fn head(code: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = code.len().min(16);
    bytes[..length].copy_from_slice(&code.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

fn yes() -> bool {
    true
}
