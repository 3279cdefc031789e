//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found soonest.

use crate::postgres::{Cluster, Durability};
use crate::{bindings, fuzz, programs, root, shell, tools, wasm, web};
use anyhow::{Result, bail};
use std::process::Command;

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

/// What the test runner counted.
#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
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
    let mut count = Count::default();
    let cluster = Cluster::start(Durability::Tests)?;
    let succeeded = shell::follow(
        cargo(&["test", "--locked", "--workspace", "--no-fail-fast"])
            .env("LACHAN_TEST_POSTGRES", cluster.url())
            .env("LACHAN_PYTHON", python)
            .env("LACHAN_BINDINGS", "required"),
        |line| count.add(line),
    )?;
    drop(cluster);
    if !options.no_wasm {
        wasm::build()?;
    }
    if !options.no_fuzz {
        fuzz::brief()?;
    }
    let succeeded = if options.no_web { succeeded } else { web::test(|line| count.add(line))? && succeeded };
    if count.passed == 0 {
        bail!("no test ran");
    }
    println!("{} passed, {} failed, {} skipped", count.passed, count.failed, count.skipped);
    if !succeeded || count.failed > 0 {
        bail!("tests failed");
    }
    Ok(())
}

impl Count {
    /// Takes in a closing line of the runner: `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let words: Vec<&str> = result.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else { continue };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn the_closing_lines_of_the_runner_add_up() {
        let mut count = Count::default();
        count.add("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        count.add("test x ... ok");
        count.add("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        assert_eq!((count.passed, count.failed, count.skipped), (7, 2, 1));
    }
}
