//! WHAT THE BINDINGS NEED BESIDE RUST: the C header, the Python package, the Kotlin source, and a sample to try them with.
//! A chore, like xtask, but apart from it: its generators take a while to build.

pub mod foreign;
pub mod header;
pub mod sample;

use std::path::{Path, PathBuf};

/// The folder of the workspace.
///
/// # Panics
/// Never: this crate lies two folders below it.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two folders up").to_path_buf()
}
