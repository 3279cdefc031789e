//! Chains, right and wrong in one thing each: the exact error on both back ends, and what `openssl verify` says to the same
//! files. Where we are stricter than OpenSSL, the case says so.

use std::{path::Path, process::Command};

use crate::made::{Made, authority, extension, key, make, now, p256, signer};
use rcgen::{
    BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384,
    PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd,
};
use specs::{signer_list::LIST_SIGNER_EKU, time::UnixTime};
use trust_list::{
    Error,
    backend::{native, portable},
    chain::{MAX_INTERMEDIATES, Role, find_path, verify_path},
};

const ROOT: &str = "Root";
const CA: &str = "Health CA";
const LEAF: &str = "Signer";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Openssl {
    /// Says the same as we.
    Agrees,
    /// Accepts what we refuse: the rule is ours.
    IsLaxer,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) anchors: Vec<Made>,
    pub(crate) offered: Vec<Made>,
    pub(crate) leaf: Made,
    role: Role,
    pub(crate) expected: Result<(), Error>,
    openssl: Openssl,
}

impl Case {
    fn new(
        name: &'static str,
        anchors: Vec<Made>,
        offered: Vec<Made>,
        leaf: Made,
        expected: Result<(), Error>,
    ) -> Self {
        Self { name, anchors, offered, leaf, role: Role::DocumentSigner, expected, openssl: Openssl::Agrees }
    }

    fn ours(self) -> Self {
        Self { openssl: Openssl::IsLaxer, ..self }
    }

    fn list_signer(self) -> Self {
        Self { role: Role::ListSigner, ..self }
    }
}

fn subject(name: &str) -> String {
    name.to_owned()
}

/// Root, authority, signer, all as they should be but for what the three functions do.
fn three(
    root: impl FnOnce(&mut rcgen::CertificateParams),
    ca: impl FnOnce(&mut rcgen::CertificateParams),
    leaf: impl FnOnce(&mut rcgen::CertificateParams),
) -> (Vec<Made>, Vec<Made>, Made) {
    let root = authority(ROOT, None, root);
    let ca = authority(CA, Some(&root), ca);
    let leaf = signer(LEAF, &ca, leaf);
    (vec![root], vec![ca], leaf)
}

fn of_algorithms(root: KeyPair, ca: KeyPair, leaf: KeyPair) -> (Vec<Made>, Vec<Made>, Made) {
    let is_authority = |params: &mut rcgen::CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    };
    let root = make(ROOT, root, None, is_authority);
    let ca = make(CA, ca, Some(&root), is_authority);
    let leaf = make(LEAF, leaf, Some(&ca), |params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature]);
    (vec![root], vec![ca], leaf)
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = good();
    cases.extend(wrong_authorities());
    cases.extend(wrong_links());
    cases.extend(wrong_times());
    cases.extend(wrong_ends());
    cases
}

fn case(
    name: &'static str,
    (anchors, offered, leaf): (Vec<Made>, Vec<Made>, Made),
    expected: Result<(), Error>,
) -> Case {
    Case::new(name, anchors, offered, leaf, expected)
}

#[expect(clippy::disallowed_methods, reason = "a test's keys")]
fn good() -> Vec<Case> {
    let rsa = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let direct = authority(ROOT, None, |_| {});
    let leaf = signer(LEAF, &direct, |_| {});
    // The authority has been given a new certificate for the same name; the old one lies beside it.
    let (anchors, mut offered, leaf_of_new) = three(|_| {}, |_| {}, |_| {});
    offered.insert(
        0,
        authority(CA, Some(&anchors[0]), |params| params.key_identifier_method = KeyIdMethod::PreSpecified(vec![9])),
    );
    vec![
        case("root, authority and signer", three(|_| {}, |_| {}, |_| {}), Ok(())),
        Case::new("signer directly under the root", vec![direct], vec![], leaf, Ok(())),
        case("Ed25519 throughout", of_algorithms(key(&PKCS_ED25519), key(&PKCS_ED25519), key(&PKCS_ED25519)), Ok(())),
        case("RSA over P-384 over P-256", of_algorithms(rsa(), key(&PKCS_ECDSA_P384_SHA384), p256()), Ok(())),
        case(
            "path length just long enough",
            three(
                |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1)),
                |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)),
                |_| {},
            ),
            Ok(()),
        ),
        case(
            "no key identifiers at all",
            three(
                |_| {},
                |p| p.use_authority_key_identifier_extension = false,
                |p| p.use_authority_key_identifier_extension = false,
            ),
            Ok(()),
        ),
        Case::new("two authorities of one name, one of them right", anchors, offered, leaf_of_new, Ok(())),
        case(
            "an extension that is not critical and unknown",
            three(|_| {}, |_| {}, |p| p.custom_extensions.push(extension(&[1, 2, 3, 4], false, &[5, 0]))),
            Ok(()),
        ),
        case("list signer", three(|_| {}, |_| {}, |p| p.extended_key_usages = vec![list_signer_usage()]), Ok(()))
            .list_signer(),
    ]
}

