//! The pipeline: from the text in a QR symbol to a [`Verdict`].
//!
//! Up to the signature each step stands on the one before, so the first failure is the end. After a good signature all
//! remaining checks are made, and the first that failed gives the reason. Two decisions are worth knowing:
//!
//! * The age of the trust list comes straight after the signature. A wrong signature is wrong on any day; but with a list
//!   that is too old, or a clock that cannot be right, nothing that depends on the day may be said, not even "expired".
//! * A certificate's algorithm is that of the signer's *key*. The header must agree; it never chooses.

mod content;
#[cfg(feature = "batch")]
mod many;
mod message;
mod refusal;
mod revocation;
mod rules;
mod run;
mod seals;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use specs::reason::Reason;
use specs::revocation::Revocation;
pub use specs::time::CLOCK_SKEW;
use specs::time::UnixTime;
use specs::value_set::ValueSets;
use trust_list::Verified;
use trust_list::backend::Backend;
use trust_list::list::{Freshness, SignerList};
use trust_list::signers::{Signer, Signers};

use crate::rules::{Chosen, RuleSet};
use crate::verdict::{ListFacts, ListState, Trust, Verdict};
pub(crate) use content::values;
pub(crate) use message::Container;
use run::Run;

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
    revocation: Held,
    newer_sets: Option<NewerSets>,
}

/// Value sets of which a list brought newer ones than this build has.
struct NewerSets {
    sets: ValueSets,
    /// The same as rules see them.
    of_rules: Arc<serde_json::Value>,
}

impl NewerSets {
    fn of(sets: ValueSets) -> Self {
        Self { of_rules: Arc::new(crate::rules::codes(&sets)), sets }
    }
}

/// What is held of revocation.
enum Held {
    /// Nothing: of a certificate that has a status elsewhere nobody can tell.
    Nothing,
    /// This.
    Data(Arc<Revocation>),
    /// The caller wants no answer to this question.
    NotAsked,
}

impl Verifier {
    /// A verifier that believes nobody yet. `backend` is the one its signers are to be prepared with.
    #[must_use]
    pub fn new(backend: &'static dyn Backend) -> Self {
        Self {
            backend,
            list: None,
            list_issuer: Arc::from(""),
            list_refused: None,
            given: Signers::new(),
            rules: None,
            revocation: Held::Nothing,
            newer_sets: None,
        }
    }

    /// Believes the signers of that list, for as long as it is not too old, and goes by the revocation data that it carries,
    /// if it does: nothing that was revoked before comes back. Value sets that it carries count from now on where they are newer
    /// than those that counted before.
    #[must_use]
    pub fn with_list(mut self, list: Verified<SignerList>) -> Self {
        if let Some(new) = list.revocation() {
            self.revocation = match self.revocation {
                Held::Data(seen) => Held::Data(Arc::new(Revocation::clone(new).keeping(&seen, list.issued()))),
                Held::Nothing => Held::Data(Arc::clone(new)),
                Held::NotAsked => Held::NotAsked,
            };
        }
        if let Some(sets) = list.value_sets().and_then(|offered| self.value_sets().updated(offered)) {
            self.newer_sets = Some(NewerSets::of(sets));
        }
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

    /// Asks no rules.
    #[must_use]
    pub fn without_rules(mut self) -> Self {
        self.rules = None;
        self
    }

    /// Goes by this revocation data from now on. Whoever held other data before gives [`Revocation::keeping`] of both, so
    /// that nothing comes back from being revoked.
    #[must_use]
    pub fn with_revocation(mut self, revocation: impl Into<Arc<Revocation>>) -> Self {
        self.revocation = Held::Data(revocation.into());
        self
    }

    /// Says nothing of revocation; no verdict has a check of it: for an issuer that checks what it has just signed, and for a
    /// holder who wants to know whether a certificate is genuine. Never for a door or a border: there a certificate whose
    /// status is published elsewhere and not held is `revocation-unknown`.
    #[must_use]
    pub fn without_revocation(mut self) -> Self {
        self.revocation = Held::NotAsked;
        self
    }

    /// The revocation data held, if there are any.
    #[must_use]
    pub fn revocation(&self) -> Option<&Arc<Revocation>> {
        match &self.revocation {
            Held::Data(revocation) => Some(revocation),
            Held::Nothing | Held::NotAsked => None,
        }
    }

    /// Goes by the value sets of another verifier where they are newer, as whoever takes its place must.
    #[must_use]
    pub fn with_value_sets_of(mut self, held: &Self) -> Self {
        if let Some(sets) = self.value_sets().newest(held.value_sets()) {
            self.newer_sets = Some(NewerSets::of(sets));
        }
        self
    }

    /// The value sets that count: those of this build, and the newer ones of the lists that were held.
    #[must_use]
    pub fn value_sets(&self) -> &ValueSets {
        self.newer_sets.as_ref().map_or_else(|| ValueSets::bundled(), |newer| &newer.sets)
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

    /// Checks many as of the time `at`; the verdicts are those of [`Self::check`], in the same order. For audits, not for
    /// doors: Ed25519 signatures are first asked for in batches, with the one difference that [`trust_list::batch`] names.
    #[cfg(feature = "batch")]
    #[must_use]
    pub fn check_many(&self, texts: &[&str], at: UnixTime) -> Vec<Verdict> {
        many::verdicts(self, texts, at)
    }

    /// Every believed signer with that key identifier.
    fn by_kid(&self, kid: &[u8]) -> impl Iterator<Item = &Signer> {
        let listed = self.list.as_ref().map_or(&[][..], |list| list.signers().by_kid(kid));
        self.given.by_kid(kid).iter().chain(listed)
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
