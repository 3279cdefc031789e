//! Rules as they come in a bundle, and which of them are asked.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use specs::time::UnixTime;

use super::rule::Form;
use super::{Chosen, Error, Event, Kind, Rule, Version};

/// The most bytes of JSON that are read. All rules of the EU together had less than one million.
pub const MAX_BYTES: usize = 4 << 20;
/// The most rules of one set.
pub const MAX_RULES: usize = 4_096;

/// A set of rules, of as many countries as there are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

impl RuleSet {
    /// Reads rules: an array of them, or one alone. A rule whose engine or logic is not understood is kept, and open
    /// whenever it is asked; one that stands there twice alike counts once.
    ///
    /// # Errors
    /// [`Error`], for the set as a whole: a rule that were left out could be the one that refuses.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::TooLong { most: MAX_BYTES });
        }
        let malformed = |error: serde_json::Error| Error::Malformed { detail: error.to_string() };
        let forms = match serde_json::from_slice(bytes).map_err(malformed)? {
            Json::Array(items) => items,
            one => vec![one],
        };
        if forms.len() > MAX_RULES {
            return Err(Error::TooMany { most: MAX_RULES });
        }
        let mut rules: BTreeMap<(String, Option<String>, String, Version), Rule> = BTreeMap::new();
        for form in forms {
            let Json::Object(members) = form else {
                return Err(Error::Malformed { detail: "a rule is an object".to_owned() });
            };
            let rule = Rule::of(Form::read(members)?)?;
            let key = (rule.id.clone(), rule.region.clone(), rule.purpose.clone(), rule.version);
            match rules.get(&key) {
                Some(other) if *other != rule => return Err(Error::Contradiction { rule: rule.id }),
                _ => rules.insert(key, rule),
            };
        }
        Ok(Self { rules: rules.into_values().collect() })
    }

    /// All rules, by identifier and version.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Are there any rules of that country for that purpose, whatever they are about?
    #[must_use]
    pub fn knows(&self, country: &str, purpose: &str) -> bool {
        let fits = |rule: &Rule| rule.kind == Kind::Acceptance && rule.country == country && rule.purpose == purpose;
        self.rules.iter().any(fits)
    }

    /// The rules that are asked of a certificate of that kind from that country: those of the chosen country and purpose,
    /// for the whole country and for the chosen region, and what the issuing country says of its own certificates; of each
    /// the highest version that is in force at that time.
    #[must_use]
    pub fn select(&self, chosen: &Chosen, event: Event, issuer_country: &str, at: UnixTime) -> Vec<&Rule> {
        let mut newest: Vec<&Rule> = Vec::new();
        // Sorted by identifier, region, purpose and version, so a newer version follows the older.
        for rule in self.rules.iter().filter(|rule| rule.is_asked(chosen, event, issuer_country, at)) {
            match newest.last_mut() {
                Some(last) if (&last.id, &last.region, &last.purpose) == (&rule.id, &rule.region, &rule.purpose) => {
                    *last = rule;
                }
                _ => newest.push(rule),
            }
        }
        newest
    }
}
