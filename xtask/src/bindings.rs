//! `cargo xtask bindings`: what other languages need of the verifier, in `target/bindings`: the Python package, the Kotlin
//! source, the npm package, a sample to try them with; and the C header, which is checked in.

use crate::{root, shell, tools, web};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// The files of the npm package beside the WebAssembly module.
const NPM: &[&str] = &["package.json", "README.md", "index.d.ts", "checker.js", "node.js", "browser.js"];

pub(crate) fn run() -> Result<()> {
    let root = root()?;
    tools::ensure(&[tools::WASM, tools::NODE])?;
    let cargo = |arguments: &[&str]| shell::run(Command::new("cargo").current_dir(&root).args(arguments));
    cargo(&["build", "--locked", "--lib", "--package", "verifier-c", "--package", "verifier-uniffi"])?;
    npm(&root)?;
    cargo(&["run", "--locked", "--quiet", "--package", "verifier-bindgen", "target/debug", "target/bindings"])
}

/// What the tests of the bindings need beside the libraries: the npm package, a Kotlin compiler, the driver of a browser.
pub(crate) fn prepare(root: &Path) -> Result<()> {
    tools::npm(&root.join("verifier/uniffi/kotlin"))?;
    tools::npm(&root.join("verifier/js/test"))?;
    npm(root)
}

/// Makes the npm package.
fn npm(root: &Path) -> Result<()> {
    let package = root.join("target/bindings/npm");
    web::module(&package.join("wasm"))?;
    for file in NPM {
        let source = root.join("verifier/js").join(file);
        std::fs::copy(&source, package.join(file)).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}
