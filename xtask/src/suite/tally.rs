//! What the runs of the tests come to: how many passed, failed and were skipped, and what the tests on official test data
//! said that must not be overlooked. Read from the output of Rust's test runner with `--show-output`.

use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fmt;

/// How a test says that it had nothing to run on, wholly or in part; the reason follows.
const SKIPPED: &str = "SKIPPED: ";
/// How a test says that it runs on official test data; the folder of it follows.
const VECTORS: &str = "VECTORS: ";

/// Fed with every line of output by [`Tally::add`] and with every step by [`Tally::step`]; printed, it is the closing lines of
/// the suite.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    failed: u64,
    skipped: u64,
    /// The steps that failed, and why.
    steps: Vec<(&'static str, String)>,
    /// Of those skipped, how many tests gave which reason themselves.
    reasons: BTreeMap<String, u64>,
    /// What each test on official test data said last, which is its count of cases.
    official: Vec<String>,
    /// Whether what follows was printed by tests that passed.
    succeeded: bool,
    /// The test whose output is being read.
    reading: Option<Said>,
}

/// What one test printed, as far as it counts.
struct Said {
    test: String,
    skipped: Option<String>,
    vectors: Option<String>,
    last: Option<String>,
}

impl Tally {
    /// Takes a step, and keeps its failure for the end, so that the next one is taken and the closing lines are printed. It
    /// counts as one that failed where no test of it does.
    pub(crate) fn step<T>(&mut self, name: &'static str, take: impl FnOnce(&mut Self) -> Result<T>) -> Option<T> {
        let before = self.failed;
        match take(self) {
            Ok(done) => Some(done),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                self.failed = self.failed.max(before + 1);
                self.steps.push((name, format!("{error:#}")));
                None
            }
        }
    }

    /// Whether everything held.
    pub(crate) fn verdict(&self) -> Result<()> {
        if self.failed > 0 {
            bail!("failed: {}", self.steps.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "));
        }
        Ok(())
    }

    /// Takes in a line of the runner's output: the part of each test, which begins with `---- name stdout ----`, and the
    /// closing line, `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
    pub(crate) fn add(&mut self, line: &str) {
        let part = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----"));
        let result = line.strip_prefix("test result: ");
        if let Some(test) = part {
            self.close();
            self.reading = Some(Said { test: test.to_owned(), skipped: None, vectors: None, last: None });
        } else if line == "successes:" || line == "failures:" {
            self.close();
            self.succeeded = line == "successes:";
        } else if let Some(result) = result {
            self.close();
            self.count(result);
        } else if let Some(said) = &mut self.reading {
            said.add(line);
        }
    }

    fn count(&mut self, result: &str) {
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

    /// The part of a test is at its end. The runner has no word for a test that skipped itself: it counts it as passed.
    fn close(&mut self) {
        let Some(said) = self.reading.take() else { return };
        if !self.succeeded {
            return;
        }
        if let Some(reason) = said.skipped {
            *self.reasons.entry(reason).or_default() += 1;
        } else if let Some(folder) = said.vectors {
            let words = said.last.unwrap_or_else(|| format!("{} passed", said.test));
            self.official.push(format!("{folder}: {words}"));
        }
    }
}

impl Said {
    fn add(&mut self, line: &str) {
        if let Some(reason) = line.strip_prefix(SKIPPED) {
            self.skipped.get_or_insert_with(|| reason.to_owned());
        } else if let Some(folder) = line.strip_prefix(VECTORS) {
            self.vectors.get_or_insert_with(|| folder.to_owned());
        } else if !line.is_empty() {
            self.last = Some(line.to_owned());
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.official.is_empty() {
            writeln!(out, "official test data:")?;
        }
        for words in &self.official {
            writeln!(out, "  {words}")?;
        }
        for (reason, tests) in &self.reasons {
            writeln!(out, "{SKIPPED}{tests} tests, wholly or in part: {reason}")?;
        }
        for (name, why) in &self.steps {
            writeln!(out, "FAILED: {name}: {why}")?;
        }
        let silent: u64 = self.reasons.values().sum();
        let (passed, skipped) = (self.passed.saturating_sub(silent), self.skipped + silent);
        write!(out, "{passed} passed, {} failed, {skipped} skipped", self.failed)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::Tally;
    use anyhow::{Result, anyhow, bail};

    fn tally(lines: &str) -> Tally {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.add(line));
        tally
    }

    #[test]
    fn the_closing_lines_of_the_runner_add_up() {
        let tally = tally(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
             test x ... ok\n\
             test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        assert_eq!(tally.to_string(), "7 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn the_first_failure_ends_neither_the_other_steps_nor_the_count() {
        let mut tally = Tally::default();
        let tests = |tally: &mut Tally| -> Result<()> {
            tally.add("test result: FAILED. 3 passed; 2 failed; 0 ignored");
            bail!("tests failed")
        };
        assert_eq!(tally.step("tests", tests), None);
        let wasm = |_: &mut Tally| -> Result<()> { Err(anyhow!("no linker").context("cargo build failed")) };
        assert_eq!(tally.step("wasm", wasm), None);
        let app = |tally: &mut Tally| {
            tally.add("test result: ok. 4 passed; 0 failed; 1 ignored; in the browser");
            Ok("opened")
        };
        assert_eq!(tally.step("app", app), Some("opened"));
        let expected = "FAILED: tests: tests failed\nFAILED: wasm: cargo build failed: no linker\n\
                        7 passed, 3 failed, 1 skipped";
        assert_eq!(tally.to_string(), expected);
        assert_eq!(tally.verdict().unwrap_err().to_string(), "failed: tests, wasm");
    }

    #[test]
    fn when_every_step_held_everything_held() {
        let mut tally = Tally::default();
        tally.step("tests", |tally| {
            tally.add("test result: ok. 3 passed; 0 failed; 0 ignored");
            Ok(())
        });
        assert_eq!(tally.to_string(), "3 passed, 0 failed, 0 skipped");
        tally.verdict().unwrap();
    }

    #[test]
    fn what_a_test_on_official_data_says_last_is_its_count() {
        let tally = tally(
            "\nsuccesses:\n\n---- every_case stdout ----\nVECTORS: dgc\nAT/1.json: no picture\nEU: 8 cases agree\n\n\
             ---- silent stdout ----\nVECTORS: vn\n\n---- another stdout ----\n3 words\n\n\nsuccesses:\n    another\n\n\
             test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        let expected =
            "official test data:\n  dgc: EU: 8 cases agree\n  vn: silent passed\n3 passed, 0 failed, 0 skipped";
        assert_eq!(tally.to_string(), expected);
    }

    #[test]
    fn a_test_that_had_nothing_to_run_on_counts_as_skipped_once_and_gives_its_reason() {
        let skipped = "SKIPPED: no test vectors at /nowhere";
        let tally = tally(&format!(
            "successes:\n\n---- a stdout ----\n{skipped}\n{skipped}\n\n---- b stdout ----\n{skipped}\n\n\
             ---- c stdout ----\nSKIPPED by the suite's own directive: x\n\nsuccesses:\n    a\n\
             failures:\n\n---- d stdout ----\n{skipped}\nthread 'd' panicked\n\nfailures:\n    d\n\
             test result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ));
        let expected = "SKIPPED: 2 tests, wholly or in part: no test vectors at /nowhere\n\
                        1 passed, 1 failed, 3 skipped";
        assert_eq!(tally.to_string(), expected);
    }
}
