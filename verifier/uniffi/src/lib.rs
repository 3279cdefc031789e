//! THE VERIFIER FOR PYTHON AND KOTLIN, by UniFFI: bytes and texts in, one JSON verdict out. No logic: everything is
//! `verifier::Checker`. `cargo xtask bindings` writes the Python package and the Kotlin source out of the built library.
//! Bytes are taken as `Vec<u8>`: that is `bytes` in Python and `ByteArray` in Kotlin, where a slice would be a direct buffer.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use specs::time::UnixTime;
use trust_list::backend;

uniffi::setup_scaffolding!("lachan_verifier");

/// Why something that was handed in is refused. What was believed before is still believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CheckerError {
    /// Anchors, a signer, trust data, a mark or a picture.
    #[error("{words} ({code})")]
    Refused {
        /// A stable code for programs.
        code: String,
        /// The reason in words, for people.
        words: String,
    },
}

impl CheckerError {
    fn new(code: &str, words: impl ToString) -> Self {
        Self::Refused { code: code.to_owned(), words: words.to_string() }
    }
}

impl From<trust_list::Error> for CheckerError {
    fn from(error: trust_list::Error) -> Self {
        Self::new(error.code(), &error)
    }
}

/// A verifier that is filled step by step: anchors first, then trust data or signers. Nothing is kept of what it checks.
/// Times are seconds since 1970-01-01T00:00:00Z. Many threads may use one checker.
#[derive(uniffi::Object)]
pub struct Checker(RwLock<verifier::Checker>);

#[uniffi::export]
impl Checker {
    /// A checker that believes nobody yet.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Self {
        Self(RwLock::new(verifier::Checker::new(backend::fastest())))
    }

    /// Adds the root certificates of a PEM or DER file, which trust data must lead to.
    ///
    /// # Errors
    /// [`CheckerError::Refused`]: no certificate that may be an anchor.
    pub fn add_anchors(&self, data: Vec<u8>) -> Result<(), CheckerError> {
        Ok(self.changed().add_anchors(&data)?)
    }

    /// Believes a document signer's certificate (PEM or DER) on the caller's word.
    ///
    /// # Errors
    /// [`CheckerError::Refused`]: no certificate that may be a signer's.
    pub fn add_signer(&self, data: Vec<u8>) -> Result<(), CheckerError> {
        Ok(self.changed().add_signer(&data)?)
    }

    /// Takes signed trust data as of the time `at`. Data that is refused is not used, and verdicts say why.
    ///
    /// # Errors
    /// [`CheckerError::Refused`]: not signed by whom the anchors vouch for, out of date, or older than what was seen.
    pub fn load_trust(&self, data: Vec<u8>, at: i64) -> Result<(), CheckerError> {
        Ok(self.changed().load_trust(&data, UnixTime(at))?)
    }

    /// Also goes by a signed status list (CWT) as of the time `at`: for certificates issued or revoked after the trust data
    /// were made. It must lead to an anchor like the trust data; nothing that was revoked before comes back.
    ///
    /// # Errors
    /// [`CheckerError::Refused`]: broken, or not signed by whom the anchors vouch for. The list is not used then.
    pub fn load_status_list(&self, data: Vec<u8>, at: i64) -> Result<(), CheckerError> {
        Ok(self.changed().load_status_list(&data, UnixTime(at))?)
    }

    /// From now on also asks the rules of the trust data for that purpose (`entry` or another label) in that country (ISO
    /// 3166-1 alpha-2), and tells them in that language. An empty country asks none. Where the trust data have no rules of
    /// that country, or rules that cannot be read, nobody can tell (`rules-open`).
    pub fn set_country(&self, country: &str, purpose: &str, language: &str) {
        self.changed().set_country(country, purpose, language);
    }

    /// Checks the text of a certificate as of the time `at`. The verdict, as JSON.
    #[must_use]
    pub fn check(&self, text: &str, at: i64) -> String {
        self.asked().check_json(text, UnixTime(at))
    }

    /// What is believed at the time `at` and how old it is, as the `trust` of a verdict.
    #[must_use]
    pub fn trust(&self, at: i64) -> String {
        self.asked().trust_json(UnixTime(at))
    }

    /// What to remember of the newest trust data across restarts; nothing before any was taken.
    #[must_use]
    pub fn mark(&self) -> Option<String> {
        self.asked().mark()
    }

    /// Remembers what `mark` gave before a restart, so that no older trust data is taken after it.
    ///
    /// # Errors
    /// [`CheckerError::Refused`]: this is no mark.
    pub fn remember(&self, mark: &str) -> Result<(), CheckerError> {
        let remembered = self.changed().remember(mark);
        remembered.then_some(()).ok_or_else(|| CheckerError::new("mark-malformed", "this is no mark of a checker"))
    }
}

impl Checker {
    // After a panic a checker may have forgotten whom it believes; it never believes more, so it may be used on.
    fn asked(&self) -> RwLockReadGuard<'_, verifier::Checker> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> RwLockWriteGuard<'_, verifier::Checker> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads the QR symbol in a PNG or JPEG file: the text of a certificate.
///
/// # Errors
/// [`CheckerError::Refused`]: not such a picture, too large, or no readable symbol.
#[uniffi::export]
pub fn read_picture(data: Vec<u8>) -> Result<String, CheckerError> {
    verifier::picture::read(&data).map_err(|error| CheckerError::new(error.code(), &error))
}
