//! The New Zealand COVID Pass: name and birth date of a person who may pass, and nothing about health.
//!
//! `NZCP:/1/` + Base32( COSE_Sign1( claims ) ), as Te Whatu Ora defines it (nzcp.covid19.health.nz, version 1). The claims
//! are a CWT with a W3C Verifiable Credential under the text key `vc`. There was one issuer, and it kept to its
//! specification, so nothing is forgiven. It is read here and never issued. The page is `specs/nzcp.md`.

use std::borrow::Cow;

use crate::cbor::{Limits, Reader, validate};
use crate::cose::{self, Place, Sign1, Tagging, alg};
use crate::fields::{Error, Fields};
use crate::hcert::{self, Claims, Key, MAX_CHARS};
use crate::time::Date;
use crate::tolerance::Tolerances;
use crate::{SmolStr, base32};

/// What every text of this format begins with: the scheme and its version.
pub const PREFIX: &str = "NZCP:/1/";
/// What every text of any version begins with.
const SCHEME: &str = "NZCP:/";
/// The first of the JSON-LD contexts of every pass, and the one that makes it a pass.
const CONTEXTS: [&str; 2] = ["https://www.w3.org/2018/credentials/v1", "https://nzcp.covid19.health.nz/contexts/v1"];
/// The types of every pass, in this order.
const TYPES: [&str; 2] = ["VerifiableCredential", "PublicCovidPass"];
/// The one version of the pass.
const VERSION: &str = "1.0.0";
/// The claim that names the issuer (RFC 8392 section 3.1.1).
const ISS: i64 = 1;
/// The claim that holds the identifier (RFC 8392 section 3.1.7).
const CTI: i64 = 7;

/// Who may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Identifier of the pass: claim 7 as `urn:uuid:`.
    pub id: SmolStr,
    /// Given name (`givenName`).
    pub given_name: SmolStr,
    /// Family name (`familyName`).
    pub family_name: Option<SmolStr>,
    /// Birth date (`dob`).
    pub birth_date: Date,
}

/// A text whose layers are off; nothing of it has been believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    cose: Vec<u8>,
}

/// Takes the layers off a text: prefix, size, Base32 (strict: upper case, no padding, no bits left over), CBOR, COSE_Sign1.
pub fn open(text: &str) -> Result<Opened, hcert::Error> {
    let encoded = match text.strip_prefix(PREFIX) {
        Some(encoded) => encoded,
        None if text.starts_with(SCHEME) => return Err(hcert::Error::UnsupportedContext),
        None => return Err(hcert::Error::Prefix),
    };
    if text.len() > MAX_CHARS {
        return Err(hcert::Error::TooLong { length: text.len() });
    }
    let cose = base32::decode(encoded).ok_or(hcert::Error::Base32)?;
    cose::parse(&cose).map_err(hcert::Error::Cose)?;
    Ok(Opened { cose })
}

impl Opened {
    /// The COSE message.
    pub fn cose(&self) -> &[u8] {
        &self.cose
    }

    /// The parts of the COSE message.
    pub fn sign1(&self) -> Sign1<'_> {
        cose::parse_again(&self.cose).expect("these bytes have been parsed when the text was opened")
    }

    /// The claims, whoever signed them.
    pub fn claims(&self) -> Result<Claims, hcert::Error> {
        claims(&self.sign1())
    }
}

