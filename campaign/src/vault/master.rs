//! The master key's file.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Vault;
use crate::disk::sync_folder_of;
use crate::rng;

/// Name of the master key's file in the data folder.
pub const MASTER_KEY_FILE: &str = "master.key";
/// Environment variable that names another file.
pub const MASTER_KEY_ENV: &str = "LACHAN_MASTER_KEY_FILE";

/// Why the master key cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The file cannot be read or made.
    #[error("master key {path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: std::io::Error,
    },
    /// The file does not hold exactly 32 bytes.
    #[error("master key {path}: it must hold exactly 32 bytes")]
    Length {
        /// Which file.
        path: PathBuf,
    },
    /// Others than the owner may read or write the file.
    #[error("master key {path}: mode {mode:o}; it must be readable by its owner alone (chmod 600)")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl Vault {
    /// Opens the vault of a data folder. Without [`MASTER_KEY_ENV`] a missing key is made on the first start; a key named by the
    /// environment must exist, since a fresh one would open nothing that is there.
    ///
    /// # Errors
    /// [`VaultError`]; nothing is stored in the clear instead.
    pub fn open(data: &Path) -> Result<Vault, VaultError> {
        match std::env::var_os(MASTER_KEY_ENV) {
            Some(path) => read(Path::new(&path)),
            None => {
                let path = data.join(MASTER_KEY_FILE);
                if path.exists() { read(&path) } else { create(&path) }
            }
        }
    }
}

fn read(path: &Path) -> Result<Vault, VaultError> {
    let failed = |error| VaultError::File { path: path.to_owned(), error };
    let mut file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(VaultError::Exposed { path: path.to_owned(), mode });
        }
    }
    let mut key = Zeroizing::new([0_u8; 33]);
    let mut length = 0;
    while length < key.len() {
        match file.read(&mut key[length..]).map_err(failed)? {
            0 => break,
            more => length += more,
        }
    }
    if length != 32 {
        return Err(VaultError::Length { path: path.to_owned() });
    }
    let mut master = Zeroizing::new([0; 32]);
    master.copy_from_slice(&key[..32]);
    Ok(Vault::new(&master))
}

/// Written to a side file, synced and linked into place, so that a crash leaves either no key or a whole one, and two
/// first starts at once agree on one key.
fn create(path: &Path) -> Result<Vault, VaultError> {
    let failed = |error| VaultError::File { path: path.to_owned(), error };
    let side = path.with_extension(format!("new-{}", hex::encode(rng::bytes::<8>())));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let key = Zeroizing::new(rng::bytes::<32>());
    let mut file = options.open(&side).map_err(failed)?;
    file.write_all(key.as_slice()).and_then(|()| file.sync_all()).map_err(failed)?;
    let linked = std::fs::hard_link(&side, path);
    std::fs::remove_file(&side).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    sync_folder_of(path).map_err(failed)?;
    read(path)
}
