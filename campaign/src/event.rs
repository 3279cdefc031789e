//! Everything that can happen, folder by folder.
//!
//! Each folder has its own `Event` (serde, externally tagged, so that an entry's body reads
//! `{"supply":{"consignment_arrived":{...}}}`), and these functions in its `mod.rs`:
//! * `Event::kind(&self) -> &'static str`, the full kind, e.g. `supply.consignment_arrived`;
//! * `evolve(&mut State, &Event, &Meta)`: the folder's own state after the event; never refuses;
//! * `transfers(&Event, &Meta) -> Vec<Transfer>`: the doses it moves, each line from an account of the stream's unit;
//! * `project(&Event, &Meta, &UnitState, &Keyring, &mut Changes)`: the rows it changes, whole and absolute, made only
//!   of the event, its meta and the unit's state *after* it. A row is written by one stream only (see `db::Table`).
//!
//! Bodies outlive programs: fields may be added with a default, never renamed or given another meaning.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::db::Changes;
use crate::journal::Meta;
use crate::ledger::{Opening, Transfer};
use crate::unit::UnitState;
use crate::vault::Keyring;
use crate::{auth, certificates, people, places, supply, visits};

macro_rules! events {
    ($($name:ident($folder:ident),)*) => {
        /// Something that happened.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each variant is a folder")]
        pub enum Event { $($name($folder::Event),)* }

        impl Event {
            /// The stable kind, e.g. `supply.consignment_arrived`.
            pub fn kind(&self) -> &'static str {
                match self { $(Event::$name(event) => event.kind(),)* }
            }

            /// The doses it moves.
            pub fn transfers(&self, meta: &Meta) -> Vec<Transfer> {
                match self { $(Event::$name(event) => $folder::transfers(event, meta),)* }
            }

            /// The rows it changes; `unit` is the state after it.
            pub fn project(&self, meta: &Meta, unit: &UnitState, keys: &Keyring, changes: &mut Changes) {
                match self { $(Event::$name(event) => $folder::project(event, meta, unit, keys, changes),)* }
            }
        }

        $(impl From<$folder::Event> for Event {
            fn from(event: $folder::Event) -> Event { Event::$name(event) }
        })*
    };
}

events! {
    Places(places), Supply(supply), People(people), Visits(visits), Certificates(certificates), Auth(auth),
}

impl Event {
    /// Doses that another unit put into an account of this one, as the event carries them: only a receipt does.
    pub fn openings(&self) -> Vec<Opening> {
        match self {
            Event::Supply(event) => supply::openings(event),
            _ => Vec::new(),
        }
    }
}
