//! The first pass: are the facts of this dose such that they may be certified?

use specs::holder::{self, BirthDateFault, MAX_NAME_CHARS, NameFault};
use specs::icao;
use specs::text::{holds_identity_number, is_unseen};
use specs::time::{Date, PartialDate, UnixTime};
use specs::value_set::{self, Set, Vaccine, ValueSets};
use unicode_normalization::is_nfc;

use super::{Findings, Lint};
use crate::api::{DoseFacts, Finding, is_identifier};

/// More doses than anybody was ever given.
const MAX_DOSES: u32 = 20;
/// Longest lot number (GS1 General Specifications, AI 10).
const MAX_LOT_BYTES: usize = 20;

/// Dose facts that no lint has anything against, taken apart. Only [`check`] makes one.
#[derive(Debug, Clone)]
pub struct Dose {
    facts: DoseFacts,
    birth_date: PartialDate,
    injected_on: Date,
    vaccine: &'static Vaccine,
    family_std: String,
    given_std: String,
}

impl Dose {
    /// The facts as they were asked with.
    #[must_use]
    pub fn facts(&self) -> &DoseFacts {
        &self.facts
    }

    /// Date of birth.
    #[must_use]
    pub fn birth_date(&self) -> PartialDate {
        self.birth_date
    }

    /// Day of the injection in Viet Nam.
    #[must_use]
    pub fn injected_on(&self) -> Date {
        self.injected_on
    }

    /// The product.
    #[must_use]
    pub fn vaccine(&self) -> &'static Vaccine {
        self.vaccine
    }

    /// Family name in the letters of ICAO 9303.
    #[must_use]
    pub fn family_std(&self) -> &str {
        &self.family_std
    }

    /// Middle and given names in the letters of ICAO 9303; empty for a person with a single name.
    #[must_use]
    pub fn given_std(&self) -> &str {
        &self.given_std
    }
}

/// Checks facts at the instant `at`, for an issuer of `country`.
///
/// # Errors
/// Every lint that fired.
pub fn check(facts: &DoseFacts, country: &str, at: UnixTime) -> Result<Dose, Vec<Finding>> {
    let mut findings = Findings::default();
    let value_sets = ValueSets::bundled();
    let today = Date::in_viet_nam(at);

    findings.when(!is_identifier(&facts.dose), Lint::DoseId, "dose");
    findings.when(!is_identifier(&facts.unit), Lint::UnitId, "unit");
    texts(facts, &mut findings);
    let family_std = name(&facts.holder.family_name, "holder.family_name", &mut findings);
    // A person with a single name has no given names.
    let given = Some(&facts.holder.given_name).filter(|given| !given.is_empty());
    let given_std = given.map(|given| name(given, "holder.given_name", &mut findings)).unwrap_or_default();

    let birth_date = birth_date(&facts.holder.birth_date, today, &mut findings);
    let nationality = &facts.holder.nationality;
    findings.when(!value_sets.contains(Set::Country, nationality), Lint::NationalityUnknown, "holder.nationality");
    let disease = value_sets.get(Set::Disease, &facts.disease);
    findings.when(!disease.is_some_and(|entry| entry.active), Lint::DiseaseUnknown, "disease");
    let vaccine = value_set::vaccine(&facts.product);
    findings.when(vaccine.is_none(), Lint::ProductUnknown, "product");
    let begun_with = facts.first_product.as_deref().map_or(vaccine, value_set::vaccine);
    findings.when(facts.first_product.is_some() && begun_with.is_none(), Lint::ProductUnknown, "first_product");
    counts(facts, begun_with, &mut findings);
    let injected_on = injection(facts, birth_date, vaccine, today, &mut findings);
    findings.when(facts.country != country, Lint::CountryForeign, "country");
    let lot = facts.lot.as_bytes();
    let lot_holds = (1..=MAX_LOT_BYTES).contains(&lot.len()) && lot.iter().all(u8::is_ascii_graphic);
    findings.when(!lot_holds, Lint::LotMalformed, "lot");

    let facts = facts.clone();
    match (birth_date, injected_on, vaccine) {
        (Some(birth_date), Some(injected_on), Some(vaccine)) => {
            findings.into_result(Dose { facts, birth_date, injected_on, vaccine, family_std, given_std })
        }
        // Each of the three has said what is wrong with it.
        _ => findings.into_result(()).map_or_else(Err, |()| Err(Vec::new())),
    }
}

