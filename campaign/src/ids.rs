//! Names of things: short texts that the caller chose (most often a UUID v7), checked once and cheap to clone.
//!
//! An id is 1 to 64 characters of `A-Z a-z 0-9 . _ : -`. A value of these types always is one, so no id can carry a
//! slash, a blank or a control character into an account name, a log line or a path.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::refusal::Refusal;

/// Longest id, in bytes.
pub const MAX_LENGTH: usize = 64;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// [`Refusal::MalformedId`] when it is not 1 to 64 characters of `A-Z a-z 0-9 . _ : -`.
            pub fn parse(text: &str) -> Result<$name, Refusal> {
                if well_formed(text) {
                    Ok($name(Arc::from(text)))
                } else {
                    Err(Refusal::MalformedId { what: stringify!($name).to_owned() })
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Refusal;
            fn from_str(text: &str) -> Result<$name, Refusal> {
                $name::parse(text)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .pattern(Some("^[A-Za-z0-9._:-]{1,64}$"))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                $name::parse(&text).map_err(|_| serde::de::Error::custom("not an id: 1 to 64 of A-Z a-z 0-9 . _ : -"))
            }
        }
    )*};
}

ids! {
    /// An organisation unit, the owner of one stream: the national office `VN`, a province, a store, a site.
    UnitId;
    /// A lot: `{product}:{lot number}`.
    LotId;
    /// A person of the register.
    PersonId;
    /// A consignment arriving from a supplier.
    ConsignmentId;
    /// A shipment between two units.
    ShipmentId;
    /// An opened vial.
    VialId;
    /// One visit of a person to a site.
    VisitId;
    /// One recorded dose.
    DoseId;
    /// A command, chosen by the client; the answer to a repeated one is the first answer.
    CommandId;
}

impl UnitId {
    /// The national office, whose stream says the states of lots.
    pub fn nation() -> UnitId {
        UnitId(Arc::from("VN"))
    }

    /// What sort of unit it is, as its id says: `VN`, `VN-..`, `ST-..`, `SI-..`. `None` for any other id.
    pub fn kind(&self) -> Option<UnitKind> {
        match self.as_str().split_once('-') {
            None if self.as_str() == "VN" => Some(UnitKind::Nation),
            Some(("VN", rest)) if !rest.is_empty() => Some(UnitKind::Province),
            Some(("ST", rest)) if !rest.is_empty() => Some(UnitKind::Store),
            Some(("SI", rest)) if !rest.is_empty() => Some(UnitKind::Site),
            _ => None,
        }
    }
}

/// What sort of organisation unit it is, which says what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// The national office: decides on lots.
    Nation,
    /// A provincial department.
    Province,
    /// A store: takes in consignments, ships.
    Store,
    /// A vaccination site: receives, vaccinates.
    Site,
}

impl UnitKind {
    /// Doses can stand here.
    pub fn holds_stock(self) -> bool {
        matches!(self, UnitKind::Store | UnitKind::Site)
    }
}

impl LotId {
    /// The id of a product's lot.
    ///
    /// # Errors
    /// [`Refusal::MalformedId`] when product and number together do not make an id.
    pub fn of(product: &str, lot_no: &str) -> Result<LotId, Refusal> {
        LotId::parse(&format!("{product}:{lot_no}"))
    }

    /// The product part.
    pub fn product(&self) -> &str {
        self.as_str().split_once(':').map_or(self.as_str(), |(product, _)| product)
    }

    /// The maker's lot number.
    pub fn lot_no(&self) -> &str {
        self.as_str().split_once(':').map_or("", |(_, number)| number)
    }
}

fn well_formed(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_short_texts_are_ids() {
        assert_eq!(VialId::parse("019a-V_1.2:3").unwrap().as_str(), "019a-V_1.2:3");
        for text in ["", "a b", "a/b", "ă", "a\n", &"x".repeat(65)] {
            assert_eq!(VialId::parse(text), Err(Refusal::MalformedId { what: "VialId".into() }), "{text:?}");
            assert!(serde_json::from_value::<VialId>(serde_json::json!(text)).is_err());
        }
        let lot = LotId::of("EU-1-20-1528", "EW0553").unwrap();
        assert_eq!((lot.product(), lot.lot_no()), ("EU-1-20-1528", "EW0553"));
    }
}
