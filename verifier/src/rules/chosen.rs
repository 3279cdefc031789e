//! What is chosen before rules are asked: where, what for, when, and in which language to hear of it.

use specs::time::UnixTime;

/// The purpose of a rule that does not name one: entering the country.
pub const ENTRY: &str = "entry";

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The country to be entered, ISO 3166-1 alpha-2, or `EU` for the common rules.
    pub country: String,
    /// The region of that country; its rules are asked beside those of the whole country.
    pub region: Option<String>,
    /// What for; [`ENTRY`] or another label that rules carry.
    pub purpose: String,
    /// The day of travel; `None` for the moment of the check.
    pub at: Option<UnixTime>,
    /// The language in which to say what a rule demands, such as `vi`.
    pub language: String,
}

impl Chosen {
    /// Entering that country, at the moment of the check, told in Vietnamese.
    #[must_use]
    pub fn entry(country: &str) -> Self {
        Self {
            country: country.to_ascii_uppercase(),
            region: None,
            purpose: ENTRY.to_owned(),
            at: None,
            language: "vi".to_owned(),
        }
    }

    /// In that region of the country.
    #[must_use]
    pub fn in_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// For that purpose.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = purpose.into();
        self
    }

    /// On that day of travel.
    #[must_use]
    pub fn at(mut self, at: UnixTime) -> Self {
        self.at = Some(at);
        self
    }

    /// Told in that language.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = language.into();
        self
    }
}
