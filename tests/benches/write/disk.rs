//! What the disk can do: 4 KiB appended and synced, one after another.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use tests::stopwatch::Stopwatch;

const APPENDS: u32 = 100;

/// Appends with fdatasync per second, in that folder.
pub(crate) fn appends_per_second(folder: &Path) -> f64 {
    let path = folder.join("appends");
    let mut file = OpenOptions::new().create(true).append(true).open(&path).expect("a file");
    let block = [0x5a_u8; 4096];
    let watch = Stopwatch::start();
    for _ in 0..APPENDS {
        file.write_all(&block).expect("room on the disk");
        file.sync_data().expect("a disk that syncs");
    }
    let seconds = watch.elapsed().as_secs_f64();
    std::fs::remove_file(&path).expect("our own file");
    f64::from(APPENDS) / seconds
}
