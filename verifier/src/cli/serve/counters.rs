//! What the server counts: verdicts by reason, and nothing of anybody.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use specs::reason::Reason;
use verifier::verdict::{Outcome, Trust};

/// Verdicts given since the start.
#[derive(Default)]
pub(super) struct Counters(Mutex<BTreeMap<&'static str, (Reason, u64)>>);

impl Counters {
    /// One more.
    pub(super) fn count(&self, reason: Reason) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.entry(reason.code()).or_insert((reason, 0)).1 += 1;
    }

    /// In the text form that Prometheus reads, with the number and the age of the trust list.
    pub(super) fn page(&self, trust: &Trust) -> String {
        let mut page = "# TYPE verifier_checks_total counter\n".to_owned();
        let mut line = |line: std::fmt::Arguments<'_>| writeln!(page, "{line}").expect("a string takes every word");
        for (code, (reason, count)) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let verdict = match reason.class() {
                Outcome::Valid => "valid",
                Outcome::Invalid => "invalid",
                Outcome::Unknown => "unknown",
            };
            line(format_args!("verifier_checks_total{{verdict=\"{verdict}\",reason=\"{code}\"}} {count}"));
        }
        if let Some(list) = &trust.list {
            line(format_args!("# TYPE verifier_trust_list_sequence gauge"));
            line(format_args!("verifier_trust_list_sequence {}", list.sequence));
            line(format_args!("# TYPE verifier_trust_list_age_seconds gauge"));
            line(format_args!("verifier_trust_list_age_seconds {}", list.age_seconds));
        }
        page
    }
}
