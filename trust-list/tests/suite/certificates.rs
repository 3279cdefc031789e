//! Certificates as the field has them: what is tolerated, what is not, and that nothing makes the parser panic.

use proptest::{prelude::*, sample::Index};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, PKCS_ED25519};
use specs::signer_list::{LIST_SIGNER_EKU, Purposes};
use trust_list::{
    Error,
    backend::portable,
    key::{Curve, PublicKey},
    signers::{Signer, Source},
    x509::{Authority, Certificate, KeyUsage, MAX_BYTES},
};

use crate::made::{extension, key, make, now, p256};

const BASIC_CONSTRAINTS: [u64; 4] = [2, 5, 29, 19];
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];

fn with(edit: impl FnOnce(&mut CertificateParams)) -> Certificate {
    make("Signer", p256(), None, |params| {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        edit(params);
    })
    .certificate()
}

fn with_extension(oid: &[u64], der: &[u8]) -> Certificate {
    with(|params| params.custom_extensions.push(extension(oid, false, der)))
}

fn with_usages(usages: &[&str]) -> Certificate {
    let arcs = |usage: &&str| usage.split('.').map(|arc| arc.parse().unwrap()).collect();
    with(|params| {
        params.extended_key_usages = usages.iter().map(arcs).map(ExtendedKeyUsagePurpose::Other).collect();
    })
}

#[test]
fn explicit_ca_false_and_a_path_length_beside_it_are_tolerated() {
    for (what, der) in [
        ("nothing", &[0x30, 0][..]),
        ("cA=FALSE written out", &[0x30, 3, 1, 1, 0]),
        ("cA=FALSE with a path length", &[0x30, 6, 1, 1, 0, 2, 1, 0]),
        ("a path length alone", &[0x30, 3, 2, 1, 0]),
    ] {
        let certificate = with_extension(&BASIC_CONSTRAINTS, der);
        assert_eq!(certificate.authority(), None, "{what}");
        assert!(certificate.malformed_extensions().is_empty(), "{what}");
        assert_eq!(
            certificate.key_usage(),
            Some(KeyUsage { digital_signature: true, certificate_sign: false }),
            "{what}"
        );
    }
    let authority = with_extension(&BASIC_CONSTRAINTS, &[0x30, 6, 1, 1, 0xff, 2, 1, 2]);
    assert_eq!(authority.authority(), Some(Authority { path_length: Some(2) }));
}

#[test]
fn an_empty_extended_key_usage_is_none() {
    let certificate = with_extension(&EXTENDED_KEY_USAGE, &[0x30, 0]);
    assert_eq!(certificate.purposes(), Ok(Purposes::ANY));
    assert!(certificate.extended_key_usages().is_empty());
}

#[test]
fn a_broken_extension_costs_only_itself_and_is_told() {
    let certificate = with_extension(&EXTENDED_KEY_USAGE, &[0x30, 5, 6, 1]);
    assert_eq!(certificate.key_usage(), Some(KeyUsage { digital_signature: true, certificate_sign: false }));
    assert_eq!(certificate.malformed_extensions(), ["2.5.29.37"]);
    let malformed = Error::ExtensionMalformed { subject: "Signer".to_owned(), oid: "2.5.29.37".to_owned() };
    assert_eq!(certificate.purposes(), Err(malformed.clone()), "what it may sign is not known, so it may sign nothing");
    assert_eq!(Signer::from_certificate(certificate.der(), portable()).err(), Some(malformed));
}

#[test]
fn a_broken_key_identifier_does_not_keep_the_user_from_naming_a_signer() {
    const AUTHORITY_KEY_ID: [u64; 4] = [2, 5, 29, 35];
    let certificate = with_extension(&AUTHORITY_KEY_ID, &[0x30, 5, 0x80, 9]);
    assert_eq!(certificate.malformed_extensions(), ["2.5.29.35"]);
    assert_eq!(certificate.purposes(), Ok(Purposes::ANY));
    assert!(Signer::from_certificate(certificate.der(), portable()).is_ok());
    // In a chain it counts: see the case of chain.rs.
}

#[test]
fn an_extension_that_is_there_twice_is_refused() {
    let made = make("Signer", p256(), None, |params| {
        params.custom_extensions.push(extension(&[1, 2, 3], false, &[5, 0]));
        params.custom_extensions.push(extension(&[1, 2, 3], false, &[5, 0]));
    });
    assert_eq!(Certificate::parse(&made.der), Err(Error::ExtensionRepeated { oid: "1.2.3".to_owned() }));
}

