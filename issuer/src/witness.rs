//! What the log's end looked like last: a small file outside the data folder, so that a restored backup of the data is
//! noticed and not signed onto.
//!
//! It lies in the key folder under the log's identifier. It is written after every release, replaced in one step but
//! without waiting for the disk: after a power cut it may be older than the log, or empty, which is no contradiction;
//! that it is *newer* than the log can only mean that the log went back. The witness of revocations, which are rare, does
//! wait for the disk: an empty one would say that nothing was revoked with these keys, and lists would be signed in
//! ignorance of it.
//!
//! Keys sign for one log. A log that nobody has seen, beside the witness of another, means that the data folder was lost
//! or exchanged: its doses would be certified a second time. Whoever wants to begin anew takes the old witness away.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use specs::time::UnixTime;

use crate::keys::{Error, folder};
use crate::log::{Head, Tamper};

const EXTENSION: &str = "head";

/// The witness of one log.
#[derive(Debug)]
pub struct Witness {
    path: PathBuf,
    /// Whether what it saw is on the disk before it goes on.
    waits: bool,
    /// Size of the greatest head written; requests that end together may report out of order.
    greatest: Mutex<u64>,
}

impl Witness {
    /// The witness that lies in the key folder for the log `log_id` (16 random bytes made with the log).
    ///
    /// # Errors
    /// [`Error::Io`] when its folder cannot be made.
    pub fn in_folder(keys: &Path, log_id: &[u8; 16]) -> Result<Self, Error> {
        Self::at(keys.join("witness"), log_id, false)
    }

    /// The witness of the log of revocations beside that log: a backup without the last of them is not published.
    ///
    /// # Errors
    /// As [`Witness::in_folder`].
    pub fn of_revocations(keys: &Path, log_id: &[u8; 16]) -> Result<Self, Error> {
        Self::at(keys.join("witness-of-revocations"), log_id, true)
    }

    fn at(witnesses: PathBuf, log_id: &[u8; 16], waits: bool) -> Result<Self, Error> {
        folder::create_private(&witnesses)?;
        let path = witnesses.join(format!("{}.{EXTENSION}", hex::encode(log_id)));
        Ok(Self { path, waits, greatest: Mutex::new(0) })
    }

    /// What it saw last; where it never saw anything, the longest log that was seen of these keys; an empty head when
    /// there was none.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Format`] when the file is not one of ours.
    pub fn seen(&self) -> Result<Head, Error> {
        if self.path.exists() {
            return read(&self.path);
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut longest = Head::EMPTY;
        for file in fs::read_dir(folder).map_err(|e| Error::io(folder, &e))? {
            let path = file.map_err(|e| Error::io(folder, &e))?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                let other = read(&path)?;
                if other.size > longest.size {
                    longest = other;
                }
            }
        }
        Ok(longest)
    }

    /// Remembers a head, unless it saw a later one already; of revocations for sure, also after a power cut.
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
        if self.waits {
            folder::replace(&self.path, line.as_bytes(), 0o600)?;
            // Its folder may have been made just now.
            folder::sync_folder_of(self.path.parent().unwrap_or(Path::new(".")))?;
        } else {
            let temporary = self.path.with_extension("tmp");
            write_private(&temporary, line.as_bytes())
                .and_then(|()| fs::rename(&temporary, &self.path))
                .map_err(|e| Error::io(&self.path, &e))?;
        }
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

fn read(path: &Path) -> Result<Head, Error> {
    let text = folder::read_private(path, 256)?;
    if text.is_empty() {
        return Ok(Head::EMPTY);
    }
    parse(&text).ok_or_else(|| Error::Format { path: path.to_owned(), detail: "not a witness" })
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

    #[test]
    fn the_witness_of_revocations_is_one_private_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let keys = tempfile::tempdir().unwrap();
        let witness = Witness::of_revocations(&keys.path().join("k"), &[1; 16]).unwrap();
        let head = Head { size: 3, hash: [9; 32], at: Some(UnixTime(1_800_000_000)) };
        witness.see(&head).unwrap();
        let later = Head { size: 4, ..head };
        witness.see(&later).unwrap();
        witness.see(&head).unwrap();
        assert_eq!(witness.seen().unwrap(), later);
        assert_eq!(fs::metadata(&witness.path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(witness.path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_log_that_nobody_saw_is_compared_with_the_one_that_was_seen() {
        let keys = tempfile::tempdir().unwrap();
        let keys = keys.path().join("k");
        let head = Head { size: 3, hash: [9; 32], at: Some(UnixTime(1_800_000_000)) };
        Witness::in_folder(&keys, &[1; 16]).unwrap().see(&head).unwrap();
        let other = Witness::in_folder(&keys, &[2; 16]).unwrap();
        assert_eq!(other.seen().unwrap(), head);
        assert_eq!(compare(&head, &Head::EMPTY, None), Err(Tamper::RolledBack { size: 0, seen: 3 }));
    }

    #[test]
    fn a_witness_emptied_by_a_power_cut_saw_nothing_and_a_bent_one_is_refused() {
        let keys = tempfile::tempdir().unwrap();
        let witness = Witness::in_folder(&keys.path().join("k"), &[1; 16]).unwrap();
        write_private(&witness.path, b"").unwrap();
        assert_eq!(witness.seen().unwrap(), Head::EMPTY);
        write_private(&witness.path, b"3 00").unwrap();
        let path = witness.path.clone();
        assert_eq!(witness.seen(), Err(Error::Format { path, detail: "not a witness" }));
    }
}