fn wrong_authorities() -> Vec<Case> {
    let not = |name: &str| Err(Error::NotAnAuthority { subject: subject(name) });
    vec![
        case("the authority is none: no basic constraints", three(|_| {}, |p| p.is_ca = IsCa::NoCa, |_| {}), not(CA)),
        case("the authority is none: cA is false", three(|_| {}, |p| p.is_ca = IsCa::ExplicitNoCa, |_| {}), not(CA)),
        case(
            "the authority may not sign certificates",
            three(|_| {}, |p| p.key_usages = vec![KeyUsagePurpose::DigitalSignature], |_| {}),
            not(CA),
        ),
        case("the root is no authority", three(|p| p.is_ca = IsCa::ExplicitNoCa, |_| {}, |_| {}), not(ROOT)),
        case(
            "longer than the root's path length",
            three(|p| p.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)), |_| {}, |_| {}),
            Err(Error::PathTooLong { subject: subject(ROOT) }),
        ),
        case(
            "a critical extension that is unknown",
            three(|_| {}, |p| p.custom_extensions.push(extension(&[1, 2, 3, 4], true, &[5, 0])), |_| {}),
            Err(Error::ExtensionUnknown { subject: subject(CA), oid: "1.2.3.4".to_owned() }),
        ),
        case(
            "name constraints, which we do not enforce",
            // permitted: directory names below C=VN, which holds here
            three(|_| {}, |p| p.custom_extensions.push(extension(&[2, 5, 29, 30], false, &name_constraints())), |_| {}),
            Err(Error::ExtensionUnknown { subject: subject(CA), oid: "2.5.29.30".to_owned() }),
        )
        .ours(),
    ]
}

fn wrong_links() -> Vec<Case> {
    let root = || authority(ROOT, None, |_| {});
    // Another authority takes the name, and the same key identifier, but not the key.
    let same_id =
        |params: &mut rcgen::CertificateParams| params.key_identifier_method = KeyIdMethod::PreSpecified(vec![7; 20]);
    let (anchors, offered, _) = three(|_| {}, same_id, |_| {});
    let impostor = authority(CA, Some(&anchors[0]), same_id);
    let forged = signer(LEAF, &impostor, |_| {});
    let wrong_key = Case::new(
        "signed with another key",
        anchors,
        offered,
        forged,
        Err(Error::CertificateSignature { subject: subject(LEAF) }),
    );

    let (anchors, offered, _) = three(|_| {}, |_| {}, |_| {});
    let other_id =
        authority(CA, Some(&anchors[0]), |p| p.key_identifier_method = KeyIdMethod::PreSpecified(vec![8; 20]));
    let leaf = signer(LEAF, &other_id, |_| {});
    let wrong_id = Case::new(
        "the authority has another key identifier",
        anchors,
        offered,
        leaf,
        Err(Error::KeyIdentifierMismatch { subject: subject(LEAF), issuer: subject(CA) }),
    );

    let (anchors, offered, _) = three(|_| {}, |_| {}, |_| {});
    let named_otherwise = authority("Another CA", Some(&anchors[0]), |_| {});
    let leaf = signer(LEAF, &named_otherwise, |_| {});
    let wrong_name = Case::new(
        "the authority has another name",
        anchors,
        offered,
        leaf,
        Err(Error::IssuerUnknown { subject: subject(LEAF), issuer: "C=VN, CN=Another CA".to_owned() }),
    );

    let (_, offered, leaf) = three(|_| {}, |_| {}, |_| {});
    let other_root = Case::new(
        "the root is another of the same name",
        vec![authority(ROOT, None, |p| p.use_authority_key_identifier_extension = true)],
        offered,
        leaf,
        // The authority names the key identifier of the true root.
        Err(Error::KeyIdentifierMismatch { subject: subject(CA), issuer: subject(ROOT) }),
    );

    let (anchors, _, leaf) = three(|_| {}, |_| {}, |_| {});
    let missing = Case::new(
        "the authority is missing",
        anchors,
        vec![],
        leaf,
        Err(Error::IssuerUnknown { subject: subject(LEAF), issuer: format!("C=VN, CN={CA}") }),
    );

    let (anchors, offered, mut leaf) = three(|_| {}, |_| {}, |_| {});
    // The common name stands once in it as issuer, once as subject; the subject's comes last.
    let at = leaf.der.windows(LEAF.len()).rposition(|part| part == LEAF.as_bytes()).unwrap();
    leaf.der[at] = b'B';
    let bent = Case::new(
        "one letter of the signer's name changed",
        anchors,
        offered,
        leaf,
        Err(Error::CertificateSignature { subject: subject("Bigner") }),
    );
    let alone = root();
    let leaf_alone = make(LEAF, p256(), None, |_| {});
    let self_signed = Case::new(
        "a self-signed signer",
        vec![alone],
        vec![],
        leaf_alone,
        Err(Error::IssuerUnknown { subject: subject(LEAF), issuer: format!("C=VN, CN={LEAF}") }),
    );
    vec![wrong_key, wrong_id, wrong_name, other_root, missing, bent, self_signed]
}

