//! What a batch prints: a line of JSON for each certificate on standard output, progress and a summary on standard error.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;
use specs::reason::Reason;
use verifier::Verdict;
use verifier::verdict::{Format, Outcome};

use crate::cli::args::{EXIT_INVALID, EXIT_UNKNOWN, EXIT_VALID};

/// How many certificates go by between two signs of life on a terminal.
const PROGRESS: u64 = 20_000;

/// The answers to some lines, ready to be written.
pub(super) struct Block {
    whole: bool,
    json: Vec<u8>,
    reasons: Vec<Reason>,
}

/// An answer in short.
#[derive(Serialize)]
struct Short {
    line: u64,
    verdict: Outcome,
    reason: Reason,
    format: Option<Format>,
}

/// An answer with all that the verdict says.
#[derive(Serialize)]
struct Whole<'v> {
    line: u64,
    #[serde(flatten)]
    verdict: &'v Verdict,
}

impl Block {
    /// None yet; `whole` verdicts or the short form.
    pub(super) fn new(whole: bool) -> Self {
        Self { whole, json: Vec::new(), reasons: Vec::new() }
    }

    /// Adds the answer to that line.
    pub(super) fn push(&mut self, line: u64, verdict: &Verdict) {
        let Verdict { verdict: outcome, reason, format, .. } = *verdict;
        let written = if self.whole {
            serde_json::to_writer(&mut self.json, &Whole { line, verdict })
        } else {
            serde_json::to_writer(&mut self.json, &Short { line, verdict: outcome, reason, format })
        };
        written.expect("a verdict can be written to memory");
        self.json.push(b'\n');
        self.reasons.push(reason);
    }
}

/// All answers so far: written, and counted by reason.
pub(super) struct Answers {
    counts: BTreeMap<&'static str, (Outcome, u64)>,
    done: u64,
    shown: u64,
    closed: bool,
    terminal: bool,
}

impl Answers {
    pub(super) fn new() -> Self {
        let terminal = io::stderr().is_terminal();
        Self { counts: BTreeMap::new(), done: 0, shown: 0, closed: false, terminal }
    }

    /// Does anybody still read them?
    pub(super) fn wanted(&self) -> bool {
        !self.closed
    }

    /// Writes the answers of the next block.
    pub(super) fn take(&mut self, block: Block) {
        for reason in &block.reasons {
            self.counts.entry(reason.code()).or_insert((reason.class(), 0)).1 += 1;
        }
        self.done += block.reasons.len() as u64;
        self.closed = self.closed || io::stdout().lock().write_all(&block.json).is_err();
        if self.terminal && self.done - self.shown >= PROGRESS {
            self.shown = self.done;
            eprint!("\r{} ...", self.done);
        }
    }

    /// Prints the summary and gives the exit code: that of the worst answer, "not valid" before "cannot tell". Where there was
    /// nothing to check, nobody can tell.
    pub(super) fn end(self) -> u8 {
        let any = |outcome| self.counts.values().any(|(found, _)| *found == outcome);
        let start = if self.terminal { "\r" } else { "" };
        eprintln!("{start}{} giấy chứng nhận / certificates", self.done);
        for (code, (_, count)) in &self.counts {
            eprintln!("  {count:>10}  {code}");
        }
        if any(Outcome::Invalid) {
            EXIT_INVALID
        } else if any(Outcome::Unknown) || self.done == 0 {
            EXIT_UNKNOWN
        } else {
            EXIT_VALID
        }
    }
}
