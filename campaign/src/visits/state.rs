//! What a site knows of its visits, vials and doses: its own stream, evolved.

use std::collections::BTreeMap;

use specs::time::Date;

use super::{CloseReason, Conclusion, DoseKind, Reason};
use crate::clock::Timestamp;
use crate::ids::{DoseId, LotId, PersonId, VialId, VisitId};

/// What a site knows of its visits and vials. Doses left in a vial are the balance of its ledger account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Every visit here.
    pub visits: BTreeMap<VisitId, Visit>,
    /// Who is here now, and in which visit.
    pub present: BTreeMap<PersonId, VisitId>,
    /// Every vial opened here.
    pub vials: BTreeMap<VialId, Vial>,
    /// Every dose given here.
    pub doses: BTreeMap<DoseId, Dose>,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Who.
    pub person: PersonId,
    /// When it began.
    pub checked_in_at: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// Set by the screening.
    pub screening: Option<Screening>,
    /// Set by the injection.
    pub dose: Option<DoseId>,
}

/// How far a visit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waits for the doctor.
    CheckedIn,
    /// Cleared, waits for the needle.
    Screened,
    /// Went without a dose.
    Left,
    /// Has the dose, is watched.
    Observing,
    /// Went home, or to hospital, after the dose.
    Discharged,
    /// The injection was taken back.
    Voided,
}

impl Stage {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::CheckedIn => "checked_in",
            Self::Screened => "screened",
            Self::Left => "left",
            Self::Observing => "observing",
            Self::Discharged => "discharged",
            Self::Voided => "voided",
        }
    }
}

/// What later steps need of a screening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// The doctor's conclusion.
    pub conclusion: Conclusion,
    /// The doctor.
    pub doctor: String,
    /// When.
    pub at: Timestamp,
    /// First day on which a postponed person may come back.
    pub until: Option<Date>,
    /// Products that the answers rule out.
    pub barred: Vec<String>,
    /// Reason for a shorter interval.
    pub interval_override: Option<Reason>,
    /// Reason for another product.
    pub product_override: Option<Reason>,
}

/// One vial opened here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vial {
    /// Its lot.
    pub lot: LotId,
    /// Its product.
    pub product: String,
    /// Nominal doses.
    pub doses: u32,
    /// Most doses that may be drawn.
    pub max_yield: u32,
    /// Doses drawn and not taken back.
    pub drawn: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// From this moment on no dose may be drawn.
    pub discard_at: Timestamp,
    /// Who opened it.
    pub opened_by: String,
    /// Closed vials are never drawn from.
    pub closed: Option<CloseReason>,
}

/// One dose given here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dose {
    /// Its visit.
    pub visit: VisitId,
    /// Its person.
    pub person: PersonId,
    /// Disease targeted (SNOMED CT).
    pub disease: String,
    /// What it was given for.
    pub kind: DoseKind,
    /// Number in the person's record.
    pub dose_number: u32,
    /// Its product.
    pub product: String,
    /// Its vial.
    pub vial: VialId,
    /// Its lot.
    pub lot: LotId,
    /// When.
    pub at: Timestamp,
    /// The vaccinator.
    pub by: String,
    /// Why a rule of the schedule was set aside, as the entry has it.
    pub override_reason: Option<String>,
    /// Taken back.
    pub voided: bool,
}
