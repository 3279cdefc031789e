//! The folder of other people's test data. It lies beside the project, never in it.

use std::path::PathBuf;

/// The folder named by `LACHAN_VECTORS`, by default `../shared/vectors` beside the project; then `below` in it.
/// `None` where it is absent: a test then has nothing to run on. Either way it says so on a line that `cargo xtask test`
/// looks for: a test that was skipped is counted as such, and the last line that one prints which ran is shown at the end.
pub fn folder(below: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LACHAN_VECTORS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"));
    let folder = root.join(below);
    if folder.exists() {
        println!("VECTORS: {}", if below.is_empty() { "all" } else { below });
        return Some(folder);
    }
    let absent = if root.exists() { folder } else { root };
    println!("SKIPPED: no test vectors at {}; set LACHAN_VECTORS to the folder that holds them", absent.display());
    None
}

/// Every file below `folder` whose name ends with `.{extension}`, sorted by path.
pub fn files(folder: &std::path::Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder of vectors") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
