//! The signed list: who may sign it, when it counts, and what it may replace.

use proptest::{prelude::*, sample::Index};
use rcgen::{
    CertificateParams, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519,
    SigningKey as _,
};
use specs::{
    cose,
    signer_list::{self, Environment, KeyData, LIST_SIGNER_EKU, Profiles, Purposes, SignerEntry},
    time::UnixTime,
    value_set::published,
};
use trust_list::{
    Error, Verified,
    backend::{ecdsa_from_der, native, portable},
    chain::Anchor,
    key::Algorithm,
    list::{Freshness, GRACE_DAYS, Mark, SignerList, accept, open},
    signers::Source,
    x509::Certificate,
};

use crate::made::{Made, authority, key, make, now, signer};

/// A root, an authority and a signer of lists below it.
struct Publisher {
    root: Made,
    ca: Made,
    signer: Made,
}

impl Publisher {
    fn new(prefix: &str, key: KeyPair) -> Self {
        let root = authority(&format!("{prefix}Root"), None, |_| {});
        let ca = authority(&format!("{prefix}Health CA"), Some(&root), |_| {});
        let signer = make(&format!("{prefix}List Signer"), key, Some(&ca), list_signer);
        Self { root, ca, signer }
    }

    fn production() -> Self {
        Self::new("", key(&PKCS_ED25519))
    }

    fn anchors(&self) -> Vec<Anchor> {
        vec![self.root.anchor()]
    }

    fn publish(&self, content: &signer_list::SignerList) -> Vec<u8> {
        self.publish_with(content, |unsigned| unsigned)
    }

    fn publish_with(
        &self,
        content: &signer_list::SignerList,
        edit: impl FnOnce(cose::Unsigned) -> cose::Unsigned,
    ) -> Vec<u8> {
        let certificate = self.signer.certificate();
        let unsigned = cose::Unsigned::new(
            certificate.key().algorithm().cose_ids()[0],
            certificate.kid(),
            content.encode().unwrap(),
        );
        let unsigned = edit(unsigned.x5chain([self.signer.der.clone(), self.ca.der.clone()]));
        unsigned.sign(&self.sign(&unsigned.to_be_signed()))
    }

    /// In the form of COSE.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.signer.key.sign(message).unwrap();
        match self.signer.certificate().key().algorithm() {
            Algorithm::EdDsa => signature,
            algorithm => ecdsa_from_der(algorithm, &signature).unwrap(),
        }
    }

    fn open(&self, bytes: &[u8]) -> Result<Verified<SignerList>, Error> {
        open(bytes, &self.anchors(), now(), native())
    }
}

fn list_signer(params: &mut CertificateParams) {
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let arcs = LIST_SIGNER_EKU.split('.').map(|arc| arc.parse().unwrap()).collect();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(arcs)];
}

fn entry(kid: u8, key: KeyData) -> SignerEntry {
    SignerEntry {
        kid: [kid; 8],
        country: "VN".to_owned(),
        purposes: Purposes::VACCINATION,
        profiles: Profiles::ALL,
        not_before: now().plus_days(-100),
        not_after: now().plus_days(100),
        key,
        name: format!("Signer {kid}"),
        issuer: None,
    }
}

fn fresh_key() -> KeyData {
    KeyData::Ed25519(key(&PKCS_ED25519).public_key_raw().try_into().unwrap())
}

fn content(sequence: u64) -> signer_list::SignerList {
    signer_list::SignerList {
        issuer: "Ministry of Health".to_owned(),
        sequence,
        issued: now().plus_days(-1),
        next_update: now().plus_days(1),
        environment: Environment::Production,
        signers: vec![entry(1, fresh_key())],
        revocation: None,
        rules: None,
        value_sets: None,
    }
}

