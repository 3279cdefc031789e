//! Programs in Python, which share no code with the project, in `tests/foreign`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter that has the libraries of `tests/foreign/requirements.txt`, named by `LACHAN_PYTHON`.
#[derive(Debug, Clone)]
pub struct Python(PathBuf);

impl Python {
    /// `None` where it is not named; it says so loudly.
    #[must_use]
    pub fn found() -> Option<Self> {
        let python = std::env::var_os("LACHAN_PYTHON").map(|path| Self(path.into()));
        if python.is_none() {
            eprintln!("SKIPPED: set LACHAN_PYTHON to a Python with tests/foreign/requirements.txt installed");
        }
        python
    }

    /// One of the programs, to be run.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(&self.0);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign").join(name));
        command
    }
}
