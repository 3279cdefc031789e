//! Where a wallet keeps what it holds: one sealed or plain piece of bytes behind a trait, so that a phone's key
//! store, a browser's database or a file can stand behind it.

use crate::Error;

/// Keeps one piece of bytes. Writing is all or nothing: after a power cut either the old or the new piece is there.
pub trait Store {
    /// What was written last, or `None` when nothing was.
    ///
    /// # Errors
    /// [`Error::Locked`] when the pass phrase is wrong, [`Error::Damaged`] when the piece was changed,
    /// [`Error::Storage`] when it cannot be read.
    fn read(&mut self) -> Result<Option<Vec<u8>>, Error>;

    /// Puts `piece` in place of what was there.
    ///
    /// # Errors
    /// [`Error::Storage`] when it cannot be written; then the old piece is still there.
    fn write(&mut self, piece: &[u8]) -> Result<(), Error>;
}

/// Keeps the piece in memory only: for tests, and for a browser tab that must forget.
#[derive(Debug, Default, Clone)]
pub struct MemoryStore {
    piece: Option<Vec<u8>>,
}

impl Store for MemoryStore {
    fn read(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.piece.clone())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.piece = Some(piece.to_vec());
        Ok(())
    }
}
