//! The rules of a country on the command line: reading them, and saying what they say.

use verifier::inspect::harmless;
use verifier::rules::{Chosen, Finding, RuleSet};
use verifier::{Verdict, Verifier};

use super::args::Trust;
use super::{Usage, input};

/// The verifier with the rules that were named, if any. Rules that cannot be read are wrong usage: nothing is decided with
/// half of them.
pub(super) fn asked(asked: &Trust, verifier: Verifier) -> Result<Verifier, Usage> {
    let Some(country) = &asked.country else { return Ok(verifier) };
    let (path, json) = match (&asked.rules, verifier.list().and_then(|list| list.rules())) {
        (Some(path), _) => (path.display().to_string(), input::file(path)?),
        (None, Some(listed)) => ("--trust-list".to_owned(), listed.to_vec()),
        (None, None) => {
            let message = "danh sách tin cậy không có quy định nhập cảnh: thêm --rules FILE\n\
                           the trust list carries no rules: add --rules FILE";
            return Err(Usage(message.to_owned()));
        }
    };
    let path = harmless(&path);
    let rules = RuleSet::from_json(&json).map_err(|error| {
        let error = harmless(&error.to_string());
        Usage(format!("không dùng được quy định {path}: {error}\ncannot use the rules {path}: {error}"))
    })?;
    for rule in rules.rules().iter().filter(|rule| !rule.issues().is_empty()) {
        let words = rule.issues().iter().map(|issue| harmless(&issue.message)).collect::<Vec<_>>().join("; ");
        eprintln!("verifier: quy định sai / invalid rule {}: {words}", harmless(&rule.id));
    }
    let mut chosen = Chosen::entry(country).purpose(&asked.purpose).language(&asked.lang);
    chosen.region.clone_from(&asked.region);
    chosen.at = asked.travel_at;
    Ok(verifier.with_rules(rules, chosen))
}

/// A line for each rule that failed or is open, and one for those that passed.
pub(super) fn words(verdict: &Verdict, line: &mut impl FnMut(&str, &str)) {
    let Some(outcomes) = &verdict.rules else { return };
    for outcome in outcomes {
        let words = format!("{} ({} {})", harmless(&outcome.words), harmless(&outcome.id), outcome.version);
        match &outcome.finding {
            Finding::Failed => line("Không đạt / Not satisfied:", &words),
            Finding::Open { why } => line("Chưa rõ / Cannot be decided:", &format!("{words}: {why}")),
            Finding::Passed => {}
        }
    }
    let passed = outcomes.iter().filter(|outcome| outcome.finding == Finding::Passed).count();
    line("Quy định đạt / Rules satisfied:", &format!("{passed}/{}", outcomes.len()));
}
