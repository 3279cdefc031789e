//! The pure rooms build for wasm32: no clock, no thread, no C in them.
//!
//! The machine's own toolchain has no standard library for wasm32, so Debian's compiler builds it from its sources.

use crate::{root, shell, tools};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// Debian's compiler (package rustc-web).
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
/// Debian's cargo (package cargo-web).
pub(crate) const CARGO: &str = "/usr/bin/cargo";
/// Debian's sources of the standard library (package rust-web-src).
pub(crate) const STANDARD_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std";

/// The pure rooms.
const ROOMS: &[&str] = &["specs", "trust-list", "verifier", "wallet-core"];
/// The features that a browser needs of them.
const FEATURES: &str =
    "specs/png,trust-list/portable,verifier/portable,verifier/scan,wallet-core/portable,wallet-core/scan";

/// What keeps the module small: a panic is a trap without a word, for there is nobody to read it; nothing is printed for
/// programmers; SHA-2 is a loop instead of eighty steps in a row.
const SMALL: &str = "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zlocation-detail=none \
     --cfg sha2_backend_soft=\"compact\"";

/// Builds the pure rooms for wasm32 with the portable back end.
pub(crate) fn build() -> Result<()> {
    tools::ensure(&[tools::WASM])?;
    let mut command = cargo("wasm-test")?;
    command.args(["-Zbuild-std=std,panic_abort", "--no-default-features", "--features", FEATURES]);
    for room in ROOMS {
        command.args(["--package", room]);
    }
    shell::run(&mut command)
}

/// Builds the verifier's module as browsers load it; says where it lies, without its JavaScript.
pub(crate) fn verifier() -> Result<PathBuf> {
    let mut command = cargo("web")?;
    command.args(["-Zbuild-std=std", "-Zbuild-std-features=optimize_for_size", "--package", "verifier-wasm"]);
    shell::run(command.env("RUSTFLAGS", SMALL))?;
    Ok(root()?.join("target/wasm/wasm32-unknown-unknown/web/verifier_wasm.wasm"))
}

fn cargo(profile: &str) -> Result<Command> {
    let mut command = Command::new(CARGO);
    command
        .current_dir(root()?)
        .args(["build", "--locked", "--profile", profile, "--lib"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir", "target/wasm"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
    Ok(command)
}