#[test]
fn both_spellings_of_the_purposes_count_and_foreign_usages_do_not() {
    const SPECIFICATION: &str = "1.3.6.1.4.1.1847.2021.1";
    const FIRST_PDF: &str = "1.3.6.1.4.1.0.1847.2021.1";
    for arc in [SPECIFICATION, FIRST_PDF] {
        for (last, purpose) in [(1, Purposes::TEST), (2, Purposes::VACCINATION), (3, Purposes::RECOVERY)] {
            assert_eq!(with_usages(&[&format!("{arc}.{last}")]).purposes(), Ok(purpose));
        }
    }
    let (test, recovery) = (format!("{SPECIFICATION}.1"), format!("{FIRST_PDF}.3"));
    let both = with_usages(&[&test, &recovery, "1.3.6.1.5.5.7.3.4"]);
    assert_eq!(both.purposes(), Ok(Purposes::TEST.and(Purposes::RECOVERY)));
    for foreign in [
        "1.3.6.1.5.5.7.3.2",
        "2.23.136.1.1.14.2",
        "1.3.6.1.4.1.1847.2021.1",
        "1.3.6.1.4.1.1847.2021.1.4",
        "1.3.6.1.4.1.1847.2021.1.2.1",
        "1.3.6.1.4.1.1847.2021.1.22",
        "2.1.3.6.1.4.1.1847.2021.1.2",
    ] {
        assert_eq!(with_usages(&[foreign]).purposes(), Ok(Purposes::ANY), "{foreign}");
    }
    assert_eq!(with(|_| {}).purposes(), Ok(Purposes::ANY));
}

#[test]
fn the_user_may_name_a_signer_whose_purposes_and_validity_still_count() {
    let certificate = with_usages(&["1.3.6.1.4.1.1847.2021.1.2"]);
    for bytes in [certificate.der().to_vec(), certificate.to_pem().into_bytes()] {
        let signer = Signer::from_certificate(&bytes, portable()).unwrap();
        assert_eq!((signer.kid(), signer.source()), (certificate.kid(), Source::Given));
        assert_eq!((signer.name(), signer.country()), ("Signer", "VN"));
        assert!(signer.purposes().allows(Purposes::VACCINATION) && !signer.purposes().allows(Purposes::TEST));
        assert!(signer.valid_at(now()) && signer.valid_at(certificate.not_after()));
        assert!(!signer.valid_at(certificate.not_after().plus_seconds(1)));
        assert!(!signer.valid_at(certificate.not_before().plus_seconds(-1)));
    }
    let role = Some(Error::Role { subject: "Signer".to_owned(), role: "document-signer" });
    for refused in
        [with_usages(&[LIST_SIGNER_EKU]), with(|params| params.key_usages = vec![KeyUsagePurpose::KeyAgreement])]
    {
        assert_eq!(Signer::from_certificate(refused.der(), portable()).err(), role);
    }
}

#[test]
fn nothing_may_follow_a_certificate() {
    let der = with(|_| {}).der().to_vec();
    let longer = [&der[..], &[0]].concat();
    assert_eq!(Certificate::parse(&longer), Err(Error::TrailingBytes { part: "certificate" }));

    // A fourth part within the outer sequence, its length put right.
    let mut fourth = [&der[..], &[5, 0]].concat();
    assert_eq!(fourth[..2], [0x30, 0x82], "a length in two bytes");
    let length = u16::from_be_bytes([fourth[2], fourth[3]]) + 2;
    fourth[2..4].copy_from_slice(&length.to_be_bytes());
    assert_eq!(Certificate::parse(&fourth), Err(Error::TrailingBytes { part: "signature of the certificate" }));

    let large = vec![0x30; MAX_BYTES + 1];
    assert_eq!(Certificate::parse(&large), Err(Error::CertificateTooLarge { bytes: MAX_BYTES + 1 }));
    assert_eq!(Certificate::parse(&[]), Err(Error::CertificateMalformed { part: "certificate" }));
}

#[test]
fn nothing_unread_may_hide_within_a_name_or_a_key() {
    let der = with(|_| {}).der().to_vec();
    // The type of the last relative name becomes a NULL: the parser would stop there and take the rest for nothing.
    let common_name = [0x31, 0x0f, 0x30, 0x0d, 0x06, 0x03, 0x55, 0x04, 0x03];
    let at = der.windows(common_name.len()).position(|part| part == common_name).unwrap();
    let mut bent = der.clone();
    bent[at] = 0x30;
    assert_eq!(Certificate::parse(&bent), Err(Error::CertificateMalformed { part: "name" }));

    let spki = hex::decode("302c300506032b65700321005866666666666666666666666666666666666666666666666666666666666666")
        .unwrap();
    let long = [&[0x30, 0x2c], &spki[2..], &[5, 0]].concat();
    assert_eq!(PublicKey::from_spki(&long), Err(Error::TrailingBytes { part: "public key" }));
    let right = [&[0x30, 0x2a], &spki[2..]].concat();
    assert!(PublicKey::from_spki(&right).is_ok());
}

#[test]
fn extensions_need_version_three() {
    let der = with(|_| {}).der().to_vec();
    let v3 = [0xa0, 3, 2, 1, 2];
    let at = der.windows(v3.len()).position(|part| part == v3).unwrap();
    for version in [0, 1, 3] {
        let mut bent = der.clone();
        bent[at + 4] = version;
        assert_eq!(Certificate::parse(&bent), Err(Error::CertificateMalformed { part: "version" }), "{version}");
    }
}