#[test]
fn a_good_list_opens_on_both_back_ends_whatever_key_signed_it() {
    for key in [key(&PKCS_ED25519), key(&PKCS_ECDSA_P256_SHA256)] {
        let publisher = Publisher::new("", key);
        let content = content(7);
        let bytes = publisher.publish(&content);
        for backend in [portable(), native()] {
            let list = open(&bytes, &publisher.anchors(), now(), backend).unwrap();
            assert_eq!(list.content(), &content);
            assert_eq!(list.signed_by().name(), "List Signer");
            assert_eq!(list.anchor().name(), "Root");
            assert_eq!(list.refused(), []);
            assert_eq!(list.freshness(now()), Freshness::Fresh);
            let [signer] = list.signers().by_kid(&[1; 8]) else { panic!("one signer") };
            assert_eq!((signer.name(), signer.source()), ("Signer 1", Source::List));
            assert!(list.signers().by_kid(&[2; 8]).is_empty());
            assert!(list.signers().by_kid(&[1; 7]).is_empty());
        }
    }
}

#[test]
fn signers_that_share_a_key_identifier_are_all_kept_and_one_bad_key_spoils_nothing() {
    let publisher = Publisher::production();
    let mut content = content(1);
    // A point of order eight, and a point that is on no curve.
    let weak = hex::decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a").unwrap();
    content.signers.push(entry(1, fresh_key()));
    content.signers.push(entry(1, KeyData::Ed25519(weak.try_into().unwrap())));
    content.signers.push(entry(3, KeyData::P256([4; 65])));
    let list = publisher.open(&publisher.publish(&content)).unwrap();
    assert_eq!((list.signers().len(), list.signers().by_kid(&[1; 8]).len()), (2, 2));
    let expected = [
        ([1; 8], Error::KeyRejected { reason: "not a canonical point of large order" }),
        ([3; 8], Error::KeyRejected { reason: "not a point of its curve" }),
    ];
    assert_eq!(list.refused(), expected);
}

#[test]
fn a_list_of_three_thousand_signers_opens() {
    let publisher = Publisher::production();
    let mut content = content(1);
    let one = fresh_key();
    content.signers =
        (0..3_000u32).map(|at| SignerEntry { kid: u64::from(at).to_be_bytes(), ..entry(0, one.clone()) }).collect();
    let list = publisher.open(&publisher.publish(&content)).unwrap();
    assert_eq!(list.signers().len(), 3_000);
}

#[test]
fn a_list_grows_stale_then_expires() {
    let publisher = Publisher::production();
    let list = publisher.open(&publisher.publish(&content(1))).unwrap();
    let due = list.next_update();
    let grace = due.plus_days(GRACE_DAYS);
    assert_eq!(list.freshness(due), Freshness::Fresh);
    assert_eq!(list.freshness(due.plus_seconds(1)), Freshness::Stale);
    assert_eq!(list.freshness(grace), Freshness::Stale);
    assert_eq!(list.freshness(grace.plus_seconds(1)), Freshness::Expired);
}

#[test]
fn a_clock_before_the_list_is_told() {
    let publisher = Publisher::production();
    let bytes = publisher.publish(&content(1));
    let issued = content(1).issued;
    let at = issued.plus_seconds(-1);
    let found = open(&bytes, &publisher.anchors(), at, portable()).err();
    assert_eq!(found, Some(Error::ClockBeforeIssue { at, issued }));
    assert!(open(&bytes, &publisher.anchors(), issued, portable()).is_ok());
}

#[test]
fn a_signer_of_lists_that_has_expired_signs_no_list() {
    let publisher = Publisher::production();
    let until = publisher.signer.certificate().not_after();
    let found = open(&publisher.publish(&content(1)), &publisher.anchors(), until.plus_seconds(1), portable()).err();
    assert_eq!(found, Some(Error::Expired { subject: "List Signer".to_owned(), until }));
}

#[test]
fn a_document_signer_cannot_sign_the_list() {
    let mut publisher = Publisher::production();
    publisher.signer = signer("Signer", &publisher.ca, |_| {});
    let found = publisher.open(&publisher.publish(&content(1))).err();
    assert_eq!(found, Some(Error::Role { subject: "Signer".to_owned(), role: "list-signer" }));
}

