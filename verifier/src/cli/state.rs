//! What the command line remembers between runs, if it is asked to: the mark of the newest trust list it believed, so that
//! nobody can offer an older one, in which a signer stands that was removed since. Nothing of any certificate is kept.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use trust_list::list::{Mark, SignerList};
use verifier::inspect::harmless;

/// A mark is some hundred bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Why a list was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The list must not follow the one that was seen.
    List(trust_list::Error),
    /// The file cannot be read or written, or is not one of ours: nothing is believed without it.
    File(String),
}

/// Takes `list` if it may follow the newest one seen, and remembers it. Two runs at once wait for each other.
pub(crate) fn take(path: &Path, list: &SignerList) -> Result<(), Refused> {
    let unusable = |cause: &dyn std::fmt::Display| {
        let (path, cause) = (harmless(&path.display().to_string()), harmless(&cause.to_string()));
        Refused::File(format!("không dùng được tệp ghi nhớ {path}: {cause}\ncannot use the state file {path}: {cause}"))
    };
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(beside(path, "lock"));
    let _lock = lock.and_then(|file| file.lock().map(|()| file)).map_err(|error| unusable(&error))?;
    let seen = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unusable(&error)),
        Ok(found) if found.len() > MAX_BYTES => return Err(unusable(&"too large")),
        Ok(_) => {
            let bytes = fs::read(path).map_err(|error| unusable(&error))?;
            Some(Mark::from_json(&bytes).ok_or_else(|| unusable(&"not written by this program"))?)
        }
    };
    if let Some(seen) = &seen {
        seen.allows(list).map_err(Refused::List)?;
    }
    let mark = list.mark();
    if seen.as_ref() == Some(&mark) {
        return Ok(());
    }
    let json = serde_json::to_string_pretty(&mark).map_err(|error| unusable(&error))?;
    replace(path, format!("{json}\n").as_bytes()).map_err(|error| unusable(&error))
}

/// Whoever reads sees the old file or the new one, also after a power cut.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = beside(path, "new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{end}"));
    path.with_file_name(name)
}
