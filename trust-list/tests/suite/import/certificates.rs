//! Lists of certificates: the EU's gateway, WHO's network, authorities of states.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, date_time_ymd};
use serde_json::{Value, json};
use specs::signer_list::{KeyData, Profiles, Purposes, SignerEntry};
use specs::time::UnixTime;
use trust_list::Error;
use trust_list::backend::{native, portable};
use trust_list::import::{Imported, eu_gateway, gdhcn, icao};
use trust_list::signers::kid_of_authority;

use super::{refused, standard};
use crate::made::{Made, authority, key, make, now, p256, signer};

fn item(made: &Made) -> Value {
    let certificate = made.certificate();
    json!({
        "kid": standard(&certificate.kid()), "timestamp": "2026-01-01T00:00:00+01:00", "country": "FR",
        "certificateType": "DSC", "thumbprint": hex::encode(certificate.fingerprint()), "signature": "MII=",
        "rawData": standard(&made.der),
    })
}

fn eu(list: &Value) -> Imported {
    let bytes = list.to_string().into_bytes();
    let found = eu_gateway::read(&bytes, now(), portable()).unwrap();
    assert_eq!(eu_gateway::read(&bytes, now(), native()), Ok(found.clone()), "both back ends agree");
    found
}

/// What becomes of a certificate that was made like that.
fn entry_of(made: &Made, country: &str, profiles: Profiles) -> SignerEntry {
    let certificate = made.certificate();
    SignerEntry {
        kid: certificate.kid(),
        country: country.to_owned(),
        purposes: Purposes::ANY,
        profiles,
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        key: certificate.key().to_key_data(),
        name: certificate.name().to_owned(),
        issuer: None,
    }
}

fn dsc(edit: impl FnOnce(&mut CertificateParams)) -> (Made, Made) {
    let state = authority("State authority", None, |_| {});
    let made = signer("Signer", &state, edit);
    (state, made)
}

#[test]
fn the_gateways_three_forms_say_the_same() {
    let (state, made) = dsc(|_| {});
    let mut authority = item(&state);
    authority["certificateType"] = json!("CSCA");
    let items = json!([item(&made), authority]);
    let expected = vec![entry_of(&made, "FR", Profiles::EU_DCC)];
    assert_eq!(eu(&items), Imported { entries: expected.clone(), ..Imported::default() });
    let wrapped = json!({ "certificates": items });
    assert_eq!(eu(&wrapped).entries, expected);
    let signed = format!("MEUCIQDaOtuQ==\n{wrapped}");
    assert_eq!(eu_gateway::read(signed.as_bytes(), now(), portable()).unwrap().entries, expected);
}

#[test]
fn of_the_gateway_each_bad_entry_is_refused_on_its_own() {
    let (_, good) = dsc(|_| {});
    let (state, expired) = dsc(|params| params.not_after = date_time_ymd(2026, 6, 1));
    let mut other_kid = item(&good);
    other_kid["kid"] = json!(standard(&[7; 8]));
    let mut no_type = item(&good);
    no_type.as_object_mut().unwrap().remove("certificateType");
    let mut not_der = item(&good);
    not_der["rawData"] = json!("MAA=");
    let mut not_base64 = item(&good);
    not_base64["rawData"] = json!("?");
    let found = eu(&json!([other_kid, item(&expired), no_type, not_der, not_base64, item(&state), item(&good)]));
    assert_eq!(found.entries, [entry_of(&good, "FR", Profiles::EU_DCC)]);
    let errors: Vec<Error> = found.refused.into_iter().map(|(_, error)| error).collect();
    let kid = hex::encode(good.certificate().kid());
    let until = UnixTime::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
    assert_eq!(
        errors,
        [
            Error::KidMismatch { stated: "07".repeat(8), found: kid },
            Error::Expired { subject: "Signer".to_owned(), until },
            Error::EntryForm { detail: "its type is missing" },
            Error::CertificateMalformed { part: "certificate" },
            Error::EntryForm { detail: "not base64" },
            Error::Role { subject: "State authority".to_owned(), role: "document-signer" },
        ]
    );
}

