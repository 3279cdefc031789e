//! What is wrong with the content of a certificate that can be read.

use super::{Certificate, Entry, Name, Recovery, Test, Vaccination};
use crate::time::{CLOCK_SKEW, Date, PartialDate, UnixTime};
use crate::tolerance::Tolerance;
use crate::uvci::Uvci;
use crate::value_set::{Set, ValueSets};

/// One thing wrong. `field` is the schema's name of the field, with that of its group: `v.dt`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A field that must say something is empty.
    Empty {
        /// The field.
        field: &'static str,
    },
    /// A text longer than the schema allows (80 characters).
    TooLong {
        /// The field.
        field: &'static str,
    },
    /// A text that does not match the schema's pattern, or at issuing our narrower one.
    Pattern {
        /// The field.
        field: &'static str,
    },
    /// Not a day that exists, `YYYY-MM-DD`.
    NotADate {
        /// The field.
        field: &'static str,
    },
    /// Not an RFC 3339 date-time.
    NotADateTime {
        /// The field.
        field: &'static str,
    },
    /// A number of doses below 1.
    NotADose {
        /// The field.
        field: &'static str,
    },
    /// Neither surname nor forename is transliterated.
    NoStandardName,
    /// A name is given as written, and its transliteration is there but empty.
    NameNotTransliterated {
        /// The transliterated field that is empty.
        field: &'static str,
    },
    /// A text to be issued is not in Unicode normalisation form C.
    NotNfc {
        /// The field.
        field: &'static str,
    },
    /// A text to be issued holds a control character.
    ControlCharacter {
        /// The field.
        field: &'static str,
    },
    /// A text to be issued has a blank at an end.
    Untrimmed {
        /// The field.
        field: &'static str,
    },
    /// A code that its value set does not have.
    UnknownCode {
        /// The field.
        field: &'static str,
        /// The code.
        code: String,
    },
    /// Vaccine, product and manufacturer do not go together.
    CodesDoNotFit,
    /// Born after the time of checking.
    BornInFuture,
    /// The event lies before the birth.
    BeforeBirth {
        /// The event's field.
        field: &'static str,
    },
    /// The event lies after the time of checking.
    InFuture {
        /// The event's field.
        field: &'static str,
    },
    /// The recovery's validity ends before it begins.
    EmptyPeriod,
}

/// Which check finds a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The schema.
    Structure,
    /// The value sets, which grow: an unknown code may be younger than the verifier.
    ValueSet,
    /// Dates against each other and against the time of checking.
    Date,
}

impl Fault {
    /// The stable name of this fault, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Empty { .. } => "empty",
            Fault::TooLong { .. } => "too-long",
            Fault::Pattern { .. } => "pattern",
            Fault::NotADate { .. } => "not-a-date",
            Fault::NotADateTime { .. } => "not-a-date-time",
            Fault::NotADose { .. } => "not-a-dose",
            Fault::NoStandardName => "no-standard-name",
            Fault::NameNotTransliterated { .. } => "name-not-transliterated",
            Fault::NotNfc { .. } => "not-nfc",
            Fault::ControlCharacter { .. } => "control-character",
            Fault::Untrimmed { .. } => "untrimmed",
            Fault::UnknownCode { .. } => "unknown-code",
            Fault::CodesDoNotFit => "codes-do-not-fit",
            Fault::BornInFuture => "born-in-future",
            Fault::BeforeBirth { .. } => "before-birth",
            Fault::InFuture { .. } => "in-future",
            Fault::EmptyPeriod => "empty-period",
        }
    }

    /// The check that finds it.
    pub fn layer(&self) -> Layer {
        match self {
            Fault::UnknownCode { .. } | Fault::CodesDoNotFit => Layer::ValueSet,
            Fault::BornInFuture | Fault::BeforeBirth { .. } | Fault::InFuture { .. } | Fault::EmptyPeriod => {
                Layer::Date
            }
            _ => Layer::Structure,
        }
    }

    /// The field it is about, by the schema's name.
    pub fn field(&self) -> &'static str {
        match self {
            Fault::Empty { field }
            | Fault::TooLong { field }
            | Fault::Pattern { field }
            | Fault::NotADate { field }
            | Fault::NotADateTime { field }
            | Fault::NotADose { field }
            | Fault::NameNotTransliterated { field }
            | Fault::NotNfc { field }
            | Fault::ControlCharacter { field }
            | Fault::Untrimmed { field }
            | Fault::UnknownCode { field, .. }
            | Fault::BeforeBirth { field }
            | Fault::InFuture { field } => field,
            Fault::NoStandardName => "nam",
            Fault::CodesDoNotFit => "v.mp",
            Fault::BornInFuture => "dob",
            Fault::EmptyPeriod => "r.du",
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field(), self.code())
    }
}

