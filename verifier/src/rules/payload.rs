//! A certificate as rules see it: the names and shapes of the EU's schema, whatever the format was, so that one rule
//! serves all. A national certificate shows itself as a vaccination.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value as Json, json};
use specs::dcc::{self, Entry};
use specs::hcert::Content;
use specs::national;
use specs::time::UnixTime;
use specs::value_set::{self, ValueSets, published};

use super::Chosen;

/// What a certificate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// A dose of vaccine.
    Vaccination,
    /// A test.
    Test,
    /// A recovery.
    Recovery,
}

/// A certificate as rules are asked about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// What it is about.
    pub event: Event,
    /// The certificate in the names of the EU's schema.
    pub payload: Json,
    /// What the envelope and the signer say.
    pub external: External,
    /// The [`codes`] of the value sets that count, where these are not those of this build.
    value_sets: Option<Arc<Json>>,
}

/// What rules may ask beside the certificate itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct External {
    /// When it was issued.
    pub issued: Option<UnixTime>,
    /// When it ends.
    pub expires: Option<UnixTime>,
    /// The country that issued it, ISO 3166-1 alpha-2.
    pub issuer_country: String,
    /// The key identifier of its signer, in base64.
    pub kid: String,
}

impl Event {
    /// The kind as rules name it.
    pub(super) fn of_rule(name: &str) -> Option<Self> {
        match name {
            "Vaccination" => Some(Self::Vaccination),
            "Test" => Some(Self::Test),
            "Recovery" => Some(Self::Recovery),
            _ => None,
        }
    }
}

impl Subject {
    /// The certificate as rules see it; `None` for formats of which rules know nothing.
    #[must_use]
    pub fn of(content: &Content, external: External) -> Option<Self> {
        let (event, payload) = match content {
            Content::EuDcc(certificate) => dcc_payload(certificate),
            Content::National(certificate) => (Event::Vaccination, national_payload(certificate)),
            _ => return None,
        };
        Some(Self { event, payload, external, value_sets: None })
    }

    /// Seen with the [`codes`] of these value sets in place of those of this build.
    #[must_use]
    pub fn with_value_sets(mut self, codes: Arc<Json>) -> Self {
        self.value_sets = Some(codes);
        self
    }

    /// What a rule's logic is given: `payload` and `external`.
    pub(super) fn data(&self, chosen: &Chosen, at: UnixTime) -> Json {
        let own = &self.external;
        let mut external = Map::new();
        external.insert("validationClock".to_owned(), Json::from(at.to_rfc3339()));
        external.insert(
            "valueSets".to_owned(),
            self.value_sets.as_deref().map_or_else(|| value_sets().clone(), Json::clone),
        );
        external.insert("countryCode".to_owned(), Json::from(chosen.country.as_str()));
        external.insert("issuerCountryCode".to_owned(), Json::from(own.issuer_country.as_str()));
        external.insert("kid".to_owned(), Json::from(own.kid.as_str()));
        let optional = [
            ("exp", own.expires.map(UnixTime::to_rfc3339)),
            ("iat", own.issued.map(UnixTime::to_rfc3339)),
            ("region", chosen.region.clone()),
        ];
        external.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Json::from(value?)))));
        json!({ "payload": self.payload, "external": external })
    }
}

/// The value sets of this build under the gateway's names, each a list of its codes.
#[must_use]
pub fn value_sets() -> &'static Json {
    static SETS: OnceLock<Json> = OnceLock::new();
    SETS.get_or_init(|| codes(ValueSets::bundled()))
}

/// These value sets as rules see them: under the gateway's names, each a list of its codes.
#[must_use]
pub fn codes(sets: &ValueSets) -> Json {
    let codes = |set| -> Json { sets.set(set).entries().iter().map(|entry| entry.code.as_str()).collect() };
    published::NAMES.iter().map(|(set, name)| ((*name).to_owned(), codes(*set))).collect()
}

/// A DCC in its schema's own names; what it does not have is absent.
fn dcc_payload(certificate: &dcc::Certificate) -> (Event, Json) {
    let name = &certificate.name;
    let (event, group, entry) = match &certificate.entry {
        Entry::Vaccination(entry) => (Event::Vaccination, "v", vaccination(entry)),
        Entry::Test(entry) => (Event::Test, "t", test(entry)),
        Entry::Recovery(entry) => (Event::Recovery, "r", recovery(entry)),
    };
    let name = present([
        ("fn", name.family.as_deref()),
        ("fnt", name.family_std.as_deref()),
        ("gn", name.given.as_deref()),
        ("gnt", name.given_std.as_deref()),
    ]);
    (event, json!({ "ver": certificate.ver, "nam": name, "dob": certificate.birth_date, group: [entry] }))
}

fn vaccination(entry: &dcc::Vaccination) -> Json {
    json!({
        "tg": entry.disease, "vp": entry.vaccine, "mp": entry.product, "ma": entry.manufacturer,
        "dn": entry.dose_number, "sd": entry.series_doses, "dt": entry.date,
        "co": entry.country, "is": entry.issuer, "ci": entry.id,
    })
}

fn test(entry: &dcc::Test) -> Json {
    present([
        ("tg", Some(&*entry.disease)),
        ("tt", Some(&entry.kind)),
        ("nm", entry.test_name.as_deref()),
        ("ma", entry.device.as_deref()),
        ("sc", Some(&entry.sampled)),
        ("tr", Some(&entry.result)),
        ("tc", entry.centre.as_deref()),
        ("co", Some(&entry.country)),
        ("is", Some(&entry.issuer)),
        ("ci", Some(&entry.id)),
    ])
}

fn recovery(entry: &dcc::Recovery) -> Json {
    json!({
        "tg": entry.disease, "fr": entry.first_positive, "df": entry.valid_from, "du": entry.valid_until,
        "co": entry.country, "is": entry.issuer, "ci": entry.id,
    })
}

/// A national certificate as a vaccination of the EU's schema. It counts doses received and not doses of a series; those
/// are taken from the catalogue of vaccines, and absent for a product that is not in it, which leaves a rule that asks for
/// them open.
fn national_payload(certificate: &national::Certificate) -> Json {
    let name = &certificate.name;
    let mut entry = json!({
        "tg": certificate.disease, "vp": certificate.vaccine, "mp": certificate.product,
        "ma": certificate.manufacturer, "dn": certificate.dose_number, "dt": certificate.date.to_string(),
        "co": national::ISSUER, "is": national::ISSUER, "ci": certificate.id,
    });
    if let Some(series) = value_set::series_doses(&certificate.product) {
        entry["sd"] = Json::from(series);
    }
    json!({
        "ver": dcc::SCHEMA_VERSION,
        "nam": { "fn": name.family, "fnt": name.family_std, "gn": name.given, "gnt": name.given_std },
        "dob": certificate.birth_date.to_string(),
        "v": [entry],
    })
}

/// An object of those members that are there.
fn present<const N: usize>(members: [(&str, Option<&str>); N]) -> Json {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Json::from(value?)))).collect()
}
