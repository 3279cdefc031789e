//! Sealed key files: Argon2id turns the passphrase into a key, XChaCha20-Poly1305 seals the secret under it.
//!
//! Layout, numbers big-endian: `LACHANKEY` · version (1) · kind · memory in KiB (u32) · passes (u32) · lanes (u32) ·
//! salt (16) · nonce (24) · ciphertext with tag. The whole header and the file's role (`dsc-national`) are associated
//! data, so a file cannot be relabelled or put in another's place.

use std::path::Path;

use argon2::{Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::passphrase::Passphrase;
use super::{Error, folder};
use crate::rng;

/// No key file is longer: a PKCS#8 document of our algorithms has about 140 bytes.
const MAX_BYTES: usize = 8 * 1024;
const MAGIC: &[u8; 9] = b"LACHANKEY";
const VERSION: u8 = 1;
const HEADER_BYTES: usize = 9 + 1 + 1 + 12 + 16 + 24;

/// What the sealed secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PKCS#8 document of an Ed25519 key.
    Ed25519,
    /// PKCS#8 document of a P-256 key.
    P256,
    /// 32 random bytes: the key of the issuer's own store.
    Store,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::P256 => 2,
            Self::Store => 3,
        }
    }

    fn of(code: u8) -> Option<Self> {
        [Self::Ed25519, Self::P256, Self::Store].into_iter().find(|kind| kind.code() == code)
    }
}

/// Cost of turning the passphrase into a key (Argon2id, RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// RFC 9106 4, second recommended option (64 MiB, 3 passes), with one lane.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// For tests only: as good as nothing.
    pub const TEST: Self = Self { memory_kib: 64, passes: 1, lanes: 1 };
    /// What a file may ask of us at most; more is an attack on our memory.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 8 };

    fn is_bearable(self) -> bool {
        self.memory_kib <= Self::MOST.memory_kib && self.passes <= Self::MOST.passes && self.lanes <= Self::MOST.lanes
    }
}

/// Seals a secret and writes it to a new file of mode 0600.
///
/// # Errors
/// [`Error::Exists`] when the file is there already, [`Error::Io`] when it cannot be written.
pub fn create(
    path: &Path,
    role: &str,
    kind: Kind,
    secret: &[u8],
    passphrase: &Passphrase,
    cost: Cost,
) -> Result<(), Error> {
    let mut sealed = Vec::with_capacity(HEADER_BYTES + secret.len() + 16);
    sealed.extend_from_slice(MAGIC);
    sealed.push(VERSION);
    sealed.push(kind.code());
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        sealed.extend_from_slice(&number.to_be_bytes());
    }
    let salt = rng::bytes::<16>()?;
    let nonce = rng::bytes::<24>()?;
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&nonce);
    let cipher = cipher(path, passphrase, cost, &salt)?;
    let aad = associated(&sealed, role);
    let ciphertext = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: &aad })
        .map_err(|_| Error::Signing("sealing failed"))?;
    sealed.extend_from_slice(&ciphertext);
    folder::write_new(path, &sealed, 0o600)
}

/// Opens a sealed file after checking that only its owner can read it.
///
/// # Errors
/// [`Error::Permissions`], [`Error::Format`] (unknown version, other kind, unbearable cost), [`Error::Unsealing`].
pub fn open(
    path: &Path,
    role: &str,
    wanted: &[Kind],
    passphrase: &Passphrase,
) -> Result<(Kind, Zeroizing<Vec<u8>>), Error> {
    let bytes = folder::read_private(path, MAX_BYTES)?;
    let format = |detail| Error::Format { path: path.to_owned(), detail };
    let (header, ciphertext) = bytes.split_at_checked(HEADER_BYTES).ok_or_else(|| format("too short"))?;
    let rest = header.strip_prefix(MAGIC).ok_or_else(|| format("wrong first bytes"))?;
    let [version, kind, rest @ ..] = rest else { return Err(format("too short")) };
    if *version != VERSION {
        return Err(format("unknown version"));
    }
    let kind = Kind::of(*kind).filter(|kind| wanted.contains(kind)).ok_or_else(|| format("another kind of key"))?;
    let (numbers, rest) = rest.split_at(12);
    let mut numbers = numbers.chunks_exact(4).map(|n| n.iter().fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte)));
    let mut number = || numbers.next().unwrap_or(0);
    let cost = Cost { memory_kib: number(), passes: number(), lanes: number() };
    if !cost.is_bearable() {
        return Err(format("asks for more memory or time than is allowed"));
    }
    let (salt, nonce) = rest.split_at(16);
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| format("too short"))?;
    let aad = associated(header, role);
    let secret = cipher(path, passphrase, cost, salt)?
        .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &aad })
        .map_err(|_| Error::Unsealing { path: path.to_owned() })?;
    Ok((kind, Zeroizing::new(secret)))
}

