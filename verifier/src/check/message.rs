//! One entry for all formats: which one a text is of, its layers taken off, and the parts that every format has in its own
//! way: who is said to have signed, with what algorithm, over which bytes, and what is certified.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use specs::cose::{self, Sign1};
use specs::hcert::{self, Claims};
use specs::reason::Reason;
use specs::{foreign, nzcp, shc, swiss_light, vds_nc};
use trust_list::key::Algorithm;

use super::refusal;
use crate::verdict::Step;

/// Why the layers do not come off: the step that failed, the reason, and words.
pub(crate) type Stop = (Step, Reason, Cow<'static, str>);

/// How a text is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// `HC1:`: the EU's, our own and WHO's certificates. Also every text of which nobody knows what it is.
    Hcert,
    /// `LT1:`.
    SwissLight,
    /// `NZCP:/1/`.
    Nzcp,
    /// `shc:/`, a bare JWS, or a file of cards.
    Shc,
    /// A JSON object.
    VdsNc,
}

/// A text whose layers are off, down to the message that was signed; nothing of it is believed.
pub(super) enum Opened {
    /// A COSE message, not parsed yet.
    Cose(Container, Vec<u8>),
    Shc(Box<shc::Opened>),
    VdsNc(Box<vds_nc::Opened>),
}

/// The parts of a message.
pub(super) enum Message<'a> {
    Cose(Container, Sign1<'a>),
    Shc(&'a shc::Opened),
    VdsNc(&'a vds_nc::Opened),
}

/// How a message names its signer.
pub(super) enum Named<'a> {
    /// By a key identifier that is to be found among the signers as it is.
    Kid(&'a [u8]),
    /// By an issuer and the name that the issuer gave the key, which make this key identifier.
    OfIssuer(String, [u8; 8]),
    /// By the certificate (DER) that comes with the message, which must lead to a believed authority.
    Certificate(&'a [u8]),
    /// Not at all.
    Nobody,
}

impl Container {
    /// Which one it is, by how the text begins.
    pub(crate) fn of(text: &str) -> Result<Self, Stop> {
        if text.starts_with(hcert::PREFIX) {
            return Ok(Self::Hcert);
        }
        let trimmed = text.trim_start();
        if trimmed.trim_end().is_empty() {
            return Err((Step::Prefix, Reason::TextUnreadable, Cow::Borrowed("there is no text")));
        }
        if let Some(format) = foreign::recognise(trimmed) {
            return Err((Step::Prefix, Reason::UnsupportedFormat, Cow::Borrowed(format)));
        }
        let begins = |start: &str| trimmed.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
        Ok(if begins(shc::PREFIX) || trimmed.starts_with("eyJ") {
            Self::Shc
        } else if trimmed.starts_with('{') {
            if trimmed.contains("\"verifiableCredential\"") { Self::Shc } else { Self::VdsNc }
        } else if begins("NZCP:") {
            Self::Nzcp
        } else if begins("LT1:") {
            Self::SwissLight
        } else {
            Self::Hcert
        })
    }

    /// The steps until the message is in its parts, with words for each that succeeded.
    pub(super) fn layers(self) -> &'static [(Step, &'static str)] {
        match self {
            Self::Hcert => &[
                (Step::Prefix, "begins with HC1:"),
                (Step::Size, "fits a QR symbol"),
                (Step::Base45, "is Base45"),
                (Step::Inflate, "inflates within bounds"),
                (Step::Cbor, "is well-formed CBOR"),
                (Step::Cose, "is a COSE_Sign1 message"),
            ],
            Self::SwissLight => &[
                (Step::Prefix, "begins with LT1:"),
                (Step::Size, "fits a QR symbol"),
                (Step::Base45, "is Base45"),
                (Step::Inflate, "inflates within bounds"),
                (Step::Cbor, "is well-formed CBOR"),
                (Step::Cose, "is a COSE_Sign1 message"),
            ],
            Self::Nzcp => &[
                (Step::Prefix, "begins with NZCP:/1/"),
                (Step::Size, "fits a QR symbol"),
                (Step::Encoding, "is Base32"),
                (Step::Cbor, "is well-formed CBOR"),
                (Step::Cose, "is a COSE_Sign1 message"),
            ],
            Self::Shc => &[
                (Step::Prefix, "is a SMART Health Card"),
                (Step::Size, "fits the size of a card"),
                (Step::Encoding, "is made of the digits and letters of a card"),
                (Step::Jws, "is a compact JWS"),
                (Step::Inflate, "inflates within bounds"),
                (Step::Json, "is well-formed JSON"),
            ],
            Self::VdsNc => &[
                (Step::Prefix, "is a VDS-NC"),
                (Step::Size, "fits a QR symbol"),
                (Step::Json, "is well-formed JSON"),
                (Step::Encoding, "certificate and signature are base64url"),
            ],
        }
    }

    /// Takes the layers off.
    pub(super) fn open(self, text: &str) -> Result<Opened, Stop> {
        let cose = |error: hcert::Error| {
            let (step, reason) = refusal::of_text(&error);
            (step, reason, Cow::Owned(error.to_string()))
        };
        match self {
            Self::Hcert => Ok(Opened::Cose(self, hcert::message(text).map_err(cose)?)),
            Self::SwissLight => {
                Ok(Opened::Cose(self, swiss_light::open(text.trim_start()).map_err(cose)?.layers().cose().to_vec()))
            }
            Self::Nzcp => Ok(Opened::Cose(self, nzcp::open(text.trim_start()).map_err(cose)?.cose().to_vec())),
            Self::Shc => shc::open(text).map(|opened| Opened::Shc(Box::new(opened))).map_err(|error| {
                let (step, reason) = refusal::of_card(&error);
                (step, reason, Cow::Owned(error.to_string()))
            }),
            Self::VdsNc => vds_nc::open(text).map(|opened| Opened::VdsNc(Box::new(opened))).map_err(|error| {
                let (step, reason) = refusal::of_seal(&error);
                (step, reason, Cow::Owned(error.to_string()))
            }),
        }
    }
}

impl Opened {
    /// How it was packed.
    pub(super) fn container(&self) -> Container {
        match self {
            Self::Cose(container, _) => *container,
            Self::Shc(_) => Container::Shc,
            Self::VdsNc(_) => Container::VdsNc,
        }
    }

    /// The message in its parts.
    pub(super) fn message(&self) -> Result<Message<'_>, Stop> {
        match self {
            Self::Cose(container, bytes) => match cose::parse(bytes) {
                Ok(message) => Ok(Message::Cose(*container, message)),
                Err(error) => {
                    let error = hcert::Error::Cose(error);
                    let (step, reason) = refusal::of_text(&error);
                    Err((step, reason, Cow::Owned(error.to_string())))
                }
            },
            Self::Shc(card) => Ok(Message::Shc(card)),
            Self::VdsNc(seal) => Ok(Message::VdsNc(seal)),
        }
    }
}