#[test]
fn a_list_under_another_root_is_refused() {
    let (publisher, other) = (Publisher::production(), Publisher::new("Other ", key(&PKCS_ED25519)));
    let found = open(&other.publish(&content(1)), &publisher.anchors(), now(), portable()).err();
    let issuer = "C=VN, CN=Other Root".to_owned();
    assert_eq!(found, Some(Error::IssuerUnknown { subject: "Other Health CA".to_owned(), issuer }));
}

#[test]
fn a_list_without_certificates_or_with_a_header_that_does_not_fit_is_refused() {
    let publisher = Publisher::production();
    let content = content(1);
    let bare = publisher.publish_with(&content, |unsigned| unsigned.x5chain(Vec::<Vec<u8>>::new()));
    assert_eq!(publisher.open(&bare).err(), Some(Error::ListUnsigned));

    let chain = || [publisher.signer.der.clone(), publisher.ca.der.clone()];
    let kid = publisher.signer.certificate().kid();
    for (alg, kid) in [(cose::alg::ES256, kid), (cose::alg::EDDSA, [0; 8])] {
        let bytes = publisher
            .publish_with(&content, |unsigned| cose::Unsigned::new(alg, kid, unsigned.payload()).x5chain(chain()));
        assert_eq!(publisher.open(&bytes).err(), Some(Error::ListHeader), "{alg}");
    }
    let fully_specified = publisher.publish_with(&content, |unsigned| {
        cose::Unsigned::new(cose::alg::ED25519, kid, unsigned.payload()).x5chain(chain())
    });
    assert!(publisher.open(&fully_specified).is_ok());
}

#[test]
fn a_list_has_one_form() {
    let publisher = Publisher::production();
    let list = publisher.publish(&content(1));
    assert!(publisher.open(&list).is_ok());
    let form = |detail| Some(Error::ListForm { detail });
    assert_eq!(list[0], 0xd2, "tag 18");
    let tagged = "it is tagged 18 and nothing else";
    assert_eq!(publisher.open(&list[1..]).err(), form(tagged));
    assert_eq!(publisher.open(&[&[0xd8, 61], &list[..]].concat()).err(), form(tagged));

    // An unsigned header of one label, which the signature knows nothing of, where there was an empty one.
    let message = cose::parse_within(&list, &signer_list::LIMITS).unwrap();
    let after = list.windows(message.protected.len()).position(|part| part == message.protected).unwrap();
    let after = after + message.protected.len();
    assert_eq!(list[after], 0xa0);
    let more = [&list[..after], &[0xa1, 0x19, 0x01, 0x00, 0xf6], &list[after + 1..]].concat();
    assert_eq!(publisher.open(&more).err(), form("all of its header is protected"));

    let many = publisher.publish_with(&content(1), |unsigned| {
        let authorities = std::iter::repeat_n(publisher.ca.der.clone(), 9);
        unsigned.x5chain([publisher.signer.der.clone()].into_iter().chain(authorities))
    });
    assert_eq!(publisher.open(&many).err(), form("it carries too many certificates"));
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let (publisher, thief) = (Publisher::production(), Publisher::production());
    let certificate = publisher.signer.certificate();
    let unsigned = cose::Unsigned::new(cose::alg::EDDSA, certificate.kid(), content(1).encode().unwrap())
        .x5chain([publisher.signer.der.clone(), publisher.ca.der.clone()]);
    let bytes = unsigned.sign(&thief.sign(&unsigned.to_be_signed()));
    assert_eq!(publisher.open(&bytes).err(), Some(Error::ListSignature));
}

#[test]
fn demonstration_and_production_do_not_mix() {
    let (production, demo) = (Publisher::production(), Publisher::new("DEMO ", key(&PKCS_ED25519)));
    let of = |environment| signer_list::SignerList { environment, ..content(1) };
    let mixed = |subject: &str| Some(Error::EnvironmentMixed { subject: subject.to_owned() });

    assert!(demo.open(&demo.publish(&of(Environment::Demo))).is_ok());
    let issuer = "Ministry of Health";
    assert_eq!(demo.open(&demo.publish(&of(Environment::Production))).err(), mixed(issuer));
    assert_eq!(production.open(&production.publish(&of(Environment::Demo))).err(), mixed(issuer));

    let mut smuggled = of(Environment::Production);
    let republic = "LAO PEOPLE'S DEMOCRATIC REPUBLIC".to_owned();
    smuggled.signers.push(SignerEntry { name: republic, ..entry(2, fresh_key()) });
    assert!(production.open(&production.publish(&smuggled)).is_ok());
    smuggled.signers.push(SignerEntry { name: "DEMO Signer 2".to_owned(), ..entry(2, fresh_key()) });
    assert_eq!(production.open(&production.publish(&smuggled)).err(), mixed("DEMO Signer 2"));
}

