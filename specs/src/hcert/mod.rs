//! The envelope: from the characters of a QR symbol to the claims of a certificate and back.
//!
//! `HC1:` + Base45( zlib( COSE_Sign1( claims ) ) ), as the EU and WHO define it (hcert_spec 1.0.8). [`open`] takes the
//! layers off one by one, each within bounds; [`Claims`] says what is certified; [`seal`] puts the layers back on. Whether
//! the signature is good is not known here.

mod claims;
mod open;
mod registered;

pub use crate::tolerance::{Tolerance, Tolerances};
pub(crate) use claims::message_tolerances;
pub(crate) use open::open_layers;
pub use open::{Opened, message, open, seal};
pub(crate) use registered::{Key, registered};

use crate::status_list::Reference;
use crate::time::UnixTime;
use crate::{SmolStr, base45, cbor, cose, dcc, ddcc, fields, icvp, national, nzcp, shc, swiss_light, vds_nc, zlib};

/// What every text of this format begins with.
pub const PREFIX: &str = "HC1:";
/// The most characters of a text, the prefix counted: what the largest QR symbol holds.
pub const MAX_CHARS: usize = base45::MAX_CHARS;
/// The claim that holds health certificates.
pub const HCERT_CLAIM: i64 = -260;
/// The number of the EU DCC among the health certificates.
pub const DCC_SUB_CLAIM: i64 = 1;

/// What is signed: who says it, from when until when, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Claim 1: the issuer, ISO 3166-1 alpha-2 of a country as a rule.
    pub iss: Option<SmolStr>,
    /// Claim 6: when it was signed.
    pub iat: Option<UnixTime>,
    /// Claim 4: until when it is valid.
    pub exp: Option<UnixTime>,
    /// Claim 5: from when it is valid.
    pub nbf: Option<UnixTime>,
    /// The health certificate.
    pub content: Content,
    /// Claim -65537 or 65535: where its status is to be looked up.
    pub status: Option<Reference>,
    /// What decoding forgave; empty in claims to be encoded.
    pub tolerances: Tolerances,
}

/// A health certificate of a kind we know; each in a box, because it is handed on often and is large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The EU Digital COVID Certificate.
    EuDcc(Box<dcc::Certificate>),
    /// The national certificate of Viet Nam.
    National(Box<national::Certificate>),
    /// WHO's digital yellow card.
    Icvp(Box<icvp::Certificate>),
    /// WHO's DDCC:VS.
    Ddcc(Box<ddcc::Certificate>),
    /// The Swiss light certificate; in texts that begin with `LT1:` only.
    SwissLight(Box<swiss_light::Certificate>),
    /// The New Zealand COVID Pass; in texts that begin with `NZCP:` only.
    Nzcp(Box<nzcp::Pass>),
    /// A SMART Health Card; in texts of its own.
    Shc(Box<shc::Claims>),
    /// ICAO's VDS-NC; in texts of its own.
    VdsNc(Box<vds_nc::Content>),
}

macro_rules! content {
    ($($variant:ident($certificate:ty)),* $(,)?) => {$(
        impl From<$certificate> for Content {
            fn from(certificate: $certificate) -> Content {
                Content::$variant(Box::new(certificate))
            }
        }
    )*};
}

content!(
    EuDcc(dcc::Certificate),
    National(national::Certificate),
    Icvp(icvp::Certificate),
    Ddcc(ddcc::Certificate),
    SwissLight(swiss_light::Certificate),
    Nzcp(nzcp::Pass),
    Shc(shc::Claims),
    VdsNc(vds_nc::Content),
);

/// Why a text is not a certificate that we read, or claims cannot be written. The layers stand in their order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text does not begin as those of its format do: `HC1:`.
    #[error("the text does not begin with HC1:")]
    Prefix,
    /// The text begins like a later version of the format: `HC2:` to `HCZ:`.
    #[error("this version of the format is not known here")]
    UnsupportedContext,
    /// The text is longer than any QR symbol.
    #[error("{length} characters where {MAX_CHARS} are allowed")]
    TooLong {
        /// Characters (bytes) given.
        length: usize,
    },
    /// The characters are not Base45.
    #[error("{0}")]
    Base45(base45::Error),
    /// The characters are not Base32 as RFC 4648 has it, without padding.
    #[error("not Base32 of upper-case letters and 2 to 7 without padding")]
    Base32,
    /// The bytes are not one bounded zlib stream.
    #[error("{0}")]
    Zlib(zlib::Error),
    /// The message is not COSE_Sign1.
    #[error("{0}")]
    Cose(cose::Error),
    /// The claims are not well-formed CBOR.
    #[error("the claims are broken: {0}")]
    Cbor(cbor::Error),
    /// The payload is not a map of claims.
    #[error("the payload is not a map of claims")]
    NotClaims,
    /// A claim of the wrong type, or a time that is not finite or outside the years 1970 to 9999.
    #[error("claim {claim} is impossible")]
    Claim {
        /// Its number.
        claim: i64,
    },
    /// There is no health certificate among the claims.
    #[error("there is no health certificate among the claims")]
    NoContent,
    /// Health certificates, but none of a kind known here.
    #[error("health certificate of kind {key} is not known here")]
    UnsupportedContent {
        /// The number of the (first) kind.
        key: i64,
    },
    /// More than one health certificate of a known kind.
    #[error("more than one health certificate among the claims")]
    SeveralContents,
    /// The EU certificate cannot be read.
    #[error("{0}")]
    Dcc(dcc::Error),
    /// The EU certificate must not be issued.
    #[error("the EU certificate has {} faults", .0.len())]
    DccFaults(Vec<dcc::Fault>),
    /// The national certificate is not as it must be.
    #[error("{0}")]
    National(national::Error),
    /// The certificate of WHO, Switzerland or New Zealand cannot be read.
    #[error("{0}")]
    Fields(fields::Error),
    /// Certificates of this kind are read here and never issued.
    #[error("certificates of this kind are not issued here")]
    NotIssued,
}

impl Error {
    /// The stable name of this error, for machines: that of the layer's own error where it has one.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Prefix => "hcert-prefix",
            Error::UnsupportedContext => "hcert-unsupported-context",
            Error::TooLong { .. } => "hcert-too-long",
            Error::Base45(error) => error.code(),
            Error::Zlib(error) => error.code(),
            Error::Cose(error) => error.code(),
            Error::Cbor(error) => error.code(),
            Error::NotClaims => "hcert-not-claims",
            Error::Claim { .. } => "hcert-claim",
            Error::NoContent => "hcert-no-content",
            Error::UnsupportedContent { .. } => "hcert-unsupported-content",
            Error::SeveralContents => "hcert-several-contents",
            Error::Dcc(error) => error.code(),
            Error::DccFaults(_) => "dcc-faults",
            Error::National(error) => error.code(),
            Error::Base32 => "base32",
            Error::Fields(error) => error.code(),
            Error::NotIssued => "hcert-not-issued",
        }
    }
}

#[cfg(test)]
mod tests;