/// Reads the claims of a message: [`Content::Nzcp`], with `iss`, `nbf` and `exp`; there is no `iat`. The headers must be
/// as the specification has them, see [`check_envelope`].
pub fn claims(message: &Sign1<'_>) -> Result<Claims, hcert::Error> {
    check_envelope(message).map_err(hcert::Error::Fields)?;
    let (mut id, mut credential) = (None, None);
    let claims = hcert::registered(message.payload, |key, reader, tolerances| {
        match key {
            Key::Number(CTI) => {
                let bytes = reader.fixed_bytes::<16>().map_err(|_| hcert::Error::Claim { claim: CTI })?;
                id = Some(urn(bytes));
            }
            Key::Text(name) if name == "vc" => {
                credential = Some(Credential::read(reader, tolerances).map_err(hcert::Error::Fields)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let subject = credential.ok_or(hcert::Error::NoContent)?;
    if claims.iss.as_deref().is_none_or(|iss| !iss.starts_with("did:web:")) {
        return Err(hcert::Error::Claim { claim: 1 });
    }
    let pass = Pass {
        id: id.ok_or(hcert::Error::Claim { claim: CTI })?,
        given_name: subject.given_name,
        family_name: subject.family_name,
        birth_date: subject.birth_date,
    };
    if !claims.tolerances.is_empty() {
        return Err(hcert::Error::Fields(Error::Impossible { field: "form" }));
    }
    Ok(Claims {
        iss: claims.iss,
        iat: claims.iat,
        exp: Some(claims.exp.ok_or(hcert::Error::Claim { claim: 4 })?),
        nbf: Some(claims.nbf.ok_or(hcert::Error::Claim { claim: 5 })?),
        content: pass.into(),
        status: None,
        tolerances: Tolerances::NONE,
    })
}

/// Claim 1, whatever the rest of the pass is like: in whose name it is said to be signed, which must be known before anything
/// else of it may be judged. `None` where there is no such text.
pub fn issuer(message: &Sign1<'_>) -> Option<String> {
    validate(message.payload, &Limits::FOREIGN).ok()?;
    let mut reader = Reader::new(message.payload);
    let mut items = reader.map().ok()?;
    while reader.more(&mut items).ok()? {
        let issuer = reader.clone().signed() == Ok(ISS);
        reader.skip().ok()?;
        if issuer {
            return reader.text().ok().map(Cow::into_owned);
        }
        reader.skip().ok()?;
    }
    None
}

/// What the envelope of a pass must be: tag 18, ES256 and a key identifier, both in the protected header. The identifier
/// is a text by the words of the specification and bytes in its example.
pub fn check_envelope(message: &Sign1<'_>) -> Result<(), Error> {
    if message.tag != Tagging::Sign1 {
        return Err(Error::Impossible { field: "tag" });
    }
    if !message.alg.is_some_and(|found| found.value == alg::ES256 && found.place == Place::Protected) {
        return Err(Error::Impossible { field: "alg" });
    }
    if message.kid_protected.is_none() || message.kid_unprotected.is_some() {
        return Err(Error::Impossible { field: "kid" });
    }
    Ok(())
}

/// The DID URL of the key: `iss`, `#` and `kid` (specification section 4); `None` where the identifier is not a text.
pub fn key_url(iss: &str, message: &Sign1<'_>) -> Option<String> {
    let kid = std::str::from_utf8(message.kid()?.value.as_bytes()).ok()?;
    Some(format!("{iss}#{kid}"))
}

fn urn(bytes: [u8; 16]) -> SmolStr {
    let hex = hex::encode(bytes);
    let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    format!("urn:uuid:{a}-{b}-{c}-{d}-{e}").into()
}

/// What the claim `vc` says about the subject.
struct Credential {
    given_name: SmolStr,
    family_name: Option<SmolStr>,
    birth_date: Date,
}

impl Credential {
    /// Reads and checks the credential: its contexts, version and types are those of a pass.
    fn read(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Credential, Error> {
        let mut fields = Fields { reader, tolerances };
        let (mut contexts, mut types, mut version, mut subject) = (None, None, None, None);
        fields.map("vc", |fields, key| {
            match key {
                b"@context" => contexts = Some(texts(fields, "vc.@context")?),
                b"type" => types = Some(texts(fields, "vc.type")?),
                b"version" => version = fields.text("vc.version")?,
                b"credentialSubject" => subject = Some(Credential::subject(fields)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let contexts = contexts.ok_or(Error::Missing { field: "vc.@context" })?;
        if contexts.first().is_none_or(|first| first != CONTEXTS[0])
            || !contexts.iter().any(|found| found == CONTEXTS[1])
        {
            return Err(Error::Impossible { field: "vc.@context" });
        }
        let types = types.ok_or(Error::Missing { field: "vc.type" })?;
        if types != TYPES {
            return Err(Error::Impossible { field: "vc.type" });
        }
        if version.ok_or(Error::Missing { field: "vc.version" })? != VERSION {
            return Err(Error::Impossible { field: "vc.version" });
        }
        subject.ok_or(Error::Missing { field: "vc.credentialSubject" })
    }

    fn subject(fields: &mut Fields<'_, '_>) -> Result<Credential, Error> {
        let (mut given_name, mut family_name, mut birth_date) = (None, None, None);
        fields.map("vc.credentialSubject", |fields, key| {
            match key {
                b"givenName" => given_name = fields.text("givenName")?,
                b"familyName" => family_name = fields.text("familyName")?,
                b"dob" => birth_date = fields.date("dob")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Credential {
            given_name: given_name.ok_or(Error::Missing { field: "givenName" })?,
            family_name,
            birth_date: birth_date.ok_or(Error::Missing { field: "dob" })?,
        })
    }
}

fn texts<'a>(fields: &mut Fields<'_, 'a>, field: &'static str) -> Result<Vec<Cow<'a, str>>, Error> {
    let mut items = fields.reader.array().map_err(|_| Error::FieldType { field })?;
    let mut texts = Vec::new();
    while fields.reader.more(&mut items).map_err(Error::Cbor)? {
        texts.push(fields.reader.text().map_err(|_| Error::FieldType { field })?);
    }
    Ok(texts)
}
