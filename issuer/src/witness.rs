//! What the log's end looked like last: a small file outside the data folder, so that a restored backup of the data is
//! noticed and not signed onto.
//!
//! It lies in the key folder under the log's identifier. It is written after every release, replaced in one step but
//! without waiting for the disk: after a power cut it may be older than the log, which is no contradiction; that it is
//! *newer* than the log can only mean that the log went back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use specs::time::UnixTime;

use crate::keys::{Error, folder};
use crate::log::{Head, Tamper};

/// The witness of one log.
#[derive(Debug)]
pub struct Witness {
    path: PathBuf,
    /// Size of the greatest head written; requests that end together may report out of order.
    greatest: Mutex<u64>,
}

impl Witness {
    /// The witness that lies in the key folder for the log `log_id` (16 random bytes made with the log).
    ///
    /// # Errors
    /// [`Error::Io`] when its folder cannot be made.
    pub fn in_folder(keys: &Path, log_id: &[u8; 16]) -> Result<Self, Error> {
        let witnesses = keys.join("witness");
        folder::create_private(&witnesses)?;
        Ok(Self { path: witnesses.join(format!("{}.head", hex::encode(log_id))), greatest: Mutex::new(0) })
    }

    /// What it saw last; an empty head when it never saw anything.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Format`] when the file is not one of ours.
    pub fn seen(&self) -> Result<Head, Error> {
        if !self.path.exists() {
            return Ok(Head::EMPTY);
        }
        let text = folder::read_private(&self.path, 256)?;
        parse(&text).ok_or_else(|| Error::Format { path: self.path.clone(), detail: "not a witness" })
    }

    /// Remembers a head, unless it saw a later one already.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn see(&self, head: &Head) -> Result<(), Error> {
        let mut greatest = self.greatest.lock().unwrap_or_else(PoisonError::into_inner);
        if head.size <= *greatest {
            return Ok(());
        }
        let at = head.at.map_or(0, |at| at.0);
        let line = format!("{} {} {at}\n", head.size, hex::encode(head.hash));
        let temporary = self.path.with_extension("tmp");
        write_private(&temporary, line.as_bytes())
            .and_then(|()| fs::rename(&temporary, &self.path))
            .map_err(|e| Error::io(&self.path, &e))?;
        *greatest = head.size;
        Ok(())
    }
}

/// Compares the log with what was seen of it. `hash_at` is the hash of the log's entry number `seen.size - 1`, if the
/// log has one.
///
/// # Errors
/// [`Tamper::RolledBack`].
pub fn compare(seen: &Head, log: &Head, hash_at: Option<[u8; 32]>) -> Result<(), Tamper> {
    let consistent = seen.size == 0 || (log.size >= seen.size && hash_at == Some(seen.hash));
    if consistent { Ok(()) } else { Err(Tamper::RolledBack { size: log.size, seen: seen.size }) }
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(bytes)
}

fn parse(text: &[u8]) -> Option<Head> {
    let mut words = std::str::from_utf8(text).ok()?.split_ascii_whitespace();
    let size = words.next()?.parse().ok()?;
    let hash = hex::decode(words.next()?).ok()?.try_into().ok()?;
    let at: i64 = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Head { size, hash, at: Some(UnixTime(at)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_and_compares() {
        let keys = tempfile::tempdir().unwrap();
        let witness = Witness::in_folder(&keys.path().join("k"), &[1; 16]).unwrap();
        assert_eq!(witness.seen().unwrap(), Head::EMPTY);
        let head = Head { size: 3, hash: [9; 32], at: Some(UnixTime(1_800_000_000)) };
        witness.see(&head).unwrap();
        witness.see(&Head { size: 2, ..head }).unwrap();
        assert_eq!(witness.seen().unwrap(), head);
        assert_eq!(compare(&head, &head, Some([9; 32])), Ok(()));
        let longer = Head { size: 5, ..head };
        assert_eq!(compare(&head, &longer, Some([9; 32])), Ok(()));
        assert_eq!(compare(&head, &longer, Some([8; 32])), Err(Tamper::RolledBack { size: 5, seen: 3 }));
        assert_eq!(compare(&head, &Head::EMPTY, None), Err(Tamper::RolledBack { size: 0, seen: 3 }));
    }
}
