//! What is fuzzed. Every parser of the pure rooms is a [`Target`]: a plain function over foreign bytes that asserts what
//! must hold of every answer, not only that there is one. The real fuzzer (`fuzz/runner`, by `cargo xtask fuzz`) and a test
//! on stable Rust (`tests/replay.rs`) call the same functions.
//!
//! How to add one: `fuzz/README.md`.

pub mod corpus;
pub mod ground;
pub mod hostile;
pub mod mutate;
mod targets;

pub use targets::ALL;

use corpus::Corpus;
use std::sync::OnceLock;

/// The environment variable that names the target of the running fuzzer.
pub const VARIABLE: &str = "LACHAN_FUZZ_TARGET";

/// One parser under test.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: that of the file, of the folder of seeds, and of the argument to `cargo xtask fuzz --target`.
    pub name: &'static str,
    /// The longest input that the fuzzer tries, in bytes: a little more than what the parser takes.
    pub max_len: usize,
    /// How many inputs the test on stable Rust tries: fewer where one costs much.
    pub replays: usize,
    /// The inputs from which the fuzzer starts.
    pub seeds: fn(&Corpus) -> Vec<Vec<u8>>,
    /// Parses, and panics where something does not hold that must.
    pub run: fn(&[u8]),
}

/// The target of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Target> {
    ALL.iter().find(|target| target.name == name)
}

/// The target that the environment names.
///
/// # Panics
/// Where it names none: a fuzzer that fuzzes nothing must not look like one that finds nothing.
#[must_use]
pub fn chosen() -> &'static Target {
    static CHOSEN: OnceLock<&'static Target> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let name = std::env::var(VARIABLE).expect("the environment names a target in LACHAN_FUZZ_TARGET");
        named(&name).expect("LACHAN_FUZZ_TARGET is the name of a target")
    })
}
