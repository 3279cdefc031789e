//! Visits: the one-way flow of a vaccination site, check-in -> screening -> injection -> observation -> discharge, and the
//! vials it draws from. The gate before the needle is one function, [`gate`]: every rule that can stop a dose is there.

mod checklist;
mod decide;
mod evolve;
mod flow;
mod gate;
pub mod store;
#[cfg(test)]
mod tests;
mod vials;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specs::time::Date;

use crate::clock::Timestamp;
use crate::ids::{DoseId, LotId, PersonId, VialId, VisitId};
use crate::ledger::WasteReason;

pub use checklist::{Answers, Checklist, Gap, Item, Required, Rule, Vital, Vitals, Words, checklist};
pub use decide::{decide, needs};
pub use evolve::{evolve, transfers};
pub use store::project;

/// Shortest observation after an injection (QĐ 3588), in minutes.
pub const OBSERVATION_MINUTES: i64 = 30;

/// What a site can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Reception: the person is here, is who they say, and agrees.
    CheckIn {
        /// New id.
        visit: VisitId,
        /// Who.
        person: PersonId,
        /// The desk compared face and paper.
        identity_confirmed: bool,
        /// Who agreed to the vaccination.
        consent: Consent,
    },
    /// The doctor's screening; the actor is the doctor.
    Screen {
        /// Which visit.
        visit: VisitId,
        /// Version of the checklist, e.g. "3802".
        checklist: String,
        /// Every item of it.
        answers: Answers,
        /// Measurements.
        vitals: Vitals,
        /// The doctor's conclusion.
        conclusion: Conclusion,
        /// First day on which a postponed person may come back, when it can be said.
        #[serde(default)]
        until: Option<Date>,
        /// Why the conclusion differs from the rule's suggestion.
        #[serde(default)]
        reason: Option<String>,
        /// The doctor allows a shorter interval than the schedule, with this reason.
        #[serde(default)]
        interval_override: Option<String>,
        /// The doctor allows a product the schedule does not foresee after the earlier ones, with this reason.
        #[serde(default)]
        product_override: Option<String>,
    },
    /// The person goes without a dose.
    Leave {
        /// Which visit.
        visit: VisitId,
        /// Why.
        reason: String,
    },
    /// Opens a vial out of the site's stock; its clock starts.
    OpenVial {
        /// New id.
        vial: VialId,
        /// Lot it is taken from.
        lot: LotId,
    },
    /// The injection; the actor is the vaccinator.
    Inject {
        /// Which visit.
        visit: VisitId,
        /// Vial drawn from.
        vial: VialId,
        /// New id.
        dose: DoseId,
        /// What the dose is given for.
        #[serde(default)]
        kind: DoseKind,
        /// Number of the dose in the person's record, from 1.
        dose_number: u32,
        /// Body site.
        site: BodySite,
        /// Route.
        route: Route,
        /// The vial's nominal doses are drawn and one more full dose is in it.
        #[serde(default)]
        extra: bool,
    },
    /// A finding during observation.
    Observe {
        /// Which visit.
        visit: VisitId,
        /// Findings; `none` is one.
        findings: Vec<Finding>,
    },
    /// End of the visit after an injection.
    Discharge {
        /// Which visit.
        visit: VisitId,
        /// Where to.
        outcome: Outcome,
    },
    /// Ends the use of a vial; what is left in it is waste.
    CloseVial {
        /// Which vial.
        vial: VialId,
        /// Why.
        reason: CloseReason,
    },
    /// Takes back an injection that was recorded in error.
    VoidInjection {
        /// Which dose.
        dose: DoseId,
        /// Why.
        reason: String,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A person is here.
    CheckedIn {
        /// Which visit.
        visit: VisitId,
        /// Who.
        person: PersonId,
        /// Who agreed.
        consent: Consent,
    },
    /// A doctor (the actor) screened.
    Screened {
        /// Which visit.
        visit: VisitId,
        /// Version of the checklist.
        checklist: String,
        /// Every item of it.
        answers: Answers,
        /// Measurements.
        vitals: Vitals,
        /// What the rule table says.
        suggestion: Conclusion,
        /// What the doctor says; this counts.
        conclusion: Conclusion,
        /// First day on which a postponed person may come back.
        until: Option<Date>,
        /// Why the two differ.
        reason: Option<String>,
        /// Products that the answers rule out.
        barred: Vec<String>,
        /// Reason for a shorter interval.
        interval_override: Option<String>,
        /// Reason for another product.
        product_override: Option<String>,
    },
    /// The person went without a dose.
    Left {
        /// Which visit.
        visit: VisitId,
        /// Why.
        reason: String,
    },
    /// A vial was taken from stock and opened.
    VialOpened {
        /// Which vial.
        vial: VialId,
        /// Its lot.
        lot: LotId,
        /// Its product.
        product: String,
        /// Nominal doses.
        doses: u32,
        /// Most doses that may be drawn from it.
        max_yield: u32,
        /// From this moment on no dose may be drawn.
        discard_at: Timestamp,
    },
    /// A dose was given by the actor.
    Injected {
        /// Which visit.
        visit: VisitId,
        /// Who received it.
        person: PersonId,
        /// The dose.
        dose: DoseId,
        /// Disease targeted (SNOMED CT).
        disease: String,
        /// What the dose was given for.
        kind: DoseKind,
        /// Number in the person's record for this disease.
        dose_number: u32,
        /// Product.
        product: String,
        /// Lot.
        lot: LotId,
        /// Vial.
        vial: VialId,
        /// Body site.
        site: BodySite,
        /// Route.
        route: Route,
        /// Local date of the injection.
        on: Date,
        /// The dose was one more than the vial's nominal doses.
        over_yield: bool,
        /// Who screened.
        doctor: String,
        /// The doctor's reason, when the interval is shorter than the schedule.
        interval_override: Option<String>,
        /// The doctor's reason, when the product is not the schedule's.
        product_override: Option<String>,
    },
    /// Something was seen during observation.
    Observed {
        /// Which visit.
        visit: VisitId,
        /// What.
        findings: Vec<Finding>,
    },
    /// The visit ended after an injection.
    Discharged {
        /// Which visit.
        visit: VisitId,
        /// The dose given.
        dose: DoseId,
        /// Where to.
        outcome: Outcome,
    },
    /// A vial's use ended.
    VialClosed {
        /// Which vial.
        vial: VialId,
        /// Its lot.
        lot: LotId,
        /// Doses left, written off.
        wasted: u32,
        /// Why.
        reason: CloseReason,
    },
    /// An injection was taken back.
    InjectionVoided {
        /// The dose.
        dose: DoseId,
        /// Its visit.
        visit: VisitId,
        /// Its person.
        person: PersonId,
        /// Its lot.
        lot: LotId,
        /// Its vial.
        vial: VialId,
        /// The vial was still usable, so the dose is in it again; otherwise it is waste recorded in error.
        back_in_vial: bool,
        /// Why.
        reason: String,
    },
}

