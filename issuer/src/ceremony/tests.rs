//! The ceremony's folder, its certificates and its permissions.

use std::os::unix::fs::PermissionsExt;

use trust_list::backend;
use trust_list::chain;

use super::*;
use crate::keyring::Keyring;
use crate::testing::{Held, NOW};

/// One more signer of national certificates under the same authority, with days of its own: its key identifier.
pub(crate) fn another_national_signer(held: &Held, signer_days: u32) -> [u8; 8] {
    let offline = held.keys.join(OFFLINE);
    let sealed_by = Passphrase::find(Some(&offline.join(PASSPHRASE)), None).unwrap();
    let sealed = offline.join("signing-ca.key");
    let (_, document) = file::open(&sealed, "signing-ca", &[Kind::P256], &sealed_by).unwrap();
    let authority = X509Key::new(SoftKey::from_pkcs8(Algorithm::Es256, &document).unwrap()).unwrap();
    let demo = Plan::demo(&held.keys, "VN", NOW).unwrap();
    let plan = Plan { signer_days, passphrase: held.passphrase.clone(), cost: Cost::TEST, ..demo };
    let subject = params(&plan, "Health Signing CA", SIGNING_CA_DAYS).unwrap();
    let mut eku = EKU_VACCINATION.to_vec();
    eku.push(2);
    let (algorithm, profile) = (Algorithm::Ed25519, Some(Profile::National));
    let role = Role { role: "dsc-national-2", name: "Document Signer National 2", algorithm, eku: &eku, profile };
    let member = end_entity(&plan, &held.keys, &Issuer::from_params(&subject, &authority), &role).unwrap();
    let mut manifest = held.keyring().manifest;
    manifest.document_signers.push(member);
    folder::replace(&held.keys.join(MANIFEST), manifest.to_json().unwrap().as_bytes(), 0o600).unwrap();
    held.keyring().document_signers.last().unwrap().certificate.kid()
}

#[test]
fn every_chain_leads_to_the_root_and_only_in_its_role() {
    let held = Held::new();
    let keyring = held.keyring();
    keyring.check_chains(NOW).unwrap();
    let path = |certificate, role| {
        let anchors = std::slice::from_ref(&keyring.anchor);
        let above = std::slice::from_ref(&keyring.signing_ca);
        chain::verify_path(certificate, above, anchors, NOW, backend::native(), role)
    };
    for signer in &keyring.document_signers {
        path(&signer.certificate, chain::Role::DocumentSigner).unwrap();
        let as_list_signer = path(&signer.certificate, chain::Role::ListSigner);
        assert!(matches!(as_list_signer, Err(trust_list::Error::Role { .. })));
    }
    path(&keyring.list_signer.certificate, chain::Role::ListSigner).unwrap();
}

#[test]
fn the_extensions_say_what_each_certificate_is() {
    let held = Held::new();
    let keyring = held.keyring();
    let root = keyring.anchor.certificate();
    assert_eq!(root.authority().unwrap().path_length, Some(1));
    assert_eq!(keyring.signing_ca.authority().unwrap().path_length, Some(0));
    for authority in [root, &keyring.signing_ca] {
        assert!(authority.key_usage().unwrap().certificate_sign);
        assert!(authority.name().contains("DEMO"));
    }
    for signer in keyring.document_signers.iter().chain([&keyring.list_signer]) {
        let certificate = &signer.certificate;
        assert_eq!(certificate.authority(), None);
        assert!(certificate.key_usage().unwrap().digital_signature);
        assert_eq!(certificate.authority_key_id(), keyring.signing_ca.subject_key_id());
        assert!(certificate.subject_key_id().is_some());
        assert_eq!(certificate.country(), Some("VN"));
        assert!(certificate.name().contains("DEMO"), "{}", certificate.name());
        assert!(certificate.malformed_extensions().is_empty() && certificate.unknown_extensions().is_empty());
        assert!(certificate.not_before() < NOW);
        assert!(certificate.not_after() > NOW.plus_days(700));
    }
    for signer in &keyring.document_signers {
        assert_eq!(signer.certificate.extended_key_usages(), ["1.3.6.1.4.1.1847.2021.1.2"]);
    }
    assert_eq!(keyring.list_signer.certificate.extended_key_usages(), [specs::signer_list::LIST_SIGNER_EKU]);
}

