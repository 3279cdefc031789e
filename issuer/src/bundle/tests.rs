//! One sequence with the list, revoking for good, each signer once, and what must not be signed.

use specs::revocation::RevokedSigner;
use specs::signer_list::{KeyData, Profiles, Purposes};

use super::*;
use crate::testing::{Held, NOW};

fn publish_at(held: &Held, out: &Path, parts: Parts, at: UnixTime, days: u32) -> Result<Bundle, Error> {
    let keyring = held.keyring();
    let key = keyring.key(&keyring.list_signer, &held.passphrase).unwrap();
    publish(&keyring, &key, out, parts, at, days)
}

fn entry(kid: u8, profiles: Profiles) -> SignerEntry {
    SignerEntry {
        kid: [kid; 8],
        country: "FR".to_owned(),
        purposes: Purposes::VACCINATION,
        profiles,
        not_before: NOW,
        not_after: NOW.plus_days(100),
        key: KeyData::Ed25519([8; 32]),
        name: "Signer".to_owned(),
        issuer: None,
    }
}

fn revoking(kid: u8) -> Parts {
    let mut revocation = Revocation::new();
    revocation.revoke_signer(RevokedSigner { kid: [kid; 8], from: None });
    Parts { revocation: Some(revocation), ..Parts::default() }
}

#[test]
fn lists_and_bundles_have_one_sequence_and_neither_rolls_the_other_back() {
    let held = Held::new();
    let (lists, out) = (held.folder.path().join("public"), held.folder.path().join("bundle.cose"));
    let keyring = held.keyring();
    let key = keyring.key(&keyring.list_signer, &held.passphrase).unwrap();
    let list = |at| list::publish(&keyring, &key, &lists, &BTreeSet::new(), at, 14).unwrap().list;
    let first = list(NOW);
    let second = publish_at(&held, &out, revoking(1), NOW, VALID_DAYS).unwrap().list;
    let third = list(NOW);
    let plain = held.folder.path().join("plain.cose");
    let fourth = publish_at(&held, &plain, Parts::default(), NOW, VALID_DAYS).unwrap().list;
    assert_eq!([&first, &second, &third, &fourth].map(|list| list.sequence()), [1, 2, 3, 4]);
    assert_eq!(trust::may_replace(&first, &second), Ok(()));
    assert_eq!(trust::may_replace(&second, &first), Err(trust_list::Error::Rollback { held: 2, offered: 1 }));
    assert_eq!(trust::may_replace(&third, &second), Err(trust_list::Error::Rollback { held: 3, offered: 2 }));
    // The list is newer, and says nothing of what the bundle revoked.
    assert_eq!(trust::may_replace(&second, &third), Err(trust_list::Error::RevocationDropped { held: 2, offered: 3 }));
    assert_eq!(trust::may_replace(&third, &fourth), Ok(()));
}

#[test]
fn what_was_revoked_stays_in_the_bundle_that_follows() {
    let held = Held::new();
    let out = held.folder.path().join("bundle.cose");
    let revoked = |parts| {
        let list = publish_at(&held, &out, parts, NOW, VALID_DAYS).unwrap().list;
        list.revocation().unwrap().signers().iter().map(|signer| signer.kid[0]).collect::<Vec<_>>()
    };
    assert_eq!(revoked(revoking(1)), [1]);
    assert_eq!(revoked(revoking(2)), [1, 2]);
    assert_eq!(revoked(Parts::default()), [1, 2]);
    let before = std::fs::read(&out).unwrap();
    let refused = publish_at(&held, &out, Parts::default(), NOW.plus_seconds(-1), VALID_DAYS).unwrap_err();
    let (at, issued) = (NOW.plus_seconds(-1), NOW);
    assert_eq!(refused, Error::Refused(trust_list::Error::ClockBeforeIssue { at, issued }));
    assert_eq!(std::fs::read(&out).unwrap(), before);
}

