//! Keys as JSON carries them (RFC 7517), as far as the lists need it: points on the curves of NIST.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use specs::json::Value;

use super::text;
use crate::Error;
use crate::key::{Curve, PublicKey};

/// The key, by its `crv`. Coordinates of another length than the field's are brought to it
/// ([`PublicKey::from_coordinates`]).
pub(super) fn key(jwk: Value<'_>) -> Result<PublicKey, Error> {
    if jwk.get("d").is_some() {
        return Err(Error::EntryForm { detail: "a private key is published" });
    }
    let curve = match (text(jwk, "kty"), text(jwk, "crv")) {
        (Some("EC"), Some("P-256")) => Curve::P256,
        (Some("EC"), Some("P-384")) => Curve::P384,
        (kty, crv) => {
            let oid = format!("{} {}", super::cut(kty.unwrap_or("?")), super::cut(crv.unwrap_or("?")));
            return Err(Error::KeyUnsupported { oid });
        }
    };
    let (x, y) = coordinates(jwk)?;
    PublicKey::from_coordinates(curve, &x, &y)
}

/// `x` and `y` as they stand there.
pub(super) fn coordinates(jwk: Value<'_>) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let number = |member| {
        // Some write the padding that RFC 7515 section 2 leaves out.
        let digits = text(jwk, member).map(|digits| digits.trim_end_matches('='));
        digits
            .and_then(|digits| URL_SAFE_NO_PAD.decode(digits).ok())
            .ok_or(Error::EntryForm { detail: "a coordinate of the key is missing or not base64url" })
    };
    Ok((number("x")?, number("y")?))
}

/// RFC 7638: SHA-256 of the members that make the key, in their one order, without space. `None` for keys that are not
/// on P-256.
pub(super) fn thumbprint(key: &PublicKey) -> Option<[u8; 32]> {
    let PublicKey::P256(point) = key else { return None };
    let (x, y) = point.get(1..)?.split_at_checked(32)?;
    let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
    Some(Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)).into())
}
