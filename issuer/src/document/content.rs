//! What the paper says: decoded from the certificates themselves, checked against each other, put into words.

use specs::SmolStr;
use specs::dcc::{self, Entry, Vaccination};
use specs::hcert::{self, Claims, Content as Decoded};
use specs::language::Language;
use specs::national;
use specs::time::{Date, PartialDate, UnixTime};
use specs::value_set::{Set, ValueSets};

use super::face::Face;
use super::{Error, words};
use crate::api::{Issued, IssuedCertificate, Profile};

/// A value in Vietnamese, and in English where that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) vi: String,
    pub(super) en: Option<String>,
}

impl Value {
    /// A value that is the same in every language.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { vi: text.into(), en: None }
    }

    fn of(set: Set, code: &str) -> Self {
        let words = |language| ValueSets::bundled().display(set, code, language).unwrap_or(code).to_owned();
        let (vi, en) = (words(Language::Vi), words(Language::En));
        Self { en: (en != vi).then_some(en), vi }
    }
}

/// A certificate that goes onto the paper as a QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) profile: Profile,
    pub(super) text: String,
    pub(super) id: String,
}

/// Everything that is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    /// As the font can write it: the transliteration where the name has letters of other scripts.
    pub(super) name: String,
    /// `NGUYEN<<THI<HONG<NHUNG`, as in travel documents.
    pub(super) transliterated: String,
    pub(super) birth_date: Value,
    pub(super) nationality: Value,
    pub(super) disease: Value,
    pub(super) doses_received: Value,
    pub(super) injected_on: Value,
    pub(super) dose_number: Value,
    pub(super) vaccine: Value,
    pub(super) product: Value,
    pub(super) manufacturer: Value,
    /// Identifier of the first certificate.
    pub(super) id: String,
    /// Who certifies: the authority where a certificate names it, else the country.
    pub(super) authority: Value,
    pub(super) issued_at: UnixTime,
    /// Days in Viet Nam.
    pub(super) issued_on: Value,
    pub(super) expires_on: Value,
    pub(super) codes: Vec<Code>,
    pub(super) demo: bool,
}

impl Content {
    /// Reads the certificates of a dose.
    ///
    /// # Errors
    /// [`Error::Nothing`], [`Error::Certificate`], [`Error::Misfiled`], [`Error::Differ`].
    pub(super) fn read(issued: &Issued, demo: bool) -> Result<Self, Error> {
        let mut statements = Vec::new();
        for profile in Profile::ALL {
            if let Some(certificate) = issued.certificate(profile) {
                statements.push(Statement::read(certificate)?);
            }
        }
        let codes = statements.iter().map(|statement| statement.code.clone()).collect();
        let mut statements = statements.into_iter();
        let mut first = statements.next().ok_or(Error::Nothing)?;
        for other in statements {
            first.agree(&other)?;
            // What the national certificate does not carry.
            first.authority = first.authority.or(other.authority);
        }
        Ok(first.in_words(codes, demo))
    }
}

/// What one certificate says about the dose.
struct Statement {
    code: Code,
    name: national::Name,
    birth_date: SmolStr,
    nationality: Option<SmolStr>,
    disease: SmolStr,
    doses_received: Option<u32>,
    date: SmolStr,
    dose_number: u32,
    vaccine: SmolStr,
    product: SmolStr,
    manufacturer: SmolStr,
    authority: Option<SmolStr>,
    country: SmolStr,
    issued_at: UnixTime,
    expires_at: UnixTime,
}

impl Statement {
    fn read(certificate: &IssuedCertificate) -> Result<Self, Error> {
        let profile = certificate.profile;
        let claims = hcert::open(&certificate.text)
            .and_then(|opened| opened.claims())
            .map_err(|error| Error::Certificate { profile, error })?;
        let misfiled = |field| Error::Misfiled { profile, field };
        let Claims { iss, iat, exp, content, .. } = claims;
        let issued_at = iat.ok_or(misfiled("iat"))?;
        let expires_at = exp.ok_or(misfiled("exp"))?;
        let (text, iss) = (certificate.text.clone(), iss.unwrap_or_default());
        let statement = match (profile, content) {
            (Profile::National, Decoded::National(content)) => {
                let code = Code { profile, text, id: content.id.to_string() };
                Self::national(code, *content, iss, issued_at, expires_at)
            }
            (Profile::EuDcc, Decoded::EuDcc(content)) => {
                let dcc::Certificate { name, birth_date, entry, .. } = *content;
                let Entry::Vaccination(entry) = entry else { return Err(misfiled("entry")) };
                let code = Code { profile, text, id: entry.id.to_string() };
                Self::eu_dcc(code, name, birth_date, entry, issued_at, expires_at)
            }
            _ => return Err(misfiled("content")),
        };
        if statement.code.id == certificate.uvci { Ok(statement) } else { Err(misfiled("id")) }
    }

    fn national(
        code: Code,
        content: national::Certificate,
        country: SmolStr,
        issued_at: UnixTime,
        expires_at: UnixTime,
    ) -> Self {
        Self {
            code,
            name: content.name,
            birth_date: content.birth_date.text(),
            nationality: Some(content.nationality),
            disease: content.disease,
            doses_received: Some(content.doses_received),
            date: content.date.to_string().into(),
            dose_number: content.dose_number,
            vaccine: content.vaccine,
            product: content.product,
            manufacturer: content.manufacturer,
            authority: None,
            country,
            issued_at,
            expires_at,
        }
    }