/// A method of WHO's document, with the coordinates as the certificate has them.
fn method(domain: &str, usage: &str, made: &Made, chain: &[&Made]) -> Value {
    let certificate = made.certificate();
    let kid = standard(&certificate.kid());
    let mut jwk = json!({
        "kty": "EC", "crv": "P-256",
        "x5c": chain.iter().map(|made| standard(&made.der)).collect::<Vec<_>>(),
    });
    let point = match certificate.key().to_key_data() {
        KeyData::P256(point) => point.to_vec(),
        KeyData::P384(point) => point.to_vec(),
        _ => vec![],
    };
    if let Some((_, point)) = point.split_first() {
        let (x, y) = point.split_at(point.len() / 2);
        (jwk["x"], jwk["y"]) = (json!(URL_SAFE_NO_PAD.encode(x)), json!(URL_SAFE_NO_PAD.encode(y)));
    }
    json!({
        "id": format!("did:web:tng-cdn.who.int:v2:trustlist:{domain}:FRA:{usage}#{kid}"),
        "type": "JsonWebKey2020", "controller": "did:web:tng-cdn.who.int:v2:trustlist", "publicKeyJwk": jwk,
    })
}

fn who(methods: &[Value]) -> Imported {
    let document = json!({
        "@context": ["https://www.w3.org/ns/did/v1"], "id": "did:web:tng-cdn.who.int:v2:trustlist",
        "verificationMethod": methods, "proof": { "type": "JsonWebSignature2020" },
    });
    gdhcn::read(document.to_string().as_bytes(), now(), portable()).unwrap()
}

fn for_dcc() -> Profiles {
    Profiles::EU_DCC.and(Profiles::ICVP).and(Profiles::DDCC)
}

#[test]
fn whos_signers_are_taken_in_the_formats_of_their_domain() {
    let (state, made) = dsc(|_| {});
    for (domain, profiles) in [("DCC", for_dcc()), ("DDCC", Profiles::DDCC), ("ICVP", Profiles::ICVP)] {
        let found = who(&[method(domain, "DSC", &made, &[&made, &state]), method(domain, "SCA", &state, &[&state])]);
        assert_eq!(found, Imported { entries: vec![entry_of(&made, "FR", profiles)], ..Imported::default() });
    }
    let other = Error::EntryForm { detail: "its domain is for no format that is read here" };
    for domain in ["PH4H", "IPS-PILGRIMAGE", "-", ""] {
        assert_eq!(refused(&who(&[method(domain, "DSC", &made, &[&made, &state])])), &other, "{domain}");
    }
    let mut encoded = method("DCC", "DSC", &made, &[&made, &state]);
    let id = encoded["id"].as_str().unwrap();
    let (did, kid) = id.split_once('#').unwrap();
    let kid = kid.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    encoded["id"] = json!(format!("{did}#{kid}"));
    assert_eq!(who(&[encoded, json!("did:web:a#reference")]).entries.len(), 1);
}

#[test]
fn whos_coordinates_may_have_zeros_more_or_less() {
    let (state, mut made) = dsc(|_| {});
    // A key whose x begins with a zero byte: one in 256.
    let point = loop {
        match made.certificate().key().to_key_data() {
            KeyData::P256(point) if point[1] == 0 => break point,
            _ => made = signer("Signer", &state, |_| {}),
        }
    };
    for x in [&point[2..33], &point[1..33], &[&[0], &point[1..33]].concat()] {
        let mut bent = method("DCC", "DSC", &made, &[&made, &state]);
        bent["publicKeyJwk"]["x"] = json!(URL_SAFE_NO_PAD.encode(x));
        assert_eq!(who(&[bent.clone()]).entries, [entry_of(&made, "FR", for_dcc())], "{} bytes", x.len());
        // The same without a certificate.
        bent["publicKeyJwk"]["x5c"] = json!([]);
        let [entry] = <[SignerEntry; 1]>::try_from(who(&[bent]).entries).unwrap();
        assert_eq!((entry.key, entry.kid), (KeyData::P256(point), made.certificate().kid()));
        assert_eq!((entry.country.as_str(), entry.name.as_str()), ("FR", "FRA"));
        assert_eq!((entry.not_before, entry.not_after), (UnixTime(0), UnixTime::LAST));
    }
    let mut other = method("DCC", "DSC", &made, &[&made, &state]);
    other["publicKeyJwk"]["x"] = json!(URL_SAFE_NO_PAD.encode([7; 32]));
    assert_eq!(refused(&who(&[other])), &Error::EntryForm { detail: "the key is not that of the certificate" });
}

