//! What can go wrong in a wallet.

use specs::reason::Reason;

/// Why a wallet could not do what was asked. Nothing that was in the wallet is lost by any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The certificate is not valid and can never become so; the reason says why.
    #[error("this certificate cannot be kept: {}", .0.code())]
    NotACertificate(Reason),
    /// No QR symbol could be read in the picture.
    #[error("no QR symbol could be read in the picture")]
    PictureUnreadable,
    /// No card with that number.
    #[error("there is no such card")]
    UnknownCard,
    /// The wallet holds [`crate::Wallet::MAX_CARDS`] cards.
    #[error("the wallet is full")]
    Full,
    /// The pass phrase is wrong, or the file was changed.
    #[error("the pass phrase is wrong, or the file was changed")]
    Locked,
    /// What the store gave is not a wallet.
    #[error("this is not a wallet, or it is damaged")]
    Damaged,
    /// The store could not read or write.
    #[error("the wallet cannot be read or written: {0}")]
    Storage(String),
    /// The certificate is too long for a QR symbol.
    #[error("the certificate does not fit a QR symbol")]
    TooLongForQr,
}

impl Error {
    /// A stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACertificate(reason) => reason.code(),
            Self::PictureUnreadable => "picture-unreadable",
            Self::UnknownCard => "unknown-card",
            Self::Full => "wallet-full",
            Self::Locked => "wallet-locked",
            Self::Damaged => "wallet-damaged",
            Self::Storage(_) => "wallet-storage",
            Self::TooLongForQr => "too-long-for-qr",
        }
    }
}
