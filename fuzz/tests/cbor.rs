//! Our CBOR beside ciborium's, over all CBOR of the vectors and mutations of it: both accept and see the same value, both
//! refuse, or a written rule says why not.
#![expect(clippy::unwrap_used, reason = "tests")]

use ciborium::Value as Theirs;
use fuzz::corpus::{Corpus, Kind};
use fuzz::mutate::{Dice, mutated};
use specs::cbor::{Error, Limits, Value, decode};
use std::collections::BTreeMap;

const MUTATIONS: usize = 100_000;

#[test]
fn ciborium_agrees_but_for_the_rules_written_here() {
    let corpus = Corpus::gather().unwrap();
    let mut seeds = [corpus.of(Kind::Cbor), corpus.of(Kind::Claims), small()].concat();
    seeds.retain(|seed| seed.len() <= 2_048);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dice = Dice::new(8_949);
    for at in 0..seeds.len() + MUTATIONS {
        let seed = &seeds[at % seeds.len()];
        let other = dice.below(seeds.len());
        let bytes = if at < seeds.len() { seed.clone() } else { mutated(seed, &seeds[other], 4_096, &mut dice) };
        let rule = compare(&bytes).unwrap_or_else(|words| panic!("{words}: {}", hex::encode(&bytes)));
        *counts.entry(rule).or_default() += 1;
    }
    for (rule, count) in &counts {
        println!("{count:>7}  {rule}");
    }
    assert!(counts["both accept, same value"] > 1_000 && counts["both refuse"] > 1_000);
}

/// Every head of one byte, with nothing, with one and with two items after it.
fn small() -> Vec<Vec<u8>> {
    (0..=255).flat_map(|head: u8| [vec![head], vec![head, 1], vec![head, 0x61, b'a', 0xff]]).collect()
}

/// What both say about the bytes, or the rule by which they differ.
fn compare(bytes: &[u8]) -> Result<&'static str, String> {
    let mut rest = bytes;
    let theirs = ciborium::from_reader::<Theirs, _>(&mut rest);
    match (decode(bytes, &Limits::FOREIGN), theirs) {
        (Ok(ours), Ok(theirs)) if !rest.is_empty() => Err(format!("{ours:?} and {theirs:?} with bytes left")),
        (Ok(ours), Ok(theirs)) => match value(&theirs) {
            Some(theirs) if theirs == plain(&ours) => Ok("both accept, same value"),
            _ => Err(format!("{ours:?} is not {theirs:?}")),
        },
        (Err(_), Err(_)) => Ok("both refuse"),
        (Err(error), Ok(theirs)) => ours_alone_refuses(&error, !rest.is_empty())
            .ok_or_else(|| format!("we refuse with {error:?}, they see {theirs:?}")),
        (Ok(ours), Err(error)) => {
            theirs_alone_refuses(&ours).ok_or_else(|| format!("we see {ours:?}, they refuse with {error:?}"))
        }
    }
}

/// Why we refuse what ciborium accepts.
fn ours_alone_refuses(error: &Error, bytes_are_left: bool) -> Option<&'static str> {
    Some(match error {
        Error::TrailingBytes { .. } if bytes_are_left => "ours: one item and nothing after it; theirs reads a stream",
        // What stands before the end of their item can be wrong for us by any of the rules below.
        Error::DuplicateKey { .. } => "ours: no key twice (RFC 8949 section 5.6); theirs keeps both",
        Error::TooDeep { .. } => "ours: at most 16 levels; theirs 256",
        Error::TooManyItems { .. } => "ours: at most 4,096 items",
        Error::ReservedSimple { .. } => {
            "ours: no simple value below 32 in two bytes (RFC 8949 section 3.3); theirs reads it"
        }
        _ => return None,
    })
}

/// Why ciborium refuses what we accept.
fn theirs_alone_refuses(ours: &Value) -> Option<&'static str> {
    has(ours, &|value| matches!(value, Value::Simple(_)))
        .then_some("theirs: has no simple values without a name; ours reads them (RFC 8949 section 3.3)")
}

fn has(value: &Value, what: &dyn Fn(&Value) -> bool) -> bool {
    what(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| has(item, what)),
            Value::Map(pairs) => pairs.iter().any(|(key, value)| has(key, what) || has(value, what)),
            Value::Tag(_, content) => has(content, what),
            _ => false,
        }
}

/// Their value in our words; `None` for what ciborium may have but CBOR has not.
fn value(theirs: &Theirs) -> Option<Value> {
    Some(match theirs {
        Theirs::Integer(number) => match i128::from(*number) {
            number @ 0.. => Value::Unsigned(number.try_into().ok()?),
            number => Value::Negative((-1 - number).try_into().ok()?),
        },
        Theirs::Bytes(bytes) => Value::Bytes(bytes.clone()),
        Theirs::Float(number) => Value::Float(*number),
        Theirs::Text(text) => Value::Text(text.clone()),
        Theirs::Bool(value) => Value::Bool(*value),
        Theirs::Null => Value::Null,
        Theirs::Tag(tag, content) => Value::Tag(*tag, Box::new(value(content)?)),
        Theirs::Array(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
        Theirs::Map(pairs) => {
            let pair = |(key, content): &(Theirs, Theirs)| Some((value(key)?, value(content)?));
            Value::Map(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Our value as ciborium can say it: `undefined` is null, a bignum that fits 64 bits is an integer.
fn plain(ours: &Value) -> Value {
    match ours {
        Value::Undefined => Value::Null,
        Value::Tag(tag @ (2 | 3), content) => match &**content {
            Value::Bytes(bytes) => bignum(*tag, bytes).unwrap_or_else(|| ours.clone()),
            other => Value::Tag(*tag, Box::new(plain(other))),
        },
        Value::Tag(tag, content) => Value::Tag(*tag, Box::new(plain(content))),
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Value::Map(pairs) => Value::Map(pairs.iter().map(|(key, value)| (plain(key), plain(value))).collect()),
        other => other.clone(),
    }
}

fn bignum(tag: u64, bytes: &[u8]) -> Option<Value> {
    let bytes = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len())..];
    let number = (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))?;
    Some(if tag == 2 { Value::Unsigned(number) } else { Value::Negative(number) })
}
