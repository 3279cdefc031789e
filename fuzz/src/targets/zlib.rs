//! zlib: never more than the bound, and what comes out can be deflated and inflated again.

use crate::Target;
use crate::corpus::Kind;
use specs::zlib::{MAX_INFLATED, deflate, inflate};

pub(super) const TARGET: Target =
    Target { name: "zlib", max_len: 4096, replays: 10_000, seeds: |corpus| corpus.of(Kind::Zlib), run };

fn run(input: &[u8]) {
    if let Ok(bytes) = inflate(input) {
        assert!(bytes.len() <= MAX_INFLATED);
        assert_eq!(inflate(&deflate(&bytes)), Ok(bytes));
    }
}
