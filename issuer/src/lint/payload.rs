//! The second pass: do the bytes that are about to be signed say what the facts say, and nothing else?

use specs::hcert::{Claims, Content};
use specs::status_list::Reference;
use specs::time::{Date, UnixTime};
use specs::uvci::{Checksum, Uvci};
use specs::value_set::ValueSets;
use specs::{dcc, icao, national};

use super::dose::Dose;
use super::{Findings, Lint};
use crate::api::{Finding, Profile};

/// The longest payload: its QR code still fits on paper at level Q, even if nothing of it deflates. Usual payloads have a
/// quarter of it; the longest names that the schema allows stay below.
pub const MAX_BYTES: usize = 1_450;
/// Longest validity (Decision 5772/QĐ-BYT): twelve months from creation.
pub const MAX_MONTHS: i32 = 12;
const DAY: i64 = 24 * 3600;

/// What the payload must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Which form.
    pub profile: Profile,
    /// The dose.
    pub dose: &'a Dose,
    /// The identifier drawn for this certificate.
    pub uvci: &'a Uvci,
    /// The place in a status list drawn for this certificate.
    pub status: &'a Reference,
    /// Country of the issuer.
    pub country: &'a str,
    /// Now.
    pub at: UnixTime,
    /// First instant at which the signer is valid.
    pub signer_not_before: UnixTime,
    /// Last instant at which the signer is valid.
    pub signer_not_after: UnixTime,
}

/// Reads the payload back and compares.
///
/// # Errors
/// Every lint that fired.
pub fn check(payload: &[u8], expected: &Expected<'_>) -> Result<(), Vec<Finding>> {
    let mut findings = Findings::default();
    findings.when(payload.len() > MAX_BYTES, Lint::PayloadTooLong, "payload");
    let Ok(decoded) = Claims::decode(payload) else {
        findings.push(Lint::PayloadUnreadable.at("payload"));
        return findings.into_result(());
    };
    findings.when(decoded.encode().ok().as_deref() != Some(payload), Lint::PayloadNotDeterministic, "payload");
    claims(&decoded, expected, &mut findings);
    findings.into_result(())
}

/// Compares claims as read back.
pub(super) fn claims(claims: &Claims, expected: &Expected<'_>, findings: &mut Findings) {
    findings.when(!claims.tolerances.is_empty(), Lint::PayloadTolerated, "payload");
    envelope(claims, expected, findings);
    match (&claims.content, expected.profile) {
        (Content::National(certificate), Profile::National) => national(certificate, expected, findings),
        (Content::EuDcc(certificate), Profile::EuDcc) => eu_dcc(certificate, expected, findings),
        _ => findings.push(Lint::PayloadProfile.at("profile")),
    }
}

fn envelope(claims: &Claims, expected: &Expected<'_>, findings: &mut Findings) {
    let at = expected.at;
    findings.when(claims.iss.as_deref() != Some(expected.country), Lint::IssuerCountry, "iss");
    findings.when(claims.iat != Some(at), Lint::IssuedAtWrong, "iat");
    findings.when(claims.nbf.is_some(), Lint::NotBeforePresent, "nbf");
    findings.when(claims.status.as_ref() != Some(expected.status), Lint::StatusDiffers, "status");
    findings.when(at < expected.signer_not_before, Lint::SignerNotYetValid, "iat");
    let Some(exp) = claims.exp else {
        findings.push(Lint::ExpiryMissing.at("exp"));
        return;
    };
    findings.when(exp.0.saturating_sub(at.0) < DAY, Lint::ExpiryTooSoon, "exp");
    findings.when(exp > at.plus_months(MAX_MONTHS), Lint::ExpiryTooFar, "exp");
    findings.when(exp > expected.signer_not_after, Lint::ExpiryBeyondSigner, "exp");
}

