//! Visits: the one-way flow of a vaccination site, check-in -> screening -> injection -> observation -> discharge, and the
//! vials it draws from. The gate before the needle is one function, [`gate`]: every rule that can stop a dose is there.

mod checklist;
mod command;
mod decide;
mod event;
mod evolve;
mod flow;
mod gate;
mod reason;
mod state;
pub mod store;
#[cfg(test)]
mod tests;
mod vials;

use serde::{Deserialize, Serialize};

use crate::ledger::WasteReason;

pub use checklist::{Answers, Checklist, Details, Gap, Item, Required, Rule, Vital, Vitals, Words, checklist};
pub use command::Command;
pub use decide::{decide, needs};
pub use event::Event;
pub use evolve::{evolve, transfers};
pub use reason::{Reason, SealedTexts};
pub use state::{Dose, Screening, Stage, State, Vial, Visit};
pub use store::{DoseRow, VialRow, VisitRow, dose, doses_of, open_vials, project, visit, visited, visits_on};

/// Shortest observation after an injection (QĐ 3588), in minutes.
pub const OBSERVATION_MINUTES: i64 = 30;

/// Who agreed to the vaccination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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

    /// Reads the stable name.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Eligible, Self::Caution, Self::Hospital, Self::Postpone, Self::Contraindicated]
            .into_iter()
            .find(|conclusion| conclusion.code() == code)
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Route {
    /// Tiêm bắp.
    #[serde(rename = "IM")]
    Intramuscular,
}

/// Where the needle went (HL7 body site codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Home, not before the observation time is over.
    Home,
    /// To hospital, at once.
    Referred,
}

/// Why a vial's use ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
