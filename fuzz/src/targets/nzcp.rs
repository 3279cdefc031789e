//! The New Zealand COVID Pass: Base32, COSE, credential.

use crate::Target;
use crate::corpus::Kind;
use specs::nzcp;

pub(super) const TARGET: Target =
    Target { name: "nzcp", max_len: 5 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Text), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(opened) = nzcp::open(text) else { return };
    let _ = opened.claims();
    let _ = nzcp::key_url("did:web:example.org", &opened.sign1());
}
