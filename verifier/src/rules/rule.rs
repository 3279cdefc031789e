//! One rule, read strictly from the gateway's form (`validation-rule.schema.json`), with one member more: `Purpose`.

use serde_json::{Map, Value as Json};
use specs::time::UnixTime;

use super::certlogic::{Expression, Issue};
use super::{Chosen, ENTRY, Error, Event, Open, Version};

/// The engine for which this program has an implementation.
const ENGINE: &str = "CERTLOGIC";
/// The highest first number of an engine's version, and the one first number of the form, that are known here.
const KNOWN_MAJOR: u32 = 1;

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// `VR-DE-0001`: kind of certificate (`GR` any, `VR`, `TR`, `RR`) or `IR` for an invalidation, country, number.
    pub id: String,
    /// Whose word it is and when it is asked.
    pub kind: Kind,
    /// The country that made it, ISO 3166-1 alpha-2; `EU` for common ones.
    pub country: String,
    /// The region in which it counts; `None` for the whole country.
    pub region: Option<String>,
    /// What it is for; [`ENTRY`] where the rule does not say.
    pub purpose: String,
    /// Its version.
    pub version: Version,
    /// The version of the form of the rule.
    pub schema_version: Version,
    /// The language of its logic.
    pub engine: String,
    /// The version of the engine that it was written for.
    pub engine_version: Version,
    /// Which certificates it is about; `None` for all.
    pub event: Option<Event>,
    /// What it demands, in several languages; not empty.
    pub descriptions: Vec<Description>,
    /// The first moment at which it counts.
    pub valid_from: UnixTime,
    /// The last moment at which it counts.
    pub valid_to: UnixTime,
    /// The fields of a certificate that it looks at, such as `v.0.dt`.
    pub affected_fields: Vec<String>,
    /// What it demands; or why it cannot be evaluated.
    pub(super) logic: Result<Expression, Open>,
    /// What is wrong with the logic, where it was refused.
    pub(super) issues: Vec<Issue>,
}

/// The two kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What the country that is entered demands.
    Acceptance,
    /// What a country says about certificates of its own, for instance which of them it has withdrawn.
    Invalidation,
}

/// What a rule demands, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The language, such as `vi` or `pt-BR`.
    pub lang: String,
    /// The words.
    pub desc: String,
}

/// A rule as it stands in JSON.
pub(super) struct Form {
    identifier: String,
    kind: Kind,
    country: String,
    region: Option<String>,
    version: String,
    schema_version: String,
    engine: String,
    engine_version: String,
    certificate_type: String,
    description: Vec<Description>,
    valid_from: String,
    valid_to: String,
    affected_fields: Vec<String>,
    logic: Json,
    purpose: Option<String>,
}

impl Form {
    /// Takes the members of a rule, each of its type, and no other.
    pub(super) fn read(members: Map<String, Json>) -> Result<Self, Error> {
        let mut members = Members(members);
        let form = Self {
            identifier: members.text("Identifier")?,
            kind: match members.text("Type")?.as_str() {
                "Acceptance" => Kind::Acceptance,
                "Invalidation" => Kind::Invalidation,
                _ => return Err(unreadable("Type")),
            },
            country: members.text("Country")?,
            region: members.optional("Region")?,
            version: members.text("Version")?,
            schema_version: members.text("SchemaVersion")?,
            engine: members.text("Engine")?,
            engine_version: members.text("EngineVersion")?,
            certificate_type: members.text("CertificateType")?,
            description: members.array("Description", |words| match words {
                Json::Object(words) => {
                    let mut words = Members(words);
                    let read = Description { lang: words.text("lang")?, desc: words.text("desc")? };
                    words.end().map(|()| read)
                }
                _ => Err(unreadable("Description")),
            })?,
            valid_from: members.text("ValidFrom")?,
            valid_to: members.text("ValidTo")?,
            affected_fields: members.array("AffectedFields", |field| text(field, "AffectedFields"))?,
            logic: members.0.remove("Logic").ok_or_else(|| unreadable("Logic"))?,
            purpose: members.optional("Purpose")?,
        };
        members.end().map(|()| form)
    }
}

/// The members of an object that were not taken yet.
struct Members(Map<String, Json>);

impl Members {
    fn text(&mut self, name: &str) -> Result<String, Error> {
        text(self.0.remove(name).unwrap_or_default(), name)
    }

    fn optional(&mut self, name: &str) -> Result<Option<String>, Error> {
        self.0.remove(name).filter(|value| !value.is_null()).map(|value| text(value, name)).transpose()
    }

    fn array<T>(&mut self, name: &str, read: impl Fn(Json) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        match self.0.remove(name) {
            Some(Json::Array(items)) => items.into_iter().map(read).collect(),
            _ => Err(unreadable(name)),
        }
    }

    fn end(&self) -> Result<(), Error> {
        self.0.keys().next().map_or(Ok(()), |unknown| Err(unreadable(unknown)))
    }
}

