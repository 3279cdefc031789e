//! What may be wrong with a certificate whose signature is good.
//!
//! A foreign certificate has been issued, signed and handed to a person who cannot change it; so its form is weighed
//! mildly: what leaves open *who*, *what* or *when* makes it not valid, anything else is noted and forgiven. A code that
//! the value sets do not have is noted too: sets grow, and the verifier's copy may be the older one. Of our own national
//! certificate nothing is forgiven.

use std::borrow::Cow;

use specs::dcc::{self, Entry, Fault, Layer};
use specs::hcert::{Claims, Content};
use specs::national;
use specs::reason::Reason;
use specs::signer_list::{Profiles, Purposes};
use specs::time::{Date, UnixTime};
use specs::value_set::{Set, ValueSets};

use super::run::Finding;

/// COVID-19 in SNOMED CT.
const COVID_19: &str = "840539006";
/// The year in which the first vaccine, test and recovery can have been. Genuine keys have signed doses of 1890.
const FIRST_YEAR_OF_COVID_19: u16 = 2020;

/// Which kind of event it certifies.
pub(super) fn kind(content: &Content) -> Purposes {
    match content {
        Content::EuDcc(certificate) => match certificate.entry {
            Entry::Vaccination(_) => Purposes::VACCINATION,
            Entry::Test(_) => Purposes::TEST,
            Entry::Recovery(_) => Purposes::RECOVERY,
        },
        Content::National(_) => Purposes::VACCINATION,
    }
}

/// Which format it is, as a signer is allowed it.
pub(super) fn profile(content: &Content) -> Profiles {
    match content {
        Content::EuDcc(_) => Profiles::EU_DCC,
        Content::National(_) => Profiles::NATIONAL,
    }
}

/// Do fields and codes follow the format's rules?
pub(super) fn values(content: &Content) -> Finding {
    match content {
        Content::EuDcc(certificate) => dcc_values(certificate),
        Content::National(certificate) => national_values(certificate),
    }
}

/// Can the dates be, at that time?
pub(super) fn dates(claims: &Claims, at: UnixTime) -> Finding {
    match &claims.content {
        Content::EuDcc(certificate) => dcc_dates(certificate, at),
        Content::National(certificate) => national_dates(certificate, claims.iat, at),
    }
}

fn dcc_values(certificate: &dcc::Certificate) -> Finding {
    let structure = certificate.structure_faults();
    if let Some(fault) = structure.iter().find(|fault| !forgiven(fault, certificate)) {
        return Err((Reason::ContentSchema, Cow::Owned(fault.to_string())));
    }
    let codes = certificate.value_set_faults(ValueSets::bundled());
    if structure.is_empty() && codes.is_empty() {
        return Ok(Cow::Borrowed("fields and codes are as the format has them"));
    }
    let noted: Vec<String> = structure.iter().chain(&codes).map(Fault::to_string).collect();
    Ok(Cow::Owned(format!("noted and forgiven: {}", noted.join(", "))))
}

/// Whether who, what and when are clear in spite of a fault in the structure.
fn forgiven(fault: &Fault, certificate: &dcc::Certificate) -> bool {
    match fault {
        // Special signs in transliterated names (NO), a name left untransliterated, a schema version spelt oddly.
        Fault::Pattern { field: "nam.fnt" | "nam.gnt" | "ver" } | Fault::NameNotTransliterated { .. } => true,
        Fault::NoStandardName => certificate.name.family.is_some() || certificate.name.given.is_some(),
        Fault::TooLong { .. } | Fault::NotNfc { .. } => true,
        // A time of sampling in another spelling, as long as the day is clear.
        Fault::NotADateTime { .. } => match &certificate.entry {
            Entry::Test(test) => test.sampled.get(..10).is_some_and(|day| Date::parse(day).is_some()),
            _ => false,
        },
        _ => false,
    }
}

fn dcc_dates(certificate: &dcc::Certificate, at: UnixTime) -> Finding {
    let (disease, day) = match &certificate.entry {
        Entry::Vaccination(entry) => (&entry.disease, &entry.date),
        Entry::Test(entry) => (&entry.disease, &entry.sampled),
        Entry::Recovery(entry) => (&entry.disease, &entry.first_positive),
    };
    let faults = certificate.date_faults(at);
    debug_assert!(faults.iter().all(|fault| fault.layer() == Layer::Date), "date faults are about dates");
    match faults.first() {
        Some(fault) => Err((Reason::DatesImplausible, Cow::Owned(fault.to_string()))),
        None if day.get(..4).and_then(|year| year.parse().ok()).is_some_and(|year| before_covid_19(disease, year)) => {
            Err(too_early())
        }
        None => Ok(Cow::Borrowed("the dates can be")),
    }
}

fn national_values(certificate: &national::Certificate) -> Finding {
    let sets = ValueSets::bundled();
    let codes = [
        ("nationality", Set::Country, &certificate.nationality),
        ("disease", Set::Disease, &certificate.disease),
        ("vaccine", Set::VaccineType, &certificate.vaccine),
        ("product", Set::VaccineProduct, &certificate.product),
        ("manufacturer", Set::VaccineHolder, &certificate.manufacturer),
    ];
    if let Some((field, _, code)) = codes.iter().find(|(_, set, code)| !sets.contains(*set, code)) {
        return Err((Reason::ContentValueSet, Cow::Owned(format!("{field}: {code} is in no value set"))));
    }
    if !sets.fits(&certificate.vaccine, &certificate.product, &certificate.manufacturer) {
        return Err((Reason::ContentValueSet, Cow::Borrowed("vaccine, product and manufacturer do not go together")));
    }
    Ok(Cow::Borrowed("fields and codes are as the format has them"))
}

/// The dose was given before the certificate was issued and not after today, days counted as in Viet Nam.
fn national_dates(certificate: &national::Certificate, issued: Option<UnixTime>, at: UnixTime) -> Finding {
    let after = |time: UnixTime| certificate.date > Date::in_viet_nam(time);
    if after(at) {
        Err((Reason::DatesImplausible, Cow::Borrowed("the dose lies in the future")))
    } else if issued.is_some_and(after) {
        Err((Reason::DatesImplausible, Cow::Borrowed("the dose lies after the issue of the certificate")))
    } else if before_covid_19(&certificate.disease, certificate.date.year()) {
        Err(too_early())
    } else {
        Ok(Cow::Borrowed("the dates can be"))
    }
}

fn before_covid_19(disease: &str, year: u16) -> bool {
    disease == COVID_19 && year < FIRST_YEAR_OF_COVID_19
}

fn too_early() -> (Reason, Cow<'static, str>) {
    (Reason::DatesImplausible, Cow::Borrowed("the event lies before the disease was known"))
}
