//! CBOR: validating, reading as a tree and walking over it agree; what is written is deterministic and the same value.

use crate::Target;
use crate::corpus::Kind;
use specs::cbor::{Limits, Reader, Value, decode, encode, validate};

pub(super) const TARGET: Target = Target {
    name: "cbor",
    max_len: Limits::FOREIGN.max_bytes + 16,
    replays: 20_000,
    seeds: |corpus| [corpus.of(Kind::Cbor), corpus.of(Kind::Claims)].concat(),
    run,
};

fn run(input: &[u8]) {
    let (foreign, ours) = (validate(input, &Limits::FOREIGN), validate(input, &Limits::OURS));
    let decoded = decode(input, &Limits::FOREIGN);
    assert_eq!(decoded.as_ref().map(drop), foreign.as_ref().map(drop), "decode takes what validate takes");
    let Ok(value) = decoded else {
        assert!(ours.is_err(), "the strict form is a part of the tolerant one");
        return;
    };
    let mut reader = Reader::new(input);
    assert_eq!(reader.skip(), Ok(()));
    assert_eq!(reader.end(), Ok(()));

    let written = encode(&value);
    assert_eq!(validate(&written, &Limits::OURS), Ok(()));
    // But for long items of indefinite length: a break is one byte, a count of 256 and more is several.
    let counted = validate(input, &Limits { indefinite: false, ..Limits::FOREIGN }).is_ok();
    assert!(!counted || written.len() <= input.len(), "the deterministic form is the shortest");
    let again = decode(&written, &Limits::OURS).expect("validated");
    assert_eq!(encode(&again), written);
    assert_eq!(sorted(&value), again);
    assert_eq!(ours.is_ok(), written == input, "there is one deterministic form");
}

/// The same value with the pairs of all maps in the order in which they are written.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Tag(tag, content) => Value::Tag(*tag, Box::new(sorted(content))),
        Value::Map(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().map(|(key, value)| (sorted(key), sorted(value))).collect();
            pairs.sort_by_cached_key(|(key, _)| encode(key));
            Value::Map(pairs)
        }
        other => other.clone(),
    }
}
