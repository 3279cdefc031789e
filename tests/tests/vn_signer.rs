//! The real thing: the certificate with which Viet Nam signed EU DCC in 2021, by a government authority that knows nothing of
//! vaccination. RSA, a common name in Vietnamese, extended key usages of others only.
#![expect(clippy::unwrap_used, reason = "tests")]

use specs::{signer_list::Purposes, time::UnixTime};
use tests::{back_ends::both, vectors};
use trust_list::{
    Error,
    chain::{Anchor, Role, verify_path},
    key::Algorithm,
    signers::{Signer, Signers, Source},
    x509::{Certificate, KeyUsage},
};

const FILE: &str = "vn/vn-eudcc/vn-moh-dsc-2021-ZtJVElOdWm0.pem";
const NAME: &str = "CHỨNG NHẬN TIÊM CHỦNG - CỤC Y TẾ DỰ PHÒNG";

fn pem() -> Option<Vec<u8>> {
    vectors::folder(FILE).map(|path| std::fs::read(path).unwrap())
}

#[test]
fn viet_nams_signer_of_2021_can_be_used_for_vaccination() {
    let Some(pem) = pem() else { return };
    for backend in both() {
        let signer = Signer::from_certificate(&pem, backend).unwrap();
        assert_eq!(hex::encode(signer.kid()), "66d25512539d5a6d", "ZtJVElOdWm0= in the lists of 2021");
        assert_eq!(signer.algorithm(), Algorithm::Ps256);
        assert_eq!((signer.name(), signer.country(), signer.source()), (NAME, "VN", Source::Given));
        assert!(signer.purposes().allows(Purposes::VACCINATION));
        let first = UnixTime::from_rfc3339("2021-07-15T11:43:43Z").unwrap();
        let last = UnixTime::from_rfc3339("2026-07-14T11:43:43Z").unwrap();
        assert_eq!((signer.not_before(), signer.not_after()), (first, last));
        assert!(signer.valid_at(first) && signer.valid_at(last) && !signer.valid_at(last.plus_seconds(1)));

        let signers = Signers::from_certificate(&pem, backend).unwrap();
        assert_eq!((signers.len(), signers.by_kid(&signer.kid()).len()), (1, 1));
    }
}

#[test]
fn everything_that_stands_in_it_is_read() {
    let Some(pem) = pem() else { return };
    let certificate = Certificate::read(&pem).unwrap();
    assert_eq!(certificate.issuer(), "C=VN, O=Ban Cơ yếu Chính phủ, CN=CA phục vụ các cơ quan Nhà nước G2");
    assert_eq!(hex::encode(certificate.serial()), "2ed863ac6b283bb7");
    assert_eq!(certificate.authority(), None);
    assert_eq!(certificate.key_usage(), Some(KeyUsage { digital_signature: true, certificate_sign: false }));
    assert_eq!(hex::encode(certificate.authority_key_id().unwrap()), "50becfa0bdea0f9f4e9128a32aeb7ceef02fc8ba");
    assert_eq!(hex::encode(certificate.subject_key_id().unwrap()), "2e3e6751b3395d4bab0aea242e7e28b28d8ffa36");
    let foreign = ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.20.2.2"];
    assert_eq!(certificate.extended_key_usages(), foreign);
    assert_eq!(certificate.purposes(), Ok(Purposes::ANY), "usages of others do not constrain");
    assert!(certificate.malformed_extensions().is_empty());
    assert!(certificate.unknown_extensions().is_empty());
}

#[test]
fn it_leads_to_no_anchor_but_its_own_authority() {
    let Some(pem) = pem() else { return };
    let certificate = Certificate::read(&pem).unwrap();
    let at = UnixTime::from_rfc3339("2022-01-01T00:00:00Z").unwrap();
    let itself = [Anchor::new("itself", certificate.clone())];
    for backend in both() {
        let found = verify_path(&certificate, &[], &itself, at, backend, Role::DocumentSigner);
        let issuer = certificate.issuer().to_owned();
        assert_eq!(found, Err(Error::IssuerUnknown { subject: NAME.to_owned(), issuer }));
    }
}
