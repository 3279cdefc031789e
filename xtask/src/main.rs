//! Chores. `cargo xtask demo` and `cargo xtask test` are the two commands of the README; everything they need they
//! install or build by themselves.

mod bench;
mod bindings;
mod demo;
mod fuzz;
mod postgres;
mod programs;
mod shell;
mod suite;
mod tools;
mod wasm;
mod web;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The chores of Lá Chắn.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Start the whole system with demonstration data and run one dose from vial to QR.
    Demo(demo::Options),
    /// Everything that must hold: format, lints, all tests on both engines, end to end, the wasm build.
    Test(suite::Options),
    /// Measure, as ratios taken in one run.
    Bench(bench::Options),
    /// Fuzz every parser.
    Fuzz(fuzz::Options),
    /// Make what C, Python, Kotlin and JavaScript need of the verifier, in target/bindings.
    Bindings,
    /// Build the pure rooms for wasm32.
    Wasm,
    /// Build the checker's app, and the WebAssembly module in it.
    Web(web::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Demo(options) => demo::run(&options),
        Chore::Test(options) => suite::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Bindings => bindings::run(),
        Chore::Wasm => wasm::build(),
        Chore::Web(options) => web::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> Result<std::path::PathBuf> {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().ok_or_else(|| anyhow::anyhow!("xtask lies in no workspace"))?.to_path_buf())
}
