//! Personal data at rest: encrypted under a key per person, which is wrapped by the node's master key.
//!
//! * Master key: 32 random bytes in `master.key` (mode 0600) in the data folder, or the file named by
//!   `LACHAN_MASTER_KEY_FILE`. From it HKDF-SHA-256 derives one key that wraps, one for search tokens, one for
//!   digests, and one whose HMAC of a constant stands in table `vault_check`, so that another master key is noticed.
//! * Data key: 32 random bytes per person, wrapped with XChaCha20-Poly1305, the person's id as associated data. Table
//!   `person_keys` holds it; it is neither a projection nor in the journal. **Erasing a person is destroying that row**:
//!   the journal's chain stays as it is and nothing in it can be read any more.
//! * Sealed text: `base64(nonce || ciphertext || tag)` under the data key; associated data: person and purpose, so that
//!   a record cannot be passed off as a certificate, nor one person's as another's.
//! * Search tokens: HMAC-SHA-256 over kind and term, cut to 128 bits. They answer "who has this number?" and cannot be
//!   turned back or made by who holds only the database.

mod keys;
mod master;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ids::{PersonId, UnitId};
use crate::rng;

pub use keys::{Erased, erase, fits, person_key};
pub use master::{MASTER_KEY_ENV, MASTER_KEY_FILE, VaultError};

/// Purpose of a sealed text: a person's record.
pub const RECORD: &str = "record";
/// Purpose of a sealed text: certificates of a dose.
pub const CERTIFICATES: &str = "certificates";
/// Purpose of a sealed text: what a doctor wrote beside the answers of a screening.
pub const SCREENING: &str = "screening";
/// Purpose of a sealed text: why a doctor decided otherwise than the checklist or the schedule.
pub const REASON: &str = "reason";

const NONCE: usize = 24;

/// Text that only the person's key opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// The base64 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Sealed {
    fn from(text: String) -> Sealed {
        Sealed(text)
    }
}

/// A keyed hash under which a person can be found: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The hexadecimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Token {
    fn from(text: String) -> Token {
        Token(text)
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person's fresh data key, wrapped, on its way into `person_keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Whose.
    pub person: PersonId,
    /// `nonce || ciphertext || tag` under the wrapping key.
    pub wrapped: Vec<u8>,
}

/// A person's data key. Wiped when dropped; never printed.
#[derive(Clone)]
pub struct DataKey {
    person: PersonId,
    key: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// Encrypts for one purpose ([`RECORD`], [`CERTIFICATES`], [`SCREENING`], [`REASON`]).
    pub fn seal(&self, purpose: &str, plaintext: &[u8]) -> Sealed {
        Sealed(BASE64.encode(encrypt(&self.key, &self.context(purpose), plaintext)))
    }

    /// Decrypts. `None` when it is not a text of this person and purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        decrypt(&self.key, &self.context(purpose), &BASE64.decode(sealed).ok()?)
    }

    fn context(&self, purpose: &str) -> Vec<u8> {
        // No id holds a line feed, so the two parts cannot run into each other.
        format!("{}\n{purpose}", self.person).into_bytes()
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({})", self.person)
    }
}

/// What the master key opens.
pub struct Vault {
    wrapping: Zeroizing<[u8; 32]>,
    tokens: Zeroizing<[u8; 32]>,
    digests: Zeroizing<[u8; 32]>,
    check: Zeroizing<[u8; 32]>,
}

impl Vault {
    /// A vault under that master key.
    pub fn new(master: &[u8; 32]) -> Vault {
        Vault {
            wrapping: derive(master, b"lachan campaign: wrap person keys v1"),
            tokens: derive(master, b"lachan campaign: search tokens v1"),
            digests: derive(master, b"lachan campaign: request digests v1"),
            check: derive(master, b"lachan campaign: master key check v1"),
        }
    }

    /// A fresh data key for a person, and its wrapped form for the register command ([`crate::command::Envelope::with_key`]).
    pub fn new_key(&self, person: &PersonId) -> (DataKey, NewKey) {
        let key = Zeroizing::new(rng::bytes::<32>());
        let wrapped = encrypt(&self.wrapping, person.as_str().as_bytes(), key.as_slice());
        (DataKey { person: person.clone(), key }, NewKey { person: person.clone(), wrapped })
    }

    /// Unwraps a person's data key. `None` when it was not wrapped for this person under this master key.
    pub fn unwrap_key(&self, person: &PersonId, wrapped: &[u8]) -> Option<DataKey> {
        let plain = decrypt(&self.wrapping, person.as_str().as_bytes(), wrapped)?;
        let key = Zeroizing::new(<[u8; 32]>::try_from(plain.as_slice()).ok()?);
        Some(DataKey { person: person.clone(), key })
    }

    /// What this master key makes of a constant: tells keys apart and gives nothing away.
    fn check(&self) -> String {
        hex::encode(mac(&self.check, &[b"lachan campaign"]))
    }

    /// The token of a search term; terms of different kinds never give the same.
    pub fn token(&self, kind: &str, term: &str) -> Token {
        let mac = mac(&self.tokens, &[kind.as_bytes(), b"\n", term.as_bytes()]);
        Token(hex::encode(&mac[..16]))
    }

    /// Keyed digest of a request as the client said it, for commands that carry freshly sealed text
    /// ([`crate::command::Envelope::with_digest`]).
    pub fn digest(&self, unit: &UnitId, request: &impl Serialize) -> [u8; 32] {
        let json = serde_json::to_vec(request).expect("requests are plain data with text keys");
        mac(&self.digests, &[unit.as_str().as_bytes(), b"\n", &json])
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

/// The data keys a batch of work needs, unwrapped.
#[derive(Debug)]
pub struct Keyring {
    vault: Arc<Vault>,
    keys: HashMap<PersonId, DataKey>,
}

impl Keyring {
    /// An empty ring.
    pub fn new(vault: Arc<Vault>) -> Keyring {
        Keyring { vault, keys: HashMap::new() }
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds a key in its wrapped form. False when it does not open under this master key.
    pub fn add(&mut self, person: &PersonId, wrapped: &[u8]) -> bool {
        match self.vault.unwrap_key(person, wrapped) {
            Some(key) => {
                self.keys.insert(person.clone(), key);
                true
            }
            None => false,
        }
    }

    /// A person's key; `None` when it was destroyed or not loaded.
    pub fn key(&self, person: &PersonId) -> Option<&DataKey> {
        self.keys.get(person)
    }

    /// Opens a text of a person. `None` when the key was destroyed (the person was erased) or does not fit.
    pub fn open(&self, person: &PersonId, purpose: &str, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.keys.get(person)?.open(purpose, sealed)
    }

    /// The token of a search term.
    pub fn token(&self, kind: &str, term: &str) -> Token {
        self.vault.token(kind, term)
    }
}

fn derive(master: &[u8; 32], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf::Hkdf::<Sha256>::new(None, master).expand(info, key.as_mut_slice()).expect("32 bytes are within 255 hashes");
    key
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn encrypt(key: &[u8; 32], context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let nonce = rng::bytes::<NONCE>();
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: context })
        .expect("the cipher fails only beyond 256 GiB");
    [nonce.as_slice(), &sealed].concat()
}

fn decrypt(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let nonce = XNonce::try_from(nonce).ok()?;
    let plain = XChaCha20Poly1305::new(key.into()).decrypt(&nonce, Payload { msg: sealed, aad: context }).ok()?;
    Some(Zeroizing::new(plain))
}
