use super::*;

fn vault() -> Vault {
    Vault::new(&[7; 32])
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

#[test]
fn sealed_text_opens_for_its_person_and_purpose_only() {
    let vault = vault();
    let (an, wrapped) = vault.new_key(&person("an"));
    let (binh, _) = vault.new_key(&person("binh"));
    let sealed = an.seal(RECORD, "Nguyễn Văn An".as_bytes());
    assert_eq!(an.open(RECORD, sealed.as_str()).unwrap().as_slice(), "Nguyễn Văn An".as_bytes());
    assert!(an.open(CERTIFICATES, sealed.as_str()).is_none());
    assert!(binh.open(RECORD, sealed.as_str()).is_none());
    assert_ne!(sealed, an.seal(RECORD, "Nguyễn Văn An".as_bytes()), "a nonce is used once");

    let again = vault.unwrap_key(&person("an"), &wrapped.wrapped).unwrap();
    assert!(again.open(RECORD, sealed.as_str()).is_some());
    assert!(vault.unwrap_key(&person("binh"), &wrapped.wrapped).is_none());
    assert!(Vault::new(&[8; 32]).unwrap_key(&person("an"), &wrapped.wrapped).is_none());
}

#[test]
fn every_flipped_bit_is_noticed_and_no_text_panics() {
    let (key, _) = vault().new_key(&person("an"));
    let bytes = BASE64.decode(key.seal(RECORD, b"{}").as_str()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut bent = bytes.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(key.open(RECORD, &BASE64.encode(bent)).is_none(), "bit {bit}");
    }
    for text in ["", "=", "AAAA", "ă", &BASE64.encode([0; 39])] {
        assert!(key.open(RECORD, text).is_none());
    }
}

#[test]
fn tokens_depend_on_key_kind_and_term() {
    let token = vault().token("phone", "0912345678");
    assert_eq!(token.as_str().len(), 32);
    assert_eq!(token, vault().token("phone", "0912345678"));
    assert_ne!(token, vault().token("identity", "0912345678"));
    assert_ne!(token, Vault::new(&[8; 32]).token("phone", "0912345678"));
}

#[test]
fn the_master_key_is_made_once_and_kept_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (key, wrapped) = Vault::open(folder.path()).unwrap().new_key(&person("an"));
    let sealed = key.seal(RECORD, b"x");
    let again = Vault::open(folder.path()).unwrap().unwrap_key(&person("an"), &wrapped.wrapped).unwrap();
    assert!(again.open(RECORD, sealed.as_str()).is_some());

    let path = folder.path().join(MASTER_KEY_FILE);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no side file is left");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Vault::open(folder.path()), Err(VaultError::Exposed { mode: 0o640, .. })));
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, [0; 31]).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(Vault::open(folder.path()), Err(VaultError::Length { .. })));
}
