//! JSON (RFC 8259) within bounds, for the two formats that are written in it.
//!
//! `serde_json` reads; this module adds what it lets pass or leaves open. A key twice in an object is refused, because two
//! readers that keep different ones of the two see different certificates (I-JSON, RFC 7493 section 2.3). Size, depth and
//! number of values are bounded before a signature has been checked. A byte order mark, invalid UTF-8, half a surrogate
//! pair and numbers that no `f64` holds are malformed. [`canonical`] writes the one form that is signed in VDS-NC.

mod canonical;

pub use canonical::canonical;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// How much is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Arrays and objects within one another; 100 at most.
    pub depth: usize,
    /// Values, containers and what is in them counted alike; the keys of objects are not values.
    pub values: usize,
}

/// Why a text is not JSON that we read, or a value cannot be written canonically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Longer than the limit.
    #[error("{length} bytes of JSON where {most} are allowed")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// Nested deeper than the limit.
    #[error("JSON nested deeper than {most} levels")]
    TooDeep {
        /// Levels allowed.
        most: usize,
    },
    /// More values than the limit.
    #[error("more than {most} values of JSON")]
    TooMany {
        /// Values allowed.
        most: usize,
    },
    /// A key stands twice in one object, however it was escaped.
    #[error("a key stands twice in a JSON object")]
    DuplicateKey,
    /// Something follows the value.
    #[error("something follows the JSON value")]
    TrailingBytes,
    /// Not JSON.
    #[error("not JSON (line {line}, column {column})")]
    Malformed {
        /// Where, counted from 1.
        line: usize,
        /// Where, in bytes from 1.
        column: usize,
    },
    /// A number that is not an integer between -(2^53 - 1) and 2^53 - 1, in a value to be written canonically.
    #[error("a number that is no exact integer")]
    Number,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TooLong { .. } => "json-too-long",
            Error::TooDeep { .. } => "json-too-deep",
            Error::TooMany { .. } => "json-too-many",
            Error::DuplicateKey => "json-duplicate-key",
            Error::TrailingBytes => "json-trailing-bytes",
            Error::Malformed { .. } => "json-malformed",
            Error::Number => "json-number",
        }
    }
}

/// Reads exactly one value; space may stand around it. Integers of 64 bits stay exact, other numbers become the nearest
/// `f64` or its neighbour.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    if bytes.len() > limits.bytes {
        return Err(Error::TooLong { length: bytes.len(), most: limits.bytes });
    }
    let state = State { limits: *limits, values: Cell::new(0), fault: Cell::new(None) };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Next { state: &state, depth: 0 }
        .deserialize(&mut reader)
        .map_err(|error| state.fault.take().unwrap_or_else(|| malformed(&error)))?;
    reader.end().map_err(|_| Error::TrailingBytes)?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::Malformed { line: error.line(), column: error.column() }
}

/// What all levels of one reading share. `serde` carries texts as errors only, so the real one waits here.
struct State {
    limits: Limits,
    values: Cell<usize>,
    fault: Cell<Option<Error>>,
}

impl State {
    fn refuse<E: serde::de::Error>(&self, fault: Error) -> E {
        self.fault.set(Some(fault));
        E::custom(fault)
    }
}

/// The next value, below so many arrays and objects.
#[derive(Clone, Copy)]
struct Next<'a> {
    state: &'a State,
    depth: usize,
}

impl Next<'_> {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        let most = self.state.limits.depth;
        if self.depth == most {
            return Err(self.state.refuse(Error::TooDeep { most }));
        }
        Ok(Next { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let (values, most) = (self.state.values.get() + 1, self.state.limits.values);
        if values > most {
            return Err(self.state.refuse(Error::TooMany { most }));
        }
        self.state.values.set(values);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Next<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut array = Vec::new();
        while let Some(value) = access.next_element_seed(inside)? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(self.state.refuse(Error::DuplicateKey));
            }
            let value = access.next_value_seed(inside)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
