//! The app in a real browser: the tests, and the measurement of the module beside other people's readers. Both take the
//! certificates of a demonstration that is run for them.

use super::{build, output};
use crate::{demo, root, shell, tools};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the app and a demonstration, and runs the tests. Every line of the runner's kind, `test result: ...`, goes to
/// `each`.
pub(crate) fn test(mut each: impl FnMut(&str)) -> Result<()> {
    tools::ensure(&[tools::BROWSER])?;
    build()?;
    let folder = output("browser")?;
    let certificates = demonstration(&folder)?;
    let mut count = Count::default();
    let mut node = node(&folder, &certificates)?;
    node.args([
        "--test",
        "--test-concurrency=1",
        // A browser that a failed test leaves open shall not keep the suite waiting for ever.
        "--test-timeout=600000",
        "--test-force-exit",
        "--test-reporter=tap",
        "tests/app.test.mjs",
        "tests/device.test.mjs",
        "tests/camera.test.mjs",
    ]);
    let succeeded = shell::follow(&mut node, |line| count.add(line))?;
    let line = count.line(succeeded);
    println!("{line}");
    each(&line);
    println!("pictures of the screens and what the camera saw: {}", folder.display());
    if !succeeded {
        bail!("tests failed");
    }
    Ok(())
}

/// Measures picture to verdict in Chromium, beside jsQR and zxing-wasm.
pub(crate) fn bench() -> Result<()> {
    tools::ensure(&[tools::BROWSER])?;
    build()?;
    let folder = output("browser")?;
    let certificates = demonstration(&folder)?;
    shell::run(node(&folder, &certificates)?.arg("tests/bench.mjs"))
}

/// Runs one dose through the whole chain, with nothing of a run before.
fn demonstration(folder: &Path) -> Result<PathBuf> {
    let data = folder.join("demo");
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    demo::once(data.clone())?;
    Ok(data)
}

fn node(folder: &Path, certificates: &Path) -> Result<Command> {
    let programs = demo::build(&root()?)?;
    let mut node = tools::node::command("node")?;
    node.current_dir(root()?.join("web/verifier"))
        .env("LACHAN_PROGRAMS", programs)
        .env("LACHAN_DEMO", certificates)
        .env("LACHAN_BROWSER_OUTPUT", folder);
    Ok(node)
}

/// What Node's test runner counted, as its closing lines say: `# pass 3`.
#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Count {
    fn add(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let ["#", what, number] = words[..] else { return };
        let Ok(number) = number.parse::<u64>() else { return };
        match what {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    /// In the words of Rust's runner.
    fn line(&self, succeeded: bool) -> String {
        let word = if succeeded { "ok" } else { "FAILED" };
        let Count { passed, failed, skipped } = self;
        format!("test result: {word}. {passed} passed; {failed} failed; {skipped} ignored; in the browser")
    }
}

/// What `cargo xtask web` is to do beside building.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run the tests in the browser too
    #[arg(long)]
    test: bool,
}

/// `cargo xtask web`.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.test {
        return build();
    }
    test(|_| {})
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn nodes_closing_lines_become_ours() {
        let mut count = Count::default();
        for line in ["# tests 5", "# pass 3", "# fail 1", "# cancelled 1", "# skipped 0", "ok 1 - # pass"] {
            count.add(line);
        }
        assert_eq!(count.line(false), "test result: FAILED. 3 passed; 2 failed; 0 ignored; in the browser");
    }
}
