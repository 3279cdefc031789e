//! The pure rooms build for wasm32: no clock, no thread, no C in them.
//!
//! The machine's own toolchain has no standard library for wasm32, so Debian's compiler builds it from its sources.

use crate::{root, shell};
use anyhow::Result;
use std::process::Command;

/// Debian's compiler (package rustc-web).
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
/// Debian's cargo (package cargo-web).
pub(crate) const CARGO: &str = "/usr/bin/cargo";
/// Debian's sources of the standard library (package rust-web-src).
pub(crate) const STANDARD_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std";

/// The pure rooms, each with the features that a browser needs.
const ROOMS: &[(&str, &str)] =
    &[("specs", "png"), ("trust-list", "portable"), ("verifier", "portable,scan"), ("wallet-core", "portable,scan")];

/// Builds the pure rooms for wasm32 with the portable back end.
pub(crate) fn build() -> Result<()> {
    crate::tools::ensure()?;
    for (room, features) in ROOMS {
        let mut command = Command::new(CARGO);
        command
            .current_dir(root()?)
            .args(["build", "--locked", "--release", "-Zbuild-std=std,panic_abort"])
            .args(["--target", "wasm32-unknown-unknown", "--target-dir", "target/wasm"])
            .args(["--package", room, "--lib", "--no-default-features", "--features", features])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", RUSTC)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO");
        shell::run(&mut command)?;
    }
    Ok(())
}
