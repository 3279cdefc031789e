//! Certificate identifiers: the canonical form is canonical, and a check character that is appended is right.

use crate::Target;
use crate::corpus::Kind;
use specs::uvci::{Checksum, Uvci, checksum};

pub(super) const TARGET: Target =
    Target { name: "uvci", max_len: 256, replays: 20_000, seeds: |corpus| corpus.of(Kind::Words), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(identifier) = Uvci::parse(text) else { return };
    let _ = (identifier.country(), identifier.check());
    // A blank in front of `#` belongs to the canonical form (uvci.md, rule 3), and reading that form takes it off.
    let trimmed = identifier.body().trim() == identifier.body();
    if trimmed && let Ok(canonical) = Uvci::parse(&identifier.canonical()) {
        assert_eq!(canonical.canonical(), identifier.canonical());
    }
    if let Some(check) = checksum(identifier.as_str())
        && let Ok(whole) = Uvci::parse(&format!("{}#{check}", identifier.as_str()))
    {
        assert_eq!(whole.check(), Checksum::Right);
        assert_eq!(whole.canonical(), identifier.canonical());
    }
}
