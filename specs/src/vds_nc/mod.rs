//! ICAO's Visible Digital Seal for non-constrained environments (VDS-NC): a vaccination or a test as signed JSON, for
//! borders.
//!
//! `{"data":{"hdr","msg"},"sig":{"alg","cer","sigvl"}}`; what is signed is `data` in canonical form (RFC 8785). [`open`]
//! takes it apart, [`Opened::content`] says what is certified.
//!
//! **The signer's certificate travels inside, and being inside says nothing.** Anybody can put a certificate of their own
//! beside a signature of their own; even issuer name and key identifiers can be copied from a genuine one. It is a claim
//! about who signed, worth something only after its own signature was found good under a state's signing authority (CSCA)
//! that the checker had before. Nothing here does that, or checks any signature.

mod content;
mod open;

pub use crate::tolerance::{Tolerance, Tolerances};
pub use content::{Content, Dose, Event, Person, Test, Vaccine};
pub use open::{Opened, open};

use crate::json;

/// The most characters of a text: the bytes that the largest QR symbol holds. Genuine ones have 1,650 to 1,800.
pub const MAX_CHARS: usize = 2_953;

const LIMITS: json::Limits = json::Limits { bytes: MAX_CHARS, depth: 12, values: 512 };

/// What is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Proof of vaccination, `icao.vacc`.
    Vaccination,
    /// Proof of testing, `icao.test`.
    Test,
}

/// Why a text is not a seal that we read. The layers stand in their order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a JSON object with `data` and `sig`.
    #[error("the text is no VDS-NC")]
    Prefix,
    /// The text is longer than any QR symbol.
    #[error("{length} characters where {MAX_CHARS} are allowed")]
    TooLong {
        /// Characters (bytes) given.
        length: usize,
    },
    /// Not JSON, or not such as can be signed.
    #[error("{0}")]
    Json(json::Error),
    /// A type other than vaccination and test, such as a travel authorisation.
    #[error("this type of VDS-NC is not known here")]
    Type,
    /// A version other than 1.
    #[error("this version of VDS-NC is not known here")]
    Version,
    /// `cer` or `sigvl` is not base64url.
    #[error("{field} is not base64url")]
    Base64 {
        /// Which.
        field: &'static str,
    },
    /// A field of header or signature is missing or of the wrong form.
    #[error("{field} is missing or wrong")]
    Frame {
        /// Which, with its way: `hdr.is`.
        field: &'static str,
    },
    /// A field of the content is missing or of the wrong form.
    #[error("{field} is missing or wrong")]
    Field {
        /// Which, with its way: `pid.n`.
        field: &'static str,
    },
}

impl Error {
    /// The stable name of this error, for machines: that of the layer's own error where it has one.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Prefix => "vds-nc-prefix",
            Error::TooLong { .. } => "vds-nc-too-long",
            Error::Json(error) => error.code(),
            Error::Type => "vds-nc-type",
            Error::Version => "vds-nc-version",
            Error::Base64 { .. } => "vds-nc-base64",
            Error::Frame { .. } => "vds-nc-frame",
            Error::Field { .. } => "vds-nc-field",
        }
    }
}

#[cfg(test)]
mod tests;