/// Who agreed to the vaccination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The person.
    Own,
    /// The parent or guardian.
    Guardian,
    /// Nobody.
    None,
}

/// Conclusion of a screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Đủ điều kiện tiêm.
    Eligible,
    /// Thận trọng.
    Caution,
    /// Trì hoãn.
    Postpone,
    /// Chống chỉ định.
    Contraindicated,
    /// Chuyển tiêm tại bệnh viện.
    Hospital,
}

impl Conclusion {
    /// Whether a dose may be given at this site.
    pub fn clears(self) -> bool {
        matches!(self, Self::Eligible | Self::Caution)
    }

    /// Of several conclusions the one with the higher number counts.
    pub fn gravity(self) -> u8 {
        match self {
            Self::Eligible => 0,
            Self::Caution => 1,
            Self::Hospital => 2,
            Self::Postpone => 3,
            Self::Contraindicated => 4,
        }
    }

    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Caution => "caution",
            Self::Postpone => "postpone",
            Self::Contraindicated => "contraindicated",
            Self::Hospital => "hospital",
        }
    }
}

/// What a dose is given for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoseKind {
    /// Of the basic series.
    #[default]
    Basic,
    /// Additional, for those in whom the basic series is not enough.
    Additional,
    /// Booster.
    Booster,
}

