//! Value sets as the EU publishes them, one JSON object for each, and the newer ones that a trust bundle carries so that a
//! verifier need not be built anew when a vaccine or a test device is added. The page is `specs/value-sets.md`.

use serde_json::{Map, json};

use super::{Entry, Set, ValueSet, ValueSets, head};
use crate::json::{self, Limits, Value, canonical};
use crate::time::Date;

/// What all value sets of a bundle may measure, as JSON.
pub const LIMITS: Limits = Limits { bytes: 1024 * 1024, depth: 5, values: 100_000 };
/// The most codes of one set. The longest set known, that of test devices, never had a thousand.
pub const MAX_CODES: usize = 5_000;
/// The most bytes of a code.
const MAX_CODE: usize = 100;
/// The most bytes of any other text.
const MAX_TEXT: usize = 400;

/// The sets that are published in this form, under the names by which rules know them too.
pub const NAMES: [(Set, &str); 8] = [
    (Set::Country, "country-2-codes"),
    (Set::TestResult, "covid-19-lab-result"),
    (Set::TestDevice, "covid-19-lab-test-manufacturer-and-name"),
    (Set::TestType, "covid-19-lab-test-type"),
    (Set::Disease, "disease-agent-targeted"),
    (Set::VaccineType, "sct-vaccines-covid-19"),
    (Set::VaccineHolder, "vaccines-covid-19-auth-holders"),
    (Set::VaccineProduct, "vaccines-covid-19-names"),
];

/// One set as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    set: Set,
    date: Date,
    /// Sorted by code.
    entries: Vec<Entry>,
}

/// Sets that are newer than those of some builds, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Updates {
    /// In the order of [`NAMES`].
    sets: Vec<Published>,
}

/// Why bytes are no published value sets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not JSON within the bounds.
    #[error("the value sets are broken: {0}")]
    Json(json::Error),
    /// A member that is missing or cannot be.
    #[error("{field} of a value set is impossible")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// A set that is not one of [`NAMES`].
    #[error("the value set {id} is not known here")]
    Unknown {
        /// What it calls itself.
        id: String,
    },
    /// The same set stands there more than once.
    #[error("a value set stands there twice")]
    Twice,
    /// More codes than a set can have, or none at all.
    #[error("{codes} codes are not what a value set has")]
    Size {
        /// How many it has.
        codes: usize,
    },
}

impl Error {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Json(_) => "value-sets-json",
            Error::Field { .. } => "value-sets-field",
            Error::Unknown { .. } => "value-sets-unknown",
            Error::Twice => "value-sets-twice",
            Error::Size { .. } => "value-sets-size",
        }
    }
}

impl Published {
    /// Reads one set: `{"valueSetId", "valueSetDate", "valueSetValues": {code: {"display", "active", "system", "version"}}}`.
    /// Other members are passed over.
    pub fn read(bytes: &[u8]) -> Result<Published, Error> {
        Published::of(json::read(bytes, &LIMITS).map_err(Error::Json)?.value())
    }

    /// The same out of JSON that was read already.
    pub fn of(value: Value<'_>) -> Result<Published, Error> {
        let id = text(value, "valueSetId", MAX_CODE)?;
        let known = NAMES.iter().find(|(_, name)| *name == id);
        let (set, _) = *known.ok_or_else(|| Error::Unknown { id: id.to_owned() })?;
        let date = Date::parse(text(value, "valueSetDate", MAX_CODE)?).ok_or(Error::Field { field: "valueSetDate" })?;
        let codes = value.get("valueSetValues").and_then(Value::as_object);
        let codes = codes.ok_or(Error::Field { field: "valueSetValues" })?;
        if !(1..=MAX_CODES).contains(&codes.len()) {
            return Err(Error::Size { codes: codes.len() });
        }
        let mut entries = codes.map(|(code, value)| entry(code, value)).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by(|one, other| one.code.cmp(&other.code));
        Ok(Published { set, date, entries })
    }

    /// Which set it is.
    pub fn set(&self) -> Set {
        self.set
    }

    /// The day it was published under: what makes one newer than another.
    pub fn date(&self) -> Date {
        self.date
    }

    /// Its codes.
    pub fn codes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(|entry| entry.code.as_str())
    }

    /// The name it is published under.
    pub fn name(&self) -> &'static str {
        NAMES.iter().find(|(set, _)| *set == self.set).expect("a published set has a name").1
    }

    fn to_json(&self) -> serde_json::Value {
        let values: Map<String, serde_json::Value> = self
            .entries
            .iter()
            .map(|Entry { code, display, active, system, version, .. }| {
                let value = json!({ "display": display, "active": active, "system": system, "version": version });
                (code.clone(), value)
            })
            .collect();
        json!({ "valueSetId": self.name(), "valueSetDate": self.date.to_string(), "valueSetValues": values })
    }
}

