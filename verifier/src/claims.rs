//! Holder and claims of a certificate, as verdicts show them. The formats are given the same field names, so that a
//! program that reads verdicts need not know which format it met.

mod records;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use smol_str::{SmolStr, SmolStrBuilder};
use specs::dcc::{self, Entry};
use specs::ddcc::{self, Coding};
use specs::hcert::{self, Content, Tolerances};
use specs::icvp;
use specs::national;
use specs::time::{PartialDate, UnixTime};
use specs::vds_nc;

/// The person, as far as a checker compares it with an identity document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The whole name in its own writing, family name first.
    pub name: String,
    /// The name in A-Z and `<` (ICAO 9303), `FAMILY<<GIVEN`, where the certificate carries it.
    pub name_latin: Option<SmolStr>,
    /// Birth date as the certificate writes it: `YYYY-MM-DD`, or shorter where only year or month are known; may be empty.
    pub birth_date: SmolStr,
}

/// What a certificate says beside the holder, with a good signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The issuer named in the envelope, usually a country.
    pub issuer: Option<SmolStr>,
    /// When it was issued.
    pub issued_at: Option<UnixTime>,
    /// From when it is to be accepted, where it says so.
    pub not_before: Option<UnixTime>,
    /// From when on it is no longer to be accepted.
    pub expires_at: Option<UnixTime>,
    /// The certificate proper; serialised without the holder.
    pub content: Content,
    /// Deviations from the standard that were forgiven while reading.
    pub tolerances: Tolerances,
}

impl Holder {
    pub(crate) fn of(content: &Content) -> Self {
        let only = |name: &str, birth_date| Self { name: name.into(), name_latin: None, birth_date };
        match content {
            Content::EuDcc(certificate) => Self::named(&certificate.name, certificate.birth_date.as_str().into()),
            Content::SwissLight(certificate) => Self::named(&certificate.name, written(certificate.birth_date)),
            Content::Icvp(certificate) => only(&certificate.name, written(certificate.birth_date)),
            Content::Ddcc(certificate) => only(&certificate.name, written(certificate.birth_date)),
            Content::Nzcp(pass) => {
                let family = pass.family_name.as_deref().unwrap_or_default();
                only(&joined(family, &pass.given_name), PartialDate::from(pass.birth_date).text())
            }
            Content::Shc(card) => {
                let patient = &card.bundle.patient;
                let family = patient.family.as_deref().unwrap_or_default();
                only(&joined(family, &patient.given.join(" ")), patient.birth_date.text())
            }
            Content::VdsNc(seal) => only(&seal.person.name, written(seal.person.birth_date)),
            Content::National(certificate) => Self {
                name: certificate.name.full(),
                name_latin: latin(&certificate.name.family_std, &certificate.name.given_std),
                birth_date: certificate.birth_date.text(),
            },
        }
    }

    fn named(name: &dcc::Name, birth_date: SmolStr) -> Self {
        fn part(part: &Option<SmolStr>) -> &str {
            part.as_deref().unwrap_or_default()
        }
        let latin = latin(part(&name.family_std), part(&name.given_std));
        let written = joined(part(&name.family), part(&name.given));
        // Some certificates carry the transliteration only.
        let name = if written.is_empty() { latin.as_deref().unwrap_or_default().to_owned() } else { written };
        Self { name, name_latin: latin, birth_date }
    }
}

fn written(date: Option<PartialDate>) -> SmolStr {
    date.map(PartialDate::text).unwrap_or_default()
}

/// Family name and given names, or the one that there is.
fn joined(family: &str, given: &str) -> String {
    match (family.trim_start(), given.trim_end()) {
        (one, "") | ("", one) => one.trim().to_owned(),
        (family, given) => [family, " ", given].concat(),
    }
}

