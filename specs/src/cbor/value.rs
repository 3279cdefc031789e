//! Whole items as trees of [`Value`].

use super::{Error, Kind, Limits, Reader, Value, Writer, validate};

/// Reads exactly one item: whatever [`validate`] passes, and nothing else.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    validate(bytes, limits)?;
    read(&mut Reader::new(bytes))
}

/// Writes the deterministic encoding of RFC 8949 section 4.2.1: shortest forms, definite lengths, keys in bytewise order
/// of their encodings. A map that holds a key twice is written so, and every strict decoder refuses it.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    write(value, &mut writer);
    writer.into_bytes()
}

/// Two values are the same item. NaN equals NaN, and 0.0 is not -0.0: encodings are compared, not arithmetic.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Unsigned(one), Value::Unsigned(other)) | (Value::Negative(one), Value::Negative(other)) => {
                one == other
            }
            (Value::Bytes(one), Value::Bytes(other)) => one == other,
            (Value::Text(one), Value::Text(other)) => one == other,
            (Value::Array(one), Value::Array(other)) => one == other,
            (Value::Map(one), Value::Map(other)) => one == other,
            (Value::Tag(one, content), Value::Tag(other, other_content)) => one == other && content == other_content,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Null, Value::Null) | (Value::Undefined, Value::Undefined) => true,
            (Value::Simple(one), Value::Simple(other)) => one == other,
            (Value::Float(one), Value::Float(other)) => {
                one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
            }
            _ => false,
        }
    }
}

impl Eq for Value {}

/// One item of validated bytes; the validator has bounded the depth of this recursion.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Value, Error> {
    let at = reader.position();
    Ok(match reader.kind()? {
        Kind::Unsigned => Value::Unsigned(reader.unsigned()?),
        Kind::Negative => Value::Negative(reader.negative()?),
        Kind::Bytes => Value::Bytes(reader.bytes()?.into_owned()),
        Kind::Text => Value::Text(reader.text()?.into_owned()),
        Kind::Array => {
            let (mut items, mut elements) = (reader.array()?, Vec::new());
            while reader.more(&mut items)? {
                elements.push(read(reader)?);
            }
            Value::Array(elements)
        }
        Kind::Map => {
            let (mut items, mut pairs) = (reader.map()?, Vec::new());
            while reader.more(&mut items)? {
                pairs.push((read(reader)?, read(reader)?));
            }
            Value::Map(pairs)
        }
        Kind::Tag => Value::Tag(reader.tag()?, Box::new(read(reader)?)),
        Kind::Bool => Value::Bool(reader.bool()?),
        Kind::Null => {
            reader.take_null();
            Value::Null
        }
        Kind::Undefined => {
            reader.take_null();
            Value::Undefined
        }
        Kind::Simple => Value::Simple(reader.simple()?),
        Kind::Float => Value::Float(reader.float()?),
        Kind::Break => return Err(Error::UnexpectedBreak { at }),
    })
}

fn write(value: &Value, writer: &mut Writer) {
    match value {
        Value::Unsigned(number) => writer.unsigned(*number),
        Value::Negative(number) => writer.negative(*number),
        Value::Bytes(bytes) => writer.bytes(bytes),
        Value::Text(text) => writer.text(text),
        Value::Array(elements) => {
            writer.array(elements.len());
            elements.iter().for_each(|element| write(element, writer));
            writer
        }
        Value::Map(pairs) => {
            let mut pairs: Vec<(Vec<u8>, &Value)> = pairs.iter().map(|(key, value)| (encode(key), value)).collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            writer.map(pairs.len());
            for (key, value) in pairs {
                writer.raw(&key);
                write(value, writer);
            }
            writer
        }
        Value::Tag(number, content) => {
            writer.tag(*number);
            write(content, writer);
            writer
        }
        Value::Bool(value) => writer.bool(*value),
        Value::Null => writer.null(),
        Value::Undefined => writer.raw(&[0xf7]),
        Value::Simple(number @ 0..20) => writer.raw(&[0xe0 | number]),
        Value::Simple(number) => writer.raw(&[0xf8, *number]),
        Value::Float(value) => writer.float(*value),
    };
}