impl Updates {
    /// These sets; of several of one name the newest.
    pub fn new(sets: impl IntoIterator<Item = Published>) -> Updates {
        let mut all = Updates::default();
        for offered in sets {
            match all.sets.iter_mut().find(|held| held.set == offered.set) {
                Some(held) if held.date < offered.date => *held = offered,
                Some(_) => {}
                None => all.sets.push(offered),
            }
        }
        all.sets.sort_by_key(Published::name);
        all
    }

    /// The bytes to embed in signed trust data: a JSON array in canonical form (RFC 8785).
    ///
    /// # Errors
    /// [`Error::Json`] where they are more than [`LIMITS`] allows.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let all = self.sets.iter().map(Published::to_json).collect::<serde_json::Value>().to_string();
        let all = json::read(all, &LIMITS).map_err(Error::Json)?;
        Updates::of(all.value())?;
        let bytes = canonical(all.value()).map_err(Error::Json)?;
        Ok(bytes)
    }

    /// Reads such bytes. Whether anyone should believe them is for `trust-list` to say.
    pub fn decode(bytes: &[u8]) -> Result<Updates, Error> {
        Updates::of(json::read(bytes, &LIMITS).map_err(Error::Json)?.value())
    }

    fn of(value: Value<'_>) -> Result<Updates, Error> {
        let sets = value.as_array().ok_or(Error::Field { field: "value sets" })?;
        let sets = sets.map(Published::of).collect::<Result<Vec<_>, _>>()?;
        let (found, all) = (sets.len(), Updates::new(sets));
        if all.sets.len() == found { Ok(all) } else { Err(Error::Twice) }
    }

    /// The sets.
    pub fn sets(&self) -> &[Published] {
        &self.sets
    }
}

impl ValueSets {
    /// These sets with the newer of `updates` in place of those that they are newer than; `None` where none is. What only we
    /// say of a code (Vietnamese words, which codes go together) stays with it. An older set never replaces a newer one.
    #[must_use]
    pub fn updated(&self, updates: &Updates) -> Option<ValueSets> {
        let newer = |offered: &&Published| self.set(offered.set).date < offered.date;
        let mut newer = updates.sets.iter().filter(newer).peekable();
        newer.peek()?;
        let mut updated = self.clone();
        for offered in newer {
            let held = updated.set_mut(offered.set);
            let entries: Vec<Entry> = offered.entries.iter().map(|new| joined(new, held.get(&new.code))).collect();
            let heads = entries.iter().map(|entry| head(&entry.code)).collect();
            let (id, title) = (std::mem::take(&mut held.id), std::mem::take(&mut held.title));
            *held = ValueSet { id, title, date: offered.date, version: offered.date.to_string(), entries, heads };
        }
        Some(updated)
    }
}

fn joined(new: &Entry, held: Option<&Entry>) -> Entry {
    match held {
        Some(Entry { display_vi, disease, goes_with, .. }) => Entry {
            display_vi: display_vi.clone(),
            disease: disease.clone(),
            goes_with: goes_with.clone(),
            ..new.clone()
        },
        None => new.clone(),
    }
}

fn entry(code: &str, value: Value<'_>) -> Result<Entry, Error> {
    // A reader compares byte for byte after it trimmed blanks, so a code with some could never be met.
    if code.is_empty() || code.len() > MAX_CODE || code.trim() != code || code.chars().any(char::is_control) {
        return Err(Error::Field { field: "code" });
    }
    let active = match value.get("active") {
        None => true,
        Some(active) => active.as_bool().ok_or(Error::Field { field: "active" })?,
    };
    let optional = |field| if value.get(field).is_some() { text(value, field, MAX_TEXT) } else { Ok("") };
    Ok(Entry {
        code: code.to_owned(),
        display: text(value, "display", MAX_TEXT)?.to_owned(),
        display_vi: None,
        active,
        system: optional("system")?.to_owned(),
        version: optional("version")?.to_owned(),
        disease: None,
        goes_with: None,
    })
}

fn text<'a>(value: Value<'a>, field: &'static str, most: usize) -> Result<&'a str, Error> {
    let text = value.get(field).and_then(Value::as_str);
    text.filter(|text| text.len() <= most && !text.chars().any(char::is_control)).ok_or(Error::Field { field })
}
