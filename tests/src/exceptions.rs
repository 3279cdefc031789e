//! Cases of other people's test data in which we knowingly decide otherwise: one a line, `case  reason`, in a file that is
//! checked in. An exception that starts to pass, or that names no case, fails the test, so the file never lies.

use std::{collections::BTreeMap, path::PathBuf};

/// The exceptions of one suite, and what became of its cases.
pub struct Exceptions {
    file: String,
    waiting: BTreeMap<String, String>,
    problems: Vec<String>,
    passed: usize,
    excepted: usize,
}

impl Exceptions {
    /// Reads `tests/exceptions/{suite}.txt`. Empty lines and lines that begin with `#` are for people.
    pub fn of(suite: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("exceptions/{suite}.txt"));
        let text = std::fs::read_to_string(&path).expect("a readable file of exceptions");
        let mut waiting = BTreeMap::new();
        let mut problems = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(char::is_whitespace) {
                Some((case, reason)) => {
                    waiting.insert(case.to_owned(), reason.trim().to_owned());
                }
                None => problems.push(format!("{line}: an exception needs a reason")),
            }
        }
        Self { file: path.display().to_string(), waiting, problems, passed: 0, excepted: 0 }
    }

    /// Records one case: `agrees` says whether we decide as the suite expects, `words` what happened.
    pub fn case(&mut self, case: &str, agrees: bool, words: impl std::fmt::Display) {
        match (self.waiting.remove(case), agrees) {
            (None, true) => self.passed += 1,
            (Some(_), false) => self.excepted += 1,
            (None, false) => self.problems.push(format!("{case}: {words}")),
            (Some(reason), true) => self.problems.push(format!("{case}: passes now, yet is excepted ({reason})")),
        }
    }

    /// Prints the counts and fails where anything was not as the file says.
    pub fn finish(mut self, what: &str) {
        self.problems.extend(self.waiting.keys().map(|case| format!("{case}: excepted, but there is no such case")));
        println!("{what}: {} cases agree, {} are exceptions listed in {}", self.passed, self.excepted, self.file);
        assert!(self.problems.is_empty(), "{what}:\n{}", self.problems.join("\n"));
        assert!(self.passed > 0, "{what}: no case ran");
    }
}