fn associated(header: &[u8], role: &str) -> Vec<u8> {
    let mut aad = header.to_vec();
    aad.extend_from_slice(role.as_bytes());
    aad
}

fn cipher(path: &Path, passphrase: &Passphrase, cost: Cost, salt: &[u8]) -> Result<XChaCha20Poly1305, Error> {
    let format = |_| Error::Format { path: path.to_owned(), detail: "impossible Argon2 parameters" };
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(format)?;
    let mut key = Zeroizing::new([0u8; 32]);
    Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(format)?;
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| Error::Signing("the cipher refused its key"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.as_bytes().to_vec()).unwrap()
    }

    fn sealed() -> (tempfile::TempDir, std::path::PathBuf, Passphrase) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let right = passphrase("correct horse battery");
        create(&path, "a", Kind::Store, b"the secret", &right, Cost::TEST).unwrap();
        (folder, path, right)
    }

    #[test]
    fn opens_with_the_right_passphrase_and_role_only() {
        let (_folder, path, right) = sealed();
        let (kind, secret) = open(&path, "a", &[Kind::Store], &right).unwrap();
        assert_eq!((kind, secret.as_slice()), (Kind::Store, b"the secret".as_slice()));
        let unsealing = Error::Unsealing { path: path.clone() };
        assert_eq!(open(&path, "a", &[Kind::Store], &passphrase("correct horse batterY")).unwrap_err(), unsealing);
        assert_eq!(open(&path, "b", &[Kind::Store], &right).unwrap_err(), unsealing);
        let other = Error::Format { path: path.clone(), detail: "another kind of key" };
        assert_eq!(open(&path, "a", &[Kind::P256], &right).unwrap_err(), other);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let (_folder, path, right) = sealed();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = open(&path, "a", &[Kind::Store], &right).unwrap_err();
        assert_eq!(error, Error::Permissions { path: path.clone(), mode: 0o644, wanted: 0o600 });
        let words = error.to_string();
        assert!(words.contains("quyền truy cập") && words.contains("too wide") && words.contains("chmod 0600"));
    }

    #[test]
    fn every_changed_byte_is_noticed_and_none_of_them_costs_memory() {
        let (_folder, path, right) = sealed();
        let good = fs::read(&path).unwrap();
        for index in 0..good.len() {
            let mut bad = good.clone();
            bad[index] ^= 0x80;
            fs::write(&path, &bad).unwrap();
            assert!(open(&path, "a", &[Kind::Store], &right).is_err(), "byte {index}");
        }
        fs::write(&path, &good[..20]).unwrap();
        assert_eq!(
            open(&path, "a", &[Kind::Store], &right).unwrap_err(),
            Error::Format { path: path.clone(), detail: "too short" }
        );
        let mut greedy = good.clone();
        greedy[11..15].copy_from_slice(&u32::MAX.to_be_bytes());
        fs::write(&path, &greedy).unwrap();
        assert_eq!(
            open(&path, "a", &[Kind::Store], &right).unwrap_err(),
            Error::Format { path, detail: "asks for more memory or time than is allowed" }
        );
    }

    #[test]
    fn a_key_file_is_never_overwritten() {
        let (_folder, path, right) = sealed();
        let again = create(&path, "a", Kind::Store, b"x", &right, Cost::TEST);
        assert_eq!(again, Err(Error::Exists { path }));
    }
}
