//! Certificates: the book of what was asked of the issuer for each dose, and what came back. Nothing is signed here. A
//! certificate is asked for only when its dose was given here, stands, and its visit is over; a dose has at most one
//! request that counts, so there are never more certificates than doses.

mod decide;
mod evolve;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub mod worker;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::DoseId;
use crate::vault::Sealed;

pub use decide::{decide, follow, needs};
pub use evolve::{evolve, transfers};
pub use store::{CertificateRow, of_dose, of_person, project};

/// What a site, or the worker that talks to the issuer, can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CertificatesCommand)]
pub enum Command {
    /// Asks the issuer for the certificates of a dose. Asking again while a request stands, or after the certificates came,
    /// changes nothing.
    Request {
        /// Which dose.
        dose: DoseId,
    },
    /// The issuer's answer.
    RecordIssued {
        /// Which dose.
        dose: DoseId,
        /// The certificates as the issuer gave them (JSON), sealed under the person's key, base64.
        sealed: Sealed,
        /// SHA-256 of each certificate identifier, hex: enough to find it, not enough to name it.
        uvci_hashes: Vec<String>,
    },
    /// The issuer refused; the request can be made again after the cause is gone.
    RecordRefused {
        /// Which dose.
        dose: DoseId,
        /// Code and detail of the issuer's problem.
        problem: Problem,
    },
    /// The issuer revoked the certificates of a dose that was taken back, or will never issue any.
    RecordRevoked {
        /// Which dose.
        dose: DoseId,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The issuer is to be asked.
    Requested {
        /// Which dose.
        dose: DoseId,
    },
    /// The issuer gave the certificates.
    Issued {
        /// Which dose.
        dose: DoseId,
        /// The certificates (JSON), sealed under the person's key, base64.
        sealed: Sealed,
        /// SHA-256 of each certificate identifier, hex.
        uvci_hashes: Vec<String>,
    },
    /// The issuer refused.
    Refused {
        /// Which dose.
        dose: DoseId,
        /// Code and detail of the issuer's problem.
        problem: Problem,
    },
    /// The dose was taken back, so its certificates no longer stand, and the issuer is to be asked to revoke them.
    Withdrawn {
        /// Which dose.
        dose: DoseId,
        /// Why.
        reason: String,
    },
    /// The issuer revoked them, for good.
    Revoked {
        /// Which dose.
        dose: DoseId,
    },
}

/// The issuer's problem, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IssuerProblem)]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// Words.
    pub detail: String,
}

/// Certificates of doses given here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Where the certificates of each dose stand.
    pub by_dose: BTreeMap<DoseId, Certificate>,
}

/// The certificates of one dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Where they stand.
    pub standing: Standing,
    /// How often they were asked for.
    pub attempt: u32,
    /// When they were asked for last.
    pub requested_at: Timestamp,
}

/// Where the certificates of a dose stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The issuer was not asked successfully yet.
    Requested,
    /// The certificates are here.
    Issued,
    /// The issuer refused.
    Refused,
    /// The dose was taken back; the issuer did not say yet that they are revoked.
    Withdrawn,
    /// The issuer revoked them.
    Revoked,
}

impl Standing {
    /// Whether a certificate is there or may come.
    pub fn counts(self) -> bool {
        matches!(self, Self::Requested | Self::Issued)
    }

    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Revoked => "revoked",
        }
    }
}

impl Event {
    /// The stable kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "certificates.requested",
            Self::Issued { .. } => "certificates.issued",
            Self::Refused { .. } => "certificates.refused",
            Self::Withdrawn { .. } => "certificates.withdrawn",
            Self::Revoked { .. } => "certificates.revoked",
        }
    }
}
