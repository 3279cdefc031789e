//! JSON: our reader and `serde_json` take the same texts for the same values; the canonical form is one.

use crate::Target;
use crate::corpus::Kind;
use serde_json::Value as Plain;
use specs::json::{Error, Limits, Value, canonical, read};

pub(super) const TARGET: Target =
    Target { name: "json", max_len: 8 * 1024, replays: 10_000, seeds: |corpus| corpus.of(Kind::Json), run };

const LIMITS: Limits = Limits { bytes: 64 * 1024, depth: 32, values: 4_096 };

fn run(input: &[u8]) {
    let theirs = serde_json::from_slice::<Plain>(input);
    let document = match read(input, &LIMITS) {
        Ok(document) => document,
        Err(Error::DuplicateKey | Error::TooLong { .. } | Error::TooDeep { .. } | Error::TooMany { .. }) => return,
        Err(_) => return assert!(theirs.is_err(), "JSON that our reader refuses"),
    };
    assert_eq!(plain(document.value()), theirs.expect("what our reader takes is JSON"));
    let Ok(written) = canonical(document.value()) else { return };
    let again = read(&*written, &LIMITS).expect("what was written canonically is JSON");
    assert_eq!(canonical(again.value()).as_deref(), Ok(&*written));
}

/// The same as `serde_json` has it.
fn plain(value: Value<'_>) -> Plain {
    if let Some(array) = value.as_array() {
        return array.map(plain).collect();
    }
    if let Some(object) = value.as_object() {
        return Plain::Object(object.map(|(key, value)| (key.to_owned(), plain(value))).collect());
    }
    let number = || value.as_number().map(|number| serde_json::from_str(number).expect("a number"));
    let text = || value.as_str().map(Plain::from);
    value.as_bool().map(Plain::from).or_else(text).or_else(number).unwrap_or_default()
}
