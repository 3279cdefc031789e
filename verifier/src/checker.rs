//! The verifier as programs in other languages hold it: bytes and texts in, one JSON verdict out. Every binding is a thin
//! layer over this type, so that all of them give the same answer, letter for letter.

use specs::revocation::Revocation;
use specs::time::UnixTime;
use specs::value_set::ValueSets;
use trust_list::Error;
use trust_list::backend::Backend;
use trust_list::chain::Anchor;
use trust_list::list::{self, Mark};
use trust_list::signers::Signer;
use trust_list::status_list;

use crate::rules::{Chosen, RuleSet};
use crate::{Verdict, Verifier};

/// A verifier that is filled step by step. Nothing is kept of what it checks.
pub struct Checker {
    backend: &'static dyn Backend,
    anchors: Vec<Anchor>,
    verifier: Verifier,
    newest: Option<Mark>,
    chosen: Option<Chosen>,
}

impl Checker {
    /// A checker that believes nobody yet.
    #[must_use]
    pub fn new(backend: &'static dyn Backend) -> Self {
        Self { backend, anchors: Vec::new(), verifier: Verifier::new(backend), newest: None, chosen: None }
    }

    /// Adds the root certificates of a PEM or DER file, which trust data must lead to.
    ///
    /// # Errors
    /// As [`Anchor::read_all`].
    pub fn add_anchors(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.anchors.extend(Anchor::read_all(bytes)?);
        Ok(())
    }

    /// Believes a document signer's certificate (PEM or DER) on the caller's word.
    ///
    /// # Errors
    /// As [`Signer::from_certificate`].
    pub fn add_signer(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let signer = Signer::from_certificate(bytes, self.backend)?;
        self.change(|verifier| verifier.with_signer(signer));
        Ok(())
    }

    /// Takes signed trust data, as of the time `at`. Data that is refused is not used, verdicts say why, and what was
    /// held before stays in force.
    ///
    /// # Errors
    /// As [`list::open`]; as [`Mark::allows`] where older data than what was seen is offered.
    pub fn load_trust(&mut self, bytes: &[u8], at: UnixTime) -> Result<(), Error> {
        let opened = list::open(bytes, &self.anchors, at, self.backend).and_then(|offered| {
            self.newest.as_ref().map_or(Ok(()), |seen| seen.allows(&offered))?;
            Ok(offered)
        });
        match opened {
            Ok(list) => {
                self.newest = Some(list.mark());
                self.change(|verifier| verifier.with_list(list));
                self.ask_rules();
                Ok(())
            }
            Err(error) => {
                if self.verifier.list().is_none() {
                    self.change(|verifier| verifier.with_refused_list(&error));
                }
                Err(error)
            }
        }
    }

    /// Also goes by a signed status list (CWT), as of the time `at`: for certificates issued or revoked after the trust data
    /// were made. It must lead to an anchor like the trust data; nothing that was revoked before comes back.
    ///
    /// # Errors
    /// As [`status_list::open`]; the list is not used then.
    pub fn load_status_list(&mut self, bytes: &[u8], at: UnixTime) -> Result<(), Error> {
        let token = status_list::open(bytes, &self.anchors, at, self.backend)?;
        let mut revocation = Revocation::new();
        revocation.add_list(token.into_inner().into());
        if let Some(held) = self.verifier.revocation() {
            revocation = revocation.keeping(held, at);
        }
        self.change(|verifier| verifier.with_revocation(revocation));
        Ok(())
    }

    /// From now on also asks the rules of the trust data for that purpose ([`ENTRY`](crate::rules::ENTRY) or another
    /// label) in that country, and tells them in that language. An empty country asks none. Where the trust data have no
    /// rules of that country, or rules that cannot be read, nobody can tell (`rules-open`).
    pub fn set_country(&mut self, country: &str, purpose: &str, language: &str) {
        let chosen = Chosen::entry(country).purpose(purpose).language(language);
        self.chosen = (!country.is_empty()).then_some(chosen);
        self.ask_rules();
    }

    /// What to remember of the newest trust data across restarts, as JSON; `None` before any was taken.
    #[must_use]
    pub fn mark(&self) -> Option<String> {
        self.newest.as_ref().and_then(|mark| serde_json::to_string(mark).ok())
    }

    /// Remembers what [`Checker::mark`] gave before a restart, so that no older data is taken after it. `false` where this
    /// is no such mark.
    pub fn remember(&mut self, mark: &str) -> bool {
        let Some(mark) = Mark::from_json(mark.as_bytes()) else { return false };
        self.newest = Some(mark);
        true
    }

    /// Checks the text of a certificate as of the time `at`.
    #[must_use]
    pub fn check(&self, text: &str, at: UnixTime) -> Verdict {
        self.verifier.check(text, at)
    }

    /// The same, as the JSON object that every binding gives.
    #[must_use]
    pub fn check_json(&self, text: &str, at: UnixTime) -> String {
        serde_json::to_string(&self.check(text, at)).unwrap_or_else(|_| "{}".to_owned())
    }

    /// What is believed at that time and how old it is, as the `trust` of a verdict.
    #[must_use]
    pub fn trust_json(&self, at: UnixTime) -> String {
        serde_json::to_string(&self.verifier.trust(at)).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The value sets that certificates are held to: those of this build, or newer ones of the trust data.
    #[must_use]
    pub fn value_sets(&self) -> &ValueSets {
        self.verifier.value_sets()
    }

    fn ask_rules(&mut self) {
        let Some(chosen) = self.chosen.clone() else { return self.change(Verifier::without_rules) };
        let listed = self.verifier.list().and_then(|list| list.rules());
        let rules = listed.and_then(|rules| RuleSet::from_json(rules).ok()).unwrap_or_default();
        self.change(|verifier| verifier.with_rules(rules, chosen));
    }

    fn change(&mut self, change: impl FnOnce(Verifier) -> Verifier) {
        let verifier = std::mem::replace(&mut self.verifier, Verifier::new(self.backend));
        self.verifier = change(verifier);
    }
}