fn texts(facts: &DoseFacts, findings: &mut Findings) {
    let authority = facts.authority.as_str();
    findings.when(authority.trim().is_empty() || authority.trim() != authority, Lint::AuthorityEmpty, "authority");
    findings.when(authority.chars().count() > MAX_NAME_CHARS, Lint::AuthorityTooLong, "authority");
    for (text, field) in [
        (authority, "authority"),
        (&facts.holder.family_name, "holder.family_name"),
        (&facts.holder.given_name, "holder.given_name"),
    ] {
        findings.when(!is_nfc(text), Lint::TextNotNfc, field);
        findings.when(text.chars().any(is_unseen), Lint::TextUnseen, field);
        findings.when(holds_identity_number(text), Lint::TextIdentityNumber, field);
    }
}

/// Checks a name and transliterates it.
fn name(name: &str, field: &str, findings: &mut Findings) -> String {
    if let Err(fault) = holder::check_name(name) {
        let lint = match fault {
            NameFault::Empty => Lint::NameEmpty,
            NameFault::TooLong => Lint::NameTooLong,
            NameFault::Shape => Lint::NameShape,
            NameFault::NotTransliterable => Lint::NameNotTransliterable,
        };
        findings.push(lint.at(field));
    }
    icao::transliterate(name)
}

fn birth_date(text: &str, today: Date, findings: &mut Findings) -> Option<PartialDate> {
    let lint = match holder::birth_date(text, today) {
        Ok(date) => return Some(date),
        Err(BirthDateFault::Malformed) => Lint::BirthDateMalformed,
        Err(BirthDateFault::Implausible) => Lint::BirthDateImplausible,
        Err(BirthDateFault::InFuture) => Lint::BirthDateInFuture,
    };
    findings.push(lint.at("holder.birth_date"));
    None
}

/// `begun_with` is the product of the course's first dose.
fn counts(facts: &DoseFacts, begun_with: Option<&Vaccine>, findings: &mut Findings) {
    let (number, series) = (facts.dose_number, facts.series_doses);
    findings.when(number == 0, Lint::DoseNumberZero, "dose_number");
    findings.when(number > MAX_DOSES, Lint::DoseNumberImplausible, "dose_number");
    findings.when(series == 0, Lint::SeriesZero, "series_doses");
    // Encoding of boosters since 2022-02-01: 3/3 after two doses, 2/1 after a complete series of one. A number above the
    // series is right only when that series is complete by itself, which the product it began with decides: a booster of a
    // two-dose product after a single-dose one is 2/1 too.
    let complete = begun_with.is_none_or(|vaccine| series >= vaccine.doses);
    findings.when(number > series && !complete, Lint::DoseBeyondSeries, "dose_number");
    let other = facts.first_product.as_ref().is_some_and(|first| *first != facts.product);
    findings.when(number <= 1 && other, Lint::FirstProductOfFirst, "first_product");
    findings.when(facts.doses_received < number, Lint::DosesReceivedTooFew, "doses_received");
    findings.when(facts.doses_received > MAX_DOSES, Lint::DosesReceivedImplausible, "doses_received");
}

fn injection(
    facts: &DoseFacts,
    birth_date: Option<PartialDate>,
    vaccine: Option<&Vaccine>,
    today: Date,
    findings: &mut Findings,
) -> Option<Date> {
    let field = "injected_on";
    let Some(day) = Date::parse(&facts.injected_on) else {
        findings.push(Lint::InjectedOnMalformed.at(field));
        return None;
    };
    findings.when(birth_date.is_some_and(|birth| birth.earliest() > day), Lint::InjectedBeforeBirth, field);
    findings.when(day > today, Lint::InjectedInFuture, field);
    findings.when(vaccine.is_some_and(|vaccine| day < vaccine.approval.date), Lint::InjectedBeforeApproval, field);
    Some(day)
}
