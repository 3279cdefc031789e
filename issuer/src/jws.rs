//! The list of signers as a JWS, for programs that speak JOSE and not COSE.
//!
//! A compact JWS (RFC 7515 7.1). Header: `alg` (`EdDSA` or `ES256`), `kid` (standard base64 of the list signer's eight
//! bytes), `typ` = `signer-list+jws`, `cty` = `jwk-set+json`, `x5c` (the list signer's certificate and the signing CA's,
//! up to but not including the root). The payload is a JWK Set (RFC 7517 5) with members of our own; its content is that
//! of the COSE list with the same `sequence`:
//!
//! | member | meaning |
//! |---|---|
//! | `issuer` | name of the list's issuer |
//! | `sequence` | number of the list, rises with every list |
//! | `iat` | instant of issue, seconds since 1970-01-01 |
//! | `next_update` | when the list ought to be replaced, seconds since 1970-01-01 |
//! | `environment` | `production` or `demo`; the two never mix |
//! | `keys` | one JWK for each document signer |
//!
//! Members of a key: `kty`, `crv`, `x`, `y`, `n`, `e` (RFC 7518, RFC 8037) and `alg`; `kid` (standard base64 of eight
//! bytes, as EU lists write it); `use` = `sig`; `name`; `country`; `purposes` (of `vaccination`, `test`, `recovery`; an
//! empty array means any); `profiles` (of `national`, `dcc`, `shc`, `icvp`, `ddcc`, `nzcp`, `swiss-light`, `vds-nc`, never
//! empty); `nbf` and `exp` (seconds).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use josekit::JoseError;
use josekit::jws::{self, JwsAlgorithm, JwsHeader, JwsSigner};
use serde_json::{Map, Value, json};
use specs::signer_list::{KeyData, Profiles, Purposes, SignerEntry, SignerList};
use trust_list::{backend, list};

use crate::keyring::environment;
use crate::keys::{Algorithm, SigningKey};
use crate::list::Error;

/// The `typ` header of our lists.
pub const TYPE: &str = "signer-list+jws";

/// Signs the list as a compact JWS. `certificates` is the chain for `x5c`, DER, list signer first.
///
/// # Errors
/// [`Error::Jws`] when the key refuses.
pub fn sign(
    list: &SignerList,
    certificates: &[Vec<u8>],
    kid: &[u8; 8],
    key: &Arc<dyn SigningKey>,
) -> Result<String, Error> {
    let mut header = JwsHeader::new();
    header.set_token_type(TYPE);
    header.set_content_type("jwk-set+json");
    header.set_x509_certificate_chain(&certificates.to_vec());
    header.set_key_id(STANDARD.encode(kid));
    let payload = serde_json::to_vec(&payload(list)).map_err(|e| Error::Jws(e.to_string()))?;
    jws::serialize_compact(&payload, &header, &Door(Arc::clone(key))).map_err(|e| Error::Jws(e.to_string()))
}

/// Is this the list as a JWS, word for word, signed with the key that signed the list as COSE?
#[must_use]
pub fn says(jws: &str, list: &list::SignerList) -> bool {
    let Some((signed, signature)) = jws.rsplit_once('.') else { return false };
    let same = signed.split_once('.').is_some_and(|(_, said)| {
        let said = URL_SAFE_NO_PAD.decode(said).ok().and_then(|said| serde_json::from_slice::<Value>(&said).ok());
        said == Some(payload(list.content()))
    });
    let (key, signature) = (backend::native().prepare(list.signed_by().key()), URL_SAFE_NO_PAD.decode(signature));
    same && key.is_ok_and(|key| signature.is_ok_and(|signature| key.verify(signed.as_bytes(), &signature)))
}

/// The payload: a JWK Set with the members of the module's table.
#[must_use]
pub fn payload(list: &SignerList) -> Value {
    json!({
        "issuer": list.issuer,
        "sequence": list.sequence,
        "iat": list.issued.0,
        "next_update": list.next_update.0,
        "environment": environment::name(list.environment),
        "keys": list.signers.iter().map(jwk).collect::<Vec<_>>(),
    })
}

fn jwk(entry: &SignerEntry) -> Value {
    let mut key = Map::new();
    let base64url = |bytes: &[u8]| Value::from(URL_SAFE_NO_PAD.encode(bytes));
    let mut put = |name: &str, value: Value| drop(key.insert(name.to_owned(), value));
    match &entry.key {
        KeyData::Ed25519(raw) => {
            put("kty", "OKP".into());
            put("crv", "Ed25519".into());
            put("alg", "EdDSA".into());
            put("x", base64url(raw));
        }
        KeyData::P256(point) => {
            let (x, y) = coordinates(point);
            put("kty", "EC".into());
            put("crv", "P-256".into());
            put("alg", "ES256".into());
            put("x", base64url(x));
            put("y", base64url(y));
        }
        KeyData::P384(point) => {
            let (x, y) = coordinates(point);
            put("kty", "EC".into());
            put("crv", "P-384".into());
            put("alg", "ES384".into());
            put("x", base64url(x));
            put("y", base64url(y));
        }
        KeyData::Rsa { n, e } => {
            put("kty", "RSA".into());
            put("alg", "PS256".into());
            put("n", base64url(n));
            put("e", base64url(e));
        }
    }
    let purposes = [(Purposes::VACCINATION, "vaccination"), (Purposes::TEST, "test"), (Purposes::RECOVERY, "recovery")];
    let profiles = [
        (Profiles::NATIONAL, "national"),
        (Profiles::EU_DCC, "dcc"),
        (Profiles::SHC, "shc"),
        (Profiles::ICVP, "icvp"),
        (Profiles::DDCC, "ddcc"),
        (Profiles::NZCP, "nzcp"),
        (Profiles::SWISS_LIGHT, "swiss-light"),
        (Profiles::VDS_NC, "vds-nc"),
    ];
    put("kid", STANDARD.encode(entry.kid).into());
    put("use", "sig".into());
    put("name", entry.name.clone().into());
    put("country", entry.country.clone().into());
    put("purposes", purposes.iter().filter(|(p, _)| entry.purposes.bits() & p.bits() != 0).map(|(_, n)| *n).collect());
    put("profiles", profiles.iter().filter(|(p, _)| entry.profiles.allows(*p)).map(|(_, name)| *name).collect());
    put("nbf", entry.not_before.0.into());
    put("exp", entry.not_after.0.into());
    Value::Object(key)
}

/// The halves of an uncompressed point, behind its first byte (SEC 1, 2.3.3).
fn coordinates(point: &[u8]) -> (&[u8], &[u8]) {
    let both = point.get(1..).unwrap_or_default();
    both.split_at(both.len() / 2)
}

/// Our key as josekit wants to see one: it signs, and that is all it does.
#[derive(Debug, Clone)]
struct Door(Arc<dyn SigningKey>);

impl JwsSigner for Door {
    fn algorithm(&self) -> &dyn JwsAlgorithm {
        match self.0.algorithm() {
            Algorithm::Ed25519 => &jws::EdDSA,
            Algorithm::Es256 => &jws::ES256,
        }
    }

    fn key_id(&self) -> Option<&str> {
        None
    }

    fn signature_len(&self) -> usize {
        64
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        self.0.sign(message).map_err(|e| JoseError::InvalidSignature(e.into()))
    }

    fn box_clone(&self) -> Box<dyn JwsSigner> {
        Box::new(self.clone())
    }
}
