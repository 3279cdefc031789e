//! The list of revoked cards that an issuer publishes for one of its keys: `<iss>/.well-known/crl/<kid>.json`.

use super::Error;
use crate::json::{self, Limits, Value};
use crate::revocation::{MAX_RIDS, RevokedCards};

/// What such a list may measure.
const LIMITS: Limits = Limits { bytes: 16 * 1024 * 1024, depth: 4, values: MAX_RIDS + 16 };

/// A list as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedList {
    /// The key whose cards it is about: its thumbprint in base64url.
    pub kid: String,
    /// How many times the list was changed.
    pub ctr: u64,
    /// What it revokes, in its order.
    pub rids: Vec<RevokedCards>,
}

impl RevokedList {
    /// Reads `{"kid", "method": "rid", "ctr", "rids"}`. One identifier that cannot be read makes the whole list unreadable: its
    /// cards would pass for good.
    pub fn read(bytes: &[u8]) -> Result<RevokedList, Error> {
        RevokedList::of(json::read(bytes, &LIMITS).map_err(Error::Json)?.value())
    }

    /// The same out of JSON that was read already.
    pub fn of(list: Value<'_>) -> Result<RevokedList, Error> {
        let text = |field: &'static str| list.get(field).and_then(Value::as_str).ok_or(Error::Field { field });
        let kid = text("kid")?.to_owned();
        if text("method")? != "rid" {
            return Err(Error::Field { field: "method" });
        }
        let ctr = list.get("ctr").and_then(counter).ok_or(Error::Field { field: "ctr" })?;
        let rids = list.get("rids").and_then(Value::as_array).filter(|rids| rids.len() <= MAX_RIDS);
        let rids = rids.ok_or(Error::Field { field: "rids" })?;
        let rids: Option<Vec<_>> = rids.map(|rid| rid.as_str().and_then(RevokedCards::parse)).collect();
        Ok(RevokedList { kid, ctr, rids: rids.ok_or(Error::Field { field: "rids" })? })
    }
}

/// A counter: the specification shows it as a text in one place and as a number in others.
pub fn counter(value: Value<'_>) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok())
}
