//! What the suite needs beyond cargo: Debian packages, and a Python environment for the foreign verifier.

use crate::shell;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Debian package, and a file that shows that it (or its like from elsewhere) is there.
struct Package {
    name: &'static str,
    shown_by: fn() -> bool,
}

const PACKAGES: &[Package] = &[
    Package { name: "postgresql", shown_by: || crate::postgres::binaries().is_some() },
    Package { name: "rustc-web", shown_by: || Path::new(crate::wasm::RUSTC).exists() },
    Package { name: "cargo-web", shown_by: || Path::new(crate::wasm::CARGO).exists() },
    Package { name: "rust-web-src", shown_by: || Path::new(crate::wasm::STANDARD_LIBRARY).exists() },
    Package { name: "lld", shown_by: || on_path("wasm-ld") },
    Package { name: "zbar-tools", shown_by: || on_path("zbarimg") },
    Package { name: "poppler-utils", shown_by: || on_path("pdftoppm") },
    Package { name: "python3-venv", shown_by: || works("python3", &["-c", "import ensurepip, venv"]) },
    Package { name: "chromium", shown_by: || on_path("chromium") },
    Package { name: "npm", shown_by: || on_path("npm") },
    Package { name: "openssl", shown_by: || on_path("openssl") },
];

/// Installs what is missing with apt where this process may, and otherwise says the one line to type.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|package| !(package.shown_by)()).map(|package| package.name).collect();
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

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).exists()))
}

fn works(program: &str, arguments: &[&str]) -> bool {
    shell::output(Command::new(program).args(arguments)).is_ok()
}
