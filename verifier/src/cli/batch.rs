//! `verifier check --batch`: a file of any length, one certificate a line, on all cores; a line of JSON for each, in the
//! order of the file. Of the file only two blocks per core are held at a time.

mod answers;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::thread;

use specs::time::UnixTime;
use verifier::inspect::harmless;
use verifier::{Verdict, Verifier};

use super::{Usage, input};
use answers::Answers;

/// Certificates that one core takes at a time.
const BLOCK: usize = 1_024;
/// Bytes after which a block is full too.
const BLOCK_BYTES: usize = 4 * 1024 * 1024;
/// What is kept of a line, in bytes: more than any format allows, so that a longer one is refused for its size.
const MAX_LINE: usize = specs::shc::MAX_CHARS + 1;

/// Checks them all and gives the exit code.
pub(super) fn run(verifier: &Verifier, at: UnixTime, typed: &str, whole: bool) -> Result<u8, Usage> {
    let unreadable = |cause| Usage::from(input::Error::File { path: harmless(typed), cause });
    let source: Box<dyn BufRead> = match typed {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(BufReader::with_capacity(1 << 20, File::open(path).map_err(unreadable)?)),
    };
    let mut source = Source { lines: source, number: 0 };
    let mut answers = Answers::new();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut blocks = source.blocks(cores).map_err(unreadable)?;
    while !blocks.is_empty() && answers.wanted() {
        // While the cores check, the next blocks are read.
        let next = thread::scope(|scope| {
            let checked = |block: &'_ Block| block.answered(verifier, at, whole);
            let at_work: Vec<_> = blocks.iter().map(|block| scope.spawn(move || checked(block))).collect();
            let next = source.blocks(cores);
            for core in at_work {
                answers.take(core.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            next
        });
        blocks = next.map_err(unreadable)?;
    }
    Ok(answers.end())
}

/// The lines of the file.
struct Source<'a> {
    lines: Box<dyn BufRead + 'a>,
    /// Of the last line that was read, counted from one.
    number: u64,
}

impl Source<'_> {
    /// The next blocks, fewer or none at the end.
    fn blocks(&mut self, count: usize) -> io::Result<Vec<Block>> {
        let mut blocks = Vec::with_capacity(count);
        for _ in 0..count {
            let block = self.block()?;
            if block.lines.is_empty() {
                break;
            }
            blocks.push(block);
        }
        Ok(blocks)
    }

    fn block(&mut self) -> io::Result<Block> {
        let (mut lines, mut bytes) = (Vec::with_capacity(BLOCK), 0);
        while lines.len() < BLOCK && bytes < BLOCK_BYTES {
            let Some(line) = self.line()? else { break };
            bytes += line.len();
            // An empty line is no certificate, but it is counted.
            if !line.trim_ascii().is_empty() {
                lines.push((self.number, line));
            }
        }
        Ok(Block { lines })
    }

    /// The next line without its end, cut after [`MAX_LINE`]; `None` at the end of the file.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut ended = false;
        let mut any = false;
        while !ended {
            let buffer = match self.lines.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                found => found?,
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            ended = end.is_some();
            let part = &buffer[..end.unwrap_or(buffer.len())];
            line.extend_from_slice(&part[..part.len().min(MAX_LINE - line.len())]);
            let used = part.len() + usize::from(ended);
            self.lines.consume(used);
        }
        self.number += u64::from(any);
        Ok(any.then_some(line))
    }
}

/// Some lines of the file, with their numbers.
struct Block {
    lines: Vec<(u64, Vec<u8>)>,
}

impl Block {
    /// The answers to them all.
    fn answered(&self, verifier: &Verifier, at: UnixTime, whole: bool) -> answers::Block {
        let texts: Vec<Option<&str>> = self.lines.iter().map(|(_, line)| text(line)).collect();
        let readable: Vec<&str> = texts.iter().copied().flatten().collect();
        let mut verdicts = verifier.check_many(&readable, at).into_iter();
        let mut block = answers::Block::new(whole);
        for ((line, _), text) in self.lines.iter().zip(texts) {
            let verdict = text.and_then(|_| verdicts.next()).unwrap_or_else(|| {
                let mut verdict = Verdict::unreadable_text();
                verdict.trust = verifier.trust(at);
                verdict
            });
            block.push(*line, &verdict);
        }
        block
    }
}

/// A line as text, without what Windows and editors add.
fn text(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line).ok().map(input::trimmed)
}