#[test]
fn pem_is_read_one_or_many() {
    let (one, two) = (with(|_| {}), with(|params| params.is_ca = IsCa::ExplicitNoCa));
    let both = format!("a comment\n{}{}", one.to_pem().replace('\n', "\r\n"), two.to_pem());
    assert_eq!(Certificate::read(one.to_pem().as_bytes()), Ok(one.clone()));
    assert_eq!(Certificate::read_all(both.as_bytes()), Ok(vec![one.clone(), two]));
    assert_eq!(Certificate::read(both.as_bytes()), Err(Error::Pem), "which of the two?");
    for broken in ["", "-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"]
    {
        assert_eq!(Certificate::read(broken.as_bytes()), Err(Error::Pem));
    }
    assert_eq!(Certificate::read(&[0xff, 0xfe]), Err(Error::Pem));
}

#[test]
fn the_key_identifier_is_the_start_of_the_fingerprint() {
    let certificate = with(|_| {});
    assert_eq!(certificate.kid(), certificate.fingerprint()[..8]);
}

#[test]
fn coordinates_with_a_zero_too_many_or_too_few_are_put_right() {
    // A point whose x begins with a zero byte: one key in 256 has one.
    let point = std::iter::repeat_with(p256).map(|pair| pair.public_key_raw().to_vec()).find(|point| point[1] == 0);
    let point = point.unwrap();
    let (x, y) = (&point[1..33], &point[33..]);
    let expected = PublicKey::P256(point.clone().try_into().unwrap());
    let (long_x, long_y) = ([&[0], x].concat(), [&[0], y].concat());
    assert_eq!(PublicKey::from_coordinates(Curve::P256, x, y), Ok(expected.clone()));
    assert_eq!(PublicKey::from_coordinates(Curve::P256, &x[1..], y), Ok(expected.clone()), "31 bytes");
    assert_eq!(PublicKey::from_coordinates(Curve::P256, &long_x, &long_y), Ok(expected.clone()), "33 bytes");
    let too_long = Err(Error::KeyRejected { reason: "a coordinate is too long" });
    assert_eq!(PublicKey::from_coordinates(Curve::P256, &[1; 33], y), too_long);

    let spki = |point: &[u8]| {
        let algorithm = hex::decode("301306072a8648ce3d020106082a8648ce3d030107").unwrap();
        let bits = [&[3, u8::try_from(point.len() + 1).unwrap(), 0], point].concat();
        let length = u8::try_from(algorithm.len() + bits.len()).unwrap();
        [&[0x30, length][..], &algorithm, &bits].concat()
    };
    assert_eq!(PublicKey::from_spki(&spki(&point)), Ok(expected.clone()));
    let long = [&[4][..], &long_x, &long_y].concat();
    assert_eq!(PublicKey::from_spki(&spki(&long)), Ok(expected), "both with a zero before them");
    let wrong_length = Err(Error::KeyRejected { reason: "wrong length" });
    let one_long = [&[4][..], &long_x, y].concat();
    for point in [&point[..64], &one_long, &[&[4][..], &[1; 66]].concat()] {
        assert_eq!(PublicKey::from_spki(&spki(point)), wrong_length.clone());
    }
    let compressed = [&[2], x].concat();
    assert_eq!(
        PublicKey::from_spki(&spki(&compressed)),
        Err(Error::KeyRejected { reason: "not an uncompressed point" })
    );
    let trailing = [spki(&point), vec![0]].concat();
    assert_eq!(PublicKey::from_spki(&trailing), Err(Error::TrailingBytes { part: "public key" }));
}

#[test]
fn keys_of_other_kinds_are_named() {
    let p521 = make("Signer", key(&rcgen::PKCS_ECDSA_P521_SHA512), None, |_| {});
    assert_eq!(Certificate::parse(&p521.der), Err(Error::KeyUnsupported { oid: "1.3.132.0.35".to_owned() }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn bent_certificates_never_panic_nor_keep_their_identity(
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<Index>()),
    ) {
        thread_local! {
            static DER: Vec<u8> = make("Signer", key(&PKCS_ED25519), None, |params| {
                params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
                params.is_ca = IsCa::ExplicitNoCa;
            }).der;
        }
        DER.with(|der| {
            let mut bent = der.clone();
            for (at, value) in flips {
                bent[at.index(der.len())] = value;
            }
            if let Some(cut) = cut {
                bent.truncate(cut.index(der.len()));
            }
            if let Ok(certificate) = Certificate::parse(&bent) {
                prop_assert_eq!(certificate.der(), &bent[..]);
                let _ = (certificate.purposes(), certificate.name(), certificate.issuer());
                let _ = Signer::from_certificate(&bent, portable());
            }
            Ok(())
        })?;
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Certificate::read_all(&bytes);
        let _ = Certificate::parse(&[&[0x30, 0x82, 1, 0x40][..], &bytes].concat());
    }
}