impl From<DoseKind> for crate::catalogue::DoseKind {
    fn from(kind: DoseKind) -> Self {
        match kind {
            DoseKind::Basic => Self::Basic,
            DoseKind::Additional => Self::Additional,
            DoseKind::Booster => Self::Booster,
        }
    }
}

/// How the dose is given (HL7 code); every product of the catalogue goes into the muscle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Route {
    /// Tiêm bắp.
    #[serde(rename = "IM")]
    Intramuscular,
}

/// Where the needle went (HL7 body site codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodySite {
    /// Left arm.
    #[serde(rename = "LA")]
    LeftArm,
    /// Right arm.
    #[serde(rename = "RA")]
    RightArm,
    /// Left thigh.
    #[serde(rename = "LT")]
    LeftThigh,
    /// Right thigh.
    #[serde(rename = "RT")]
    RightThigh,
}

/// What can be seen in the half hour after an injection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing.
    None,
    /// Sốt.
    Fever,
    /// Đau chỗ tiêm.
    Pain,
    /// Sưng chỗ tiêm.
    Swelling,
    /// Mệt mỏi.
    Fatigue,
    /// Đau đầu.
    Headache,
    /// Đau cơ.
    Myalgia,
    /// Rét run.
    Chills,
    /// Buồn nôn.
    Nausea,
    /// Phát ban.
    Rash,
    /// Choáng, ngất.
    Fainting,
    /// Khó thở.
    Dyspnoea,
    /// Phản vệ.
    Anaphylaxis,
    /// Khác.
    Other,
}

impl Finding {
    /// Stable name, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Fever => "fever",
            Self::Pain => "pain",
            Self::Swelling => "swelling",
            Self::Fatigue => "fatigue",
            Self::Headache => "headache",
            Self::Myalgia => "myalgia",
            Self::Chills => "chills",
            Self::Nausea => "nausea",
            Self::Rash => "rash",
            Self::Fainting => "fainting",
            Self::Dyspnoea => "dyspnoea",
            Self::Anaphylaxis => "anaphylaxis",
            Self::Other => "other",
        }
    }
}

/// Where a person goes after observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Home, not before the observation time is over.
    Home,
    /// To hospital, at once.
    Referred,
}

/// Why a vial's use ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The session is over, or the vial is empty.
    EndOfSession,
    /// Past its clock.
    TimeLimit,
    /// Contaminated.
    Contaminated,
    /// Fewer doses could be drawn than it should hold.
    DrawnShort,
}

impl CloseReason {
    /// What the doses left are counted as.
    pub fn waste(self) -> WasteReason {
        match self {
            Self::EndOfSession => WasteReason::EndOfSession,
            Self::TimeLimit => WasteReason::TimeLimit,
            Self::Contaminated => WasteReason::Contaminated,
            Self::DrawnShort => WasteReason::DrawnShort,
        }
    }
}

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
    /// First day on which a postponed person may come back.
    pub until: Option<Date>,
    /// Products that the answers rule out.
    pub barred: Vec<String>,
    /// Reason for a shorter interval.
    pub interval_override: Option<String>,
    /// Reason for another product.
    pub product_override: Option<String>,
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
    /// Why a rule of the schedule was set aside.
    pub override_reason: Option<String>,
    /// Taken back.
    pub voided: bool,
}

impl Event {
    /// The stable kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CheckedIn { .. } => "visits.checked_in",
            Self::Screened { .. } => "visits.screened",
            Self::Left { .. } => "visits.left",
            Self::VialOpened { .. } => "visits.vial_opened",
            Self::Injected { .. } => "visits.injected",
            Self::Observed { .. } => "visits.observed",
            Self::Discharged { .. } => "visits.discharged",
            Self::VialClosed { .. } => "visits.vial_closed",
            Self::InjectionVoided { .. } => "visits.injection_voided",
        }
    }
}