/// As in the machine-readable zone of a passport: two fillers between family name and given names.
fn latin(family: &str, given: &str) -> Option<SmolStr> {
    let mut latin = SmolStrBuilder::new();
    latin.push_str(family);
    if !given.is_empty() {
        latin.push_str("<<");
        latin.push_str(given);
    }
    Some(latin.finish()).filter(|latin| !latin.is_empty())
}

impl Claims {
    pub(crate) fn of(claims: hcert::Claims) -> Self {
        Self {
            issuer: claims.iss,
            issued_at: claims.iat,
            not_before: claims.nbf,
            expires_at: claims.exp,
            content: claims.content,
            tolerances: claims.tolerances,
        }
    }

    /// The certificate's identifier, usually a UVCI; empty in formats that have none.
    #[must_use]
    pub fn id(&self) -> &str {
        match &self.content {
            Content::EuDcc(certificate) => certificate.entry.id(),
            Content::National(certificate) => &certificate.id,
            Content::Ddcc(certificate) => certificate.id.as_deref().unwrap_or_default(),
            Content::Nzcp(pass) => &pass.id,
            Content::VdsNc(seal) => &seal.id,
            Content::Icvp(_) | Content::SwissLight(_) | Content::Shc(_) => "",
        }
    }

    /// `vaccination`, `test` or `recovery`; `pass` where the certificate says only that a person may pass.
    #[must_use]
    pub fn event(&self) -> &'static str {
        match &self.content {
            Content::EuDcc(certificate) => match certificate.entry {
                Entry::Vaccination(_) => "vaccination",
                Entry::Test(_) => "test",
                Entry::Recovery(_) => "recovery",
            },
            Content::SwissLight(_) | Content::Nzcp(_) => "pass",
            Content::Shc(card) if card.bundle.immunizations.is_empty() => "test",
            Content::VdsNc(seal) if matches!(seal.event, vds_nc::Event::Test(_)) => "test",
            _ => "vaccination",
        }
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("issuer", &self.issuer)?;
        map.serialize_entry("issued_at", &self.issued_at.map(UnixTime::to_rfc3339))?;
        if let Some(from) = self.not_before {
            map.serialize_entry("not_before", &from.to_rfc3339())?;
        }
        map.serialize_entry("expires_at", &self.expires_at.map(UnixTime::to_rfc3339))?;
        map.serialize_entry("event", self.event())?;
        match &self.content {
            Content::EuDcc(certificate) => entry(&mut map, &certificate.entry)?,
            Content::National(certificate) => national(&mut map, certificate)?,
            Content::Icvp(certificate) => yellow_card(&mut map, certificate)?,
            Content::Ddcc(certificate) => who_vaccination(&mut map, certificate)?,
            Content::SwissLight(_) | Content::Nzcp(_) => map.serialize_entry("id", self.id())?,
            Content::Shc(card) => records::card(&mut map, &card.bundle)?,
            Content::VdsNc(seal) => records::seal(&mut map, seal)?,
        }
        let tolerances: Vec<&str> = self.tolerances.iter().map(|tolerance| tolerance.code()).collect();
        map.serialize_entry("tolerances", &tolerances)?;
        map.end()
    }
}

fn entry<M: SerializeMap>(map: &mut M, entry: &Entry) -> Result<(), M::Error> {
    match entry {
        Entry::Vaccination(entry) => {
            map.serialize_entry("disease", &entry.disease)?;
            map.serialize_entry("vaccine", &entry.vaccine)?;
            map.serialize_entry("product", &entry.product)?;
            map.serialize_entry("manufacturer", &entry.manufacturer)?;
            map.serialize_entry("dose_number", &entry.dose_number)?;
            map.serialize_entry("series_doses", &entry.series_doses)?;
            map.serialize_entry("date", &entry.date)?;
        }
        Entry::Test(entry) => {
            map.serialize_entry("disease", &entry.disease)?;
            map.serialize_entry("test_type", &entry.kind)?;
            map.serialize_entry("test_name", &entry.test_name)?;
            map.serialize_entry("test_device", &entry.device)?;
            map.serialize_entry("sampled_at", &entry.sampled)?;
            map.serialize_entry("result", &entry.result)?;
            map.serialize_entry("test_centre", &entry.centre)?;
        }
        Entry::Recovery(entry) => {
            map.serialize_entry("disease", &entry.disease)?;
            map.serialize_entry("first_positive", &entry.first_positive)?;
            map.serialize_entry("valid_from", &entry.valid_from)?;
            map.serialize_entry("valid_until", &entry.valid_until)?;
        }
    }
    map.serialize_entry("country", entry.country())?;
    map.serialize_entry("authority", entry.issuer())?;
    map.serialize_entry("id", entry.id())
}

