//! The claims: who says it, from when until when, and the bundle.

use super::{Bundle, Error, fields};
use crate::json::Value;
use crate::revocation::is_rid;
use crate::time::UnixTime;
use crate::tolerance::Tolerances;

/// The type that every card has.
const HEALTH_CARD: &str = "https://smarthealth.cards#health-card";

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The issuer: an `https` address without a slash at its end.
    pub iss: String,
    /// From when it is valid.
    pub nbf: UnixTime,
    /// Until when, where the issuer set an end.
    pub exp: Option<UnixTime>,
    /// The identifier by which it may be revoked, base64url of 24 characters at most. The list of the key says `rid`, or
    /// `rid.seconds` for cards whose `nbf` is before these seconds.
    pub rid: Option<String>,
    /// Types of the credential, `https://smarthealth.cards#health-card` among them. The others are hints for searching;
    /// what the card is of, its bundle says.
    pub types: Vec<String>,
    /// The health record.
    pub bundle: Bundle,
    /// What decoding forgave.
    pub tolerances: Tolerances,
}

impl Claims {
    pub(super) fn of(payload: Value<'_>, tolerances: Tolerances) -> Result<Claims, Error> {
        let iss = fields::issuer(payload)?.to_owned();
        let nbf = fields::time(payload, "nbf", "nbf")?.ok_or(Error::Field { field: "nbf" })?;
        let exp = fields::time(payload, "exp", "exp")?;
        let vc = payload.get("vc").ok_or(Error::Field { field: "vc" })?;
        let types: Option<Vec<String>> =
            fields::array(vc, "type", "vc.type")?.map(|kind| kind.as_str().map(str::to_owned)).collect();
        let types = types.ok_or(Error::Field { field: "vc.type" })?;
        if !types.iter().any(|kind| kind == HEALTH_CARD) {
            return Err(Error::NotHealthCard);
        }
        let rid = fields::optional_text(vc, "rid", "vc.rid")?;
        if rid.is_some_and(|rid| !is_rid(rid)) {
            return Err(Error::Field { field: "vc.rid" });
        }
        let subject = vc.get("credentialSubject").ok_or(Error::Field { field: "vc.credentialSubject" })?;
        let version = fields::text(subject, "fhirVersion", "fhirVersion")?;
        if version.strip_prefix("4.0.").is_none_or(|patch| patch.parse::<u8>().is_err()) {
            return Err(Error::FhirVersion);
        }
        let bundle = subject.get("fhirBundle").ok_or(Error::Field { field: "fhirBundle" })?;
        let bundle = Bundle::read(bundle)?;
        Ok(Claims { iss, nbf, exp, rid: rid.map(str::to_owned), types, bundle, tolerances })
    }
}

/// In the form that all formats share: valid from when it was issued, `iat` being unknown to the format.
impl From<Claims> for crate::hcert::Claims {
    fn from(claims: Claims) -> Self {
        Self {
            iss: Some(claims.iss.as_str().into()),
            iat: None,
            exp: claims.exp,
            nbf: Some(claims.nbf),
            tolerances: claims.tolerances,
            status: None,
            content: claims.into(),
        }
    }
}