impl<'a> Message<'a> {
    /// Who is said to have signed.
    pub(super) fn signer(&self) -> Named<'_> {
        match self {
            Self::Cose(Container::Nzcp, message) => {
                let issuer = nzcp::issuer(message);
                let url = issuer.as_deref().and_then(|issuer| nzcp::key_url(issuer, message));
                match (issuer, url) {
                    (Some(issuer), Some(url)) => Named::OfIssuer(issuer, trust_list::signers::kid_of_url(&url)),
                    _ => Named::Nobody,
                }
            }
            Self::Cose(_, message) => message.kid().map_or(Named::Nobody, |kid| Named::Kid(kid.value.as_bytes())),
            Self::Shc(card) => {
                // A thumbprint of 32 bytes (RFC 7638), of which the list keeps the first eight.
                let thumbprint = URL_SAFE_NO_PAD.decode(card.kid()).unwrap_or_default();
                match (card.issuer(), thumbprint.first_chunk(), thumbprint.len()) {
                    (Ok(issuer), Some(kid), 32) => Named::OfIssuer(issuer.to_owned(), *kid),
                    _ => Named::Nobody,
                }
            }
            Self::VdsNc(seal) => Named::Certificate(seal.certificate()),
        }
    }

    /// The algorithm that is named; `None` where none is.
    pub(super) fn algorithm(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Cose(_, message) => message.alg.map(|alg| Cow::Owned(alg.value.to_string())),
            Self::Shc(card) => Some(Cow::Borrowed(card.alg())),
            Self::VdsNc(seal) => Some(Cow::Borrowed(seal.alg())),
        }
    }

    /// Whether that is what the key does.
    pub(super) fn names(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Cose(_, message) => message.alg.is_some_and(|named| algorithm.cose_ids().contains(&named.value)),
            Self::Shc(card) => card.alg() == algorithm.name(),
            Self::VdsNc(seal) => seal.alg() == algorithm.name(),
        }
    }

    /// The bytes under the signature.
    pub(super) fn to_be_signed(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Cose(_, message) => Cow::Owned(message.to_be_signed(&[])),
            Self::Shc(card) => Cow::Borrowed(card.to_be_signed()),
            Self::VdsNc(seal) => Cow::Borrowed(seal.to_be_signed()),
        }
    }

    /// The signature as COSE and JOSE have it.
    pub(super) fn signature(&self) -> &'a [u8] {
        match self {
            Self::Cose(_, message) => message.signature,
            Self::Shc(card) => card.signature(),
            Self::VdsNc(seal) => seal.signature(),
        }
    }

    /// What is certified, or why that cannot be read.
    pub(super) fn claims(&self) -> Result<Claims, (Reason, String)> {
        match self {
            Self::Cose(container, message) => {
                let claims = match container {
                    Container::Nzcp => nzcp::claims(message),
                    Container::SwissLight => swiss_light::claims(message),
                    _ => Claims::of(message),
                };
                claims.map_err(|error| (refusal::of_claims(&error), error.to_string()))
            }
            Self::Shc(card) => {
                card.claims().map(Claims::from).map_err(|error| (refusal::of_card(&error).1, error.to_string()))
            }
            Self::VdsNc(seal) => seal.claims().map_err(|error| (refusal::of_seal(&error).1, error.to_string())),
        }
    }
}