impl Certificate {
    /// Everything that is wrong with it: schema, value sets, codes that do not go together, dates. What stands against issuing
    /// beyond these is said by [`Certificate::encode`].
    pub fn faults(&self, value_sets: &ValueSets, at: UnixTime) -> Vec<Fault> {
        let mut faults = self.structure_faults();
        faults.extend(self.value_set_faults(value_sets));
        faults.extend(self.combination_fault(value_sets));
        faults.extend(self.date_faults(at));
        faults
    }

    /// What schema 1.3.3 has against it, and a name left empty where it should be transliterated.
    pub fn structure_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !is_version(&self.ver) {
            faults.push(Fault::Pattern { field: "ver" });
        }
        if !is_birth_date(&self.birth_date) {
            faults.push(Fault::Pattern { field: "dob" });
        }
        name(&self.name, &mut faults);
        match &self.entry {
            Entry::Vaccination(entry) => vaccination(entry, &mut faults),
            Entry::Test(entry) => test(entry, &mut faults),
            Entry::Recovery(entry) => recovery(entry, &mut faults),
        }
        faults
    }

    /// The name of the deviation where a reader forgives this fault of the structure, because who, what and when are clear in
    /// spite of it; `None` where they are not.
    pub fn forgiven(&self, fault: &Fault) -> Option<Tolerance> {
        match fault {
            Fault::Pattern { field: "nam.fnt" | "nam.gnt" } => Some(Tolerance::NameCharacters),
            Fault::Pattern { field: "ver" } => Some(Tolerance::OddVersion),
            Fault::NameNotTransliterated { .. } => Some(Tolerance::NameNotTransliterated),
            Fault::NoStandardName => {
                let mut written = [&self.name.family, &self.name.given].into_iter().flatten();
                written.any(|name| !name.is_empty()).then_some(Tolerance::NameNotTransliterated)
            }
            Fault::TooLong { .. } => Some(Tolerance::LongText),
            Fault::NotADateTime { .. } => match &self.entry {
                Entry::Test(test) => {
                    let day = test.sampled.get(..10).and_then(Date::parse);
                    day.map(|_| Tolerance::LooseDateTime)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Known codes that do not go together. A rule for issuing alone: of the vaccinations in the EU's test data that must
    /// verify, 12 break it, most with the general vaccine types of 2021.
    pub fn combination_fault(&self, value_sets: &ValueSets) -> Option<Fault> {
        let Entry::Vaccination(entry) = &self.entry else { return None };
        let fits = value_sets.fits(&entry.vaccine, &entry.product, &entry.manufacturer);
        (!fits).then_some(Fault::CodesDoNotFit)
    }

    /// Codes that the value sets do not have.
    pub fn value_set_faults(&self, value_sets: &ValueSets) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut known = |field, set, code: &str| {
            if !value_sets.contains(set, code) {
                faults.push(Fault::UnknownCode { field, code: code.to_owned() });
            }
        };
        match &self.entry {
            Entry::Vaccination(entry) => {
                known("v.tg", Set::Disease, &entry.disease);
                known("v.co", Set::Country, &entry.country);
                known("v.vp", Set::VaccineType, &entry.vaccine);
                known("v.mp", Set::VaccineProduct, &entry.product);
                known("v.ma", Set::VaccineHolder, &entry.manufacturer);
            }
            Entry::Test(entry) => {
                known("t.tg", Set::Disease, &entry.disease);
                known("t.co", Set::Country, &entry.country);
                known("t.tt", Set::TestType, &entry.kind);
                known("t.tr", Set::TestResult, &entry.result);
                // Issuers leave the device of a laboratory test empty instead of leaving it out (CH, HU, IT).
                if let Some(device) = entry.device.as_deref().filter(|device| !device.is_empty()) {
                    known("t.ma", Set::TestDevice, device);
                }
            }
            Entry::Recovery(entry) => {
                known("r.tg", Set::Disease, &entry.disease);
                known("r.co", Set::Country, &entry.country);
            }
        }
        faults
    }

    /// Dates that cannot be at that time: a birth or event to come, an event before the birth. A day counts as come as
    /// soon as it has begun anywhere on Earth (UTC+14), a moment within [`CLOCK_SKEW`]. Dates that cannot be read are left to
    /// the structure.
    pub fn date_faults(&self, at: UnixTime) -> Vec<Fault> {
        const EARLIEST_ZONE: i64 = 14 * 3_600;
        let today = Date::at_utc(at.plus_seconds(EARLIEST_ZONE));
        let mut faults = Vec::new();
        let born = birth_date(&self.birth_date).map(PartialDate::earliest);
        if born.is_some_and(|born| born > today) {
            faults.push(Fault::BornInFuture);
        }
        let mut event = |field, day: Option<Date>, come: bool| {
            if !come {
                faults.push(Fault::InFuture { field });
            }
            if day.zip(born).is_some_and(|(day, born)| day < born) {
                faults.push(Fault::BeforeBirth { field });
            }
        };
        match &self.entry {
            Entry::Vaccination(entry) => {
                let day = Date::parse(&entry.date);
                event("v.dt", day, day.is_none_or(|day| day <= today));
            }
            Entry::Test(entry) => {
                let day = entry.sampled.get(..10).and_then(Date::parse);
                // A spelling that is forgiven says a day and no moment.
                let come = match UnixTime::from_rfc3339(&entry.sampled) {
                    Some(sampled) => sampled <= at.plus_seconds(CLOCK_SKEW),
                    None => day.is_none_or(|day| day <= today),
                };
                event("t.sc", day, come);
            }
            Entry::Recovery(entry) => {
                let day = Date::parse(&entry.first_positive);
                event("r.fr", day, day.is_none_or(|day| day <= today));
                let period = Date::parse(&entry.valid_from).zip(Date::parse(&entry.valid_until));
                if period.is_some_and(|(from, until)| until < from) {
                    faults.push(Fault::EmptyPeriod);
                }
            }
        }
        faults
    }
}

fn name(name: &Name, faults: &mut Vec<Fault>) {
    for (field, text) in [("nam.fn", &name.family), ("nam.gn", &name.given)] {
        at_most_80(field, text.as_deref().unwrap_or_default(), faults);
    }
    for (field, std, written) in
        [("nam.fnt", &name.family_std, &name.family), ("nam.gnt", &name.given_std, &name.given)]
    {
        let Some(std) = std else { continue };
        at_most_80(field, std, faults);
        if !std.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'<') {
            faults.push(Fault::Pattern { field });
        }
        if std.is_empty() && written.as_ref().is_some_and(|written| !written.is_empty()) {
            faults.push(Fault::NameNotTransliterated { field });
        }
    }
    if name.family_std.is_none() && name.given_std.is_none() {
        faults.push(Fault::NoStandardName);
    }
}

fn vaccination(entry: &Vaccination, faults: &mut Vec<Fault>) {
    not_empty(
        &[
            ("v.tg", &entry.disease),
            ("v.vp", &entry.vaccine),
            ("v.mp", &entry.product),
            ("v.ma", &entry.manufacturer),
            ("v.ci", &entry.id),
        ],
        faults,
    );
    for (field, number) in [("v.dn", entry.dose_number), ("v.sd", entry.series_doses)] {
        if number < 1 {
            faults.push(Fault::NotADose { field });
        }
    }
    date("v.dt", &entry.date, faults);
    country("v.co", &entry.country, faults);
    at_most_80("v.is", &entry.issuer, faults);
    identifier("v.ci", &entry.id, faults);
}

fn test(entry: &Test, faults: &mut Vec<Fault>) {
    not_empty(&[("t.tg", &entry.disease), ("t.tt", &entry.kind), ("t.tr", &entry.result), ("t.ci", &entry.id)], faults);
    if UnixTime::from_rfc3339(&entry.sampled).is_none() {
        faults.push(Fault::NotADateTime { field: "t.sc" });
    }
    at_most_80("t.nm", entry.test_name.as_deref().unwrap_or_default(), faults);
    at_most_80("t.tc", entry.centre.as_deref().unwrap_or_default(), faults);
    country("t.co", &entry.country, faults);
    at_most_80("t.is", &entry.issuer, faults);
    identifier("t.ci", &entry.id, faults);
}

fn recovery(entry: &Recovery, faults: &mut Vec<Fault>) {
    not_empty(&[("r.tg", &entry.disease), ("r.ci", &entry.id)], faults);
    date("r.fr", &entry.first_positive, faults);
    date("r.df", &entry.valid_from, faults);
    date("r.du", &entry.valid_until, faults);
    country("r.co", &entry.country, faults);
    at_most_80("r.is", &entry.issuer, faults);
    identifier("r.ci", &entry.id, faults);
}

/// What [`uvci`](crate::uvci) refuses besides an empty one: more bytes than any has, control characters.
fn identifier(field: &'static str, text: &str, faults: &mut Vec<Fault>) {
    at_most_80(field, text, faults);
    if !text.is_empty() && Uvci::parse(text).is_err() {
        faults.push(Fault::Pattern { field });
    }
}

fn not_empty(fields: &[(&'static str, &str)], faults: &mut Vec<Fault>) {
    for (field, text) in fields {
        if text.is_empty() {
            faults.push(Fault::Empty { field });
        }
    }
}

fn at_most_80(field: &'static str, text: &str, faults: &mut Vec<Fault>) {
    // Bytes are never fewer than characters.
    if text.len() > 80 && text.chars().count() > 80 {
        faults.push(Fault::TooLong { field });
    }
}

fn date(field: &'static str, text: &str, faults: &mut Vec<Fault>) {
    if Date::parse(text).is_none() {
        faults.push(Fault::NotADate { field });
    }
}

/// The schema's pattern is `[A-Z]{1,10}`, not anchored.
fn country(field: &'static str, text: &str, faults: &mut Vec<Fault>) {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        faults.push(Fault::Pattern { field });
    }
}

/// Three numbers with dots between them.
fn is_version(text: &str) -> bool {
    let mut numbers = 0;
    let well_formed = text.as_bytes().split(|byte| *byte == b'.').all(|number| {
        numbers += 1;
        !number.is_empty() && number.iter().all(u8::is_ascii_digit)
    });
    well_formed && numbers == 3
}

/// `^((19|20)\d\d(-\d\d){0,2}){0,1}$`: the years 1900 to 2099. Days that do not exist are refused although the pattern lets them
/// pass, because they would pass every comparison with the event too.
fn is_birth_date(text: &str) -> bool {
    let century = text.starts_with("19") || text.starts_with("20");
    text.is_empty() || (matches!(text.len(), 4 | 7 | 10) && century && birth_date(text).is_some())
}

/// As far as it is known: a month or day `00` is one that is not.
fn birth_date(text: &str) -> Option<PartialDate> {
    PartialDate::parse(text.trim_end_matches("-00"))
}
