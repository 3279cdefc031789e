//! VDS-NC: strict JSON, canonical form, content.

use crate::Target;
use crate::corpus::Kind;
use specs::{json, vds_nc};

pub(super) const TARGET: Target =
    Target { name: "vds_nc", max_len: 8 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Json), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(opened) = vds_nc::open(text) else { return };
    // What was signed is canonical, so it reads and writes the same.
    let limits = json::Limits { bytes: 64 * 1024, depth: 32, values: 4_096 };
    let again = json::read(opened.to_be_signed(), &limits).expect("what was written canonically is JSON");
    assert_eq!(json::canonical(again.value()).as_deref(), Ok(opened.to_be_signed()));
    let _ = opened.claims();
}