fn text(value: Json, name: &str) -> Result<String, Error> {
    if let Json::String(text) = value { Ok(text) } else { Err(unreadable(name)) }
}

/// A member that is missing, unknown or of another type.
fn unreadable(name: &str) -> Error {
    Error::Malformed { detail: format!("{name} is missing, of another type, or not known") }
}

impl Rule {
    pub(super) fn of(form: Form) -> Result<Self, Error> {
        let refuse = |member| Error::Member { rule: form.identifier.clone(), member };
        let version = |text: &str, member| Version::parse(text).ok_or_else(|| refuse(member));
        let time = |text: &str, member| UnixTime::from_rfc3339(text).ok_or_else(|| refuse(member));
        let (version, schema_version, engine_version) = (
            version(&form.version, "Version")?,
            version(&form.schema_version, "SchemaVersion")?,
            version(&form.engine_version, "EngineVersion")?,
        );
        let (valid_from, valid_to) = (time(&form.valid_from, "ValidFrom")?, time(&form.valid_to, "ValidTo")?);
        let event = match form.certificate_type.as_str() {
            "General" => None,
            other => Some(Event::of_rule(other).ok_or_else(|| refuse("CertificateType"))?),
        };
        let purpose = form.purpose.clone().unwrap_or_else(|| ENTRY.to_owned());
        let region = form.region.as_deref().map(str::trim).filter(|region| !region.is_empty()).map(str::to_owned);
        let wrong = [
            (!is_identifier(&form.identifier), "Identifier"),
            (!is_country(&form.country), "Country"),
            (valid_from > valid_to, "ValidTo"),
            (!is_label(&purpose), "Purpose"),
            (form.affected_fields.is_empty(), "AffectedFields"),
            (form.description.is_empty(), "Description"),
            (form.description.iter().any(|words| words.lang.is_empty() || words.desc.trim().is_empty()), "Description"),
        ];
        if let Some((_, member)) = wrong.iter().find(|(wrong, _)| *wrong) {
            return Err(refuse(member));
        }
        let (logic, issues) = logic(&form, schema_version, engine_version);
        Ok(Self {
            id: form.identifier,
            kind: form.kind,
            country: form.country,
            region,
            purpose,
            version,
            schema_version,
            engine: form.engine,
            engine_version,
            event,
            descriptions: form.description,
            valid_from,
            valid_to,
            affected_fields: form.affected_fields,
            logic,
            issues,
        })
    }

    /// What is wrong with its logic; a rule with such issues is always open.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// What it demands, in that language, else in the same language of another place, else in English, else in the first
    /// language there is.
    #[must_use]
    pub fn words(&self, language: &str) -> &str {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let find = |wanted: &dyn Fn(&str) -> bool| self.descriptions.iter().find(|words| wanted(&words.lang));
        find(&|lang| lang.eq_ignore_ascii_case(language))
            .or_else(|| find(&|lang| primary(lang) == primary(language)))
            .or_else(|| find(&|lang| primary(lang) == "en"))
            .or_else(|| self.descriptions.first())
            .map_or("", |words| &words.desc)
    }

    /// Is it asked of certificates of that kind and issuing country, at that time, by whoever chose so?
    pub(super) fn is_asked(&self, chosen: &Chosen, event: Event, issuer_country: &str, at: UnixTime) -> bool {
        let country = match self.kind {
            Kind::Acceptance => &chosen.country,
            Kind::Invalidation => issuer_country,
        };
        self.country == country
            && self.kind_fits(chosen)
            && self.event.is_none_or(|own| own == event)
            && (self.valid_from..=self.valid_to).contains(&at)
    }

    /// What a country says about its own certificates it says everywhere and for every purpose.
    fn kind_fits(&self, chosen: &Chosen) -> bool {
        let region = || match (&self.region, &chosen.region) {
            (None, _) => true,
            (Some(own), Some(chosen)) => own.eq_ignore_ascii_case(chosen),
            (Some(_), None) => false,
        };
        self.kind == Kind::Invalidation || (self.purpose == chosen.purpose && region())
    }
}

/// The logic, as far as it is in a language that is known here.
fn logic(form: &Form, schema: Version, engine: Version) -> (Result<Expression, Open>, Vec<Issue>) {
    if form.engine != ENGINE || engine.major > KNOWN_MAJOR || schema.major != KNOWN_MAJOR {
        return (Err(Open::Engine), Vec::new());
    }
    match Expression::parse(&form.logic) {
        Ok(expression) => (Ok(expression), Vec::new()),
        Err(issues) => (Err(Open::Logic), issues),
    }
}

/// `(GR|VR|TR|RR|IR)-CC-0000`.
fn is_identifier(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let &[kind, country, number] = parts.as_slice() else { return false };
    matches!(kind, "GR" | "VR" | "TR" | "RR" | "IR")
        && is_country(country)
        && number.len() == 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Lower-case letters, digits and hyphens, at most 32.
fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(plain)
}
