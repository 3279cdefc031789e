//! Taking it apart.

use super::{Content, Error, Kind, LIMITS, MAX_CHARS};
use crate::json::{self, Document, Value};
use crate::tolerance::{Tolerance, Tolerances};
use crate::{SmolStr, hcert};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64url with or without padding, and without stray bits in its last character.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A seal taken apart, of which nothing has been believed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    kind: Kind,
    issuer: SmolStr,
    seal: Document,
    signed: Vec<u8>,
    alg: SmolStr,
    certificate: Vec<u8>,
    signature: Vec<u8>,
    tolerances: Tolerances,
}

/// Takes a text apart: size, strict JSON, header, signature. The first that fails says why.
pub fn open(text: &str) -> Result<Opened, Error> {
    if !text.trim_start().starts_with('{') {
        return Err(Error::Prefix);
    }
    if text.len() > MAX_CHARS {
        return Err(Error::TooLong { length: text.len() });
    }
    let seal = json::read(text, &LIMITS).map_err(Error::Json)?;
    let parts = (seal.value().get("data"), seal.value().get("sig"));
    let (Some(data), Some(sig)) = parts else { return Err(Error::Prefix) };
    let hdr = data.get("hdr").ok_or(Error::Frame { field: "hdr" })?;
    let kind = match frame(hdr, "t", "hdr.t")? {
        "icao.vacc" => Kind::Vaccination,
        "icao.test" => Kind::Test,
        _ => return Err(Error::Type),
    };
    match hdr.get("v").map(Value::as_u64) {
        Some(Some(1)) => {}
        Some(Some(_)) => return Err(Error::Version),
        _ => return Err(Error::Frame { field: "hdr.v" }),
    }
    let issuer = frame(hdr, "is", "hdr.is")?;
    if issuer.len() != 3 || !issuer.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Error::Frame { field: "hdr.is" });
    }
    let mut tolerances = Tolerances::NONE;
    let mut bytes = |name, field| {
        let text = frame(sig, name, field)?;
        if text.ends_with('=') {
            tolerances.insert(Tolerance::PaddedBase64url);
        }
        let mut bytes = Vec::with_capacity(text.len());
        BASE64URL.decode_vec(text, &mut bytes).map(|()| bytes).map_err(|_| Error::Base64 { field })
    };
    let (certificate, signature) = (bytes("cer", "sig.cer")?, bytes("sigvl", "sig.sigvl")?);
    let (issuer, alg) = (issuer.into(), frame(sig, "alg", "sig.alg")?.into());
    let signed = json::canonical(data).map_err(Error::Json)?;
    data.get("msg").ok_or(Error::Frame { field: "msg" })?;
    Ok(Opened { kind, issuer, seal, signed, alg, certificate, signature, tolerances })
}

impl Opened {
    /// What is certified.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The state that the header names, ISO 3166-1 alpha-3. The certificate's authority must be of that state.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The bytes under the signature: `data` in canonical form.
    pub fn to_be_signed(&self) -> &[u8] {
        &self.signed
    }

    /// The signature, r and s side by side.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The algorithm that is named; the certificate's key must do it.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The certificate (DER) of whoever says to have signed. Never to be believed for being here: see the [module](super).
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What is certified in the form that all formats share: no times but those of the event.
    pub fn claims(&self) -> Result<hcert::Claims, Error> {
        let content = self.content()?;
        Ok(hcert::Claims {
            iss: Some(self.issuer.clone()),
            iat: None,
            exp: None,
            nbf: None,
            tolerances: content.tolerances,
            status: None,
            content: content.into(),
        })
    }

    /// What is certified, whoever signed it.
    pub fn content(&self) -> Result<Content, Error> {
        let message = self.seal.value().get("data").and_then(|data| data.get("msg"));
        Content::of(self.kind, message.ok_or(Error::Frame { field: "msg" })?, self.tolerances)
    }
}

fn frame<'a>(object: Value<'a>, name: &str, field: &'static str) -> Result<&'a str, Error> {
    object.get(name).and_then(Value::as_str).ok_or(Error::Frame { field })
}
