//! What may be wrong with a certificate whose signature is good.
//!
//! A foreign certificate has been issued, signed and handed to a person who cannot change it; so its form is weighed
//! mildly: what leaves open *who*, *what* or *when* makes it not valid, anything else is noted and forgiven. A code that
//! the value sets do not have is noted too: sets grow, and the verifier's copy may be the older one. Of our own national
//! certificate nothing is forgiven.

use std::borrow::Cow;

use specs::dcc::{self, Entry, Fault, Layer};
use specs::ddcc;
use specs::hcert::{Claims, Content, Tolerances};
use specs::icvp::{self, Generation};
use specs::national;
use specs::reason::Reason;
use specs::signer_list::{Profiles, Purposes};
use specs::time::{Date, PartialDate, UnixTime};
use specs::value_set::{Set, ValueSets};
use specs::{shc, vds_nc};

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
        Content::National(_) | Content::Icvp(_) | Content::Ddcc(_) => Purposes::VACCINATION,
        // They say that a person may pass, and not why.
        Content::SwissLight(_) | Content::Nzcp(_) => Purposes::ANY,
        Content::Shc(card) if card.bundle.immunizations.is_empty() => Purposes::TEST,
        Content::Shc(_) => Purposes::VACCINATION,
        Content::VdsNc(seal) => match seal.event {
            vds_nc::Event::Vaccinations(_) => Purposes::VACCINATION,
            vds_nc::Event::Test(_) => Purposes::TEST,
        },
    }
}

/// Which format it is, as a signer is allowed it.
pub(super) fn profile(content: &Content) -> Profiles {
    match content {
        Content::EuDcc(_) => Profiles::EU_DCC,
        Content::National(_) => Profiles::NATIONAL,
        Content::Icvp(_) => Profiles::ICVP,
        Content::Ddcc(_) => Profiles::DDCC,
        Content::SwissLight(_) => Profiles::SWISS_LIGHT,
        Content::Nzcp(_) => Profiles::NZCP,
        Content::Shc(_) => Profiles::SHC,
        Content::VdsNc(_) => Profiles::VDS_NC,
    }
}

/// Issue and expiry, where the format lets either be absent; `None` where one that it demands is absent. A pass of New
/// Zealand is issued when it begins; a yellow card may lack the expiry, and a bare DDCC has neither: the life of the
/// signer's key then bounds it. So it is with a SMART Health Card, which begins when it is issued and needs no end, and
/// with a VDS-NC, which has no times but those of the event.
pub(super) fn times(claims: &Claims) -> Option<(Option<UnixTime>, Option<UnixTime>)> {
    let begins_when_issued = matches!(claims.content, Content::Nzcp(_) | Content::Shc(_));
    let issued = if begins_when_issued { claims.nbf } else { claims.iat };
    let whole = match claims.content {
        Content::Icvp(_) | Content::Shc(_) => issued.is_some(),
        Content::Ddcc(_) | Content::VdsNc(_) => true,
        _ => issued.is_some() && claims.exp.is_some(),
    };
    whole.then_some((issued, claims.exp))
}

/// Do fields and codes follow the format's rules? What has to be forgiven is noted among the claims' tolerances.
pub(crate) fn values(claims: &mut Claims, sets: &ValueSets) -> Finding {
    match &claims.content {
        Content::EuDcc(certificate) => dcc_values(certificate, &mut claims.tolerances, sets),
        Content::National(certificate) => national_values(certificate, sets),
        Content::Icvp(certificate) => icvp_values(certificate, sets),
        Content::Ddcc(certificate) => ddcc_values(certificate),
        Content::Shc(card) if card.bundle.immunizations.is_empty() && card.bundle.observations.is_empty() => {
            Err((Reason::ContentUnsupported, Cow::Borrowed("a card without a dose or a laboratory result")))
        }
        Content::SwissLight(_) | Content::Nzcp(_) | Content::Shc(_) | Content::VdsNc(_) => {
            Ok(Cow::Borrowed("the fields are as the format has them"))
        }
    }
}

