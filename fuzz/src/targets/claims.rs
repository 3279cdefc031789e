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
        let mut again = Claims::decode(&written).expect("what was written can be read");
        // What was forgiven need not be so again.
        claims.tolerances = Tolerances::NONE;
        again.tolerances = Tolerances::NONE;
        assert_eq!(again, claims);
    }
}
