//! The faces: the verifier's WebAssembly module, the pages around it, and their tests in a browser.

mod browser;
mod training;

use crate::{root, shell, tools, wasm};
use anyhow::{Context as _, Result, anyhow};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

pub(crate) use browser::{Options, bench, run, test};

/// The name of the module's files.
const MODULE: &str = "verifier";
/// What the optimiser may use: what the compiler's own output uses already. And what it may rely on: that nothing lies at
/// addresses below 1,024, which is where the last bytes of an exhausted stack are.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--low-memory-unused",
    // Once more from a form without nested expressions, which shows it what is alike.
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Builds the module and the checker's app: `web/verifier/dist`, which `campaign serve` answers with at `/verify/`.
pub(crate) fn build() -> Result<()> {
    tools::ensure(&[tools::WASM, tools::NODE])?;
    let web = root()?.join("web");
    tools::npm(&web)?;
    let generated = web.join("verifier/generated");
    module(&generated)?;
    training::write(&generated.join("training.json"))?;
    shell::run(tools::node::command("npm")?.current_dir(&web).args(["run", "build", "--workspace", "verifier"]))
}

/// Builds the verifier's module with its JavaScript and its types into `folder`: `verifier.js`, `verifier.d.ts`,
/// `verifier_bg.wasm`.
pub(crate) fn module(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for file in std::fs::read_dir(optimised()?)? {
        let file = file?;
        std::fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    Ok(())
}

/// The folder with the module as small as it gets and its JavaScript. Nothing is done where it is newer than what it is
/// made of.
fn optimised() -> Result<PathBuf> {
    let web = root()?.join("web");
    tools::npm(&web)?;
    let built = wasm::verifier()?;
    let (file, folder) = (format!("{MODULE}_bg.wasm"), output("wasm/module")?);
    if is_newer(&folder.join(&file), &built) {
        return Ok(folder);
    }
    // Elsewhere, so that a run that is cut off leaves nothing that looks finished.
    let making = output("wasm/unfinished")?;
    Bindgen::new()
        .input_path(&built)
        .out_name(MODULE)
        .web(true)?
        .typescript(true)
        .remove_producers_section(true)
        .generate(&making)?;
    let (optimiser, module) = (web.join("node_modules/.bin/wasm-opt"), making.join(file));
    shell::run(tools::node::command(optimiser)?.args(WASM_OPT).arg(&module).arg("-o").arg(&module))?;
    std::fs::remove_dir_all(&folder)?;
    std::fs::rename(making, &folder)?;
    Ok(folder)
}

/// Whether `made` is there and not older than `source`.
fn is_newer(made: &Path, source: &Path) -> bool {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    changed(made).zip(changed(source)).is_some_and(|(made, source)| made >= source)
}

/// A folder below `target` for what tests leave behind.
fn output(name: &str) -> Result<PathBuf> {
    let folder = root()?.join("target").join(name);
    std::fs::create_dir_all(&folder).map_err(|error| anyhow!("cannot make {}: {error}", folder.display()))?;
    Ok(folder)
}