#[test]
fn value_sets_stay_until_newer_ones_come() {
    let held = Held::new();
    let out = held.folder.path().join("bundle.cose");
    let set = |date: &str| {
        let text = format!(
            r#"{{"valueSetId": "covid-19-lab-result", "valueSetDate": "{date}", "valueSetValues": {{"1": {{"display": "A"}}}}}}"#
        );
        Parts { value_sets: vec![Published::read(text.as_bytes()).unwrap()], ..Parts::default() }
    };
    let carried = |parts| {
        let list = publish_at(&held, &out, parts, NOW, VALID_DAYS).unwrap().list;
        list.value_sets().map(|sets| sets.sets()[0].date().to_string())
    };
    assert_eq!(carried(Parts::default()), None);
    assert_eq!(carried(set("2026-02-01")).as_deref(), Some("2026-02-01"));
    assert_eq!(carried(Parts::default()).as_deref(), Some("2026-02-01"));
    assert_eq!(carried(set("2026-01-01")).as_deref(), Some("2026-02-01"));
    assert_eq!(carried(set("2026-03-01")).as_deref(), Some("2026-03-01"));
}

#[test]
fn a_bundle_never_outlives_its_signer() {
    let held = Held::made(NOW, 20, crate::keys::passphrase::Passphrase::random().unwrap());
    let out = held.folder.path().join("bundle.cose");
    let until = held.keyring().list_signer.certificate.not_after();
    assert!(until < NOW.plus_days(30));
    assert_eq!(publish_at(&held, &out, Parts::default(), NOW, 30).unwrap().list.next_update(), until);
    assert_eq!(publish_at(&held, &out, Parts::default(), NOW, 7).unwrap().list.next_update(), NOW.plus_days(7));
}

#[test]
fn each_signer_stands_there_once_and_ours_as_we_say() {
    let other_key = SignerEntry { key: KeyData::Ed25519([9; 32]), ..entry(1, Profiles::EU_DCC) };
    let shorter = SignerEntry { not_after: NOW.plus_days(9), ..entry(1, Profiles::ICVP) };
    let tests = SignerEntry { purposes: Purposes::TEST, ..entry(1, Profiles::DDCC) };
    let long = entry(1, Profiles::EU_DCC);
    let ours = entry(2, Profiles::NATIONAL);
    let of_ours = entry(2, Profiles::EU_DCC);
    let imported = vec![long.clone(), other_key.clone(), of_ours, shorter.clone(), tests.clone()];
    let joined = SignerEntry { profiles: Profiles::EU_DCC.and(Profiles::ICVP), ..shorter };
    assert_eq!(merged(vec![ours.clone()], imported), [ours, joined, other_key, tests]);
}

#[test]
fn demonstration_keys_do_not_enter_a_production_bundle() {
    let demo = SignerEntry { name: "DEMO signer".to_owned(), ..entry(3, Profiles::EU_DCC) };
    let republic = "LAO PEOPLE'S DEMOCRATIC REPUBLIC".to_owned();
    let real = SignerEntry { name: republic, ..entry(4, Profiles::EU_DCC) };
    let both = vec![demo.clone(), real.clone()];
    assert_eq!(without_demonstration(both.clone(), Environment::Demo), (both.clone(), vec![]));
    let mixed = trust_list::Error::EnvironmentMixed { subject: demo.name };
    assert_eq!(
        without_demonstration(both, Environment::Production),
        (vec![real], vec![("0303030303030303".to_owned(), mixed)])
    );
}

#[test]
fn rules_of_several_files_become_one_set_and_bad_ones_are_refused() {
    let rule = |logic: &str| {
        format!(
            r#"{{"Identifier": "VR-VN-0001", "Type": "Acceptance", "Country": "VN", "Version": "1.0.0",
            "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "1.3.3", "CertificateType": "Vaccination",
            "Description": [{{"lang": "en", "desc": "A dose."}}], "ValidFrom": "2026-01-01T00:00:00Z",
            "ValidTo": "2030-01-01T00:00:00Z", "AffectedFields": ["v.0"], "Logic": {logic}}}"#
        )
    };
    let one = rule(r#"{"var": "payload.v.0"}"#);
    let two = one.replace("VR-VN-0001", "VR-VN-0002");
    let bytes = rules(&[one.clone().into_bytes(), format!("[{two}]").into_bytes()]).unwrap();
    let set = RuleSet::from_json(&bytes).unwrap();
    assert_eq!(set.rules().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["VR-VN-0001", "VR-VN-0002"]);
    assert!(matches!(rules(&[b"{}".to_vec()]), Err(Error::Rules(_))));
    let unknown = rules(&[rule(r#"{"no-such-operation": []}"#).into_bytes()]);
    assert!(matches!(unknown, Err(Error::RuleInvalid { rule, .. }) if rule == "VR-VN-0001"));
    let twice = one.replace("A dose.", "Another.");
    assert!(matches!(rules(&[one.into_bytes(), twice.into_bytes()]), Err(Error::Rules(_))));
}
