//! What was signed is verified before anybody sees it: no text is released that a verifier would not accept, or that says
//! something else than the record.

use super::*;
use crate::keys::soft::SoftKey;
use crate::keys::{Algorithm, Error as KeyError};
use specs::signer_list::KeyData;

/// A key whose signatures come out wrong, as out of a module with a fault in it.
#[derive(Debug)]
struct Bent(Arc<dyn SigningKey>);

impl SigningKey for Bent {
    fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }

    fn public_key(&self) -> KeyData {
        self.0.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = self.0.sign(message)?;
        signature[20] ^= 1;
        Ok(signature)
    }

    fn sign_x509(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.0.sign_x509(message)
    }
}

/// Refused in these words, and nothing of the dose came out: it is recorded, as before signing, and no more.
async fn refuses(issuer: &Issuer, dose: &str, log_size: u64, reason: &str) {
    let detail = format!("a verifier would not accept the certificate: {reason}");
    assert_eq!(issuer.issue(&facts(dose)).await, Err(Problem::Unavailable { detail }));
    let known = issuer.store.find(dose).await.unwrap().unwrap();
    assert_eq!(known.records.iter().map(|record| &record.released).collect::<Vec<_>>(), [&None, &None]);
    assert!(matches!(issuer.certificates(dose).await, Err(Problem::NotFound { .. })));
    assert_eq!(issuer.store.audit().await.unwrap().size, log_size);
}

#[tokio::test]
async fn what_the_published_list_no_longer_bears_is_not_released() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    issuer.issue(&facts("d-1")).await.unwrap();
    // Nobody renewed it. The last second of its grace, and the first after it.
    let grace = NOW.plus_days(i64::from(list::VALID_DAYS)).plus_days(7);
    room.set_clock(grace);
    issuer.issue(&facts("d-2")).await.unwrap();
    assert_eq!(issuer.health().await.unwrap().status, "ok");
    room.set_clock(grace.plus_seconds(1));
    refuses(&issuer, "d-3", 4, "trust-list-expired").await;
    assert_eq!(issuer.health().await.unwrap().status, "unavailable");
    // Once the list is renewed, the record is completed: the same bytes.
    let recorded = issuer.store.find("d-3").await.unwrap().unwrap();
    assert!(issuer.renew_list().await.unwrap());
    let issued = issuer.issue(&facts("d-3")).await.unwrap();
    for (certificate, record) in issued.certificates.iter().zip(&recorded.records) {
        assert_eq!(hcert::open(&certificate.text).unwrap().sign1().to_be_signed(&[]), record.to_be_signed);
    }
    assert_eq!(issuer.store.audit().await.unwrap().size, 6);
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_not_released() {
    let room = Room::new();
    let mut issuer = room.start().await.unwrap();
    issuer.issue(&facts("d-1")).await.unwrap();
    for signer in 0..Profile::ALL.len() {
        let right = Arc::clone(&issuer.signings[signer].key);
        let other: Arc<dyn SigningKey> = Arc::new(SoftKey::generate(right.algorithm()).unwrap().0);
        let bent: Arc<dyn SigningKey> = Arc::new(Bent(Arc::clone(&right)));
        for (key, name) in [(other, "other"), (bent, "bent")] {
            issuer.signings[signer].key = key;
            refuses(&issuer, &format!("d-{signer}-{name}"), 2, "signature-invalid").await;
        }
        issuer.signings[signer].key = right;
    }
    // With the keys as they ought to be, those doses get their certificates.
    for dose in ["d-0-other", "d-0-bent", "d-1-other", "d-1-bent"] {
        issuer.issue(&facts(dose)).await.unwrap();
    }
    assert_eq!(issuer.store.audit().await.unwrap().size, 10);
}

/// A good certificate of the same signer, but of another dose: a verifier accepts it.
#[tokio::test]
async fn a_certificate_of_another_record_is_not_released() {
    let room = Room::new();
    let issuer = room.start().await.unwrap();
    let [one, two] = [issuer.prepare(&facts("d-1")).await.unwrap(), issuer.prepare(&facts("d-2")).await.unwrap()];
    for (record, other) in one.records.iter().zip(&two.records) {
        let text = issuer.sign_and_verify("d-1", record, NOW).unwrap();
        assert_eq!(issuer.verify(record, &text, NOW), Ok(()));
        assert_eq!(issuer.verify(other, &text, NOW), Err(internal("")), "not what was recorded");
    }
    // The other form of the same dose, and a record that names another signer.
    let text = issuer.sign_and_verify("d-1", &one.records[0], NOW).unwrap();
    assert_eq!(issuer.verify(&one.records[1], &text, NOW), Err(internal("")));
    let foreign = Record { kid: one.records[1].kid, ..one.records[0].clone() };
    assert_eq!(issuer.verify(&foreign, &text, NOW), Err(internal("")));
}
