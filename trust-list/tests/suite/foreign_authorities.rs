//! RSA authorities, as foreign states have them: certificates signed by OpenSSL with every padding and hash, of which few are
//! accepted.

use std::{path::Path, process::Command};

use trust_list::{
    Error,
    backend::{native, portable},
    chain::{Anchor, Role, verify_path},
    x509::Certificate,
};

use crate::made::now;

const PKCS1: &[&str] = &[];
const PSS: &[&str] = &["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];

#[test]
fn of_what_rsa_authorities_sign_with_only_sound_schemes_are_accepted() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: no openssl on the path; RSA authorities were not tried");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/C=XX/CN=Foreign CA",
            "-days",
            "10",
        ],
    );
    openssl(
        folder,
        &[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "leaf.key",
            "-out",
            "leaf.csr",
            "-subj",
            "/C=XX/CN=Foreign Signer",
        ],
    );
    let anchors = Anchor::read_all(&std::fs::read(folder.join("ca.pem")).unwrap()).unwrap();
    // OpenSSL dates its certificates by the clock; ours is an argument.
    let at = anchors[0].certificate().not_before().plus_days(1);
    assert!(at > now().plus_days(-10_000));

    let refused =
        |oid: &str| Err(Error::SignatureAlgorithm { subject: "Foreign Signer".to_owned(), oid: oid.to_owned() });
    let pss_oid = "1.2.840.113549.1.1.10";
    for (hash, options, expected) in [
        ("-sha256", PKCS1, Ok(())),
        ("-sha384", PKCS1, Ok(())),
        ("-sha512", PKCS1, Ok(())),
        ("-sha1", PKCS1, refused("1.2.840.113549.1.1.5")),
        ("-sha224", PKCS1, refused("1.2.840.113549.1.1.14")),
        ("-sha256", PSS, Ok(())),
        ("-sha384", PSS, refused(pss_oid)),
        ("-sha1", PSS, refused(pss_oid)),
        ("-sha256", &["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20"], refused(pss_oid)),
        (
            "-sha256",
            &["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt", "rsa_mgf1_md:sha1"],
            refused(pss_oid),
        ),
    ] {
        let command = [
            "x509",
            "-req",
            "-in",
            "leaf.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-days",
            "9",
            "-set_serial",
            "1",
            "-out",
            "leaf.pem",
            hash,
        ];
        openssl(folder, &[&command, options].concat());
        let leaf = Certificate::read(&std::fs::read(folder.join("leaf.pem")).unwrap()).unwrap();
        for backend in [portable(), native()] {
            let found = verify_path(&leaf, &[], &anchors, at, backend, Role::DocumentSigner).map(drop);
            assert_eq!(found, expected, "{hash} {options:?}, {}", backend.name());
        }
        one_algorithm_changed(&leaf, &anchors, at);
    }
}

/// The algorithm stands in the certificate twice; if only the outer one is changed, the two contradict each other.
fn one_algorithm_changed(leaf: &Certificate, anchors: &[Anchor], at: specs::time::UnixTime) {
    let sha256_rsa = hex::decode("06092a864886f70d01010b").unwrap();
    let Some(last) = leaf.der().windows(sha256_rsa.len()).rposition(|part| part == sha256_rsa) else { return };
    let mut bent = leaf.der().to_vec();
    bent[last + sha256_rsa.len() - 1] = 0x05;
    let bent = Certificate::parse(&bent).unwrap();
    let found = verify_path(&bent, &[], anchors, at, portable(), Role::DocumentSigner).map(drop);
    let oid = "1.2.840.113549.1.1.11 beside 1.2.840.113549.1.1.5".to_owned();
    assert_eq!(found, Err(Error::SignatureAlgorithm { subject: "Foreign Signer".to_owned(), oid }));
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
