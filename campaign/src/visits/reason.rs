//! Why a doctor decided otherwise than the checklist or the schedule. Such a text may name people, so it is written sealed.

use serde::{Deserialize, Serialize};

use crate::vault::{DataKey, REASON, Sealed};

/// A reason as it stands in an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reason {
    /// Under the person's key, for [`REASON`].
    Sealed {
        /// The text.
        sealed: Sealed,
    },
    /// In clear: an entry from before reasons were sealed.
    Clear(String),
}

impl Reason {
    /// Seals a text.
    pub(super) fn seal(text: &str, key: &DataKey) -> Reason {
        Reason::Sealed { sealed: key.seal(REASON, text.as_bytes()) }
    }

    /// The text as it is stored, sealed or not.
    pub fn as_str(&self) -> &str {
        match self {
            Reason::Sealed { sealed } => sealed.as_str(),
            Reason::Clear(text) => text,
        }
    }
}

/// What [`super::Command::seal`] made of the texts of a screening.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedTexts {
    /// [`super::Details`] as JSON, for [`crate::vault::SCREENING`].
    pub details: Option<Sealed>,
    /// Why the conclusion differs.
    pub reason: Option<Reason>,
    /// Why a shorter interval is allowed.
    pub interval_override: Option<Reason>,
    /// Why another product is allowed.
    pub product_override: Option<Reason>,
}
