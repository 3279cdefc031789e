//! Our own vectors of ICAO VDS-NC with their signatures and chains, on both back ends: what the certificate inside is worth.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use specs::vds_nc;
use tests::{back_ends::both, certificates::now};
use trust_list::{
    Error,
    backend::Backend,
    chain::{Anchor, Role, verify_path},
    x509::Certificate,
};

/// Extended key usage of a barcode signer (ICAO Doc 9303 part 13).
const BARCODE_SIGNER: &str = "2.23.136.1.1.14.2";

#[test]
fn signature_and_chain_are_as_each_case_says() {
    let vectors: Value = serde_json::from_str(include_str!("../../specs/vectors/vds-nc.json")).unwrap();
    let anchors = Anchor::read_all(vectors["csca"].as_str().unwrap().as_bytes()).unwrap();
    let mut ran = 0;
    for case in vectors["cases"].as_array().unwrap().iter().filter(|case| case["error"].is_null()) {
        let opened = vds_nc::open(case["text"].as_str().unwrap()).unwrap();
        let certificate = Certificate::parse(opened.certificate()).unwrap();
        for backend in both() {
            let key = backend.prepare(certificate.key()).unwrap();
            assert_eq!(certificate.key().algorithm().name(), opened.alg());
            let signature = if key.verify(opened.to_be_signed(), opened.signature()) { "good" } else { "bad" };
            let found = (signature, chain(&certificate, &anchors, backend));
            assert_eq!(
                found,
                (case["signature"].as_str().unwrap(), case["chain"].as_str().unwrap()),
                "{}",
                case["name"]
            );
        }
        ran += 1;
    }
    assert_eq!(ran, 15);
}

fn chain(certificate: &Certificate, anchors: &[Anchor], backend: &dyn Backend) -> &'static str {
    match verify_path(certificate, &[], anchors, now(), backend, Role::DocumentSigner) {
        Ok(_) if certificate.extended_key_usages().iter().any(|usage| usage == BARCODE_SIGNER) => "good",
        Ok(_) => "purpose",
        Err(Error::CertificateSignature { .. }) => "bad",
        Err(error) => panic!("{error}"),
    }
}
