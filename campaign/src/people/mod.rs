//! People: who is registered for vaccination. A record is checked as a [`Form`] by the shell, sealed under the person's key,
//! and only then becomes a command: the journal never sees a name, a number or a birth date in clear. What the rules need
//! of a person (birth date, doses) reaches them as facts.

pub mod age;
mod cccd;
mod decide;
mod evolve;
mod form;
pub mod search;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::vault::{Sealed, Token};

pub use decide::{decide, needs};
pub use evolve::{evolve, transfers};
pub use form::{Address, Fault, Form, Identity, Record, Sex, Valid, parse};
pub use store::{PersonRow, find, person, project};

/// What a registration desk can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Registers a person whose form passed [`parse`].
    RegisterPerson {
        /// New id.
        person: PersonId,
        /// The [`Record`] as JSON, sealed under the person's key, base64.
        sealed: Sealed,
        /// Keyed hash of the identity paper ([`search::identity_term`]), when there is one; two people never share it.
        #[serde(default)]
        identity_token: Option<Token>,
        /// Priority groups (Decision 3355/QĐ-BYT), "01" to "16".
        priority_groups: Vec<String>,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A person is in the register.
    PersonRegistered {
        /// Who.
        person: PersonId,
        /// The [`Record`] as JSON, sealed under the person's key, base64. Search terms are made from it on projection, so
        /// that they cannot be made again once the key is destroyed.
        sealed: Sealed,
        /// Priority groups (Decision 3355/QĐ-BYT), "01" to "16".
        priority_groups: Vec<String>,
    },
}

/// People this unit registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Ids given here.
    pub registered: BTreeSet<PersonId>,
}

impl Event {
    /// The stable kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PersonRegistered { .. } => "people.person_registered",
        }
    }
}
