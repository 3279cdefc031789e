//! The C header, out of `verifier/c/src`, by cbindgen.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

/// Where the header lies.
#[must_use]
pub fn path(root: &Path) -> PathBuf {
    root.join("verifier/c/include/lachan_verifier.h")
}

/// The header as it must be.
///
/// # Errors
/// The source of `verifier-c` or its `cbindgen.toml` cannot be read.
pub fn text(root: &Path) -> Result<String> {
    let room = root.join("verifier/c");
    let config = cbindgen::Config::from_file(room.join("cbindgen.toml")).map_err(|words| anyhow!(words))?;
    let bindings = cbindgen::Builder::new().with_config(config).with_src(room.join("src/lib.rs")).generate()?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).context("cbindgen wrote no text")
}
