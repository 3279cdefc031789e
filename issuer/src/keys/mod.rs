//! Private keys: what they can do, how they lie on disk, and who may read them.
//!
//! [`SigningKey`] is the door behind which a key lives: a file unsealed into memory ([`soft`]) today, a hardware module
//! by the same four methods. Messages come from this crate only; nothing outside can reach a key.

pub mod file;
pub mod folder;
pub mod passphrase;
pub mod soft;

use std::fmt::Debug;
use std::path::PathBuf;

use specs::signer_list::KeyData;

/// The signature algorithm a key is bound to for life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// EdDSA with Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA with P-256 and SHA-256 (ES256).
    Es256,
}

impl Algorithm {
    /// The COSE algorithm identifier written into protected headers (IANA COSE registry).
    #[must_use]
    pub fn cose_id(self) -> i64 {
        match self {
            Self::Ed25519 => -8,
            Self::Es256 => -7,
        }
    }
}

/// A private key that signs what this crate built.
pub trait SigningKey: Send + Sync + Debug {
    /// The one algorithm of this key.
    fn algorithm(&self) -> Algorithm;

    /// The public key as the list of signers carries it.
    fn public_key(&self) -> KeyData;

    /// A COSE and JOSE signature: 64 bytes (Ed25519, or r and s of 32 bytes each).
    ///
    /// # Errors
    /// [`Error::Signing`] when the key refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error>;

    /// An X.509 signature (for P-256: the DER form of r and s).
    ///
    /// # Errors
    /// [`Error::Signing`] when the key refuses.
    fn sign_x509(&self, message: &[u8]) -> Result<Vec<u8>, Error>;
}

/// What can be wrong with keys and the folder they lie in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Others than the owner may read or write it.
    #[error(
        "quyền truy cập {path} quá rộng ({mode:04o}): chỉ chủ sở hữu được đọc; hãy chạy `chmod {wanted:04o} {path}` / \
         permissions of {path} are too wide ({mode:04o}): only its owner may read it; run `chmod {wanted:04o} {path}`",
        path = .path.display()
    )]
    Permissions {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// The widest mode accepted.
        wanted: u32,
    },
    /// The passphrase is wrong, or the file was changed: the two cannot be told apart.
    #[error(
        "sai mật khẩu, hoặc tệp {path} đã bị thay đổi / wrong passphrase, or {path} was changed",
        path = .path.display()
    )]
    Unsealing {
        /// The key file.
        path: PathBuf,
    },
    /// Not a key file of ours, or one of a version this program does not know.
    #[error("{path} is not a key file this program knows: {detail}", path = .path.display())]
    Format {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// There is no passphrase to open the keys with.
    #[error(
        "thiếu mật khẩu: dùng --passphrase-file hoặc biến LACHAN_ISSUER_PASSPHRASE / \
         no passphrase: give --passphrase-file or set LACHAN_ISSUER_PASSPHRASE"
    )]
    NoPassphrase,
    /// The passphrase is too short to protect anything.
    #[error("mật khẩu quá ngắn (ít nhất 12 byte) / the passphrase is too short (at least 12 bytes)")]
    ShortPassphrase,
    /// Something is already there that must not be overwritten.
    #[error(
        "{path} đã tồn tại, không ghi đè / {path} exists already and is never overwritten",
        path = .path.display()
    )]
    Exists {
        /// What exists.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{path}: {detail}", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        detail: String,
    },
    /// A private key and its certificate do not belong together.
    #[error("the key in {path} is not the one its certificate names", path = .path.display())]
    Mismatch {
        /// The key file.
        path: PathBuf,
    },
    /// The folder's manifest or a certificate in it cannot be used.
    #[error("{path} cannot be used: {detail}", path = .path.display())]
    Folder {
        /// The manifest or certificate.
        path: PathBuf,
        /// Why not.
        detail: String,
    },
    /// The key refused to sign or could not be made.
    #[error("the key refused: {0}")]
    Signing(&'static str),
    /// No random bytes.
    #[error(transparent)]
    NoRandomness(#[from] crate::rng::NoRandomness),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Permissions { .. } => "key-permissions-too-wide",
            Self::Unsealing { .. } => "key-unsealing-failed",
            Self::Format { .. } => "key-file-format",
            Self::NoPassphrase => "passphrase-missing",
            Self::ShortPassphrase => "passphrase-too-short",
            Self::Exists { .. } => "key-folder-exists",
            Self::Io { .. } => "key-folder-io",
            Self::Mismatch { .. } => "key-certificate-mismatch",
            Self::Folder { .. } => "key-folder-unusable",
            Self::Signing(_) => "key-refused",
            Self::NoRandomness(_) => "no-randomness",
        }
    }

    pub(crate) fn io(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        Self::Io { path: path.into(), detail: error.to_string() }
    }
}
