//! X.509 certificates, DER or PEM: what is read can be written as PEM and reads the same.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::{NOW, ground};
use trust_list::backend;
use trust_list::chain::{Role, find_path};
use trust_list::signers::Signer;
use trust_list::x509::{Certificate, MAX_BYTES};

pub(super) const TARGET: Target = Target {
    name: "x509",
    max_len: MAX_BYTES + 16,
    replays: 10_000,
    seeds: |corpus| {
        let der = corpus.of(Kind::X509);
        let pem = der.iter().take(16).filter_map(|der| Certificate::parse(der).ok());
        let pem: Vec<_> = pem.map(|certificate| certificate.to_pem().into_bytes()).collect();
        [der, pem].concat()
    },
    run,
};

fn run(input: &[u8]) {
    let Ok(certificates) = Certificate::read_all(input) else { return };
    assert!(!certificates.is_empty());
    for certificate in &certificates {
        assert_eq!(Certificate::parse(certificate.der()).as_ref(), Ok(certificate));
        assert_eq!(Certificate::read(certificate.to_pem().as_bytes()).as_ref(), Ok(certificate));
        let _ = (certificate.purposes(), certificate.authority(), certificate.name());
        if let Ok(signer) = Signer::from_certificate(certificate.der(), backend::portable()) {
            assert_eq!(signer.kid(), certificate.kid());
            assert!(!signer.verify(b"message", &[1; 64]), "a signature that nobody made");
        }
    }
    // Nobody whom the anchor certified has a key that the fuzzer holds; certificates of the vectors may well lead to it.
    let _ = find_path(&certificates[0], &[], &ground().anchors, NOW, backend::portable(), Role::DocumentSigner);
}