fn wrong_times() -> Vec<Case> {
    let day = |text: &str| UnixTime::from_rfc3339(text).unwrap();
    let expired = |name: &str| Err(Error::Expired { subject: subject(name), until: day("2026-11-01T00:00:00Z") });
    let end = date_time_ymd(2026, 11, 1);
    vec![
        case("the signer has expired", three(|_| {}, |_| {}, |p| p.not_after = end), expired(LEAF)),
        case("the authority has expired", three(|_| {}, |p| p.not_after = end, |_| {}), expired(CA)),
        case("the root has expired", three(|p| p.not_after = end, |_| {}, |_| {}), expired(ROOT)),
        case(
            "the signer is not valid yet",
            three(|_| {}, |_| {}, |p| p.not_before = date_time_ymd(2027, 1, 1)),
            Err(Error::NotYetValid { subject: subject(LEAF), from: day("2027-01-01T00:00:00Z") }),
        ),
    ]
}

fn wrong_ends() -> Vec<Case> {
    let role = |role| Err(Error::Role { subject: subject(LEAF), role });
    let demo = |root: &'static str, ca: &'static str, leaf: &'static str| {
        let root = authority(root, None, |_| {});
        let ca = authority(ca, Some(&root), |_| {});
        let leaf = signer(leaf, &ca, |_| {});
        (vec![root], vec![ca], leaf)
    };
    let mixed = |name: &str| Err(Error::EnvironmentMixed { subject: subject(name) });
    vec![
        case(
            "the signer may not make signatures",
            three(|_| {}, |_| {}, |p| p.key_usages = vec![KeyUsagePurpose::KeyEncipherment]),
            role("document-signer"),
        )
        .ours(),
        case(
            "the signer is an authority",
            three(
                |_| {},
                |_| {},
                |p| {
                    p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                    p.key_usages.push(KeyUsagePurpose::KeyCertSign);
                },
            ),
            role("document-signer"),
        )
        .ours(),
        case("a document signer signs the list", three(|_| {}, |_| {}, |_| {}), role("list-signer"))
            .list_signer()
            .ours(),
        case(
            "a list signer signs documents",
            three(|_| {}, |_| {}, |p| p.extended_key_usages = vec![list_signer_usage()]),
            role("document-signer"),
        )
        .ours(),
        case(
            "an extended key usage that cannot be read",
            three(|_| {}, |_| {}, |p| p.custom_extensions.push(extension(&[2, 5, 29, 37], false, &[0x04, 0x01, 0x00]))),
            Err(Error::ExtensionMalformed { subject: subject(LEAF), oid: "2.5.29.37".to_owned() }),
        ),
        case(
            "a key identifier that cannot be read",
            three(
                |_| {},
                |_| {},
                |p| {
                    p.use_authority_key_identifier_extension = false;
                    p.custom_extensions.push(extension(&[2, 5, 29, 35], false, &[0x30, 5, 0x80, 9]));
                },
            ),
            Err(Error::ExtensionMalformed { subject: subject(LEAF), oid: "2.5.29.35".to_owned() }),
        ),
        case("demonstration under demonstration", demo("DEMO Root", "DEMO CA", "DEMO Signer"), Ok(())),
        case("a republic whose name begins so", demo(ROOT, CA, "LAO PEOPLE'S DEMOCRATIC REPUBLIC"), Ok(())),
        case("a production signer under a demonstration root", demo("DEMO Root", "DEMO CA", LEAF), mixed(LEAF)).ours(),
        case("a demonstration signer under a production root", demo(ROOT, CA, "DEMO Signer"), mixed("DEMO Signer"))
            .ours(),
        case("a demonstration authority under a production root", demo(ROOT, "DEMO CA", LEAF), mixed("DEMO CA")).ours(),
    ]
}

