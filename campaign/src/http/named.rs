//! Reads a command whose folder and name stand in the path and whose fields stand in the body, in one pass: what
//! `{folder: {name: fields}}` would be read as, without that text or a tree of values being made.

use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer as _, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::command::Command;

/// The command of that folder and name with these fields, a JSON object.
///
/// # Errors
/// What is wrong, as serde says it; an unknown folder or name is an unknown variant.
pub(super) fn command(folder: &str, name: &str, fields: &[u8]) -> Result<Command, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(fields);
    let named = Named { name: folder, content: Named { name, content: &mut json } };
    let command = serde::Deserialize::deserialize(named)?;
    json.end()?;
    Ok(command)
}

/// A variant of an enum: its name from one place, its content from another.
struct Named<'a, D> {
    name: &'a str,
    content: D,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Named<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, D: Deserializer<'de>> EnumAccess<'de> for Named<'_, D> {
    type Error = D::Error;
    type Variant = Content<D>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<D>), D::Error> {
        let name: StrDeserializer<'_, D::Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Content(self.content)))
    }
}

/// The content of a variant; of one with fields, an object and nothing else.
struct Content<D>(D);

impl<'de, D: Deserializer<'de>> VariantAccess<'de> for Content<D> {
    type Error = D::Error;

    fn unit_variant(self) -> Result<(), D::Error> {
        serde::Deserialize::deserialize(self.0)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, D::Error> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_the_nested_object_would_be_read_as() {
        let fields = json!({ "visit": "V1", "findings": ["none"] });
        let nested: Command = serde_json::from_value(json!({ "visits": { "observe": fields } })).unwrap();
        assert_eq!(command("visits", "observe", fields.to_string().as_bytes()).unwrap(), nested);
    }

    #[test]
    fn refuses_what_is_not_the_fields_of_that_command() {
        let why = |folder, name, fields: &str| command(folder, name, fields.as_bytes()).unwrap_err().to_string();
        assert!(why("visit", "leave", "{}").starts_with("unknown variant `visit`"));
        assert!(why("visits", "sing", "{}").starts_with("unknown variant `sing`"));
        assert!(why("visits", "leave", r#"{"visit":"V1"}"#).starts_with("missing field `reason`"));
        assert!(why("visits", "leave", r#"{"visit":"V1","reason":"r","x":1}"#).starts_with("unknown field `x`"));
        assert!(why("visits", "leave", r#"{"visit":"V1","reason":"r","reason":"s"}"#).starts_with("duplicate field"));
        assert!(why("visits", "leave", r#"["V1","r"]"#).starts_with("invalid type: sequence, expected"));
        assert!(why("visits", "leave", r#"{"visit":"V1","reason":"r"} {}"#).starts_with("trailing characters"));
        assert!(why("visits", "leave", "").starts_with("EOF"));
    }
}
