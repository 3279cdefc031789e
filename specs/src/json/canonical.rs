//! The JSON Canonicalization Scheme (RFC 8785): one text for one value, so that what was signed can be written again.
//!
//! Numbers are integers only. The scheme writes others as ECMAScript does, an algorithm that no format here needs; they are
//! refused instead of written almost right.

use std::cmp::Ordering;

use super::Error;
use super::document::{Kind, Value};

/// The value without space, the keys of each object in the order of their UTF-16 code units, texts with the fewest
/// escapes.
pub fn canonical(value: Value<'_>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(1_024);
    write(&mut out, value)?;
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Error> {
    match value.node().kind {
        Kind::Null => out.extend_from_slice(b"null"),
        Kind::Bool(true) => out.extend_from_slice(b"true"),
        Kind::Bool(false) => out.extend_from_slice(b"false"),
        Kind::Number => out.extend_from_slice(integer(value)?.to_string().as_bytes()),
        Kind::Text | Kind::Unescaped => write_text(out, value),
        Kind::Array => {
            out.push(b'[');
            for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(out, value)?;
            }
            out.push(b']');
        }
        Kind::Object => write_object(out, value)?,
    }
    Ok(())
}

fn write_object(out: &mut Vec<u8>, object: Value<'_>) -> Result<(), Error> {
    // As a rule the issuer has sorted them.
    if object.members().is_sorted_by(|(key, _), (next, _)| order(*key, *next).is_lt()) {
        return write_members(out, object.members());
    }
    let mut members: Vec<_> = object.members().collect();
    members.sort_unstable_by(|(left, _), (right, _)| order(*left, *right));
    write_members(out, members.into_iter())
}

/// Which of two keys comes first. Up to U+D7FF, which begins with 0xED, the bytes of UTF-8 are in the same order as UTF-16.
fn order(left: Value<'_>, right: Value<'_>) -> Ordering {
    match left.bytes().iter().zip(right.bytes()).find(|(left, right)| left != right) {
        None => left.bytes().len().cmp(&right.bytes().len()),
        Some((left, right)) if *left <= 0xed && *right <= 0xed => left.cmp(right),
        Some(_) => {
            let (left, right) = (left.as_str().unwrap_or_default(), right.as_str().unwrap_or_default());
            left.encode_utf16().cmp(right.encode_utf16())
        }
    }
}

fn write_members<'d>(out: &mut Vec<u8>, members: impl Iterator<Item = (Value<'d>, Value<'d>)>) -> Result<(), Error> {
    out.push(b'{');
    for (at, (key, value)) in members.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_text(out, key);
        out.push(b':');
        write(out, value)?;
    }
    out.push(b'}');
    Ok(())
}

/// What came without an escape needs none. `serde_json` escapes what RFC 8785 section 3.2.2.2 names, in the same form, and
/// nothing else; a property test holds it to that.
fn write_text(out: &mut Vec<u8>, value: Value<'_>) {
    match value.quoted() {
        Some(quoted) => out.extend_from_slice(quoted),
        None => {
            serde_json::to_writer(out, value.as_str().unwrap_or_default()).expect("a text can be written into memory")
        }
    }
}

/// Integers that an `f64` holds exactly, in whatever form they came: `1`, `1.0` and `1e0` are one number.
fn integer(value: Value<'_>) -> Result<i64, Error> {
    const MOST: i64 = (1 << 53) - 1;
    // Within the range the cast is exact; beyond it saturates, and is refused below.
    let whole = || value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64);
    let integer = value.as_number().and_then(|number| number.parse().ok()).or_else(whole).ok_or(Error::Number)?;
    if (-MOST..=MOST).contains(&integer) { Ok(integer) } else { Err(Error::Number) }
}