fn list_signer_usage() -> ExtendedKeyUsagePurpose {
    ExtendedKeyUsagePurpose::Other(LIST_SIGNER_EKU.split('.').map(|arc| arc.parse().unwrap()).collect())
}

/// `NameConstraints { permittedSubtrees [0] { { base [4] directoryName { C=VN } } } }`.
fn name_constraints() -> Vec<u8> {
    let name = [0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, b'V', b'N'];
    let wrap = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    wrap(0x30, &wrap(0xa0, &wrap(0x30, &wrap(0xa4, &name))))
}

#[test]
fn every_case_gives_its_exact_answer_on_both_back_ends() {
    for case in cases() {
        let anchors: Vec<_> = case.anchors.iter().map(Made::anchor).collect();
        let offered: Vec<_> = case.offered.iter().map(Made::certificate).collect();
        let leaf = case.leaf.certificate();
        for backend in [portable(), native()] {
            let found = verify_path(&leaf, &offered, &anchors, now(), backend, case.role);
            let found = found.map(|verified| assert_eq!(verified.into_inner(), leaf));
            assert_eq!(found, case.expected, "{}, {}", case.name, backend.name());
        }
    }
}

#[test]
fn openssl_says_the_same_to_the_same_chains() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: no openssl on the path; chains were not compared with it");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut agree, mut laxer) = (0, 0);
    for case in cases() {
        let accepted = openssl(folder.path(), &case);
        match case.openssl {
            Openssl::Agrees => {
                assert_eq!(accepted, case.expected.is_ok(), "{}: OpenSSL differs", case.name);
                agree += 1;
            }
            Openssl::IsLaxer => {
                assert!(
                    case.expected.is_err() && accepted,
                    "{}: said to be stricter than OpenSSL, and is not",
                    case.name
                );
                laxer += 1;
            }
        }
    }
    println!("openssl verify agrees on {agree} chains; {laxer} more it accepts and we refuse, each for a rule of ours");
}

fn openssl(folder: &Path, case: &Case) -> bool {
    let write = |name: &str, certificates: &[Made]| {
        let path = folder.join(name);
        let text: String = certificates.iter().map(|made| made.certificate().to_pem()).collect();
        std::fs::write(&path, text).unwrap();
        path
    };
    let leaf = folder.join("leaf.pem");
    std::fs::write(&leaf, case.leaf.certificate().to_pem()).unwrap();
    let mut command = Command::new("openssl");
    command.args(["verify", "-no-CApath", "-no-CAstore", "-attime", &now().0.to_string()]);
    command.arg("-CAfile").arg(write("anchors.pem", &case.anchors));
    if !case.offered.is_empty() {
        command.arg("-untrusted").arg(write("offered.pem", &case.offered));
    }
    command.arg(leaf).output().unwrap().status.success()
}

#[test]
fn an_authority_can_be_the_anchor_itself() {
    let (_, mut offered, leaf) = three(|_| {}, |_| {}, |_| {});
    let anchor = offered.remove(0).anchor();
    let path =
        find_path(&leaf.certificate(), &[], std::slice::from_ref(&anchor), now(), portable(), Role::DocumentSigner)
            .unwrap();
    assert_eq!((&path.anchor, path.intermediates.len()), (&anchor, 0));
}

