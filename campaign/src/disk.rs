//! What a file needs beside its bytes to be there after a power cut.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes sure that the name of a file that was made or renamed is on the disk: the name is the folder's, not the file's.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_lies_in_the_folder_one_is_in() {
        sync_folder_of(Path::new("master.key")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        sync_folder_of(&folder.path().join("master.key")).unwrap();
        let nowhere = sync_folder_of(&folder.path().join("nowhere/master.key")).unwrap_err();
        assert_eq!(nowhere.kind(), io::ErrorKind::NotFound);
    }
}
