//! The claims of a certificate: what can be written again reads the same.

use crate::Target;
use crate::corpus::Kind;
use specs::cbor::Limits;
use specs::hcert::{Claims, Tolerances};

pub(super) const TARGET: Target = Target {
    name: "claims",
    max_len: Limits::FOREIGN.max_bytes + 16,
    replays: 20_000,
    seeds: |corpus| corpus.of(Kind::Claims),
    run,
};

fn run(input: &[u8]) {
    let Ok(mut claims) = Claims::decode(input) else { return };
    if let Ok(written) = claims.encode() {
        claims.tolerances = Tolerances::NONE;
        assert_eq!(Claims::decode(&written), Ok(claims));
    }
}