#[test]
fn everything_secret_is_private() {
    let held = Held::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let offline = held.keys.join(OFFLINE);
    let mut keys = 0;
    for folder in [&held.keys, &offline] {
        assert_eq!(mode(folder), 0o700);
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|e| e == "key") || path.ends_with(PASSPHRASE) {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                keys += 1;
            }
        }
    }
    assert_eq!(keys, 8, "two CA keys, three signers, the store's, two passphrases");
}

#[test]
fn a_key_folder_or_file_open_to_others_is_refused() {
    let held = Held::new();
    let keyring = held.keyring();
    let key = held.keys.join("dsc-national.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let national = keyring.document_signer(Profile::National, NOW).unwrap();
    let refused = keyring.key(national, &held.passphrase).unwrap_err();
    assert_eq!(refused, Error::Permissions { path: key, mode: 0o644, wanted: 0o600 });
    fs::set_permissions(&held.keys, fs::Permissions::from_mode(0o755)).unwrap();
    let refused = Keyring::open(&held.keys).unwrap_err();
    assert_eq!(refused, Error::Permissions { path: held.keys.clone(), mode: 0o755, wanted: 0o700 });
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let held = Held::new();
    let keyring = held.keyring();
    let wrong = Passphrase::random().unwrap();
    let unsealing = |name: &str| Error::Unsealing { path: held.keys.join(name) };
    assert_eq!(keyring.key(&keyring.list_signer, &wrong).unwrap_err(), unsealing("list-signer.key"));
    assert_eq!(keyring.store_seal(&wrong).unwrap_err(), unsealing(STORE_KEY));
    // The passphrase of the running issuer does not open the root.
    let root = held.keys.join(OFFLINE).join("root.key");
    let refused = file::open(&root, "root", &[Kind::P256], &held.passphrase).unwrap_err();
    assert_eq!(refused, Error::Unsealing { path: root });
}

#[test]
fn a_key_that_is_not_its_certificates_is_refused() {
    let held = Held::new();
    let other = Held::new();
    let mut keyring = held.keyring();
    let foreign = other.keyring();
    keyring.document_signers[0].certificate = foreign.document_signers[0].certificate.clone();
    let refused = keyring.key(&keyring.document_signers[0], &held.passphrase).unwrap_err();
    assert_eq!(refused, Error::Mismatch { path: held.keys.join("dsc-national.key") });
}

#[test]
fn a_held_ceremony_is_never_overwritten_and_a_failed_one_leaves_nothing() {
    let held = Held::new();
    let again = Plan { cost: Cost::TEST, ..Plan::demo(&held.keys, "VN", NOW).unwrap() };
    assert_eq!(perform(&again), Err(Error::Exists { path: held.keys.clone() }));
    let elsewhere = Plan { country: "Việt Nam".into(), out: held.folder.path().join("x"), ..again };
    assert!(matches!(perform(&elsewhere), Err(Error::Folder { .. })));
    assert_eq!(fs::read_dir(held.folder.path()).unwrap().count(), 1);
}

#[test]
fn a_production_ceremony_does_not_say_demo() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("keys");
    let demo = Plan { cost: Cost::TEST, ..Plan::demo(&out, "VN", NOW).unwrap() };
    let plan = Plan {
        environment: Environment::Production,
        organisation: "Ministry of Health".into(),
        keep_passphrases: false,
        ..demo
    };
    perform(&plan).unwrap();
    let keyring = Keyring::open(&out).unwrap();
    keyring.check_chains(NOW).unwrap();
    assert_eq!(keyring.anchor.environment(), Environment::Production);
    assert!(!out.join(PASSPHRASE).exists() && !out.join(OFFLINE).join(PASSPHRASE).exists());
}
