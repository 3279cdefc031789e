//! The step after the last check of the certificate itself: what the rules that were asked for say about it.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use specs::hcert::{Claims, Content};
use specs::reason::Reason;
use specs::time::UnixTime;
use trust_list::signers::Signer;

use super::Verifier;
use super::run::Finding;
use crate::rules::{self, Decision, External, Outcome, Subject};

/// What the rules say, as a check and one by one. `None` where no rules were asked for.
pub(super) fn ask(
    verifier: &Verifier,
    claims: &Claims,
    signer: &Signer,
    at: UnixTime,
) -> Option<(Finding, Vec<Outcome>)> {
    let (rules, chosen) = verifier.rules.as_ref()?;
    let external = External {
        issued: claims.iat,
        expires: claims.exp,
        issuer_country: issuer_country(claims, signer),
        kid: STANDARD.encode(signer.kid()),
    };
    let Some(subject) = Subject::of(&claims.content, external) else {
        let words = "rules are written for the EU's and the national certificate, and not for this format";
        return Some((Err((Reason::RulesOpen, Cow::Borrowed(words))), Vec::new()));
    };
    let subject = match &verifier.newer_sets {
        Some(newer) => subject.with_value_sets(Arc::clone(&newer.of_rules)),
        None => subject,
    };
    let report = rules.evaluate(chosen, &subject, at);
    let finding = match expired(claims, chosen.at) {
        Some(finding) => finding,
        None => finding(&report),
    };
    Some((finding, report.outcomes))
}

/// A certificate may be in force today and have ended before the day of travel.
fn expired(claims: &Claims, travel: Option<UnixTime>) -> Option<Finding> {
    let ended = travel.zip(claims.exp).is_some_and(|(travel, expires)| travel > expires);
    ended.then_some(Err((Reason::CertificateExpired, Cow::Borrowed("will have expired on the day of travel"))))
}

fn finding(report: &rules::Report) -> Finding {
    let names = |finding: &str| {
        let of = report.outcomes.iter().filter(|outcome| outcome.finding.as_str() == finding);
        of.map(|outcome| outcome.id.as_str()).collect::<Vec<_>>().join(", ")
    };
    match report.decision {
        Decision::Accepted => Ok(Cow::Owned(format!("{} rules are satisfied", report.outcomes.len()))),
        Decision::Refused => Err((Reason::RulesFailed, Cow::Owned(format!("not satisfied: {}", names("failed"))))),
        Decision::CannotTell => {
            let open = names("open");
            let words = if open.is_empty() {
                Cow::Borrowed("there are no rules of that country for this kind of certificate, purpose and day")
            } else {
                Cow::Owned(format!("cannot be decided: {open}"))
            };
            Err((Reason::RulesOpen, words))
        }
    }
}

/// The signer's country; else what the certificate says.
fn issuer_country(claims: &Claims, signer: &Signer) -> String {
    let content = || match &claims.content {
        Content::EuDcc(certificate) => certificate.entry.country(),
        Content::National(_) => specs::national::ISSUER,
        _ => "",
    };
    let named = [signer.country(), claims.iss.as_deref().unwrap_or_default()];
    named.into_iter().find(|country| !country.is_empty()).unwrap_or_else(content).to_owned()
}
