//! The EU certificate: one without faults is written and reads the same; one with faults gets a list of them.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::NOW;
use specs::cbor::Limits;
use specs::dcc::Certificate;
use specs::value_set::ValueSets;

pub(super) const TARGET: Target = Target {
    name: "dcc",
    max_len: Limits::FOREIGN.max_bytes + 16,
    replays: 20_000,
    seeds: |corpus| corpus.of(Kind::Dcc),
    run,
};

fn run(input: &[u8]) {
    let Ok((certificate, _)) = Certificate::decode(input) else { return };
    for fault in certificate.faults(ValueSets::bundled(), NOW) {
        assert!(!fault.code().is_empty() && !fault.field().is_empty());
    }
    let _ = (certificate.entry.id(), certificate.entry.country(), certificate.entry.issuer());
    if let Ok(written) = certificate.encode() {
        assert_eq!(Certificate::decode(&written).map(|(again, _)| again), Ok(certificate));
    }
}
