//! Distinguished names: raw for comparing, words for people.

use x509_parser::{
    asn1_rs::{Oid, Tag},
    oid_registry::{OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME},
    x509::X509Name,
};

use super::Name;

pub(super) fn read(name: &X509Name<'_>) -> Name {
    Name {
        raw: name.as_raw().to_vec(),
        words: name.to_string(),
        common_name: attribute(name, &OID_X509_COMMON_NAME),
        country: attribute(name, &OID_X509_COUNTRY_NAME),
    }
}

/// The first attribute of that kind, if it can be read as text.
fn attribute(name: &X509Name<'_>, kind: &Oid<'_>) -> Option<String> {
    let value = name.iter_attributes().find(|attribute| attribute.attr_type() == kind)?.attr_value();
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => {
            std::str::from_utf8(value.data).ok().map(str::to_owned)
        }
        // In the field T.61 means Latin-1.
        Tag::T61String => Some(value.data.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let units = value.data.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<Result<String, _>>().ok()
        }
        _ => None,
    }
}
