//! Rules of countries, and CertLogic under them.

use crate::Target;
use crate::corpus::Kind;
use verifier::rules::{RuleSet, certlogic};

pub(super) const TARGET: Target =
    Target { name: "rules", max_len: 16 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Json), run };

fn run(input: &[u8]) {
    let _ = RuleSet::from_json(input);
    let Ok(json) = serde_json::from_slice(input) else { return };
    if let Ok(expression) = certlogic::Expression::parse(&json) {
        let _ = expression.evaluate(&json, &mut certlogic::Budget::new(10_000));
    }
}
