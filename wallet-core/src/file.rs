//! One encrypted file: `LCW1`, the cost and salt of Argon2id, a nonce, and the piece sealed with XChaCha20-Poly1305.
//! The header is authenticated with the piece, so that nobody can lower the cost unseen.

use crate::{Error, Store};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MAGIC: &[u8; 4] = b"LCW1";
const SALT: usize = 16;
const NONCE: usize = 24;
const HEADER: usize = MAGIC.len() + 4 + 4 + SALT + NONCE;
/// A larger file was not written by a wallet.
const MAX_BYTES: u64 = 16 << 20;

/// What the pass phrase costs to try: Argon2id, one lane. OWASP's choice is 19 MiB and two passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Cost {
    /// A stolen file may not make a phone work for minutes.
    const HIGHEST: Self = Self { memory: 1 << 18, passes: 16 };
}

/// Fills a buffer with unpredictable bytes.
pub type Random = Box<dyn FnMut(&mut [u8])>;

/// Keeps the piece in one encrypted file. Pass phrase and key are wiped from memory when it is dropped.
pub struct FileStore {
    path: PathBuf,
    pass_phrase: Zeroizing<String>,
    cost: Cost,
    random: Random,
    /// The key of the file as it was read, so that writing again need not pay for the pass phrase again.
    known: Option<([u8; SALT], Cost, Zeroizing<[u8; 32]>)>,
}

impl FileStore {
    /// A wallet file at `path`, made by the first write. Randomness is the caller's.
    pub fn new(path: &Path, pass_phrase: &str, cost: Cost, random: Random) -> Self {
        Self {
            path: path.to_path_buf(),
            pass_phrase: Zeroizing::new(pass_phrase.to_owned()),
            cost,
            random,
            known: None,
        }
    }

    fn cipher(&mut self, salt: [u8; SALT], cost: Cost) -> Result<XChaCha20Poly1305, Error> {
        if let Some((known_salt, known_cost, key)) = &self.known
            && (*known_salt, *known_cost) == (salt, cost)
        {
            return cipher(key);
        }
        let parameters = Params::new(cost.memory, cost.passes, 1, Some(32)).map_err(|_| Error::Damaged)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into(self.pass_phrase.as_bytes(), &salt, key.as_mut_slice())
            .map_err(|_| Error::Damaged)?;
        let cipher = cipher(&key);
        self.known = Some((salt, cost, key));
        cipher
    }
}

/// The cipher wipes its copy of the key by itself.
fn cipher(key: &Zeroizing<[u8; 32]>) -> Result<XChaCha20Poly1305, Error> {
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| Error::Damaged)
}

impl Store for FileStore {
    fn read(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::Storage(error.to_string())),
            Ok(found) if found.len() > MAX_BYTES => return Err(Error::Damaged),
            Ok(_) => {}
        }
        let bytes = std::fs::read(&self.path).map_err(|error| Error::Storage(error.to_string()))?;
        let (header, sealed) = bytes.split_at_checked(HEADER).ok_or(Error::Damaged)?;
        let (cost, salt, nonce) = read_header(header)?;
        let opened = self
            .cipher(salt, cost)?
            .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: header })
            .map_err(|_| Error::Locked);
        if opened.is_err() {
            self.known = None;
        }
        opened.map(Some)
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        let mut nonce = [0; NONCE];
        (self.random)(&mut nonce);
        let (salt, cost) = match &self.known {
            Some((salt, cost, _)) => (*salt, *cost),
            None => {
                let mut salt = [0; SALT];
                (self.random)(&mut salt);
                (salt, self.cost)
            }
        };
        let cipher = self.cipher(salt, cost)?;
        let mut bytes = header(cost, &salt, &nonce);
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: piece, aad: &bytes })
            .map_err(|_| Error::Storage("the wallet is too large".to_owned()))?;
        bytes.extend_from_slice(&sealed);
        replace(&self.path, &bytes).map_err(|error| Error::Storage(error.to_string()))
    }
}

fn header(cost: Cost, salt: &[u8; SALT], nonce: &[u8; NONCE]) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&cost.memory.to_be_bytes());
    header.extend_from_slice(&cost.passes.to_be_bytes());
    header.extend_from_slice(salt);
    header.extend_from_slice(nonce);
    header
}

fn read_header(header: &[u8]) -> Result<(Cost, [u8; SALT], [u8; NONCE]), Error> {
    let (magic, rest) = header.split_first_chunk::<4>().ok_or(Error::Damaged)?;
    let (memory, rest) = rest.split_first_chunk::<4>().ok_or(Error::Damaged)?;
    let (passes, rest) = rest.split_first_chunk::<4>().ok_or(Error::Damaged)?;
    let (salt, rest) = rest.split_first_chunk::<SALT>().ok_or(Error::Damaged)?;
    let nonce = <[u8; NONCE]>::try_from(rest).map_err(|_| Error::Damaged)?;
    let cost = Cost { memory: u32::from_be_bytes(*memory), passes: u32::from_be_bytes(*passes) };
    let payable = cost.memory <= Cost::HIGHEST.memory && cost.passes <= Cost::HIGHEST.passes;
    if magic != MAGIC || !payable {
        return Err(Error::Damaged);
    }
    Ok((cost, *salt, nonce))
}

/// Writes beside the old file, makes it durable, then puts it in the old one's place.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