fn national<M: SerializeMap>(map: &mut M, certificate: &national::Certificate) -> Result<(), M::Error> {
    map.serialize_entry("nationality", &certificate.nationality)?;
    map.serialize_entry("disease", &certificate.disease)?;
    map.serialize_entry("vaccine", &certificate.vaccine)?;
    map.serialize_entry("product", &certificate.product)?;
    map.serialize_entry("manufacturer", &certificate.manufacturer)?;
    map.serialize_entry("dose_number", &certificate.dose_number)?;
    map.serialize_entry("doses_received", &certificate.doses_received)?;
    map.serialize_entry("date", &certificate.date.to_string())?;
    map.serialize_entry("country", national::ISSUER)?;
    map.serialize_entry("id", &certificate.id)
}

/// It has no identifier of its own and says no country: that is the issuer's.
fn yellow_card<M: SerializeMap>(map: &mut M, certificate: &icvp::Certificate) -> Result<(), M::Error> {
    let disease = certificate.target().map(icvp::Disease::snomed_ct).or(certificate.disease.as_deref());
    map.serialize_entry("nationality", &certificate.nationality)?;
    map.serialize_entry("disease", &disease)?;
    map.serialize_entry("product", &certificate.product)?;
    map.serialize_entry("manufacturer", &certificate.manufacturer)?;
    map.serialize_entry("batch", &certificate.batch)?;
    map.serialize_entry("date", &certificate.date.to_string())?;
    map.serialize_entry("valid_from", &certificate.valid_from().to_string())?;
    map.serialize_entry("valid_until", &certificate.valid_until().map(|day| day.to_string()))?;
    map.serialize_entry("clinician", &certificate.clinician)?;
    map.serialize_entry("authority", &certificate.issuer)?;
    map.serialize_entry("document", &certificate.document)?;
    map.serialize_entry("id", "")
}

fn who_vaccination<M: SerializeMap>(map: &mut M, certificate: &ddcc::Certificate) -> Result<(), M::Error> {
    fn code(coding: &Option<Coding>) -> Option<&str> {
        coding.as_ref().map(|coding| coding.code.as_str())
    }
    map.serialize_entry("disease", &code(&certificate.disease))?;
    map.serialize_entry("vaccine", &certificate.vaccine.code)?;
    map.serialize_entry("product", &code(&certificate.brand))?;
    map.serialize_entry("manufacturer", &code(&certificate.manufacturer).or(code(&certificate.holder)))?;
    map.serialize_entry("batch", &certificate.lot)?;
    map.serialize_entry("dose_number", &certificate.dose_number)?;
    map.serialize_entry("series_doses", &certificate.series_doses)?;
    map.serialize_entry("date", &certificate.date.map(|day| day.to_string()))?;
    map.serialize_entry("valid_from", &certificate.valid_from.map(|day| day.to_string()))?;
    map.serialize_entry("valid_until", &certificate.valid_until.map(|day| day.to_string()))?;
    map.serialize_entry("country", &code(&certificate.country))?;
    map.serialize_entry("authority", &certificate.centre)?;
    map.serialize_entry("id", &certificate.id)
}
