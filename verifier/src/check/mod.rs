//! The pipeline: from the text in a QR symbol to a [`Verdict`].
//!
//! Up to the signature each step stands on the one before, so the first failure is the end. After a good signature all
//! remaining checks are made, and the first that failed gives the reason. Two decisions are worth knowing:
//!
//! * The age of the trust list comes straight after the signature. A wrong signature is wrong on any day; but with a list
//!   that is too old, or a clock that cannot be right, nothing that depends on the day may be said, not even "expired".
//! * A certificate's algorithm is that of the signer's *key*. The header must agree; it never chooses.

mod content;
mod message;
mod refusal;
mod rules;
mod run;
mod seals;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use specs::reason::Reason;
use specs::time::UnixTime;
use trust_list::Verified;
use trust_list::backend::Backend;
use trust_list::list::{Freshness, SignerList};
use trust_list::signers::{Signer, Signers};

use crate::rules::{Chosen, RuleSet};
use crate::verdict::{ListFacts, ListState, Trust, Verdict};
use run::Run;

/// How far in the future a certificate's issue may lie, in seconds: clocks of issuer and verifier differ. Five minutes.
pub const CLOCK_SKEW: i64 = 300;

/// The most signatures that are checked for one certificate. Key identifiers are not unique, so all signers that share
/// one are tried; but nobody shall make a verifier work by flooding one identifier.
pub const MAX_SIGNATURE_CHECKS: usize = 16;

/// Checks certificates against a trust list, named signers, or both.
pub struct Verifier {
    backend: &'static dyn Backend,
    list: Option<Verified<SignerList>>,
    list_issuer: Arc<str>,
    list_refused: Option<Reason>,
    given: Signers,
    rules: Option<(RuleSet, Chosen)>,
}

impl Verifier {
    /// A verifier that believes nobody yet. `backend` is the one its signers are to be prepared with.
    #[must_use]
    pub fn new(backend: &'static dyn Backend) -> Self {
        Self { backend, list: None, list_issuer: Arc::from(""), list_refused: None, given: Signers::new(), rules: None }
    }

    /// Believes the signers of that list, for as long as it is not too old.
    #[must_use]
    pub fn with_list(mut self, list: Verified<SignerList>) -> Self {
        self.list_issuer = Arc::from(list.issuer());
        self.list = Some(list);
        self.list_refused = None;
        self
    }

    /// Remembers that a list was offered and refused, so that verdicts can say that this is why nobody can tell.
    #[must_use]
    pub fn with_refused_list(mut self, error: &trust_list::Error) -> Self {
        self.list_refused = Some(refusal::of_list(error));
        self
    }

    /// Believes that signer on the caller's word. No age of a list bounds it; its own validity and purposes still count.
    #[must_use]
    pub fn with_signer(mut self, signer: Signer) -> Self {
        self.given.insert(signer);
        self
    }

    /// Asks these rules, as chosen, of every certificate whose signature is good. Without this no rules are asked.
    #[must_use]
    pub fn with_rules(mut self, rules: RuleSet, chosen: Chosen) -> Self {
        self.rules = Some((rules, chosen));
        self
    }

    /// The back end that checks signatures.
    #[must_use]
    pub fn backend(&self) -> &'static dyn Backend {
        self.backend
    }

    /// The trust list, if there is one.
    #[must_use]
    pub fn list(&self) -> Option<&Verified<SignerList>> {
        self.list.as_ref()
    }

    /// Checks the text of a certificate as of the time `at`. Never panics; there is an answer for every text.
    #[must_use]
    pub fn check(&self, text: &str, at: UnixTime) -> Verdict {
        Run::new(self, at).verdict(text)
    }

    /// What is believed at that time, as verdicts show it.
    #[must_use]
    pub fn trust(&self, at: UnixTime) -> Trust {
        let list = self.list.as_ref().map(|list| ListFacts {
            issuer: Arc::clone(&self.list_issuer),
            sequence: list.sequence(),
            issued: list.issued(),
            next_update: list.next_update(),
            age_seconds: at.0.saturating_sub(list.issued().0),
            state: list_state(list, at),
            environment: list.environment(),
        });
        Trust { list, list_refused: self.list_refused, given_signers: self.given.len() }
    }
}

/// A list that is used before it was issued means that the clock is wrong, whatever else it may mean.
fn list_state(list: &SignerList, at: UnixTime) -> ListState {
    if at < list.issued() {
        return ListState::Future;
    }
    match list.freshness(at) {
        Freshness::Fresh => ListState::Fresh,
        Freshness::Stale => ListState::Stale,
        Freshness::Expired => ListState::Expired,
    }
}
