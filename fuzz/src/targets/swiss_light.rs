//! The Swiss light certificate.

use crate::Target;
use crate::corpus::Kind;
use specs::swiss_light;

pub(super) const TARGET: Target =
    Target { name: "swiss_light", max_len: 5 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Text), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(opened) = swiss_light::open(text) else { return };
    let _ = opened.claims();
}
