//! `cargo xtask fuzz`: libFuzzer over every parser, from the seeds of all vectors. What it finds stays in
//! `target/fuzz-corpus` and is where the next run starts.
//!
//! The instrumentation is the compiler's own (the flags are those of cargo-fuzz), so nothing has to be installed but a
//! nightly toolchain. There is no address sanitizer: `unsafe` is forbidden in what is fuzzed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::{programs, root, shell};

/// What to fuzz and how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long all targets together take, in minutes
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Only this target
    #[arg(long)]
    target: Option<String>,
    /// The short run of `cargo xtask test` instead, which is the same on every machine
    #[arg(long, conflicts_with = "minutes")]
    brief: bool,
}

/// How far each target goes.
#[derive(Clone, Copy)]
enum Amount {
    /// So many seconds, on from what earlier runs found.
    Seconds(u64),
    /// From the seeds alone, with numbers that are no chance: the same run on every machine, so that the suite turns red by
    /// a change and not by luck. Bounded in time for the slow ones.
    Brief,
}

impl Amount {
    fn arguments(self) -> Vec<String> {
        match self {
            Self::Seconds(seconds) => vec![format!("-max_total_time={seconds}")],
            Self::Brief => ["-seed=1", "-runs=30000", "-max_total_time=5"].map(str::to_owned).to_vec(),
        }
    }
}

/// How many fuzzers run side by side.
const AT_ONCE: usize = 2;
const TOOLCHAIN: &str = "nightly";
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
const INSTRUMENTATION: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 -Ccodegen-units=1";

/// One target, as the writer of seeds names it.
struct Target {
    name: String,
    max_len: String,
}

/// Where everything of a run lies.
struct Places {
    runner: PathBuf,
    corpus: PathBuf,
    logs: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if !has_nightly() {
        bail!("no toolchain `{TOOLCHAIN}`: rustup toolchain install {TOOLCHAIN}");
    }
    fuzz((!options.brief).then_some(options.minutes), options.target.as_deref())
}

/// The short run within `cargo xtask test`. Without a nightly toolchain only the replay on stable Rust has been run.
pub(crate) fn brief() -> Result<()> {
    if has_nightly() {
        return fuzz(None, None);
    }
    eprintln!("SKIPPED: no toolchain `{TOOLCHAIN}`, so the fuzzer did not run; its seeds were replayed on stable Rust");
    Ok(())
}

fn has_nightly() -> bool {
    shell::output(Command::new("rustup").args(["run", TOOLCHAIN, "rustc", "--version"])).is_ok()
}

/// For so many minutes; without them, the brief run.
fn fuzz(minutes: Option<f64>, only: Option<&str>) -> Result<()> {
    let root = root()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| root.join("target"));
    let built = target.join("fuzz");
    let places = Places {
        runner: built.join(PLATFORM).join("release/fuzz-runner"),
        corpus: target.join(if minutes.is_some() { "fuzz-corpus" } else { "fuzz-brief" }),
        logs: target.join("fuzz-logs"),
    };
    std::fs::create_dir_all(&places.logs)?;
    if minutes.is_none() && places.corpus.exists() {
        std::fs::remove_dir_all(&places.corpus)?;
    }
    let mut targets = seed(&root, &places.corpus)?;
    targets.retain(|target| only.is_none_or(|only| target.name == only));
    if targets.is_empty() {
        bail!("there is no target {}; see fuzz/src/targets", only.unwrap_or_default());
    }
    let mut build = Command::new("rustup");
    build.args(["run", TOOLCHAIN, "cargo", "build", "--locked", "--release", "--target", PLATFORM]);
    build.current_dir(root.join("fuzz/runner")).env("RUSTFLAGS", INSTRUMENTATION).env("CARGO_TARGET_DIR", &built);
    shell::run(&mut build)?;

    // Every target has the same share; two at once take half the time.
    let share =
        |minutes: f64| (minutes * 60.0 * AT_ONCE.min(targets.len()) as f64 / targets.len() as f64).ceil() as u64;
    let amount = minutes.map_or(Amount::Brief, |minutes| Amount::Seconds(share(minutes)));
    let (waiting, crashes) = (Mutex::new(targets.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(target) = waiting.lock().ok().and_then(|mut waiting| waiting.next()) {
                    match places.fuzz(target, amount) {
                        Ok(line) => println!("{line}"),
                        Err(error) => {
                            eprintln!("{error:#}");
                            crashes.lock().map(|mut crashes| crashes.push(target.name.clone())).unwrap_or_default();
                        }
                    }
                }
            });
        }
    });
    let crashes = crashes.into_inner().unwrap_or_default();
    if !crashes.is_empty() {
        bail!("the fuzzer found something in: {}", crashes.join(", "));
    }
    Ok(())
}

/// Writes the seeds of all targets.
fn seed(root: &Path, corpus: &Path) -> Result<Vec<Target>> {
    let mut writer = Command::new(programs::build(root, &["fuzz"])?.join("fuzz"));
    let said = shell::output(writer.current_dir(root).arg(corpus).stderr(Stdio::inherit()))?;
    let target = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some(Target { name: words.next()?, max_len: words.next()? })
    };
    said.lines().map(|line| target(line).with_context(|| format!("the writer of seeds says {line:?}"))).collect()
}

impl Places {
    /// Fuzzes one target and says in a line what was done; an error names the input that did not hold.
    fn fuzz(&self, target: &Target, amount: Amount) -> Result<String> {
        let name = &target.name;
        let (corpus, log) = (self.corpus.join(name), self.logs.join(format!("{name}.log")));
        let crash = self.logs.join(format!("{name}-"));
        let mut command = Command::new(&self.runner);
        command.env("LACHAN_FUZZ_TARGET", name).arg(&corpus).stdout(Stdio::null()).stderr(std::fs::File::create(&log)?);
        command.args(amount.arguments()).arg(format!("-max_len={}", target.max_len));
        // An answer may take a second where instrumentation and another fuzzer slow it down, and never much memory.
        command.args(["-timeout=5", "-rss_limit_mb=1024", "-print_final_stats=1", "-reload=0"]);
        command.arg(format!("-artifact_prefix={}", crash.display()));
        let status = command.status().with_context(|| format!("cannot start {}", self.runner.display()))?;
        let said = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
        if status.success() {
            let number = |mark: &str| said.rsplit_once(mark).and_then(|(_, rest)| rest.split_whitespace().next());
            let (runs, edges) = (number("number_of_executed_units:"), number("cov:"));
            return Ok(format!("{name}: {} runs, {} edges", runs.unwrap_or("?"), edges.unwrap_or("?")));
        }
        let written = said.lines().find_map(|line| line.split_once("Test unit written to ")).map(|(_, path)| path);
        let why = said.lines().filter(|line| line.contains("panicked at") || line.contains("ERROR")).take(2);
        bail!(
            "{name}: {}\n  input: {}\n  again: LACHAN_FUZZ_TARGET={name} {} INPUT\n  then: mend it, and keep the input in \
             fuzz/regressions/{name}/, which the tests replay\n  all it said: {}",
            why.collect::<Vec<_>>().join("; "),
            written.unwrap_or("none was written"),
            self.runner.display(),
            log.display()
        )
    }
}