#[test]
fn without_an_anchor_nothing_is_believed() {
    let (_, offered, leaf) = three(|_| {}, |_| {}, |_| {});
    let offered: Vec<_> = offered.iter().map(Made::certificate).collect();
    let found = verify_path(&leaf.certificate(), &offered, &[], now(), portable(), Role::DocumentSigner);
    assert_eq!(found, Err(Error::NoAnchor));
}

#[test]
fn a_chain_has_at_most_three_authorities_below_its_anchor() {
    for count in [MAX_INTERMEDIATES, MAX_INTERMEDIATES + 1] {
        let root = authority(ROOT, None, |_| {});
        let mut chain: Vec<Made> = Vec::new();
        for at in 0..count {
            let above = chain.last().unwrap_or(&root);
            let next = authority(&format!("CA {at}"), Some(above), |_| {});
            chain.push(next);
        }
        let leaf = signer(LEAF, chain.last().unwrap(), |_| {});
        let offered: Vec<_> = chain.iter().map(Made::certificate).collect();
        let found = find_path(&leaf.certificate(), &offered, &[root.anchor()], now(), portable(), Role::DocumentSigner);
        match found {
            Ok(path) => assert_eq!((count, path.intermediates.len()), (MAX_INTERMEDIATES, MAX_INTERMEDIATES)),
            Err(error) => {
                assert_eq!((count, error), (MAX_INTERMEDIATES + 1, Error::PathTooLong { subject: subject("CA 0") }));
            }
        }
    }
}

#[test]
fn hostile_chains_end_within_the_budget() {
    // Authorities of one name and key that certify each other: without a budget the ways grow like a factorial.
    let root = authority(ROOT, None, |_| {});
    let ca = authority(CA, None, |params| params.use_authority_key_identifier_extension = false);
    let twins: Vec<_> = (0..8u8)
        .map(|serial| {
            let mut params = ca.params.clone();
            params.serial_number = Some(vec![1, serial].into());
            let issuer = rcgen::Issuer::from_params(&ca.params, &ca.key);
            let der = params.signed_by(&ca.key, &issuer).unwrap().der().to_vec();
            trust_list::x509::Certificate::parse(&der).unwrap()
        })
        .collect();
    let leaf = signer(LEAF, &ca, |_| {}).certificate();
    let found = verify_path(&leaf, &twins, &[root.anchor()], now(), portable(), Role::DocumentSigner);
    assert_eq!(found, Err(Error::WorkBudget));

    let many: Vec<_> = twins.iter().chain(&twins).cloned().collect();
    let found = verify_path(&leaf, &many, &[root.anchor()], now(), portable(), Role::DocumentSigner);
    assert_eq!(found, Err(Error::WorkBudget));
}

/// RFC 4055 section 1.2: a key under id-RSASSA-PSS is for PSS only, though its numbers would do for PKCS #1 v1.5 as well.
#[expect(clippy::disallowed_methods, reason = "a test's keys")]
#[test]
fn a_key_for_pss_only_has_signed_nothing_with_pkcs1() {
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let mut root = make(ROOT, rsa, None, |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    });
    let leaf = signer(LEAF, &root, |_| {}).certificate();
    let found = |root: &Made, backend| {
        verify_path(&leaf, &[], &[root.anchor()], now(), backend, Role::DocumentSigner).map(drop)
    };
    for backend in [portable(), native()] {
        assert_eq!(found(&root, backend), Ok(()));
    }
    let rsa_encryption = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let places: Vec<_> = (0..root.der.len()).filter(|at| root.der[*at..].starts_with(&rsa_encryption)).collect();
    let [place] = places[..] else { panic!("the algorithm of the key stands there once: {places:?}") };
    root.der[place + 10] = 0x0a;
    let oid = "1.2.840.113549.1.1.11".to_owned();
    for backend in [portable(), native()] {
        let refused = Err(Error::SignatureAlgorithm { subject: subject(LEAF), oid: oid.clone() });
        assert_eq!(found(&root, backend), refused, "{}", backend.name());
    }
}
