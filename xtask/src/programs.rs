//! Our own programs as `target/debug` has them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::Result;

use crate::shell;

static BUILT: OnceLock<()> = OnceLock::new();

/// Says that all of them have been built: the suite builds them with everything else. Built by themselves they would have
/// dependencies of other features, and those would all be compiled once more.
pub(crate) fn are_built() {
    BUILT.get_or_init(|| ());
}

/// Builds the programs of these packages, and says in which folder they are.
pub(crate) fn build(root: &Path, packages: &[&str]) -> Result<PathBuf> {
    if BUILT.get().is_none() {
        println!("Building (the first time takes some minutes) ...");
        let mut build = Command::new("cargo");
        build.current_dir(root).args(["build", "--locked", "--bins"]);
        for package in packages {
            build.args(["--package", package]);
        }
        shell::run(&mut build)?;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| root.join("target"));
    Ok(target.join("debug"))
}
