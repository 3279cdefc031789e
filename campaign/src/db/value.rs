//! One value of a row, on its way into or out of either engine.

use std::sync::Arc;

use crate::clock::Timestamp;

/// A value of a column. Text is shared, since one id stands in many rows of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL; bound with the column's type.
    Null,
    /// `bigint`; also booleans (0, 1) and milliseconds.
    Int(i64),
    /// `double precision`.
    Real(f64),
    /// `text`.
    Text(Arc<String>),
    /// `bytea`.
    Bytes(Arc<Vec<u8>>),
}

impl Value {
    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, where it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes, where it is bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

macro_rules! from {
    ($($type:ty, |$value:ident| $make:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value { $make }
        }
    )*};
}

from! {
    i64, |value| Value::Int(value);
    i32, |value| Value::Int(i64::from(value));
    u32, |value| Value::Int(i64::from(value));
    u16, |value| Value::Int(i64::from(value));
    u8, |value| Value::Int(i64::from(value));
    bool, |value| Value::Int(i64::from(value));
    f64, |value| Value::Real(value);
    String, |value| Value::Text(Arc::new(value));
    &String, |value| Value::Text(Arc::new(value.clone()));
    &str, |value| Value::Text(Arc::new(value.to_owned()));
    Arc<String>, |value| Value::Text(value);
    Vec<u8>, |value| Value::Bytes(Arc::new(value));
    &[u8], |value| Value::Bytes(Arc::new(value.to_vec()));
    [u8; 32], |value| Value::Bytes(Arc::new(value.to_vec()));
    Timestamp, |value| Value::Int(value.0);
    specs::time::Date, |value| Value::Text(Arc::new(value.to_string()));
    &crate::ledger::Account, |value| Value::Text(Arc::new(value.to_string()));
    &crate::vault::Sealed, |value| Value::from(value.as_str());
    &crate::vault::Token, |value| Value::from(value.as_str());
}

macro_rules! from_ids {
    ($($id:ident)*) => {$(
        impl From<&crate::ids::$id> for Value {
            fn from(id: &crate::ids::$id) -> Value { Value::from(id.as_str()) }
        }
        impl From<crate::ids::$id> for Value {
            fn from(id: crate::ids::$id) -> Value { Value::from(id.as_str()) }
        }
    )*};
}

from_ids! { UnitId LotId PersonId ConsignmentId ShipmentId VialId VisitId DoseId CommandId }

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
