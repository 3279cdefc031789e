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

/// Always ends with the closing lines: whatever failed, they say so.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut tally = Tally::default();
    if let Some(ready) = tally.step("before the tests", |_| prepare()) {
        tally.step("tests", |tally| ready.test(tally));
        if !options.no_wasm {
            tally.step("wasm", |_| wasm::build());
        }
        if !options.no_fuzz {
            tally.step("fuzz", |_| fuzz::brief());
        }
        if !options.no_web {
            tally.step("web", |tally| web::test(|line| tally.add(line)));
        }
    }
    println!("{tally}");
    tally.verdict()
}

/// What the tests need, once all is well formed and built.
struct Ready {
    root: PathBuf,
    vectors: PathBuf,
    python: PathBuf,
}

/// What goes before any test; nothing is tested where it fails.
fn prepare() -> Result<Ready> {
    let root = root()?;
    let vectors = vectors(&root)?;
    tools::ensure(tools::ALL)?;
    shell::run(&mut cargo(&root, &["fmt", "--all", "--check"]))?;
    shell::run(&mut cargo(&root, &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let python = tools::python(&root)?;
    // The end-to-end tests start our programs and load our libraries; a test run builds only those of its own package. With
    // the tests among what is built, dependencies have the features that the test run asks for, and are compiled once.
    let everything = ["build", "--locked", "--workspace", "--lib", "--bins", "--examples", "--tests"];
    shell::run(&mut cargo(&root, &everything))?;
    programs::are_built();
    bindings::prepare(&root)?;
    Ok(Ready { root, vectors, python })
}

impl Ready {
    fn test(&self, tally: &mut Tally) -> Result<()> {
        let cluster = Cluster::start(Durability::Tests)?;
        let succeeded = shell::follow(
            cargo(&self.root, &["test", "--locked", "--workspace", "--no-fail-fast", "--", "--show-output"])
                .env("LACHAN_VECTORS", &self.vectors)
                .env("LACHAN_TEST_POSTGRES", cluster.url())
                .env("LACHAN_PYTHON", &self.python)
                .env("LACHAN_BINDINGS", "required")
                .env("PATH", tools::node::path()?),
            |line| tally.add(line),
        )?;
        if tally.passed == 0 {
            bail!("no test ran");
        }
        if !succeeded {
            bail!("tests failed");
        }
        Ok(())
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(arguments);
    command
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
