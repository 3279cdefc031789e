//! The passphrase that seals the key files: from a file only its owner can read, or from the environment.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Error, folder};
use crate::rng;

/// The environment variable that may hold the passphrase.
pub const VARIABLE: &str = "LACHAN_ISSUER_PASSPHRASE";
/// Fewer bytes protect nothing.
const LEAST_BYTES: usize = 12;
const MOST_BYTES: usize = 4096;

/// A passphrase; never printed, wiped when dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// A passphrase of at least 12 bytes.
    ///
    /// # Errors
    /// [`Error::ShortPassphrase`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, Error> {
        Self::of(Zeroizing::new(bytes))
    }

    fn of(bytes: Zeroizing<Vec<u8>>) -> Result<Self, Error> {
        if bytes.len() < LEAST_BYTES { Err(Error::ShortPassphrase) } else { Ok(Self(bytes)) }
    }

    /// 256 random bits, as 64 hexadecimal digits.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn random() -> Result<Self, Error> {
        Self::new(hex::encode(Zeroizing::new(rng::bytes::<32>()?).as_slice()).into_bytes())
    }

    /// From the file if one is named, else from the environment's value if there is one.
    ///
    /// # Errors
    /// [`Error::NoPassphrase`] when neither is given; [`Error::Permissions`] when others may read the file.
    pub fn find(file: Option<&Path>, variable: Option<String>) -> Result<Self, Error> {
        match (file, variable) {
            (Some(path), _) => Self::read(path),
            (None, Some(value)) => Self::new(value.into_bytes()),
            (None, None) => Err(Error::NoPassphrase),
        }
    }

    /// From a file of mode 0600 or narrower; one line end at its end is not part of it.
    ///
    /// # Errors
    /// [`Error::Permissions`], [`Error::Io`], [`Error::ShortPassphrase`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut bytes = folder::read_private(path, MOST_BYTES)?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        Self::of(bytes)
    }

    /// Writes it to a new file of mode 0600.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let mut line = Zeroizing::new(Vec::with_capacity(self.0.len() + 1));
        line.extend_from_slice(&self.0);
        line.push(b'\n');
        folder::write_new(path, &line, 0o600)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_its_file_and_never_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        let made = Passphrase::random().unwrap();
        made.write(&path).unwrap();
        assert_eq!(Passphrase::find(Some(&path), None).unwrap().as_bytes(), made.as_bytes());
        assert_eq!(format!("{made:?}"), "Passphrase(..)");
    }

    #[test]
    fn missing_and_short_ones_are_refused() {
        assert_eq!(Passphrase::find(None, None).unwrap_err(), Error::NoPassphrase);
        assert_eq!(Passphrase::find(None, Some("short".into())).unwrap_err(), Error::ShortPassphrase);
    }
}
