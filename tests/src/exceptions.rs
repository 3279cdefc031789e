//! Cases of other people's test data in which we knowingly decide otherwise, or that cannot be tested: one a line, `case
//! reason`, in a file that is checked in. An exception that starts to pass, that stands there twice, or that names no case,
//! fails the test, so the file never lies.

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
        Self::read(path.display().to_string(), &std::fs::read_to_string(&path).expect("a readable file of exceptions"))
    }

    fn read(file: String, text: &str) -> Self {
        let mut waiting = BTreeMap::new();
        let mut problems = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(char::is_whitespace) {
                Some((case, reason)) => {
                    if waiting.insert(case.to_owned(), reason.trim().to_owned()).is_some() {
                        problems.push(format!("{case}: excepted twice"));
                    }
                }
                None => problems.push(format!("{line}: an exception needs a reason")),
            }
        }
        Self { file, waiting, problems, passed: 0, excepted: 0 }
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

#[cfg(test)]
mod tests {
    use super::Exceptions;

    /// What is wrong after the case `good` agreed and the case `bad` did not.
    fn problems(text: &str) -> Vec<String> {
        let mut exceptions = Exceptions::read("a file".to_owned(), text);
        exceptions.case("good", true, "as expected");
        exceptions.case("bad", false, "otherwise");
        exceptions.problems
    }

    #[test]
    fn the_file_says_what_is_so_or_the_test_fails() {
        assert_eq!(problems("# for people\n\nbad  a reason"), [""; 0]);
        assert_eq!(problems(""), ["bad: otherwise"]);
        assert_eq!(problems("bad"), ["bad: an exception needs a reason", "bad: otherwise"]);
        assert_eq!(problems("bad  one\nbad  another"), ["bad: excepted twice"]);
        assert_eq!(problems("bad  one\ngood  once"), ["good: passes now, yet is excepted (once)"]);
    }

    #[test]
    #[should_panic(expected = "gone: excepted, but there is no such case")]
    fn an_exception_of_no_case_fails() {
        let mut exceptions = Exceptions::read("a file".to_owned(), "gone  long ago");
        exceptions.case("good", true, "as expected");
        exceptions.finish("test");
    }

    #[test]
    #[should_panic(expected = "no case ran")]
    fn nothing_that_ran_is_a_failure() {
        Exceptions::read("a file".to_owned(), "").finish("test");
    }
}
