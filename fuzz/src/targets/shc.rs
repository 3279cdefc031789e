//! SMART Health Cards: digits, chunks, JWS, deflate, JSON and FHIR.

use crate::Target;
use crate::corpus::Kind;
use specs::shc;

pub(super) const TARGET: Target =
    Target { name: "shc", max_len: 8 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Text), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let _ = shc::cards(text);
    let _ = shc::join(text.split_ascii_whitespace());
    let Ok(opened) = shc::open(text) else { return };
    assert!(!opened.to_be_signed().is_empty());
    let _ = opened.issuer();
    let _ = opened.claims();
}