#[test]
fn what_is_no_list_is_said_to_be_none() {
    let publisher = Publisher::production();
    let refused = publisher.open(b"not a list").err().map(|error| error.code());
    assert_eq!(refused, Some("list-malformed"));
    let payload = publisher.publish_with(&content(1), |unsigned| {
        let certificate = publisher.signer.certificate();
        let _ = unsigned;
        cose::Unsigned::new(cose::alg::EDDSA, certificate.kid(), [0x80])
            .x5chain([publisher.signer.der.clone(), publisher.ca.der.clone()])
    });
    assert!(matches!(publisher.open(&payload).err(), Some(Error::ListMalformed(_))));
}

#[test]
fn only_a_newer_list_of_the_same_issuer_replaces_one() {
    let publisher = Publisher::production();
    let opened = |content: &signer_list::SignerList| publisher.open(&publisher.publish(content)).unwrap();
    let held_content = content(5);
    let held = opened(&held_content);
    let digest = |list: Result<Verified<SignerList>, Error>| list.map(|list| list.digest());

    let newer = opened(&content(6));
    assert_eq!(digest(accept(held.clone(), newer.clone())), Ok(newer.digest()));
    assert_eq!(digest(accept(held.clone(), held.clone())), Ok(held.digest()), "the same list again");

    let older = opened(&content(4));
    assert_eq!(digest(accept(held.clone(), older)), Err(Error::Rollback { held: 5, offered: 4 }));

    let back_dated = signer_list::SignerList { issued: held_content.issued.plus_seconds(-1), ..content(6) };
    assert_eq!(digest(accept(held.clone(), opened(&back_dated))), Err(Error::Rollback { held: 5, offered: 6 }));

    let twin = content(5);
    assert_eq!(digest(accept(held.clone(), opened(&twin))), Err(Error::Fork { sequence: 5 }));

    let renamed = signer_list::SignerList { issuer: "Somebody".to_owned(), ..content(6) };
    let other_issuer = |offered: &str| {
        Err(Error::OtherIssuer { held: "Ministry of Health (Root)".to_owned(), offered: offered.to_owned() })
    };
    assert_eq!(digest(accept(held.clone(), opened(&renamed))), other_issuer("Somebody (Root)"));

    let other = Publisher::new("Other ", key(&PKCS_ED25519));
    let elsewhere = other.open(&other.publish(&content(6))).unwrap();
    assert_eq!(digest(accept(held, elsewhere)), other_issuer("Ministry of Health (Other Root)"));
}

#[test]
fn the_mark_of_a_list_outlives_the_list() {
    let publisher = Publisher::production();
    let opened = |content: &signer_list::SignerList| publisher.open(&publisher.publish(content)).unwrap();
    let held = opened(&content(5));
    let stored = serde_json::to_string(&held.mark()).unwrap();
    let mark = Mark::from_json(stored.as_bytes()).unwrap();
    assert_eq!((&mark, mark.sequence()), (&held.mark(), 5));
    assert_eq!(mark.allows(&held), Ok(()));
    assert_eq!(mark.allows(&opened(&content(6))), Ok(()));
    assert_eq!(mark.allows(&opened(&content(4))), Err(Error::Rollback { held: 5, offered: 4 }));
    assert_eq!(mark.allows(&opened(&content(5))), Err(Error::Fork { sequence: 5 }));

    // The root is certified anew with the same key and name: it is still the same root.
    let same_key = KeyPair::try_from(&publisher.root.key.serialize_der()[..]).unwrap();
    let der = authority("Root", None, |_| {}).params.self_signed(&same_key).unwrap().der().to_vec();
    let anchor = Anchor::new("Root of 2027", Certificate::parse(&der).unwrap());
    assert_ne!(anchor.certificate(), publisher.root.anchor().certificate());
    let newer = open(&publisher.publish(&content(6)), &[anchor], now(), native()).unwrap();
    assert_eq!(mark.allows(&newer), Ok(()));
}

