//! The FHIR bundle (R4): of a hundred kinds of resource the three that a checker shows, and of these the elements that say
//! who, what and when.
//!
//! What a card should leave out to be small (`id`, `meta`, `text`, `display`) passes unread, as does every other resource.

use super::{Error, fields};
use crate::json::Value;
use crate::time::PartialDate;

/// The health record of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Whose it is.
    pub patient: Patient,
    /// Doses that were given.
    pub immunizations: Vec<Immunization>,
    /// Laboratory results.
    pub observations: Vec<Observation>,
    /// Resources of other kinds, which were not read.
    pub unread: usize,
}

/// Whose card it is; to be compared with an identity document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// Family name of the first name that is given.
    pub family: Option<String>,
    /// Given names in their order; with `family` at least one.
    pub given: Vec<String>,
    /// Date of birth.
    pub birth_date: PartialDate,
}

/// A code and the system that defines it, such as `http://hl7.org/fhir/sid/cvx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coding {
    /// The system's URI.
    pub system: Option<String>,
    /// The code.
    pub code: String,
}

/// A dose that was given. One with another status than `completed` is refused: `not-done` is the opposite of a dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Immunization {
    /// The vaccine, in one code system or several; at least one.
    pub vaccine: Vec<Coding>,
    /// When.
    pub date: PartialDate,
    /// The lot.
    pub lot: Option<String>,
    /// Who gave it.
    pub performer: Option<String>,
}

/// A laboratory result that is final, amended or corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What was measured, such as a LOINC code; at least one.
    pub code: Vec<Coding>,
    /// When the sample was taken.
    pub date: PartialDate,
    /// What was found.
    pub value: Option<Measured>,
    /// Who did it.
    pub performer: Option<String>,
}

/// What an observation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// A code, as a rule of SNOMED CT.
    Codes(Vec<Coding>),
    /// A text as it is.
    Text(String),
    /// A number with its unit, and a sign before it where the number is a bound: `<1 /mL`.
    Quantity(String),
}

impl Bundle {
    pub(super) fn read(bundle: Value<'_>) -> Result<Bundle, Error> {
        if bundle.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
            return Err(Error::Field { field: "Bundle.resourceType" });
        }
        let mut patients = Vec::new();
        let (mut immunizations, mut observations, mut unread) = (Vec::new(), Vec::new(), 0);
        for entry in fields::array(bundle, "entry", "Bundle.entry")? {
            let resource = entry.get("resource").ok_or(Error::Field { field: "Bundle.entry.resource" })?;
            match fields::text(resource, "resourceType", "Bundle.entry.resource.resourceType")? {
                "Patient" => patients.push((entry, resource)),
                "Immunization" => immunizations.push(resource),
                "Observation" => observations.push(resource),
                _ => unread += 1,
            }
        }
        let &[(entry, patient)] = &patients[..] else { return Err(Error::Patients { count: patients.len() }) };
        let place = fields::text(entry, "fullUrl", "Bundle.entry.fullUrl")?;
        Ok(Bundle {
            patient: Patient::read(patient)?,
            immunizations: immunizations
                .into_iter()
                .map(|dose| Immunization::read(dose, place))
                .collect::<Result<_, _>>()?,
            observations: observations
                .into_iter()
                .map(|found| Observation::read(found, place))
                .collect::<Result<_, _>>()?,
            unread,
        })
    }
}

impl Patient {
    fn read(patient: Value<'_>) -> Result<Patient, Error> {
        const NAME: Error = Error::Field { field: "Patient.name" };
        let name = fields::array(patient, "name", "Patient.name")?.next().ok_or(NAME)?;
        let family = fields::optional_text(name, "family", "Patient.name")?.map(str::to_owned);
        let text =
            |given: Value<'_>| given.as_str().filter(|given| !given.contains(char::is_control)).map(str::to_owned);
        let given: Option<Vec<String>> = fields::array(name, "given", "Patient.name")?.map(text).collect();
        let given = given.ok_or(NAME)?;
        if family.is_none() && given.iter().all(|given| given.trim().is_empty()) {
            return Err(NAME);
        }
        let born = "Patient.birthDate";
        let birth_date = fields::day(patient, "birthDate", born)?.ok_or(Error::Field { field: born })?;
        Ok(Patient { family, given, birth_date })
    }
}

