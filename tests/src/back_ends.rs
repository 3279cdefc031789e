//! The two back ends that check signatures, asked together: what a test asks of one it asks of the other, and they answer
//! the same, letter for letter.

use specs::time::UnixTime;
use trust_list::backend::{Backend, native, portable};
use trust_list::signers::Signer;
use verifier::{Verdict, Verifier};

/// Every back end there is.
#[must_use]
pub fn both() -> [&'static dyn Backend; 2] {
    [portable(), native()]
}

/// One verifier on each back end, which believe the same.
pub struct Verifiers([Verifier; 2]);

impl Verifiers {
    /// The verifier that `make` makes of each back end.
    #[must_use]
    pub fn new(make: impl FnMut(&'static dyn Backend) -> Verifier) -> Self {
        Self(both().map(make))
    }

    /// Verifiers that believe these signers, given as certificates in DER, and nobody else.
    ///
    /// # Panics
    /// When one cannot be taken as a signer.
    #[must_use]
    pub fn believing(certificates: &[&[u8]]) -> Self {
        Self::new(|backend| {
            certificates.iter().fold(Verifier::new(backend), |verifier, der| {
                verifier.with_signer(Signer::from_certificate(der, backend).expect("a signer"))
            })
        })
    }

    /// The verdict of both.
    ///
    /// # Panics
    /// When their verdicts are not the same JSON.
    #[track_caller]
    #[must_use]
    pub fn check(&self, text: &str, at: UnixTime) -> Verdict {
        let [portable, native] = self.0.each_ref().map(|verifier| verifier.check(text, at));
        let json = |verdict| serde_json::to_string(verdict).expect("a verdict as JSON");
        assert_eq!(json(&portable), json(&native), "the back ends differ on {text}");
        native
    }
}
