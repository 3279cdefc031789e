//! What other streams say, as far as a command needs it.
//!
//! A unit decides over its own state and these facts. They are read from tables ([`tables`]) by a few lookups per
//! batch, and learn from the rows of the events that are decided, so a lot released a moment ago can be put away by the
//! next command. On SQLite they hold from batch to batch as long as nobody else writes; on PostgreSQL what seldom changes
//! does ([`standing`]). Products and administrative units do not change while a batch runs; they are asked of `catalogue`
//! and `places`, not of this.

mod learn;
pub(crate) mod load;
mod standing;
pub mod tables;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use specs::time::{Date, PartialDate};

pub(crate) use standing::Standing;

use crate::clock::Timestamp;
use crate::ids::{DoseId, LotId, PersonId, ShipmentId, UnitId, VisitId};
use crate::vault::Token;

/// What a command will look at. Ids it does not name here are not in [`Facts`], even if they exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Lots: identity and state.
    pub lots: Vec<LotId>,
    /// People: existence, birth date, doses, screenings.
    pub people: Vec<PersonId>,
    /// Shipments, wherever they were sent from.
    pub shipments: Vec<ShipmentId>,
    /// Identity tokens: who holds them.
    pub identities: Vec<Token>,
    /// Organisation units: their records, whoever opened them.
    pub units: Vec<UnitId>,
}

/// What other streams say.
#[derive(Debug, Default)]
pub struct Facts {
    /// Known lots.
    pub lots: HashMap<LotId, LotFact>,
    /// Known people.
    pub people: HashMap<PersonId, PersonFact>,
    /// Known shipments.
    pub shipments: HashMap<ShipmentId, ShipmentFact>,
    /// Who holds an identity token.
    pub identities: HashMap<Token, PersonId>,
    /// Known organisation units.
    pub units: HashMap<UnitId, crate::places::Unit>,
    asked: Asked,
    lot_states: HashMap<LotId, (LotState, Option<String>)>,
}

/// What was asked for already, found or not.
#[derive(Debug, Default)]
struct Asked {
    lots: HashSet<LotId>,
    people: HashSet<PersonId>,
    shipments: HashSet<ShipmentId>,
    identities: HashSet<Token>,
    units: HashSet<UnitId>,
}

impl Facts {
    /// How many are held: of those asked for, found or not, and of those learnt without.
    pub(crate) fn len(&self) -> usize {
        let Asked { lots, people, shipments, identities, units } = &self.asked;
        let asked = lots.len() + people.len() + shipments.len() + identities.len() + units.len();
        asked + self.lots.len() + self.shipments.len() + self.identities.len() + self.units.len()
    }
}

/// A lot, of whichever units hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotFact {
    /// Product id of the catalogue.
    pub product: String,
    /// The maker's lot number.
    pub lot_no: String,
    /// The last day it may be used.
    pub expiry: Date,
    /// Which dose of the basic series it is for, where the doses of the product differ and it was recorded.
    pub component: Option<u32>,
    /// May it be used?
    pub state: LotState,
    /// Number of the release certificate.
    pub certificate: Option<String>,
}

/// May a lot be used?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotState {
    /// Not released: the state of a lot nobody decided on.
    Quarantined,
    /// Released for use.
    Released,
    /// Held back for the time being.
    Suspended,
    /// Called back for good.
    Recalled,
}

impl LotState {
    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            LotState::Quarantined => "quarantined",
            LotState::Released => "released",
            LotState::Suspended => "suspended",
            LotState::Recalled => "recalled",
        }
    }

    /// Reads the code.
    pub fn parse(code: &str) -> Option<LotState> {
        [LotState::Quarantined, LotState::Released, LotState::Suspended, LotState::Recalled]
            .into_iter()
            .find(|state| state.as_str() == code)
    }
}

/// A person of the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFact {
    /// The unit that registered them and owns the record.
    pub unit: Option<UnitId>,
    /// Birth date as far as it is known; `None` when the person's key was destroyed.
    pub birth_date: Option<PartialDate>,
    /// Their doses of all units, void ones too, by date of injection.
    pub doses: Vec<DoseFact>,
    /// Their screenings of all units.
    pub screenings: Vec<ScreeningFact>,
}

/// What a doctor concluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreeningFact {
    /// In which visit.
    pub visit: VisitId,
    /// The conclusion's code.
    pub conclusion: String,
    /// First day on which a postponed person may come back.
    pub until: Option<Date>,
    /// When the visit began.
    pub began: Timestamp,
    /// When the visit last changed: at its screening, if that ended it.
    pub changed: Timestamp,
}

/// A recorded dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseFact {
    /// Its id.
    pub dose: DoseId,
    /// The unit that recorded it.
    pub unit: UnitId,
    /// Who got it.
    pub person: PersonId,
    /// Disease targeted (SNOMED CT code), the series it counts in.
    pub disease: String,
    /// Number in the series, from 1.
    pub dose_number: u32,
    /// Product id of the catalogue.
    pub product: String,
    /// Its lot.
    pub lot: LotId,
    /// When.
    pub injected_at: Timestamp,
    /// Void: recorded in error.
    pub void: bool,
}

/// Doses on the road.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipmentFact {
    /// Who sent it.
    pub from: UnitId,
    /// Who is to receive it.
    pub to: UnitId,
    /// When it left.
    pub dispatched_at: Timestamp,
    /// What is in it, one line per lot.
    pub lines: Vec<ShipmentLine>,
}

/// One lot of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentLine {
    /// The lot.
    pub lot: LotId,
    /// Doses.
    pub doses: i64,
}
