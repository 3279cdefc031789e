//! The verifier for JavaScript: one WebAssembly module that finds a QR symbol in a picture and says what it is worth.
//! A thin layer: [`verifier::Checker`] decides, [`verifier::scan`] reads pictures, `specs` has the words. No clock and no
//! network in here either; the page hands over the time and the signed list.
//!
//! Times are seconds since 1970 as JavaScript numbers. Errors are JavaScript `Error`s whose message is the reason code of the
//! norm, the error's own code and words, with colons between. A panic ends the module (`unreachable`): whoever calls makes a new instance and
//! answers "cannot tell".

mod words;

use specs::time::UnixTime;
use trust_list::backend::portable;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

pub use words::words;

/// A verifier that is filled step by step, see [`verifier::Checker`]. Nothing is kept of what it checks.
#[wasm_bindgen]
pub struct Checker(verifier::Checker);

#[wasm_bindgen]
impl Checker {
    /// A checker that believes nobody yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "JavaScript knows constructors only")]
    pub fn new() -> Self {
        Self(verifier::Checker::new(portable()))
    }

    /// Adds the root certificates of a PEM or DER file, which trust data must lead to.
    ///
    /// # Errors
    /// Where these are no certificates that may be a root.
    pub fn add_anchors(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        self.0.add_anchors(bytes).map_err(|error| refused(&error))
    }

    /// Believes a document signer's certificate (PEM or DER) on the caller's word.
    ///
    /// # Errors
    /// Where this is no certificate of a document signer.
    pub fn add_signer(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        self.0.add_signer(bytes).map_err(|error| refused(&error))
    }

    /// Takes the signed trust list, as of `unix_seconds`. A list that is refused changes nothing.
    ///
    /// # Errors
    /// Where the list is broken, not signed by whom the anchors name, or older than what was seen.
    pub fn load_trust(&mut self, bytes: &[u8], unix_seconds: f64) -> Result<(), JsError> {
        self.0.load_trust(bytes, at(unix_seconds)).map_err(|error| refused(&error))
    }

    /// Also goes by a signed status list (CWT), as of `unix_seconds`: what was revoked since the trust data were made.
    ///
    /// # Errors
    /// Where the list is broken or not signed by whom the anchors name; it is not used then.
    pub fn load_status_list(&mut self, bytes: &[u8], unix_seconds: f64) -> Result<(), JsError> {
        self.0.load_status_list(bytes, at(unix_seconds)).map_err(|error| refused(&error))
    }

    /// From now on also asks the rules of the trust data for that purpose in that country (ISO 3166-1 alpha-2), and tells
    /// them in that language. An empty country asks none.
    pub fn set_country(&mut self, country: &str, purpose: &str, language: &str) {
        self.0.set_country(country, purpose, language);
    }

    /// What to remember of the newest trust data across restarts, as JSON; `undefined` before any was taken.
    #[must_use]
    pub fn mark(&self) -> Option<String> {
        self.0.mark()
    }

    /// Remembers what `mark` gave before a restart, so that no older data is taken after it. `false` where this is no such
    /// mark.
    pub fn remember(&mut self, mark: &str) -> bool {
        self.0.remember(mark)
    }

    /// Checks the text of a certificate as of `unix_seconds`; gives the verdict as JSON, as `verifier check --json` does.
    #[must_use]
    pub fn check(&self, text: &str, unix_seconds: f64) -> String {
        self.0.check_json(text, at(unix_seconds))
    }

    /// What is believed at `unix_seconds` and how old it is, as JSON: the `trust` of a verdict.
    #[must_use]
    pub fn trust(&self, unix_seconds: f64) -> String {
        self.0.trust_json(at(unix_seconds))
    }

    /// The name of a coded value in `language` (`vi` or `en`), also of one that only the trust data know. `set` is `disease`,
    /// `vaccine`, `product`, `country`, `test-result` or `test-type`. `undefined` for a code that is in no set.
    #[must_use]
    pub fn display(&self, set: &str, code: &str, language: &str) -> Option<String> {
        let words = self.0.value_sets().display(words::set_of(set)?, code, words::language_of(language));
        words.map(str::to_owned)
    }
}

/// Reads the QR symbol in one frame of a camera: `width` × `height` bytes of brightness, row by row. One quick try, for
/// the next frame comes soon. `undefined` where no symbol can be read.
#[wasm_bindgen]
#[must_use]
pub fn scan_frame(width: u32, height: u32, luma: &[u8]) -> Option<String> {
    verifier::scan::read_frame(width, height, luma).ok()
}

/// Reads the QR symbol in a grey picture as patiently as can be. `undefined` where no symbol can be read.
#[wasm_bindgen]
#[must_use]
pub fn scan_luma(width: u32, height: u32, luma: &[u8]) -> Option<String> {
    verifier::scan::read_luma(width, height, luma).ok()
}

/// Reads the QR symbol in a picture as a canvas gives it, four bytes a pixel (red, green, blue, opacity), as patiently as
/// can be. What is transparent counts as white. `undefined` where no symbol can be read.
#[wasm_bindgen]
#[must_use]
pub fn scan_rgba(width: u32, height: u32, rgba: &[u8]) -> Option<String> {
    verifier::scan::read_luma(width, height, &verifier::scan::luma_of_rgba(rgba)).ok()
}

/// One camera frame as a canvas gives it, from pixels to text; [`scan_frame`] and [`scan_rgba`] in one.
#[wasm_bindgen]
#[must_use]
pub fn scan_frame_rgba(width: u32, height: u32, rgba: &[u8]) -> Option<String> {
    verifier::scan::read_frame(width, height, &verifier::scan::luma_of_rgba(rgba)).ok()
}

/// A time before 1970 or one that is no number is none that a device may show; it counts as 1970.
fn at(unix_seconds: f64) -> UnixTime {
    #[expect(clippy::cast_possible_truncation, reason = "seconds; `as` saturates and turns NaN into 0")]
    UnixTime(unix_seconds.max(0.0) as i64)
}

fn refused(error: &trust_list::Error) -> JsError {
    let believing_nothing = verifier::Verifier::new(portable()).with_refused_list(error).trust(UnixTime(0));
    let reason = believing_nothing.list_refused.map_or("", specs::reason::Reason::code);
    JsError::new(&format!("{reason}: {}: {error}", error.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_are_none_do_not_reach_the_verifier() {
        assert_eq!(at(1.9), UnixTime(1));
        assert_eq!(at(-5.0), UnixTime(0));
        assert_eq!(at(f64::NAN), UnixTime(0));
    }

    #[test]
    fn codes_have_names_and_unknown_ones_none() {
        let checker = Checker::new();
        assert_eq!(checker.display("country", "VN", "en").as_deref(), Some("Viet Nam"));
        assert_eq!(checker.display("country", "??", "en"), None);
        assert_eq!(checker.display("planet", "VN", "en"), None);
    }

    #[test]
    fn a_checker_without_trust_cannot_tell() {
        let verdict = Checker::new().check("HC1:6BF", 1_800_000_000.0);
        let verdict: serde_json::Value = serde_json::from_str(&verdict).expect("JSON");
        assert_eq!(verdict["verdict"], "invalid");
        assert_eq!(Checker::new().mark(), None);
        assert!(!Checker::new().remember("{}"));
    }
}