#[test]
fn whos_unknown_curves_are_those_of_the_certificate() {
    let state = authority("State authority", None, |_| {});
    let made = make("Signer", key(&PKCS_ECDSA_P384_SHA384), Some(&state), |_| {});
    let mut labelled = method("DCC", "DSC", &made, &[&made, &state]);
    labelled["publicKeyJwk"]["crv"] = json!("UNKNOWN CURVE");
    assert_eq!(who(&[labelled.clone()]).entries, [entry_of(&made, "FR", for_dcc())]);
    labelled["publicKeyJwk"]["x5c"] = json!([]);
    assert_eq!(refused(&who(&[labelled])), &Error::KeyUnsupported { oid: "EC UNKNOWN CURVE".to_owned() });
}

#[test]
fn whos_signers_carry_usages_of_either_arc_or_of_others() {
    let usage = |text: &'static str| {
        move |params: &mut CertificateParams| {
            let arcs = text.split('.').map(|arc| arc.parse().unwrap()).collect();
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(arcs)];
        }
    };
    for (text, purposes) in [
        ("1.3.6.1.4.1.1847.2021.1.2", Purposes::VACCINATION),
        ("1.3.6.1.4.1.0.1847.2021.1.2", Purposes::VACCINATION),
        ("1.3.6.1.4.1.0.1847.2021.1.1", Purposes::TEST),
        ("1.3.6.1.5.5.7.3.2", Purposes::ANY),
    ] {
        let (state, made) = dsc(usage(text));
        let expected = SignerEntry { purposes, ..entry_of(&made, "FR", for_dcc()) };
        assert_eq!(who(&[method("DCC", "DSC", &made, &[&made, &state])]).entries, [expected], "{text}");
    }
}

#[test]
fn whos_signers_are_certified_by_the_authority_beside_them() {
    let (state, made) = dsc(|_| {});
    let impostor = authority("State authority", None, |_| {});
    let found = who(&[method("DCC", "DSC", &made, &[&made, &impostor])]);
    let (subject, issuer) = ("Signer".to_owned(), "State authority".to_owned());
    assert_eq!(refused(&found), &Error::KeyIdentifierMismatch { subject, issuer });
    let stranger = authority("Another authority", None, |_| {});
    let found = who(&[method("DCC", "DSC", &made, &[&made, &stranger])]);
    assert_eq!(refused(&found).code(), "issuer-unknown");
    let old = authority("State authority", None, |params| params.not_after = date_time_ymd(2026, 2, 1));
    let below = signer("Signer", &old, |_| {});
    let found = who(&[method("DCC", "DSC", &below, &[&below, &old])]);
    assert_eq!(refused(&found).code(), "certificate-expired");
    // Without its authority the operator's word is all there is.
    assert_eq!(who(&[method("DCC", "DSC", &made, &[&made])]).entries, [entry_of(&made, "FR", for_dcc())]);
    let mut swapped = method("DCC", "DSC", &made, &[&state, &made]);
    swapped["id"] = method("DCC", "DSC", &made, &[])["id"].clone();
    assert_eq!(refused(&who(&[swapped])).code(), "kid-mismatch");
}

#[test]
fn a_signature_with_sha_1_or_a_certificate_that_breaks_der_is_refused() {
    let (state, made) = dsc(|_| {});
    // ecdsa-with-SHA256, inside and outside, becomes ecdsa-with-SHA1, one byte shorter; so the element and all around it
    // are made anew.
    let der = with_sha_1(&made.der);
    let bent = Made { der, key: p256(), params: CertificateParams::default() };
    let weak = Error::SignatureAlgorithm { subject: "Signer".to_owned(), oid: "1.2.840.10045.4.1".to_owned() };
    for chain in [&[&bent, &state][..], &[&bent]] {
        assert_eq!(refused(&who(&[method("DCC", "DSC", &bent, chain)])), &weak);
    }
    let mut broken = method("DCC", "DSC", &made, &[&made, &state]);
    let mut der = made.der.clone();
    der[20] ^= 0xff;
    broken["publicKeyJwk"]["x5c"][0] = json!(standard(&der));
    let found = who(&[broken, method("DCC", "DSC", &made, &[&made, &state])]);
    assert_eq!(found.entries.len(), 1);
    assert_eq!(found.refused.len(), 1);
}

