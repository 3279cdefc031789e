//! Taking the layers off.

use super::{Claims, Error, FILE, MAX_CHARS, MAX_INFLATED, PAYLOAD, PREFIX, fields, numeric};
use crate::jws::{self, Jws};
use crate::tolerance::{Tolerance, Tolerances};
use crate::{json, zlib};

/// A card whose layers are off: a JWS with a payload that is JSON, of which nothing has been believed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    jws: Jws,
    payload: json::Document,
    tolerances: Tolerances,
}

/// Takes the layers off a text: prefix, size, digits or file, JWS, deflate within [`MAX_INFLATED`], strict JSON. The first
/// layer that fails says why.
///
/// The text is that of a symbol, `shc:/...`; those of all symbols of a card with space between, in any order; a
/// `.smart-health-card` file with one card; or a bare JWS.
pub fn open(text: &str) -> Result<Opened, Error> {
    let trimmed = text.trim();
    let is_symbol = trimmed.starts_with(PREFIX);
    if !is_symbol && !trimmed.starts_with("{") && !trimmed.starts_with("eyJ") {
        return Err(Error::Prefix);
    }
    if text.len() > MAX_CHARS {
        return Err(Error::TooLong { length: text.len() });
    }
    let mut tolerances = Tolerances::NONE;
    if trimmed.len() < text.len() && is_symbol {
        tolerances.insert(Tolerance::WhitespaceTrimmed);
    }
    // Nearly every card is one symbol, which holds nothing but digits.
    if let Some(jws) = trimmed.strip_prefix(PREFIX).and_then(|digits| numeric::characters(digits).ok()) {
        return Opened::of(&jws, tolerances);
    }
    if is_symbol {
        let (jws, forgiven) = numeric::collect(trimmed.split_ascii_whitespace())?;
        tolerances.extend(forgiven);
        return Opened::of(&jws, tolerances);
    }
    if trimmed.starts_with("eyJ") {
        return Opened::of(trimmed, tolerances);
    }
    match &cards(trimmed)?[..] {
        [card] => Opened::of(card, tolerances),
        several => Err(Error::Cards { count: several.len() }),
    }
}

/// The cards of a `.smart-health-card` file, each a JWS that [`open`] takes.
pub fn cards(file: &str) -> Result<Vec<String>, Error> {
    let file = json::read(file, &FILE).map_err(Error::File)?;
    let cards = file.value().get("verifiableCredential").ok_or(Error::Prefix)?;
    let texts = |cards: json::Array<'_>| cards.map(|card| card.as_str().map(str::to_owned)).collect();
    cards.as_array().and_then(texts).ok_or(Error::Field { field: "verifiableCredential" })
}

/// The payload to be signed for claims in JSON.
pub fn payload(claims: &[u8]) -> Vec<u8> {
    zlib::deflate_raw(claims)
}

impl Opened {
    fn of(jws: &str, tolerances: Tolerances) -> Result<Opened, Error> {
        let jws = jws::parse(jws).map_err(Error::Jws)?;
        if jws.header.kid.is_none() {
            return Err(Error::Kid);
        }
        if jws.header.zip.as_deref() != Some("DEF") {
            return Err(Error::Zip);
        }
        let payload = zlib::inflate_raw(&jws.payload, MAX_INFLATED).map_err(Error::Deflate)?;
        let payload = json::read(payload, &PAYLOAD).map_err(Error::Json)?;
        Ok(Opened { jws, payload, tolerances })
    }

    /// The bytes under the signature.
    pub fn to_be_signed(&self) -> &[u8] {
        self.jws.to_be_signed()
    }

    /// The signature, r and s side by side.
    pub fn signature(&self) -> &[u8] {
        &self.jws.signature
    }

    /// The algorithm that the header names; the key must do it.
    pub fn alg(&self) -> &str {
        &self.jws.header.alg
    }

    /// The key that the header names: base64url of the SHA-256 thumbprint (RFC 7638), unique within its issuer only.
    pub fn kid(&self) -> &str {
        self.jws.header.kid.as_deref().unwrap_or_default()
    }

    /// Who says so: the `https` address below which the issuer publishes its keys. With [`Opened::kid`] it names the key;
    /// nothing else of the payload need be read before the signature was found good.
    pub fn issuer(&self) -> Result<&str, Error> {
        fields::issuer(self.payload.value())
    }

    /// The payload as it is: JSON.
    pub fn json(&self) -> &str {
        self.payload.text()
    }

    /// The claims, whoever signed them.
    pub fn claims(&self) -> Result<Claims, Error> {
        Claims::of(self.payload.value(), self.tolerances)
    }
}