/// Can the dates be, at that time?
pub(super) fn dates(claims: &Claims, at: UnixTime) -> Finding {
    match &claims.content {
        Content::EuDcc(certificate) => dcc_dates(certificate, at),
        Content::National(certificate) => national_dates(certificate, claims.iat, at),
        Content::Icvp(certificate) => icvp_dates(certificate, claims.iat, at),
        Content::Ddcc(certificate) => ddcc_dates(certificate, claims.iat, at),
        Content::SwissLight(certificate) => born(certificate.birth_date, at),
        Content::Nzcp(pass) => born(Some(PartialDate::from(pass.birth_date)), at),
        Content::Shc(card) => card_dates(&card.bundle, claims.nbf, at),
        Content::VdsNc(seal) => seal_dates(seal, at),
    }
}

fn dcc_values(certificate: &dcc::Certificate, tolerances: &mut Tolerances, sets: &ValueSets) -> Finding {
    let structure = certificate.structure_faults();
    for fault in &structure {
        match certificate.forgiven(fault) {
            Some(tolerance) => tolerances.insert(tolerance),
            None => return Err((Reason::ContentSchema, Cow::Owned(fault.to_string()))),
        }
    }
    let codes = certificate.value_set_faults(sets);
    if structure.is_empty() && codes.is_empty() {
        return Ok(Cow::Borrowed("fields and codes are as the format has them"));
    }
    let noted: Vec<String> = structure.iter().chain(&codes).map(Fault::to_string).collect();
    Ok(Cow::Owned(format!("noted and forgiven: {}", noted.join(", "))))
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

fn national_values(certificate: &national::Certificate, sets: &ValueSets) -> Finding {
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
    let begins = certificate.date.midnight_in_viet_nam();
    let after = |time: UnixTime| begins > time;
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

/// The releases of 2025 and 2026 demand a product of WHO's list and somebody who answers for the dose; the trial of 2024
/// did not.
fn icvp_values(certificate: &icvp::Certificate, sets: &ValueSets) -> Finding {
    let listed = sets.contains(Set::IcvpProduct, &certificate.product);
    let strict = certificate.generation != Generation::Trial2024;
    if strict && certificate.clinician.is_none() && certificate.issuer.is_none() {
        Err((Reason::ContentSchema, Cow::Borrowed("neither clinician nor issuing authority is named")))
    } else if strict && !listed {
        let words = format!("product: {} is in no value set", certificate.product);
        Err((Reason::ContentValueSet, Cow::Owned(words)))
    } else if certificate.generation == Generation::Build2026
        && (certificate.disease.is_some() || certificate.manufacturer.is_some())
    {
        Ok(Cow::Borrowed("noted and forgiven: disease or maker, which follow from the product, are carried"))
    } else if listed {
        Ok(Cow::Borrowed("fields and codes are as the format has them"))
    } else {
        Ok(Cow::Borrowed("noted and forgiven: the product is not one of WHO's list"))
    }
}

/// A dose counts from [`icvp::Certificate::valid_from`] to [`icvp::Certificate::valid_until`], days as in Viet Nam.
fn icvp_dates(certificate: &icvp::Certificate, issued: Option<UnixTime>, at: UnixTime) -> Finding {
    dose(certificate.date, certificate.birth_date, issued, at)?;
    let early = issued.is_some_and(|issued| latest_day(issued) < icvp::first_day_of_issue());
    if early && certificate.generation != Generation::Trial2024 {
        let words = "was issued before digital yellow cards could be (2025-09-19)";
        return Err((Reason::DatesImplausible, Cow::Borrowed(words)));
    }
    counts(Some(certificate.valid_from()), certificate.valid_until(), at)?;
    Ok(Cow::Borrowed(if early {
        "the dates can be; noted: issued in the trial before 2025-09-19"
    } else {
        "the dates can be"
    }))
}

fn ddcc_values(certificate: &ddcc::Certificate) -> Finding {
    if certificate.date.is_none() {
        return Err((Reason::ContentSchema, Cow::Borrowed("the day of the dose is missing")));
    }
    Ok(Cow::Borrowed("the fields are as the format has them"))
}

fn ddcc_dates(certificate: &ddcc::Certificate, issued: Option<UnixTime>, at: UnixTime) -> Finding {
    if let Some(day) = certificate.date {
        dose(day, certificate.birth_date, issued, at)?;
        if certificate.disease.as_ref().is_some_and(|disease| before_covid_19(&disease.code, day.year())) {
            return Err(too_early());
        }
    }
    counts(certificate.valid_from, certificate.valid_until, at)
}

fn card_dates(bundle: &shc::Bundle, issued: Option<UnixTime>, at: UnixTime) -> Finding {
    let birth = Some(bundle.patient.birth_date);
    let days = bundle.immunizations.iter().map(|dose| dose.date).chain(bundle.observations.iter().map(|one| one.date));
    born(birth, at)?;
    for day in days {
        dose(day.earliest(), birth, issued, at)?;
    }
    Ok(Cow::Borrowed("the dates can be"))
}

fn seal_dates(seal: &vds_nc::Content, at: UnixTime) -> Finding {
    let birth = seal.person.birth_date;
    born(birth, at)?;
    match &seal.event {
        vds_nc::Event::Vaccinations(vaccines) => {
            for given in vaccines.iter().flat_map(|vaccine| &vaccine.doses) {
                dose(given.date, birth, None, at)?;
            }
        }
        vds_nc::Event::Test(test) if test.sampled > at.plus_seconds(super::CLOCK_SKEW) => {
            return Err((Reason::DatesImplausible, Cow::Borrowed("the sample was taken in the future")));
        }
        vds_nc::Event::Test(test) if test.reported < test.sampled => {
            return Err((Reason::DatesImplausible, Cow::Borrowed("the result lies before the sample")));
        }
        vds_nc::Event::Test(_) => {}
    }
    Ok(Cow::Borrowed("the dates can be"))
}

/// A dose after birth, before issue and not in the future.
fn dose(day: Date, birth: Option<PartialDate>, issued: Option<UnixTime>, at: UnixTime) -> Finding {
    if day > latest_day(at) {
        Err((Reason::DatesImplausible, Cow::Borrowed("the dose lies in the future")))
    } else if issued.is_some_and(|issued| day > latest_day(issued)) {
        Err((Reason::DatesImplausible, Cow::Borrowed("the dose lies after the issue of the certificate")))
    } else if birth.is_some_and(|birth| birth.earliest() > day) {
        Err((Reason::DatesImplausible, Cow::Borrowed("the dose lies before birth")))
    } else {
        Ok(Cow::Borrowed("the dates can be"))
    }
}

fn born(birth: Option<PartialDate>, at: UnixTime) -> Finding {
    if birth.is_some_and(|birth| birth.earliest() > latest_day(at)) {
        Err((Reason::DatesImplausible, Cow::Borrowed("was born in the future")))
    } else {
        Ok(Cow::Borrowed("the dates can be"))
    }
}

/// First and last day, both counted, as they are in Viet Nam where the certificate is shown.
fn counts(first: Option<Date>, last: Option<Date>, at: UnixTime) -> Finding {
    let today = Date::in_viet_nam(at);
    if let Some(first) = first.filter(|first| *first > today) {
        Err((Reason::CertificateNotYetValid, Cow::Owned(format!("counts from {first} on"))))
    } else if let Some(last) = last.filter(|last| *last < today) {
        Err((Reason::CertificateExpired, Cow::Owned(format!("counted until {last}"))))
    } else {
        Ok(Cow::Borrowed("the dates can be"))
    }
}

/// The latest day that any place on Earth has at that time (UTC+14): foreign days are days of unknown places.
fn latest_day(time: UnixTime) -> Date {
    Date::at_utc(time.plus_seconds(14 * 3600))
}

fn before_covid_19(disease: &str, year: u16) -> bool {
    disease == COVID_19 && year < FIRST_YEAR_OF_COVID_19
}

fn too_early() -> (Reason, Cow<'static, str>) {
    (Reason::DatesImplausible, Cow::Borrowed("the event lies before the disease was known"))
}

#[cfg(test)]
mod tests;
