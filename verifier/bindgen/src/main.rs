//! `verifier-bindgen PROGRAMS OUTPUT`: writes the header into `verifier/c/include`, everything else into OUTPUT, out of the
//! libraries in PROGRAMS. `cargo xtask bindings` calls it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use verifier_bindgen::{foreign, header, root, sample};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let programs = arguments.next().context("where are the libraries?")?;
    let output = arguments.next().context("where shall I write?")?;
    let root = root();
    std::fs::write(header::path(&root), header::text(&root)?)?;
    foreign::python(&root, &programs, &output.join("python"))?;
    foreign::kotlin(&root, &programs, &output.join("kotlin"))?;
    sample::write(&root, &output.join("sample"))?;
    say(&header::path(&root));
    say(&output);
    Ok(())
}

fn say(path: &Path) {
    println!("written: {}", path.display());
}
