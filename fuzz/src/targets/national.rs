//! The national certificate: there is exactly one encoding of each.

use crate::Target;
use crate::corpus::Kind;
use specs::cbor::Limits;
use specs::national::Certificate;

pub(super) const TARGET: Target = Target {
    name: "national",
    max_len: Limits::FOREIGN.max_bytes + 16,
    replays: 20_000,
    seeds: |corpus| corpus.of(Kind::National),
    run,
};

fn run(input: &[u8]) {
    let Ok(certificate) = Certificate::decode(input) else { return };
    assert_eq!(certificate.check(), Ok(()));
    assert_eq!(certificate.encode().as_deref(), Ok(input));
    let _ = certificate.name.full();
}
