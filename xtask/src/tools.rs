//! What the chores need beyond cargo: Debian packages, for each chore those that it uses, a Node.js that is new enough, and a
//! Python environment for the foreign verifier.

pub(crate) mod node;

use crate::shell;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Debian package, and a file that shows that it (or its like from elsewhere) is there.
pub(crate) struct Package {
    name: &'static str,
    shown_by: fn() -> bool,
}

/// What compiles the C in other people's crates. OpenSSL's is configured by perl, with modules that the perl of a slim system
/// has not, and built by make.
pub(crate) const COMPILER: &[Package] = &[
    Package { name: "gcc", shown_by: || on_path("cc") },
    Package { name: "libc6-dev", shown_by: || Path::new("/usr/include/stdio.h").exists() },
    Package { name: "make", shown_by: || on_path("make") },
    Package { name: "perl", shown_by: || works("perl", &["-MFindBin", "-MFile::Compare", "-MIPC::Cmd", "-e", "1"]) },
];
/// A database server.
pub(crate) const POSTGRESQL: &[Package] =
    &[Package { name: "postgresql", shown_by: || crate::postgres::binaries().is_some() }];
/// What compiles for wasm32.
pub(crate) const WASM: &[Package] = &[
    Package { name: "rustc-web", shown_by: || Path::new(crate::wasm::RUSTC).exists() },
    Package { name: "cargo-web", shown_by: || Path::new(crate::wasm::CARGO).exists() },
    Package { name: "rust-web-src", shown_by: || Path::new(crate::wasm::STANDARD_LIBRARY).exists() },
    Package { name: "lld", shown_by: || on_path("wasm-ld") },
];
/// What makes the pages, and the npm package, out of the module. Whether it is new enough, [`node`] knows.
pub(crate) const NODE: &[Package] =
    &[Package { name: "npm", shown_by: || on_path("npm") }, Package { name: "nodejs", shown_by: || on_path("node") }];
/// What opens the pages.
pub(crate) const BROWSER: &[Package] = &[Package { name: "chromium", shown_by: || on_path("chromium") }];
/// Other people's readers of our symbols, documents, chains and certificates.
const FOREIGN: &[Package] = &[
    Package { name: "zbar-tools", shown_by: || on_path("zbarimg") },
    Package { name: "poppler-utils", shown_by: || on_path("pdftoppm") },
    Package { name: "python3-venv", shown_by: || works("python3", &["-c", "import ensurepip, venv"]) },
    Package { name: "openssl", shown_by: || on_path("openssl") },
];
/// What tries the bindings: C and C++, memory errors, Kotlin.
const BINDINGS: &[Package] = &[
    Package { name: "g++", shown_by: || on_path("cc") && on_path("c++") },
    Package { name: "valgrind", shown_by: || on_path("valgrind") },
    Package { name: "default-jre-headless", shown_by: || on_path("java") },
    Package { name: "libjna-java", shown_by: || Path::new("/usr/share/java/jna.jar").exists() },
];
/// For the whole suite.
pub(crate) const ALL: &[&[Package]] = &[COMPILER, POSTGRESQL, WASM, NODE, BROWSER, FOREIGN, BINDINGS];

/// Installs what is missing of these with apt where this process may, and otherwise says the one line to type.
pub(crate) fn ensure(needed: &[&[Package]]) -> Result<()> {
    let packages = needed.iter().copied().flatten();
    let missing: Vec<&str> = packages.filter(|package| !(package.shown_by)()).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get update && apt-get install -y --no-install-recommends {}", missing.join(" "));
    if !shell::is_root() || !on_path("apt-get") {
        bail!("these are missing: {}. Type:\n  sudo sh -c '{line}'", missing.join(", "));
    }
    eprintln!("installing: {}", missing.join(", "));
    shell::run(Command::new("sh").args(["-c", &line]).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// The Python with the libraries of the foreign verifier, in a virtual environment below `target`.
pub(crate) fn python(root: &Path) -> Result<PathBuf> {
    let requirements = root.join("tests/foreign/requirements.txt");
    let folder = root.join("target/foreign-venv");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    shell::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements))?;
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

/// Installs what the `package-lock.json` in `folder` names, once for each state of it.
pub(crate) fn npm(folder: &Path) -> Result<()> {
    install(&mut node::command("npm")?, folder)
}

fn install(npm: &mut Command, folder: &Path) -> Result<()> {
    let changed = |file: &str| std::fs::metadata(folder.join(file)).and_then(|data| data.modified()).ok();
    let installed = changed("node_modules/.package-lock.json").zip(changed("package-lock.json"));
    if installed.is_some_and(|(installed, wanted)| installed >= wanted) {
        return Ok(());
    }
    shell::run(npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund"]))
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).exists()))
}

fn works(program: &str, arguments: &[&str]) -> bool {
    shell::output(Command::new(program).args(arguments)).is_ok()
}
