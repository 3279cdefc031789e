//! How secrets and published files lie on disk: private modes, nothing overwritten by accident, nothing half written.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Error;

/// Makes a folder (and those above it) that only its owner may enter.
///
/// # Errors
/// [`Error::Io`]; [`Error::Permissions`] when it is there already and others may enter it.
pub fn create_private(path: &Path) -> Result<(), Error> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| Error::io(path, &e))?;
    check_private(path)
}

/// Refuses a folder that anybody but its owner may enter.
///
/// # Errors
/// [`Error::Permissions`], [`Error::Io`].
pub fn check_private(path: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(|e| Error::io(path, &e))?;
    if !metadata.is_dir() {
        return Err(Error::Io { path: path.to_owned(), detail: "not a folder".into() });
    }
    check_mode(path, &metadata, 0o700)
}

/// Reads a small file after making sure, on the open file itself, that only its owner may read it. It may be a secret,
/// so what was read is wiped when dropped.
///
/// # Errors
/// [`Error::Permissions`], [`Error::Io`] (also for a file longer than `limit` bytes).
pub fn read_private(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let metadata = file.metadata().map_err(|e| Error::io(path, &e))?;
    if !metadata.is_file() {
        return Err(Error::Io { path: path.to_owned(), detail: "not a file".into() });
    }
    check_mode(path, &metadata, 0o600)?;
    // Room for all of it from the start: a buffer that moves while it grows leaves copies behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit.saturating_add(1)));
    fill(&mut bytes, file, path, limit)?;
    Ok(bytes)
}

/// Reads a small public file.
///
/// # Errors
/// [`Error::Io`] (also for a file longer than `limit` bytes).
pub fn read_public(path: &Path, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    fill(&mut bytes, File::open(path).map_err(|e| Error::io(path, &e))?, path, limit)?;
    Ok(bytes)
}

/// Writes a file that must not exist yet, and makes sure it is on the disk.
///
/// # Errors
/// [`Error::Exists`], [`Error::Io`].
pub fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(mode).open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Err(Error::Exists { path: path.to_owned() }),
        other => other.map_err(|e| Error::io(path, &e))?,
    };
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Error::io(path, &e))?;
    sync_folder_of(path)
}

/// Puts `bytes` in the place of what was there: whoever reads sees the old file or the new one, never half of one,
/// also after a power cut.
///
/// # Errors
/// [`Error::Io`].
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
    written.and_then(|()| fs::rename(&temporary, path)).map_err(|e| {
        let _ = fs::remove_file(&temporary);
        Error::io(path, &e)
    })?;
    sync_folder_of(path)
}

/// A file that at most one process holds; let go when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, waiting for it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn wait(path: &Path) -> Result<Self, Error> {
        let file = Self::open(path)?;
        file.lock().map_err(|e| Error::io(path, &e))?;
        Ok(Self { _file: file })
    }

    /// Takes the lock, or returns `None` when another process holds it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn attempt(path: &Path) -> Result<Option<Self>, Error> {
        let file = Self::open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(e)) => Err(Error::io(path, &e)),
        }
    }

    fn open(path: &Path) -> Result<File, Error> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600).open(path).map_err(|e| Error::io(path, &e))
    }
}

fn check_mode(path: &Path, metadata: &fs::Metadata, wanted: u32) -> Result<(), Error> {
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Error::Permissions { path: path.to_owned(), mode, wanted }) }
}

fn fill(bytes: &mut Vec<u8>, file: File, path: &Path, limit: usize) -> Result<(), Error> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(bytes).map_err(|e| Error::io(path, &e))?;
    if bytes.len() > limit {
        return Err(Error::Io { path: path.to_owned(), detail: format!("longer than {limit} bytes") });
    }
    Ok(())
}

/// Makes sure that the name of what was made or renamed is on the disk: the name is the folder's, not the file's.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    File::open(&folder).and_then(|f| f.sync_all()).map_err(|e| Error::io(folder, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_leaves_no_temporary_file_and_the_new_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        replace(&path, b"one", 0o644).unwrap();
        replace(&path, b"two", 0o644).unwrap();
        assert_eq!(read_public(&path, 3).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_open_to_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        create_private(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        assert_eq!(check_private(&path), Err(Error::Permissions { path, mode: 0o750, wanted: 0o700 }));
    }

    #[test]
    fn a_lock_is_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::attempt(&path).unwrap();
        assert!(held.is_some());
        assert!(Lock::attempt(&path).unwrap().is_none());
        drop(held);
        assert!(Lock::attempt(&path).unwrap().is_some());
    }
}
