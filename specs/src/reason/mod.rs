//! The stable reason codes: every answer that a verifier can give, the class of that answer, and what to tell the
//! person who checks. The page `specs/reason-codes.md` is the same table; a test compares the two in both directions.
//!
//! A code is never renamed and never changes its class. New codes may be added; a program that meets an unknown code
//! falls back on the class that comes beside it in the verdict.

mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language::Language;
pub use table::Reason;

/// The three answers. Never two: "not supported here" and "forged" must not look the same to the person at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The certificate is genuine and in force.
    Valid,
    /// The certificate is not genuine, not in force, no certificate at all, or not what the rules asked for demand.
    Invalid,
    /// This verifier cannot tell, for want of data or because the format is not its own. Nobody is to be refused for it.
    Unknown,
}

/// Words for one reason in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What was found, one sentence.
    pub finding: &'static str,
    /// What the checker should do now, one or two sentences.
    pub action: &'static str,
}

/// One row of the table.
struct Row {
    code: &'static str,
    class: Class,
    vi: Words,
    en: Words,
}

impl Reason {
    /// The stable code, kebab-case ASCII, as written in verdicts.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// Which of the three answers this reason belongs to.
    pub fn class(self) -> Class {
        self.row().class
    }

    /// Plain words for the checker.
    pub fn words(self, language: Language) -> Words {
        match language {
            Language::Vi => self.row().vi,
            Language::En => self.row().en,
        }
    }

    /// The reason with this code, if there is one.
    pub fn from_code(code: &str) -> Option<Reason> {
        Reason::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

impl Class {
    /// The word used in verdicts: `valid`, `invalid`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Valid => "valid",
            Class::Invalid => "invalid",
            Class::Unknown => "unknown",
        }
    }

    /// The answer in words, for a headline.
    pub fn headline(self, language: Language) -> &'static str {
        match (self, language) {
            (Class::Valid, Language::Vi) => "HỢP LỆ",
            (Class::Valid, Language::En) => "VALID",
            (Class::Invalid, Language::Vi) => "KHÔNG HỢP LỆ",
            (Class::Invalid, Language::En) => "NOT VALID",
            (Class::Unknown, Language::Vi) => "KHÔNG XÁC ĐỊNH ĐƯỢC",
            (Class::Unknown, Language::En) => "CANNOT TELL",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not a reason code of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such reason code: {0}")]
pub struct UnknownCode(pub String);

impl FromStr for Reason {
    type Err = UnknownCode;

    fn from_str(code: &str) -> Result<Reason, UnknownCode> {
        Reason::from_code(code).ok_or_else(|| UnknownCode(code.to_owned()))
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reason, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}
