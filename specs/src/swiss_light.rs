//! The Swiss light certificate: name and birth date for a day, and nothing about health.
//!
//! `LT1:` and then the layers of [`hcert`](crate::hcert); the certificate stands under claim -250. It is made on demand
//! from a full certificate and serves 24 hours, so it is never revoked. Its messages wear no tag. It is read here and never
//! issued. The page is `specs/swiss-light.md`.

use crate::SmolStr;
use crate::cbor::Reader;
use crate::cose::{Sign1, Tagging};
use crate::dcc;
use crate::fields::{Error, Fields};
use crate::hcert::{self, Claims, Content, Key};
use crate::time::PartialDate;
use crate::tolerance::Tolerances;

/// What every text of this format begins with.
pub const PREFIX: &str = "LT1:";
/// The claim that holds it.
pub const CLAIM: i64 = -250;
/// The number of the certificate in the map of that claim.
pub const SUB_CLAIM: i64 = 1;

/// Who may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Version of the schema (`ver`).
    pub ver: SmolStr,
    /// The name (`nam`), as in the EU certificate.
    pub name: dcc::Name,
    /// Birth date (`dob`), where it is known.
    pub birth_date: Option<PartialDate>,
}

/// A text whose layers are off; nothing of it has been believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened(hcert::Opened);

/// Takes the layers off a text, as [`hcert::open`] does.
pub fn open(text: &str) -> Result<Opened, hcert::Error> {
    let encoded = text.strip_prefix(PREFIX).ok_or(hcert::Error::Prefix)?;
    hcert::open_layers(text.len(), encoded).map(Opened)
}

impl Opened {
    /// The layers: zlib stream and message.
    pub fn layers(&self) -> &hcert::Opened {
        &self.0
    }

    /// The parts of the COSE message.
    pub fn sign1(&self) -> Sign1<'_> {
        self.0.sign1()
    }

    /// The claims, whoever signed them.
    pub fn claims(&self) -> Result<Claims, hcert::Error> {
        claims(&self.sign1())
    }
}

/// Reads the claims of a message: [`Content::SwissLight`].
pub fn claims(message: &Sign1<'_>) -> Result<Claims, hcert::Error> {
    let mut content = None;
    let read = hcert::registered(message.payload, |key, reader, tolerances| {
        let ours = matches!(key, Key::Number(CLAIM));
        if ours {
            content = kinds(reader, tolerances)?;
        }
        Ok(ours)
    })?;
    // Untagged is how this format is written; in others it must be forgiven.
    let tag = if message.tag == Tagging::Untagged { Tagging::Sign1 } else { message.tag };
    let mut tolerances = read.tolerances;
    tolerances.extend(hcert::message_tolerances(&Sign1 { tag, ..message.clone() }));
    let content = Content::from(content.ok_or(hcert::Error::NoContent)?);
    Ok(Claims { iss: read.iss, iat: read.iat, exp: read.exp, nbf: read.nbf, content, status: None, tolerances })
}

/// The map under the claim, of which kind 1 is read.
fn kinds(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Option<Certificate>, hcert::Error> {
    let mut items = reader.map().map_err(|_| hcert::Error::Claim { claim: CLAIM })?;
    let (mut content, mut unknown) = (None, None);
    while reader.more(&mut items).map_err(hcert::Error::Cbor)? {
        let kind = reader.clone().signed().ok();
        let ours = kind == Some(SUB_CLAIM);
        reader.skip().map_err(hcert::Error::Cbor)?;
        if ours {
            content = Some(Certificate::read(reader, tolerances).map_err(hcert::Error::Fields)?);
        } else {
            unknown = unknown.or(kind);
            reader.skip().map_err(hcert::Error::Cbor)?;
        }
    }
    match (&content, unknown) {
        (None, Some(key)) => Err(hcert::Error::UnsupportedContent { key }),
        _ => Ok(content),
    }
}

impl Certificate {
    fn read(reader: &mut Reader<'_>, tolerances: &mut Tolerances) -> Result<Certificate, Error> {
        let mut fields = Fields { reader, tolerances };
        let (mut ver, mut name, mut birth_date) = (None, None, None);
        fields.map("certificate", |fields, key| {
            match key {
                b"ver" => ver = fields.text("ver")?,
                b"nam" => name = Some(read_name(fields)?),
                b"dob" => birth_date = fields.partial_date("dob")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let name: dcc::Name = name.ok_or(Error::Missing { field: "nam" })?;
        if name == dcc::Name::default() {
            return Err(Error::Missing { field: "nam" });
        }
        Ok(Certificate { ver: ver.ok_or(Error::Missing { field: "ver" })?, name, birth_date })
    }
}

fn read_name(fields: &mut Fields<'_, '_>) -> Result<dcc::Name, Error> {
    let mut name = dcc::Name::default();
    fields.map("nam", |fields, key| {
        match key {
            b"fn" => name.family = fields.text("nam.fn")?,
            b"gn" => name.given = fields.text("nam.gn")?,
            b"fnt" => name.family_std = fields.text("nam.fnt")?,
            b"gnt" => name.given_std = fields.text("nam.gnt")?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(name)
}
