//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found soonest.

mod tally;

use crate::postgres::{Cluster, Durability};
use crate::{bindings, fuzz, programs, root, shell, tools, wasm, web};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use tally::Tally;

/// What to leave out while working; CI leaves out nothing.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out the wasm build.
    #[arg(long)]
    no_wasm: bool,
    /// Leave out the short run of the fuzzer.
    #[arg(long)]
    no_fuzz: bool,
    /// Leave out the app and its tests in the browser.
    #[arg(long)]
    no_web: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
    let vectors = vectors(&root)?;
    tools::ensure(tools::ALL)?;
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.current_dir(&root).args(arguments);
        command
    };
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    shell::run(&mut cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let python = tools::python(&root)?;
    // The end-to-end tests start our programs and load our libraries; a test run builds only those of its own package. With
    // the tests among what is built, dependencies have the features that the test run asks for, and are compiled once.
    shell::run(&mut cargo(&["build", "--locked", "--workspace", "--lib", "--bins", "--examples", "--tests"]))?;
    programs::are_built();
    bindings::prepare(&root)?;
    let mut tally = Tally::default();
    let cluster = Cluster::start(Durability::Tests)?;
    let succeeded = shell::follow(
        cargo(&["test", "--locked", "--workspace", "--no-fail-fast", "--", "--show-output"])
            .env("LACHAN_VECTORS", &vectors)
            .env("LACHAN_TEST_POSTGRES", cluster.url())
            .env("LACHAN_PYTHON", python)
            .env("LACHAN_BINDINGS", "required")
            .env("PATH", tools::node::path()?),
        |line| tally.add(line),
    )?;
    drop(cluster);
    if !options.no_wasm {
        wasm::build()?;
    }
    if !options.no_fuzz {
        fuzz::brief()?;
    }
    let succeeded = if options.no_web { succeeded } else { web::test(|line| tally.add(line))? && succeeded };
    if tally.passed == 0 {
        bail!("no test ran");
    }
    println!("{tally}");
    if !succeeded || tally.failed > 0 {
        bail!("tests failed");
    }
    Ok(())
}

/// Says whether the official test data of others are there, and where: as `tests::vectors` looks for them. They are not
/// ours to install, so the suite goes on without them.
fn vectors(root: &Path) -> Result<PathBuf> {
    let folder = match std::env::var_os("LACHAN_VECTORS") {
        Some(folder) => std::path::absolute(folder)?,
        None => root.with_file_name("shared").join("vectors"),
    };
    if folder.is_dir() {
        println!("official test data: {}", folder.display());
    } else {
        println!("SKIPPED: every test on official test data, for there is no folder {}", folder.display());
        println!("  set LACHAN_VECTORS to the folder that holds them; README.md says more");
    }
    Ok(folder)
}
