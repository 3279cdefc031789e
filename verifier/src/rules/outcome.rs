//! What rules say about one certificate.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Version, certlogic};

/// What all rules together say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The answer.
    pub decision: Decision,
    /// Every rule that was asked, those that failed first.
    pub outcomes: Vec<Outcome>,
}

/// The answer of all rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decision {
    /// The country has rules for this kind of certificate, and all of them passed.
    Accepted,
    /// At least one rule failed.
    Refused,
    /// None failed, but at least one is open, or there are no rules to ask.
    CannotTell,
}

/// What one rule says.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The identifier of the rule.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// What it says.
    pub finding: Finding,
    /// What the rule demands, in the language that was chosen where the rule has it.
    pub words: String,
}

/// What a rule says about a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The certificate is as the rule demands.
    Passed,
    /// It is not.
    Failed,
    /// Nobody can tell.
    Open {
        /// Why.
        why: Open,
    },
}

/// Why a rule is open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Open {
    /// The rule is written for an engine, or in a form, that is not known here.
    #[error("the rule is written for an engine that is not known here")]
    Engine,
    /// The logic of the rule is not valid.
    #[error("the logic of the rule is not valid")]
    Logic,
    /// The logic has no value for this certificate.
    #[error("the rule cannot be evaluated for this certificate: {0}")]
    Evaluation(certlogic::Error),
    /// The logic says neither true nor false.
    #[error("the rule says neither yes nor no")]
    NotYesOrNo,
}

impl Open {
    /// The stable name of this cause, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Logic => "logic",
            Self::Evaluation(error) => error.code(),
            Self::NotYesOrNo => "not-yes-or-no",
        }
    }
}

impl Finding {
    /// `passed`, `failed` or `open`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Open { .. } => "open",
        }
    }
}

/// `{id, version, outcome, words}`, and `why` where it is open.
impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("version", &self.version.to_string())?;
        map.serialize_entry("outcome", self.finding.as_str())?;
        if let Finding::Open { why } = &self.finding {
            map.serialize_entry("why", why.code())?;
        }
        map.serialize_entry("words", &self.words)?;
        map.end()
    }
}
