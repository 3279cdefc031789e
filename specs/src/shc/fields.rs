//! Fields of JSON by their names, each with its type, or the error that names it.

use super::Error;
use crate::json::Value;
use crate::time::{PartialDate, UnixTime};

/// A text that is there.
pub(super) fn text<'a>(value: Value<'a>, name: &str, field: &'static str) -> Result<&'a str, Error> {
    optional_text(value, name, field)?.ok_or(Error::Field { field })
}

/// A text, where it is there: not empty, and without control characters.
pub(super) fn optional_text<'a>(value: Value<'a>, name: &str, field: &'static str) -> Result<Option<&'a str>, Error> {
    let Some(text) = value.get(name) else { return Ok(None) };
    let text = text.as_str().filter(|text| !text.trim().is_empty() && !text.contains(char::is_control));
    text.map(Some).ok_or(Error::Field { field })
}

/// The elements of an array, none where it is absent.
pub(super) fn array<'a>(
    value: Value<'a>,
    name: &str,
    field: &'static str,
) -> Result<impl Iterator<Item = Value<'a>>, Error> {
    let array = match value.get(name) {
        None => None,
        Some(array) => Some(array.as_array().ok_or(Error::Field { field })?),
    };
    Ok(array.into_iter().flatten())
}

/// The issuer: an `https` address in visible ASCII without a slash at its end, query or fragment.
pub(super) fn issuer(payload: Value<'_>) -> Result<&str, Error> {
    const WRONG: Error = Error::Field { field: "iss" };
    let iss = text(payload, "iss", "iss")?;
    let rest = iss.strip_prefix("https://").ok_or(WRONG)?;
    let visible = rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@' | b'\\'));
    if !visible || rest.starts_with('/') || rest.is_empty() || rest.ends_with('/') { Err(WRONG) } else { Ok(iss) }
}

/// A NumericDate (RFC 7519 section 2): seconds, possibly with a fraction, which is cut off. Milliseconds fall outside the
/// years 1970 to 9999.
pub(super) fn time(value: Value<'_>, name: &str, field: &'static str) -> Result<Option<UnixTime>, Error> {
    let Some(time) = value.get(name) else { return Ok(None) };
    let seconds = time.as_f64().map(f64::floor).filter(|seconds| (0.0..=UnixTime::LAST.0 as f64).contains(seconds));
    // Within the range, as just seen.
    seconds.map(|seconds| Some(UnixTime(seconds as i64))).ok_or(Error::Field { field })
}

/// A day of FHIR's `date` or `dateTime`: a year, a month, a day, or a day with a time, which is cut off.
pub(super) fn day(value: Value<'_>, name: &str, field: &'static str) -> Result<Option<PartialDate>, Error> {
    let Some(text) = optional_text(value, name, field)? else { return Ok(None) };
    let day = match text.split_once('T') {
        Some((day, _)) => UnixTime::from_rfc3339(text).and_then(|_| PartialDate::parse(day)),
        None => PartialDate::parse(text),
    };
    day.map(Some).ok_or(Error::Field { field })
}
