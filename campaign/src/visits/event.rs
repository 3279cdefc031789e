//! What happened at a site.

use serde::{Deserialize, Serialize};
use specs::time::Date;

use super::{Answers, BodySite, CloseReason, Conclusion, Consent, DoseKind, Finding, Outcome, Reason, Route, Vitals};
use crate::clock::Timestamp;
use crate::ids::{DoseId, LotId, PersonId, VialId, VisitId};
use crate::vault::Sealed;

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
        /// What is written beside them ([`super::Details`] as JSON), sealed under the person's key for
        /// [`crate::vault::SCREENING`]. Entries from before there were any have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Sealed>,
        /// Measurements.
        vitals: Vitals,
        /// What the rule table says.
        suggestion: Conclusion,
        /// What the doctor says; this counts.
        conclusion: Conclusion,
        /// First day on which a postponed person may come back.
        until: Option<Date>,
        /// Why the two differ.
        reason: Option<Reason>,
        /// Products that the answers rule out.
        barred: Vec<String>,
        /// Reason for a shorter interval.
        interval_override: Option<Reason>,
        /// Reason for another product.
        product_override: Option<Reason>,
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
        interval_override: Option<Reason>,
        /// The doctor's reason, when the product is not the schedule's.
        product_override: Option<Reason>,
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