impl Immunization {
    fn read(dose: Value<'_>, patient: &str) -> Result<Immunization, Error> {
        if fields::text(dose, "status", "Immunization.status")? != "completed" {
            return Err(Error::Field { field: "Immunization.status" });
        }
        is_of(dose, "patient", patient, "Immunization.patient")?;
        let vaccine = codings(dose, "vaccineCode", "Immunization.vaccineCode")?;
        if dose.get("occurrenceString").is_some() {
            return Err(Error::Field { field: "Immunization.occurrenceString" });
        }
        let when = "Immunization.occurrenceDateTime";
        let date = fields::day(dose, "occurrenceDateTime", when)?.ok_or(Error::Field { field: when })?;
        let lot = fields::optional_text(dose, "lotNumber", "Immunization.lotNumber")?.map(str::to_owned);
        let performer = match fields::array(dose, "performer", "Immunization.performer")?.next() {
            Some(performer) => {
                performer.get("actor").map_or(Ok(None), |actor| display(actor, "Immunization.performer"))?
            }
            None => None,
        };
        Ok(Immunization { vaccine, date, lot, performer })
    }
}

impl Observation {
    fn read(found: Value<'_>, patient: &str) -> Result<Observation, Error> {
        if !matches!(fields::text(found, "status", "Observation.status")?, "final" | "amended" | "corrected") {
            return Err(Error::Field { field: "Observation.status" });
        }
        is_of(found, "subject", patient, "Observation.subject")?;
        let code = codings(found, "code", "Observation.code")?;
        let when = "Observation.effectiveDateTime";
        let date = match found.get("effectivePeriod") {
            Some(period) => fields::day(period, "start", when)?,
            None => fields::day(found, "effectiveDateTime", when)?,
        };
        let date = date.ok_or(Error::Field { field: when })?;
        let performer = match fields::array(found, "performer", "Observation.performer")?.next() {
            Some(performer) => display(performer, "Observation.performer")?,
            None => None,
        };
        Ok(Observation { code, date, value: Measured::read(found)?, performer })
    }

    /// Whether the agent was found, where the result is one of SNOMED CT's codes for that, and no other says the opposite.
    pub fn detected(&self) -> Option<bool> {
        let Some(Measured::Codes(codes)) = &self.value else { return None };
        let known = codes.iter().filter(|coding| coding.system.as_deref() == Some("http://snomed.info/sct"));
        let mut meanings = known.filter_map(|coding| match coding.code.as_str() {
            // Detected, positive; not detected, negative.
            "260373001" | "10828004" => Some(true),
            "260415000" | "260385009" => Some(false),
            _ => None,
        });
        let first = meanings.next()?;
        meanings.all(|other| other == first).then_some(first)
    }
}

impl Measured {
    fn read(found: Value<'_>) -> Result<Option<Measured>, Error> {
        const FIELD: &str = "Observation.value";
        if found.get("valueCodeableConcept").is_some() {
            return codings(found, "valueCodeableConcept", FIELD).map(|codes| Some(Measured::Codes(codes)));
        }
        if let Some(quantity) = found.get("valueQuantity") {
            // In its own digits, for how many there are says how exact it is (FHIR R4, decimal).
            let number = quantity.get("value").and_then(Value::as_number).ok_or(Error::Field { field: FIELD })?;
            // Without its comparator "< 1" would become "1".
            let comparator = fields::optional_text(quantity, "comparator", FIELD)?.unwrap_or_default();
            let unit = fields::optional_text(quantity, "unit", FIELD)?.unwrap_or_default();
            let words = format!("{comparator}{number} {unit}").trim_end().to_owned();
            return Ok(Some(Measured::Quantity(words)));
        }
        Ok(fields::optional_text(found, "valueString", FIELD)?.map(|text| Measured::Text(text.to_owned())))
    }
}

/// That a resource is of the patient of this card, and not of a mother or a child who is mentioned.
fn is_of(resource: Value<'_>, name: &str, patient: &str, field: &'static str) -> Result<(), Error> {
    let reference = resource.get(name).and_then(|subject| subject.get("reference")).and_then(Value::as_str);
    if reference == Some(patient) { Ok(()) } else { Err(Error::Field { field }) }
}

fn codings(resource: Value<'_>, name: &str, field: &'static str) -> Result<Vec<Coding>, Error> {
    let concept = resource.get(name).ok_or(Error::Field { field })?;
    let coding = |coding: Value<'_>| {
        let system = fields::optional_text(coding, "system", field)?.map(str::to_owned);
        Ok(Coding { system, code: fields::text(coding, "code", field)?.to_owned() })
    };
    let codings: Vec<Coding> = fields::array(concept, "coding", field)?.map(coding).collect::<Result<_, _>>()?;
    if codings.is_empty() { Err(Error::Field { field }) } else { Ok(codings) }
}

fn display(actor: Value<'_>, field: &'static str) -> Result<Option<String>, Error> {
    Ok(fields::optional_text(actor, "display", field)?.map(str::to_owned))
}
