//! The ways in which the issuer says no, and their wire form (RFC 9457 problem details).

use serde::{Deserialize, Serialize};

/// Media type of a problem document (RFC 9457, 3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The issuer could not be reached or broke off; asking again is safe and right.
    #[error("the issuer cannot be reached: {detail}")]
    Unreachable {
        /// What the transport said.
        detail: String,
    },
    /// The request is not of the agreed form.
    #[error("malformed request: {detail}")]
    Malformed {
        /// What was wrong with it; never echoes personal data.
        detail: String,
    },
    /// Nothing was issued for that dose, or there is no such resource.
    #[error("not found: {detail}")]
    NotFound {
        /// What was looked for.
        detail: String,
    },
    /// The same dose was asked for before with different facts.
    #[error("dose {dose} was issued from different facts")]
    DoseFactsDiffer {
        /// The dose.
        dose: String,
    },
    /// The certificates of that dose are revoked. Nothing takes that back.
    #[error("the certificates of dose {dose} are revoked")]
    Revoked {
        /// The dose.
        dose: String,
    },
    /// The linter refuses to let this be signed. Asking again with the same facts gives the same answer.
    #[error("the facts of this dose cannot be certified: {}", codes(.findings))]
    Refused {
        /// Every lint that fired.
        findings: Vec<Finding>,
    },
    /// The unit has used up the day's quota of certificates.
    #[error("unit {unit} has reached its quota of {quota} doses certified on one day")]
    QuotaExceeded {
        /// The unit.
        unit: String,
        /// Doses per day.
        quota: u64,
    },
    /// The certificate is on record under a signer that was revoked, has expired or is no longer here, so nobody can sign it.
    /// Of this dose alone: others are certified. It waits until an operator acts.
    #[error("dose {dose} waits for an operator: {detail}")]
    SignerGone {
        /// The dose.
        dose: String,
        /// Which signer, and what became of it.
        detail: String,
    },
    /// The issuer cannot sign now (signer expired, clock behind the log, list out of date); an operator must act.
    #[error("the issuer cannot sign now: {detail}")]
    Unavailable {
        /// Why not.
        detail: String,
    },
    /// Something broke inside; the record is kept and asking again continues from it.
    #[error("the issuer failed: {detail}")]
    Internal {
        /// A safe description.
        detail: String,
    },
}

/// One lint that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable code, for example `injected-before-birth`.
    pub code: String,
    /// The field of the dose facts or of the payload it is about.
    pub field: String,
    /// What is wrong, in English, without the personal value itself.
    pub detail: String,
}

impl Problem {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "issuer-unreachable",
            Self::Malformed { .. } => "malformed-request",
            Self::NotFound { .. } => "not-found",
            Self::DoseFactsDiffer { .. } => "dose-facts-differ",
            Self::Revoked { .. } => "certificates-revoked",
            Self::Refused { .. } => "dose-facts-refused",
            Self::QuotaExceeded { .. } => "unit-quota-exceeded",
            Self::SignerGone { .. } => "signer-gone",
            Self::Unavailable { .. } => "issuer-unavailable",
            Self::Internal { .. } => "issuer-internal",
        }
    }

    /// The HTTP status it travels with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 404,
            Self::DoseFactsDiffer { .. } => 409,
            Self::Revoked { .. } => 410,
            Self::Malformed { .. } | Self::Refused { .. } => 422,
            Self::QuotaExceeded { .. } => 429,
            Self::Internal { .. } => 500,
            // A campaign that does not know the code takes what is below 500 for a refusal for good.
            Self::SignerGone { .. } | Self::Unavailable { .. } | Self::Unreachable { .. } => 503,
        }
    }

    /// What to read beside the code.
    #[must_use]
    pub fn detail(&self) -> String {
        self.to_string()
    }

    /// Whether the same request may succeed later without anybody changing the facts.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::SignerGone { .. }
                | Self::Unavailable { .. }
                | Self::Internal { .. }
                | Self::QuotaExceeded { .. }
        )
    }
}

fn codes(findings: &[Finding]) -> String {
    findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>().join(", ")
}

/// A problem on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemDocument {
    /// `urn:la-chan:issuer:{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short words for the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// This occurrence.
    pub detail: String,
    /// The stable code.
    pub code: String,
    /// Lints that fired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The dose or unit concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The quota that was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
}

impl From<&Problem> for ProblemDocument {
    fn from(problem: &Problem) -> Self {
        let (findings, subject, quota) = match problem {
            Problem::Refused { findings } => (findings.clone(), None, None),
            Problem::DoseFactsDiffer { dose } | Problem::Revoked { dose } => (Vec::new(), Some(dose.clone()), None),
            Problem::SignerGone { dose, .. } => (Vec::new(), Some(dose.clone()), None),
            Problem::QuotaExceeded { unit, quota } => (Vec::new(), Some(unit.clone()), Some(*quota)),
            _ => (Vec::new(), None, None),
        };
        let detail = match problem {
            Problem::Unreachable { detail }
            | Problem::Malformed { detail }
            | Problem::NotFound { detail }
            | Problem::SignerGone { detail, .. }
            | Problem::Unavailable { detail }
            | Problem::Internal { detail } => detail.clone(),
            other => other.to_string(),
        };
        Self {
            kind: format!("urn:la-chan:issuer:{}", problem.code()),
            title: problem.code().replace('-', " "),
            status: problem.status(),
            detail,
            code: problem.code().to_owned(),
            findings,
            subject,
            quota,
        }
    }
}

impl From<ProblemDocument> for Problem {
    fn from(document: ProblemDocument) -> Self {
        let ProblemDocument { code, detail, findings, subject, quota, status, .. } = document;
        match code.as_str() {
            "issuer-unreachable" => Self::Unreachable { detail },
            "malformed-request" => Self::Malformed { detail },
            "not-found" => Self::NotFound { detail },
            "dose-facts-differ" => Self::DoseFactsDiffer { dose: subject.unwrap_or_default() },
            "certificates-revoked" => Self::Revoked { dose: subject.unwrap_or_default() },
            "dose-facts-refused" => Self::Refused { findings },
            "unit-quota-exceeded" => {
                Self::QuotaExceeded { unit: subject.unwrap_or_default(), quota: quota.unwrap_or_default() }
            }
            "signer-gone" => Self::SignerGone { dose: subject.unwrap_or_default(), detail },
            "issuer-unavailable" => Self::Unavailable { detail },
            "issuer-internal" => Self::Internal { detail },
            _ if (400..500).contains(&status) => Self::Malformed { detail },
            _ => Self::Internal { detail },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_survives_the_wire() {
        let detail = || "words".to_owned();
        let all = [
            Problem::Unreachable { detail: detail() },
            Problem::Malformed { detail: detail() },
            Problem::NotFound { detail: detail() },
            Problem::DoseFactsDiffer { dose: "d-1".into() },
            Problem::Revoked { dose: "d-1".into() },
            Problem::Refused { findings: vec![Finding { code: "a".into(), field: "b".into(), detail: "c".into() }] },
            Problem::QuotaExceeded { unit: "SI-1".into(), quota: 5 },
            Problem::SignerGone { dose: "d-1".into(), detail: detail() },
            Problem::Unavailable { detail: detail() },
            Problem::Internal { detail: detail() },
        ];
        for problem in all {
            let json = serde_json::to_string(&ProblemDocument::from(&problem)).unwrap();
            let document: ProblemDocument = serde_json::from_str(&json).unwrap();
            assert_eq!(document.status, problem.status());
            assert_eq!(Problem::from(document), problem);
        }
    }
}