#[test]
fn a_list_without_revocation_does_not_follow_a_bundle_with_it() {
    let publisher = Publisher::production();
    let opened = |content: &signer_list::SignerList| publisher.open(&publisher.publish(content)).unwrap();
    let revocation = Some(specs::revocation::Revocation::new().encode());
    let bundle = |sequence| signer_list::SignerList { revocation: revocation.clone(), ..content(sequence) };
    let held = opened(&bundle(5));
    let (plain, next) = (opened(&content(6)), opened(&bundle(6)));
    let dropped = Err(Error::RevocationDropped { held: 5, offered: 6 });
    assert_eq!(held.mark().allows(&plain), dropped);
    assert_eq!(accept(held.clone(), plain.clone()).map(drop), dropped);
    assert_eq!(held.mark().allows(&next), Ok(()));
    assert_eq!(plain.mark().allows(&opened(&bundle(7))), Ok(()));
    // A mark that was stored before marks said so is of a list that did not carry any.
    let mut stored = serde_json::to_value(held.mark()).unwrap();
    stored["revokes"] = "true".into();
    assert_eq!(Mark::from_json(stored.to_string().as_bytes()), None);
    stored.as_object_mut().unwrap().remove("revokes");
    let old = Mark::from_json(stored.to_string().as_bytes()).unwrap();
    assert_eq!(old.allows(&plain), Ok(()));
}

#[test]
fn times_far_from_now_do_not_overflow() {
    let publisher = Publisher::production();
    let list = publisher.open(&publisher.publish(&content(1))).unwrap();
    assert_eq!(list.freshness(UnixTime(i64::MAX)), Freshness::Expired);
    assert_eq!(list.freshness(UnixTime(i64::MIN)), Freshness::Fresh);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bit_of_a_list_can_be_flipped(at in any::<Index>(), bit in 0..8u8) {
        thread_local! {
            static PUBLISHED: (Publisher, Vec<u8>) = {
                let publisher = Publisher::production();
                let bytes = publisher.publish(&content(1));
                (publisher, bytes)
            };
        }
        PUBLISHED.with(|(publisher, bytes)| {
            let mut bent = bytes.clone();
            bent[at.index(bytes.len())] ^= 1 << bit;
            prop_assert!(publisher.open(&bent).is_err());
            Ok(())
        })?;
    }

    #[test]
    fn opening_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = open(&bytes, &[], now(), portable());
    }
}

#[test]
fn value_sets_that_cannot_be_read_make_the_bundle_unreadable() {
    let publisher = Publisher::new("", key(&PKCS_ED25519));
    let opened = |value_sets: &str| {
        let bundle = signer_list::SignerList { value_sets: Some(value_sets.into()), ..content(7) };
        let opened = open(&publisher.publish(&bundle), &publisher.anchors(), now(), native());
        opened.map(|list| list.value_sets().map(|sets| sets.sets().len()))
    };
    let set = |day: i64| {
        let date = content(7).issued.plus_days(day).to_rfc3339();
        format!(
            r#"[{{"valueSetId":"covid-19-lab-result","valueSetDate":"{}","valueSetValues":{{"1":{{"display":"A"}}}}}}]"#,
            &date[..10]
        )
    };
    assert_eq!(opened("[]"), Ok(Some(0)));
    assert_eq!(opened(&set(1)), Ok(Some(1)));
    let field = |field| Err(Error::ValueSetsMalformed(published::Error::Field { field }));
    assert_eq!(opened(&set(2)), field("valueSetDate"), "no later set could take its place");
    assert_eq!(opened("{}"), field("value sets"));
    assert_eq!(opened("[{}]"), field("valueSetId"));
}
