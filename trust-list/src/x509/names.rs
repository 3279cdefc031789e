//! Distinguished names: raw for comparing, words for people.

use x509_parser::{
    asn1_rs::{Any, FromDer as _, Oid, Tag, oid},
    oid_registry::{OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME},
    x509::{AttributeTypeAndValue, RelativeDistinguishedName, X509Name},
};

use super::Name;

pub(super) fn read(name: &X509Name<'_>) -> Name {
    Name {
        raw: name.as_raw().to_vec(),
        short: attribute(name, &OID_X509_COMMON_NAME).unwrap_or_else(|| words(name)),
        country: attribute(name, &OID_X509_COUNTRY_NAME),
    }
}

/// A name that was read before, for people. Nobody asks for it when all is well, so that it is not kept.
pub(super) fn words_of(raw: &[u8]) -> String {
    X509Name::from_der(raw).map(|(_, name)| words(&name)).unwrap_or_default()
}

/// The abbreviations that people know (RFC 4519); any other attribute is shown by its number.
const ABBREVIATIONS: &[(Oid<'static>, &str)] = &[
    (oid!(2.5.4.3), "CN"),
    (oid!(2.5.4.4), "SN"),
    (oid!(2.5.4.5), "serialNumber"),
    (oid!(2.5.4.6), "C"),
    (oid!(2.5.4.7), "L"),
    (oid!(2.5.4.8), "ST"),
    (oid!(2.5.4.9), "street"),
    (oid!(2.5.4.10), "O"),
    (oid!(2.5.4.11), "OU"),
    (oid!(2.5.4.12), "title"),
    (oid!(2.5.4.42), "GN"),
    (oid!(0.9.2342.19200300.100.1.1), "UID"),
    (oid!(0.9.2342.19200300.100.1.25), "DC"),
    (oid!(1.2.840.113549.1.9.1), "Email"),
];

/// `C=VN, O=Ministry, CN=Root`; several attributes of one step are joined by ` + `. What is no text is shown as hexadecimal
/// digits.
fn words(name: &X509Name<'_>) -> String {
    let attribute = |attribute: &AttributeTypeAndValue<'_>| {
        let kind = attribute.attr_type();
        let known = ABBREVIATIONS.iter().find(|(oid, _)| oid == kind);
        let kind = known.map_or_else(|| kind.to_id_string(), |(_, abbreviation)| (*abbreviation).to_owned());
        let value = attribute.attr_value();
        format!("{kind}={}", text(value).unwrap_or_else(|| hex::encode_upper(value.data)))
    };
    let step = |step: &RelativeDistinguishedName<'_>| step.iter().map(attribute).collect::<Vec<_>>().join(" + ");
    name.iter().map(step).collect::<Vec<_>>().join(", ")
}

/// The first attribute of that kind, if it can be read as text.
fn attribute(name: &X509Name<'_>, kind: &Oid<'_>) -> Option<String> {
    text(name.iter_attributes().find(|attribute| attribute.attr_type() == kind)?.attr_value())
}

fn text(value: &Any<'_>) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair};

    #[expect(clippy::disallowed_methods, reason = "a test's keys")]
    #[test]
    fn a_name_is_told_in_the_usual_abbreviations() {
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "VN");
        name.push(DnType::OrganizationName, "Bộ Y tế, Hà Nội");
        name.push(
            DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]),
            DnValue::Ia5String("a@example.org".try_into().unwrap()),
        );
        name.push(DnType::CustomDnType(vec![1, 3, 6, 1, 4, 1, 99_999, 7]), "other");
        name.push(DnType::CommonName, "Root");
        let mut params = CertificateParams::default();
        params.distinguished_name = name;
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let read = crate::x509::Certificate::parse(certificate.der()).unwrap();
        let words = "C=VN, O=Bộ Y tế, Hà Nội, Email=a@example.org, 1.3.6.1.4.1.99999.7=other, CN=Root";
        assert_eq!(read.subject(), words);
    }
}