fn uvci(id: &str, expected: &Expected<'_>, findings: &mut Findings) {
    findings.when(id != expected.uvci.as_str(), Lint::UvciForm, "id");
    let parsed = Uvci::parse(id);
    let right = parsed.as_ref().is_ok_and(|uvci| uvci.check() == Checksum::Right);
    findings.when(!right, Lint::UvciChecksum, "id");
    let own = parsed.is_ok_and(|uvci| uvci.country() == Some(expected.country));
    findings.when(!own, Lint::UvciCountry, "id");
}

fn national(certificate: &national::Certificate, expected: &Expected<'_>, findings: &mut Findings) {
    let (dose, facts) = (expected.dose, expected.dose.facts());
    let (name, holder) = (&certificate.name, &facts.holder);
    uvci(&certificate.id, expected, findings);
    let differs = name.family != holder.family_name
        || name.given != holder.given_name
        || certificate.birth_date.to_string() != holder.birth_date
        || certificate.nationality != holder.nationality;
    findings.when(differs, Lint::HolderDiffers, "holder");
    let wrong = name.family_std != icao::transliterate(&holder.family_name)
        || name.given_std != icao::transliterate(&holder.given_name);
    findings.when(wrong, Lint::TransliterationWrong, "holder");
    let codes = [&certificate.disease, &certificate.vaccine, &certificate.product, &certificate.manufacturer];
    findings.when(codes != codes_of(dose), Lint::CodesDiffer, "vaccine");
    let counts = (certificate.dose_number, certificate.doses_received);
    findings.when(counts != (facts.dose_number, facts.doses_received), Lint::CountsDiffer, "dose_number");
    findings.when(certificate.date != dose.injected_on(), Lint::DateDiffers, "injected_on");
    if let Err(error) = certificate.check() {
        findings.push(fault(error.code(), "national"));
    }
}

fn eu_dcc(certificate: &dcc::Certificate, expected: &Expected<'_>, findings: &mut Findings) {
    let (dose, facts) = (expected.dose, expected.dose.facts());
    let (name, holder) = (&certificate.name, &facts.holder);
    let dcc::Entry::Vaccination(entry) = &certificate.entry else {
        findings.push(Lint::PayloadProfile.at("profile"));
        return;
    };
    uvci(&entry.id, expected, findings);
    let differs = name.family.as_deref().unwrap_or_default() != holder.family_name
        || name.given.as_deref().unwrap_or_default() != holder.given_name
        || certificate.birth_date != holder.birth_date;
    findings.when(differs, Lint::HolderDiffers, "holder");
    let wrong = name.family_std.as_deref().unwrap_or_default() != icao::transliterate(&holder.family_name)
        || name.given_std.as_deref().unwrap_or_default() != icao::transliterate(&holder.given_name);
    findings.when(wrong, Lint::TransliterationWrong, "holder");
    let codes = [&entry.disease, &entry.vaccine, &entry.product, &entry.manufacturer];
    findings.when(codes != codes_of(dose), Lint::CodesDiffer, "vaccine");
    let counts = (entry.dose_number, entry.series_doses);
    findings.when(counts != (facts.dose_number, facts.series_doses), Lint::CountsDiffer, "dose_number");
    let same_day = Date::parse(&entry.date) == Some(dose.injected_on());
    findings.when(!same_day || entry.country != facts.country, Lint::DateDiffers, "injected_on");
    findings.when(entry.issuer != facts.authority, Lint::AuthorityDiffers, "authority");
    for found in certificate.faults(ValueSets::bundled(), expected.at) {
        findings.push(fault(found.code(), found.field()));
    }
}

fn codes_of(dose: &Dose) -> [&String; 4] {
    let vaccine = dose.vaccine();
    [&dose.facts().disease, &vaccine.eu_vp, &vaccine.eu_mp, &vaccine.eu_ma]
}

fn fault(code: &str, field: &str) -> Finding {
    let mut finding = Lint::ContentFault.at(field);
    finding.detail = format!("{}: {code}", finding.detail);
    finding
}
