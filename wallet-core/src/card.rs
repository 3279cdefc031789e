//! One certificate in a wallet.

use serde::{Deserialize, Serialize};
use specs::qr::{Symbol, Use};

use crate::Error;

/// The number of a card in its wallet. Numbers are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CardId(pub u64);

/// One certificate, exactly as it was imported. What it says is read from it anew each time, so nothing that is shown
/// can differ from what was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its number.
    pub id: CardId,
    /// The text of its QR symbol.
    pub text: String,
    /// When it was imported, seconds since 1970.
    pub imported_at: i64,
}

impl Card {
    /// The QR symbol, to be shown to a checker or printed.
    ///
    /// # Errors
    /// [`Error::TooLongForQr`].
    pub fn symbol(&self, used: Use) -> Result<Symbol, Error> {
        Symbol::encode(&self.text, used).map_err(|_| Error::TooLongForQr)
    }
}
