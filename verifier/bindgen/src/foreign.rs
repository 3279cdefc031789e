//! The Python package and the Kotlin source, out of the built library of `verifier-uniffi`, by UniFFI.

use std::path::Path;

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate_with_bindgen_paths};
use uniffi_bindgen::{BindgenPaths, BindgenPathsLayer};

/// The file name of the library on this machine.
#[must_use]
pub fn library() -> String {
    format!("{}verifier_uniffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// Writes the Python package: a folder that can be put on `PYTHONPATH` or given to `pip install`. The library lies in it.
///
/// # Errors
/// The library is not built, or the folder cannot be written.
pub fn python(root: &Path, programs: &Path, output: &Path) -> Result<()> {
    let package = output.join("lachan_verifier");
    write(root, programs, &package, TargetLanguage::Python)?;
    std::fs::rename(package.join("lachan_verifier.py"), package.join("__init__.py"))?;
    std::fs::write(package.join("py.typed"), "")?;
    std::fs::copy(programs.join(library()), package.join(library()))?;
    for file in ["pyproject.toml", "README.md"] {
        std::fs::copy(root.join("verifier/uniffi/python").join(file), output.join(file))?;
    }
    Ok(())
}

/// Writes the Kotlin source, `lachan/verifier/lachan_verifier.kt`. The library must lie where JNA looks for it.
///
/// # Errors
/// The library is not built, or the folder cannot be written.
pub fn kotlin(root: &Path, programs: &Path, output: &Path) -> Result<()> {
    write(root, programs, output, TargetLanguage::Kotlin)
}

fn write(root: &Path, programs: &Path, output: &Path, language: TargetLanguage) -> Result<()> {
    let options = GenerateOptions {
        languages: vec![language],
        source: utf8(&programs.join(library()))?,
        out_dir: utf8(output)?,
        ..GenerateOptions::default()
    };
    let mut paths = BindgenPaths::default();
    paths.add_layer(Room(utf8(&root.join("verifier/uniffi"))?));
    generate_with_bindgen_paths(options, paths)
        .with_context(|| format!("cannot write bindings into {}", output.display()))
}

/// Where UniFFI finds `uniffi.toml`, without asking cargo.
struct Room(Utf8PathBuf);

impl BindgenPathsLayer for Room {
    fn get_crate_root(&self, crate_name: &str) -> Option<Utf8PathBuf> {
        (crate_name == "verifier_uniffi").then(|| self.0.clone())
    }
}

fn utf8(path: &Path) -> Result<Utf8PathBuf> {
    Ok(Utf8Path::from_path(path).with_context(|| format!("{} is no Unicode path", path.display()))?.to_path_buf())
}
