//! The examples of RFC 8949 (and 7049) appendix A, from the vectors of the CBOR community: every one is read, has the
//! value that the appendix says, and is written in its shortest form. Where we decide otherwise, the example stands in
//! `exceptions/cbor.txt` with the reason.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use specs::cbor::{Limits, Value, decode, encode, validate};
use tests::exceptions::Exceptions;

#[derive(Deserialize)]
struct Case {
    hex: String,
    roundtrip: bool,
    /// Absent where JSON cannot say it: `null` is a value like others, so presence is what counts.
    #[serde(default, deserialize_with = "present")]
    decoded: Option<serde_json::Value>,
    diagnostic: Option<String>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

#[test]
fn appendix_a() -> Result<()> {
    let Some(folder) = tests::vectors::folder("cbor") else { return Ok(()) };
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(folder.join("appendix_a.json"))?)?;
    let mut exceptions = Exceptions::of("cbor");
    for case in &cases {
        let outcome = case.run();
        exceptions.case(&case.hex, outcome.is_ok(), outcome.err().map(|why| format!("{why:#}")).unwrap_or_default());
    }
    ensure!(cases.len() == 82, "appendix A has 82 examples in this file, not {}", cases.len());
    exceptions.finish("CBOR appendix A");
    Ok(())
}

impl Case {
    fn run(&self) -> Result<()> {
        let bytes = hex::decode(&self.hex)?;
        let value = decode(&bytes, &Limits::FOREIGN)?;
        if let Some(expected) = &self.decoded {
            ensure!(says(&value, expected), "{value:?} is not {expected}");
        } else {
            let expected = self.diagnostic.as_deref().context("a case with neither JSON nor diagnostic notation")?;
            let found = diagnostic(&value);
            // Chunks of an indefinite string are one string once they are read.
            let expected = if expected == "(_ h'0102', h'030405')" { "h'0102030405'" } else { expected };
            ensure!(found == expected, "{found} is not {expected}");
        }
        // Written deterministically: our strict form takes it, and writing it again changes nothing.
        let written = encode(&value);
        let again = decode(&written, &Limits::OURS).map(|value| encode(&value));
        ensure!(again.as_ref() == Ok(&written), "written as {}", hex::encode(&written));
        // What the appendix calls the typical encoding is the shortest one, but for the long forms of infinity and NaN,
        // the order of map keys (which no example has wrong) and indefinite lengths.
        let strict = validate(&bytes, &Limits::OURS);
        ensure!(
            strict.is_ok() == self.roundtrip,
            "roundtrip is {}, and our strict form says {strict:?}",
            self.roundtrip
        );
        ensure!((written == bytes) == self.roundtrip, "written as {}", hex::encode(&written));
        Ok(())
    }
}

/// Whether a value is the one that JSON says.
fn says(value: &Value, json: &serde_json::Value) -> bool {
    match (value, json) {
        (Value::Unsigned(number), serde_json::Value::Number(json)) => json.as_u64() == Some(*number),
        (Value::Negative(number), serde_json::Value::Number(json)) => {
            let number = -1 - i128::from(*number);
            json.as_i64().map(i128::from) == Some(number) || json.as_f64() == Some(number as f64)
        }
        // serde_json reads the last digit of a float roughly; that the bits are right is shown by writing them again.
        (Value::Float(number), serde_json::Value::Number(json)) => {
            json.as_f64().is_some_and(|json| json == *number || (json / number - 1.0).abs() <= f64::EPSILON)
        }
        // Bignums (RFC 8949 section 3.4.3).
        (Value::Tag(tag @ (2 | 3), content), serde_json::Value::Number(json)) => {
            let Value::Bytes(bytes) = &**content else { return false };
            let number = bytes.iter().fold(0_f64, |number, byte| number * 256.0 + f64::from(*byte));
            json.as_f64() == Some(if *tag == 2 { number } else { -1.0 - number })
        }
        (Value::Text(text), serde_json::Value::String(json)) => text == json,
        (Value::Bool(value), serde_json::Value::Bool(json)) => value == json,
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Array(elements), serde_json::Value::Array(json)) => {
            elements.len() == json.len() && elements.iter().zip(json).all(|(value, json)| says(value, json))
        }
        (Value::Map(pairs), serde_json::Value::Object(json)) => pairs.len() == json.len()
            && pairs.iter().all(
                |(key, value)| matches!(key, Value::Text(key) if json.get(key).is_some_and(|json| says(value, json))),
            ),
        _ => false,
    }
}

/// Diagnostic notation (RFC 8949 section 8) of what the appendix writes in it.
fn diagnostic(value: &Value) -> String {
    match value {
        Value::Unsigned(number) => number.to_string(),
        Value::Negative(number) => (-1 - i128::from(*number)).to_string(),
        Value::Bytes(bytes) => format!("h'{}'", hex::encode(bytes)),
        Value::Text(text) => format!("{text:?}"),
        Value::Array(elements) => format!("[{}]", elements.iter().map(diagnostic).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let pairs: Vec<_> =
                pairs.iter().map(|(key, value)| format!("{}: {}", diagnostic(key), diagnostic(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Tag(tag, content) => format!("{tag}({})", diagnostic(content)),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::Undefined => "undefined".to_owned(),
        Value::Simple(number) => format!("simple({number})"),
        Value::Float(number) if number.is_nan() => "NaN".to_owned(),
        Value::Float(number) if number.is_infinite() => if *number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        Value::Float(number) => format!("{number:?}"),
    }
}
