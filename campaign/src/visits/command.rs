//! What a site can ask for.

use serde::{Deserialize, Serialize};
use specs::time::Date;

use super::{
    Answers, BodySite, CloseReason, Conclusion, Consent, Details, DoseKind, Finding, Outcome, Reason, Route,
    SealedTexts, Vitals,
};
use crate::ids::{DoseId, LotId, PersonId, VialId, VisitId};
use crate::vault::{DataKey, SCREENING};

/// A step of the flow, or of a vial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = VisitsCommand)]
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
        #[schema(value_type = std::collections::BTreeMap<String, bool>)]
        answers: Answers,
        /// By item, what the form asks to write beside a yes (the agent, what else is abnormal); at most 500 bytes each. Kept
        /// sealed under the person's key.
        #[serde(default, skip_serializing_if = "Details::is_empty")]
        #[schema(value_type = std::collections::BTreeMap<String, String>)]
        details: Details,
        /// Details and reasons as [`Command::seal`] left them. No client can send this.
        #[serde(skip)]
        sealed: Option<Box<SealedTexts>>,
        /// Measurements.
        #[schema(value_type = std::collections::BTreeMap<String, i32>)]
        vitals: Vitals,
        /// The doctor's conclusion.
        conclusion: Conclusion,
        /// First day on which a postponed person may come back, when it can be said.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        until: Option<Date>,
        /// Why the conclusion differs from the rule's suggestion. This and the two reasons below are kept sealed under the person's
        /// key.
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
        /// Why. Kept in clear, so it names nobody: no identity or telephone number.
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
        /// Why. Kept in clear, so it names nobody: no identity or telephone number.
        reason: String,
    },
}

impl Command {
    /// The visit whose person's key must seal something of this command before it is decided; `None` when nothing is personal.
    pub fn to_seal(&self) -> Option<&VisitId> {
        match self {
            Self::Screen { visit, details, reason, interval_override, product_override, .. } => {
                let reasons = [reason, interval_override, product_override];
                (!details.is_empty() || reasons.into_iter().any(Option::is_some)).then_some(visit)
            }
            _ => None,
        }
    }

    /// Seals details and reasons under the key of the visit's person. They stay readable in the command, which no table and no
    /// entry keeps, for the rules to look at.
    pub fn seal(&mut self, key: &DataKey) {
        if let Self::Screen { details, sealed, reason, interval_override, product_override, .. } = self {
            let json = serde_json::to_vec(details).expect("a map of texts is JSON");
            let seal = |text: &Option<String>| text.as_ref().map(|text| Reason::seal(text, key));
            *sealed = Some(Box::new(SealedTexts {
                details: (!details.is_empty()).then(|| key.seal(SCREENING, &json)),
                reason: seal(reason),
                interval_override: seal(interval_override),
                product_override: seal(product_override),
            }));
        }
    }
}