    fn eu_dcc(
        code: Code,
        name: dcc::Name,
        birth_date: SmolStr,
        entry: Vaccination,
        issued_at: UnixTime,
        expires_at: UnixTime,
    ) -> Self {
        let dcc::Name { family, given, family_std, given_std } = name;
        Self {
            code,
            name: national::Name {
                family: family.unwrap_or_default(),
                given: given.unwrap_or_default(),
                family_std: family_std.unwrap_or_default(),
                given_std: given_std.unwrap_or_default(),
            },
            birth_date,
            nationality: None,
            disease: entry.disease,
            doses_received: None,
            date: entry.date,
            dose_number: entry.dose_number,
            vaccine: entry.vaccine,
            product: entry.product,
            manufacturer: entry.manufacturer,
            authority: Some(entry.issuer).filter(|issuer| !issuer.is_empty()),
            country: entry.country,
            issued_at,
            expires_at,
        }
    }

    /// Two certificates of one dose say the same, as far as both speak.
    fn agree(&self, other: &Self) -> Result<(), Error> {
        for (same, field) in [
            (self.name == other.name, "name"),
            (self.birth_date == other.birth_date, "birth_date"),
            (self.disease == other.disease, "disease"),
            (self.vaccine == other.vaccine, "vaccine"),
            (self.product == other.product, "product"),
            (self.manufacturer == other.manufacturer, "manufacturer"),
            (self.dose_number == other.dose_number, "dose_number"),
            (self.date == other.date, "date"),
        ] {
            if !same {
                return Err(Error::Differ { field });
            }
        }
        Ok(())
    }

    fn in_words(self, codes: Vec<Code>, demo: bool) -> Content {
        let name = self.name.full();
        let transliterated = format!("{}<<{}", self.name.family_std, self.name.given_std);
        let transliterated = transliterated.trim_matches('<').to_owned();
        let covered = !name.is_empty() && Face::Bold.covers(&name);
        let number = |number: Option<u32>| match number {
            Some(number) => Value::plain(number.to_string()),
            None => Value::plain(words::ABSENT),
        };
        let authority = self.authority.filter(|name| Face::Bold.covers(name));
        Content {
            name: if covered { name } else { spaced(&transliterated) },
            transliterated,
            birth_date: Value::plain(day_first(&self.birth_date)),
            nationality: match &self.nationality {
                Some(country) => Value::of(Set::Country, country),
                None => Value::plain(words::ABSENT),
            },
            disease: Value::of(Set::Disease, &self.disease),
            doses_received: number(self.doses_received),
            injected_on: Value::plain(day_first(&self.date)),
            dose_number: number(Some(self.dose_number)),
            vaccine: Value::of(Set::VaccineType, &self.vaccine),
            product: Value::of(Set::VaccineProduct, &self.product),
            manufacturer: Value::of(Set::VaccineHolder, &self.manufacturer),
            id: self.code.id,
            authority: match authority {
                Some(authority) => Value::plain(authority),
                None => Value::of(Set::Country, &self.country),
            },
            issued_at: self.issued_at,
            issued_on: in_viet_nam(self.issued_at),
            expires_on: in_viet_nam(self.expires_at),
            codes,
            demo,
        }
    }
}

/// `NGUYEN<<THI<HONG` as `NGUYEN THI HONG`.
fn spaced(transliterated: &str) -> String {
    transliterated.split('<').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A day in Viet Nam, as it is read there.
fn in_viet_nam(at: UnixTime) -> Value {
    Value::plain(day_first(&Date::in_viet_nam(at).to_string()))
}

/// `2026-11-23` as `23/11/2026`; `2026-11` as `11/2026`. What is no date stays as it is; nothing is a dash.
fn day_first(date: &str) -> String {
    match PartialDate::parse(date) {
        Some(date) => date.to_string().rsplit('-').collect::<Vec<_>>().join("/"),
        None if date.is_empty() => words::ABSENT.to_owned(),
        None => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_day_first_as_far_as_they_are_known() {
        let written = ["1990-05-17", "1990-05", "1990", "", "unknown"].map(day_first);
        assert_eq!(written, ["17/05/1990", "05/1990", "1990", "–", "unknown"]);
        // 20:00 UTC is the next day in Viet Nam.
        let late = UnixTime::from_rfc3339("2026-11-23T20:00:00Z").unwrap();
        assert_eq!(in_viet_nam(late), Value::plain("24/11/2026"));
    }

    #[test]
    fn codes_become_words_and_unknown_codes_stay() {
        let vi_nam = Value { vi: "Việt Nam".into(), en: Some("Viet Nam".into()) };
        assert_eq!(Value::of(Set::Country, "VN"), vi_nam);
        assert_eq!(Value::of(Set::Disease, "840539006"), Value::plain("COVID-19"));
        assert_eq!(Value::of(Set::VaccineProduct, "XX-1"), Value::plain("XX-1"));
    }

    #[test]
    fn a_transliteration_reads_as_a_name() {
        assert_eq!(spaced("NGUYEN<<THI<HONG<NHUNG"), "NGUYEN THI HONG NHUNG");
    }
}
