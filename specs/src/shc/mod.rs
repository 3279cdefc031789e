//! SMART Health Cards: a signed FHIR bundle in a QR symbol, as issued in North America.
//!
//! `shc:/` + two digits for each character of a compact JWS whose payload is deflated JSON (HL7 SMART Health Cards and
//! Links STU 1). [`open`] takes the layers off one by one, each within bounds; [`Opened::claims`] says what is certified.
//! Whether the signature is good is not known here.

mod bundle;
mod claims;
mod fields;
mod numeric;
mod open;
mod revoked;

pub use crate::tolerance::{Tolerance, Tolerances};
pub use bundle::{Bundle, Coding, Immunization, Measured, Observation, Patient};
pub use claims::Claims;
pub use numeric::{chunks, join};
pub use open::{Opened, cards, open, payload};
pub use revoked::{RevokedList, counter};

use crate::{json, jws, zlib};

/// What the text of a symbol begins with.
pub const PREFIX: &str = "shc:/";
/// The most characters of a text: several symbols, or a file of several cards.
pub const MAX_CHARS: usize = 64 * 1024;
/// The most characters of the JWS in one symbol of the size that the specification allows (version 22 at level L).
pub const SYMBOL_CHARS: usize = 1_195;
/// The most characters of the JWS in one of several symbols.
pub const CHUNK_CHARS: usize = 1_191;
/// The most symbols of one card.
pub const MAX_CHUNKS: u8 = 32;
/// The most bytes that a payload may inflate to. FHIR is wordy: the official example of a patient summary has 30,178 bytes
/// in 2,250 of deflate, so the 16 KiB of [`zlib::MAX_INFLATED`] would refuse it.
pub const MAX_INFLATED: usize = 64 * 1024;

/// Bounds of the payload. The same example has 12 levels and 1,709 values; an older one has 15 levels.
const PAYLOAD: json::Limits = json::Limits { bytes: MAX_INFLATED, depth: 32, values: 4_096 };
/// Bounds of a `.smart-health-card` file.
const FILE: json::Limits = json::Limits { bytes: MAX_CHARS, depth: 8, values: 256 };

/// Why a text is not a card that we read. The layers stand in their order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is neither `shc:/...`, nor a file of cards, nor a bare JWS.
    #[error("the text is no SMART Health Card")]
    Prefix,
    /// The text is longer than [`MAX_CHARS`].
    #[error("{length} characters where {MAX_CHARS} are allowed")]
    TooLong {
        /// Characters (bytes) given.
        length: usize,
    },
    /// What follows the prefix is not an even number of digits, or a pair stands for no character.
    #[error("not the digits of a SMART Health Card")]
    Digits,
    /// The header of a chunk, `shc:/C/N/`, is none: numbers in decimal, C from 1 to N, N at most [`MAX_CHUNKS`].
    #[error("the header of the chunk is wrong")]
    Chunk,
    /// The card is in several symbols, not all of which are here.
    #[error("the card is in {count} symbols; still to be scanned: {}", numbers(missing))]
    ChunksMissing {
        /// How many there are.
        count: u8,
        /// The numbers of those that are not here, from 1.
        missing: Vec<u8>,
    },
    /// The same chunk of a card came twice.
    #[error("symbol {index} of the card came twice")]
    ChunkTwice {
        /// Its number, from 1.
        index: u8,
    },
    /// The symbols are not of one card: they count differently, or one of them is whole in itself.
    #[error("the symbols are not of one card")]
    MixedChunks,
    /// A file of cards is not JSON.
    #[error("the file of cards: {0}")]
    File(json::Error),
    /// A file holds no card, or several where one was asked for.
    #[error("{count} cards in a file where one is wanted")]
    Cards {
        /// How many.
        count: usize,
    },
    /// The card is not a JWS.
    #[error("{0}")]
    Jws(jws::Error),
    /// The header does not name a key (`kid`).
    #[error("the header of the card names no key")]
    Kid,
    /// The header does not say that the payload is deflated (`zip` is not `DEF`).
    #[error("the header of the card does not say that it is deflated")]
    Zip,
    /// The payload is not one bounded deflate stream.
    #[error("{0}")]
    Deflate(zlib::Error),
    /// The payload is not JSON.
    #[error("the payload of the card: {0}")]
    Json(json::Error),
    /// A field is missing or of the wrong form. Times must be seconds of the years 1970 to 9999, so milliseconds are not.
    #[error("{field} is missing or wrong")]
    Field {
        /// Which, as `claim` or `Resource.element`.
        field: &'static str,
    },
    /// A verifiable credential, but not of a health card.
    #[error("the credential is no health card")]
    NotHealthCard,
    /// A version of FHIR other than 4.0.
    #[error("this version of FHIR is not known here")]
    FhirVersion,
    /// The bundle is of no patient, or of several: then nobody could say whose card it is.
    #[error("{count} patients where one is wanted")]
    Patients {
        /// How many.
        count: usize,
    },
}

/// In words, as every build writes them: `:?` says nothing where Debug is left out, as in the browser.
fn numbers(numbers: &[u8]) -> String {
    numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// The stable name of this error, for machines: that of the layer's own error where it has one.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Prefix => "shc-prefix",
            Error::TooLong { .. } => "shc-too-long",
            Error::Digits => "shc-digits",
            Error::Chunk => "shc-chunk",
            Error::ChunksMissing { .. } => "shc-chunks-missing",
            Error::ChunkTwice { .. } => "shc-chunk-twice",
            Error::MixedChunks => "shc-mixed-chunks",
            Error::File(error) | Error::Json(error) => error.code(),
            Error::Cards { .. } => "shc-cards",
            Error::Jws(error) => error.code(),
            Error::Kid => "shc-kid",
            Error::Zip => "shc-zip",
            Error::Deflate(error) => error.code(),
            Error::Field { .. } => "shc-field",
            Error::NotHealthCard => "shc-not-health-card",
            Error::FhirVersion => "shc-fhir-version",
            Error::Patients { .. } => "shc-patients",
        }
    }
}

#[cfg(test)]
mod tests;
