//! The two languages in which this project speaks to people. Vietnamese comes first; English is always complete.

use serde::{Deserialize, Serialize};

/// A language for words shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}
