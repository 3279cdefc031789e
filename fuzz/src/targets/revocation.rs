//! The revocation part of a trust bundle: what is read is written the same.

use crate::Target;
use crate::corpus::Kind;
use specs::revocation::Revocation;

pub(super) const TARGET: Target =
    Target { name: "revocation", max_len: 64 * 1024, replays: 5_000, seeds: |corpus| corpus.of(Kind::Cbor), run };

fn run(input: &[u8]) {
    let Ok(read) = Revocation::decode(input) else { return };
    assert_eq!(Revocation::decode(&read.encode()), Ok(read));
}
