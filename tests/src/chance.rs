//! Random moments that can be met again: a test prints its seed, and `LACHAN_SEED` sets it.

use std::hash::{BuildHasher as _, Hasher as _};

/// A small random number generator (SplitMix64): the same numbers for the same seed.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// From `LACHAN_SEED`, or from a seed that nobody has chosen; it is printed.
    ///
    /// # Panics
    /// When `LACHAN_SEED` is no number.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it reads the environment, and says so")]
    #[expect(clippy::disallowed_methods, reason = "another seed for every run; it is printed")]
    pub fn new() -> Self {
        let seed = match std::env::var("LACHAN_SEED") {
            Ok(seed) => seed.parse().expect("LACHAN_SEED is a number"),
            Err(_) => std::collections::hash_map::RandomState::new().build_hasher().finish(),
        };
        println!("LACHAN_SEED={seed}");
        Self(seed)
    }

    /// One for somebody else, whose numbers do not depend on when they are drawn.
    #[must_use]
    pub fn another(&mut self) -> Self {
        Self(self.next())
    }

    /// A number from 0 up to but without `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// How often something is killed: as often as usual, or as `LACHAN_KILLS` says.
///
/// # Panics
/// When `LACHAN_KILLS` is no number.
#[must_use]
pub fn rounds(usual: u64) -> u64 {
    std::env::var("LACHAN_KILLS").map_or(usual, |rounds| rounds.parse().expect("LACHAN_KILLS is a number"))
}
