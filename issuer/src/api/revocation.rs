//! Taking certificates back.

use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// Why; kept in the log, never published.
    pub reason: RevocationReason,
}

/// Why certificates are taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// The record of the dose was taken back.
    DoseVoided,
    /// The certificate says something wrong about dose or person.
    WrongFacts,
    /// The dose was never given.
    Fraud,
    /// Signing key, login or device was in wrong hands.
    Compromise,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::DoseVoided, Self::WrongFacts, Self::Fraud, Self::Compromise];

    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DoseVoided => "dose-voided",
            Self::WrongFacts => "wrong-facts",
            Self::Fraud => "fraud",
            Self::Compromise => "compromise",
        }
    }

    /// The reason of a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// Whether the certificates of a dose are suspended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// The dose.
    pub dose: String,
    /// They are; else they were, and are restored.
    pub suspended: bool,
    /// Since when, RFC 3339.
    pub at: String,
    /// Why they are, or were.
    pub reason: RevocationReason,
    /// How many certificates of it have an entry in a status list.
    pub certificates: usize,
}

/// That the certificates of a dose are revoked, for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// The dose.
    pub dose: String,
    /// Since when, RFC 3339. Whoever asks again learns the first time, and the first reason.
    pub at: String,
    /// Why.
    pub reason: RevocationReason,
    /// How many certificates of it there are. None is an answer too: no certificate will ever be issued for that dose.
    pub certificates: usize,
}
