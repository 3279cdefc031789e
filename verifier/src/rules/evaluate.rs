//! Asks the rules that were selected, each within its share of the work.

use serde_json::Value as Json;
use specs::time::UnixTime;

use super::certlogic::{Budget, Value};
use super::{Chosen, Decision, Finding, Kind, Open, Outcome, Report, Rule, RuleSet, Subject};

/// The most steps that one rule may take. To look for a code among all countries takes about 250.
pub const MAX_STEPS_PER_RULE: usize = 100_000;
/// The most steps that all rules asked of one certificate may take together.
pub const MAX_STEPS_PER_SET: usize = 1_000_000;

impl RuleSet {
    /// Asks the rules that [`RuleSet::select`] gives. `at` is the moment of the check, which counts where no day of travel
    /// was chosen. Where the country has no rules for this kind of certificate and purpose, nobody can tell.
    #[must_use]
    pub fn evaluate(&self, chosen: &Chosen, subject: &Subject, at: UnixTime) -> Report {
        let at = chosen.at.unwrap_or(at);
        let asked = self.select(chosen, subject.event, &subject.external.issuer_country, at);
        let data = subject.data(chosen, at);
        let mut left = MAX_STEPS_PER_SET;
        let mut outcomes: Vec<Outcome> = asked
            .iter()
            .map(|rule| Outcome {
                id: rule.id.clone(),
                version: rule.version,
                finding: rule.ask(&data, &mut left),
                words: rule.words(&chosen.language).to_owned(),
            })
            .collect();
        outcomes.sort_by_key(|outcome| rank(&outcome.finding));
        let any = |is: fn(&Finding) -> bool| outcomes.iter().any(|outcome| is(&outcome.finding));
        let decision = if any(|finding| matches!(finding, Finding::Failed)) {
            Decision::Refused
        } else if any(|finding| matches!(finding, Finding::Open { .. }))
            || !asked.iter().any(|rule| rule.kind == Kind::Acceptance)
        {
            Decision::CannotTell
        } else {
            Decision::Accepted
        };
        Report { decision, outcomes }
    }
}

impl Rule {
    /// What this rule says about that data (`payload` and `external`), within [`MAX_STEPS_PER_RULE`] steps.
    #[must_use]
    pub fn evaluate(&self, data: &Json) -> Finding {
        let mut left = MAX_STEPS_PER_RULE;
        self.ask(data, &mut left)
    }

    /// As [`Rule::evaluate`], with no more steps than are `left`; takes from them.
    fn ask(&self, data: &Json, left: &mut usize) -> Finding {
        let open = |why: Open| Finding::Open { why };
        let logic = match &self.logic {
            Ok(logic) => logic,
            Err(why) => return open(why.clone()),
        };
        let share = MAX_STEPS_PER_RULE.min(*left);
        let mut budget = Budget::new(share);
        let value = logic.evaluate(data, &mut budget);
        *left -= share - budget.left();
        match value {
            Ok(Value::Bool(true)) => Finding::Passed,
            Ok(Value::Bool(false)) => Finding::Failed,
            Ok(_) => open(Open::NotYesOrNo),
            Err(error) => open(Open::Evaluation(error)),
        }
    }
}

/// What the person must know comes first.
fn rank(finding: &Finding) -> u8 {
    match finding {
        Finding::Failed => 0,
        Finding::Open { .. } => 1,
        Finding::Passed => 2,
    }
}