/// The certificate, signed with SHA-1 as it says; nobody can have signed it so.
fn with_sha_1(certificate: &[u8]) -> Vec<u8> {
    let (sha256, sha1) =
        (hex::decode("300a06082a8648ce3d040302").unwrap(), hex::decode("300906072a8648ce3d0401").unwrap());
    // SEQUENCE, two bytes of length each: the certificate, and in it the signed part.
    let [0x30, 0x82, _, _, 0x30, 0x82, high, low, ..] = *certificate else { panic!("not as long as expected") };
    let (tbs, rest) = certificate[8..].split_at(usize::from(u16::from_be_bytes([high, low])));
    let replaced = |bytes: &[u8]| {
        let at = bytes.windows(sha256.len()).position(|part| part == sha256).unwrap();
        [&bytes[..at], &sha1, &bytes[at + sha256.len()..]].concat()
    };
    der(0x30, &[der(0x30, &replaced(tbs)), replaced(rest)].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut length = content.len().to_be_bytes().to_vec();
    length.drain(..length.iter().take_while(|byte| **byte == 0).count());
    let mut all = vec![tag];
    match content.len() {
        short @ 0..128 => all.push(u8::try_from(short).unwrap()),
        _ => all.extend([&[0x80 | u8::try_from(length.len()).unwrap()], &*length].concat()),
    }
    all.extend_from_slice(content);
    all
}

/// A master list as a state would sign it, with an empty signature: that is not looked at.
fn master_list(content_type: &str, certificates: &[&Made]) -> Vec<u8> {
    let certificates: Vec<u8> = certificates.iter().flat_map(|made| made.der.clone()).collect();
    let list = der(0x30, &[der(2, &[0]), der(0x31, &certificates)].concat());
    let kind = der(6, &hex::decode(content_type).unwrap());
    let encapsulated = der(0x30, &[kind, der(0xa0, &der(4, &list))].concat());
    let signed = der(0x30, &[der(2, &[3]), der(0x31, &[]), encapsulated, der(0x31, &[])].concat());
    let signed_data = der(6, &hex::decode("2a864886f70d010702").unwrap());
    der(0x30, &[signed_data, der(0xa0, &signed)].concat())
}

#[test]
fn authorities_come_one_by_one_as_pem_and_in_a_master_list() {
    let one = authority("CSCA one", None, |_| {});
    let two = make("CSCA two", key(&PKCS_ECDSA_P384_SHA384), None, |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    });
    let old = authority("CSCA old", None, |params| params.not_after = date_time_ymd(2026, 2, 1));
    let person = make("A signer", key(&PKCS_ED25519), None, |_| {});
    let expected = |made: &Made| SignerEntry {
        kid: kid_of_authority(made.certificate().subject_key_id().unwrap()),
        ..entry_of(made, "VN", Profiles::VDS_NC)
    };
    let read = |bytes: &[u8]| icao::read(bytes, now(), portable());
    assert_eq!(read(&one.der).unwrap().entries, [expected(&one)]);
    let pem = one.certificate().to_pem() + &two.certificate().to_pem();
    assert_eq!(read(pem.as_bytes()).unwrap().entries, [expected(&one), expected(&two)]);
    let found = read(&master_list("678108010102", &[&one, &old, &person, &two])).unwrap();
    assert_eq!(found.entries, [expected(&one), expected(&two)]);
    let until = UnixTime::from_rfc3339("2026-02-01T00:00:00Z").unwrap();
    let errors: Vec<Error> = found.refused.into_iter().map(|(_, error)| error).collect();
    let not_one = Error::NotAnAuthority { subject: "A signer".to_owned() };
    assert_eq!(errors, [Error::Expired { subject: "CSCA old".to_owned(), until }, not_one]);

    let no_list = Err(Error::SourceForm { detail: "it is not a CSCA master list" });
    assert_eq!(read(&master_list("2a864886f70d010701", &[&one])), no_list);
    let whole = master_list("678108010102", &[&one]);
    // Every length says how much must come.
    assert!((20..whole.len()).all(|end| read(&whole[..end]).map_or(true, |found| found.entries.is_empty())));
}
