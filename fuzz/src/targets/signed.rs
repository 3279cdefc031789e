//! The payload of a certificate with a good signature, as a dishonest issuer might make it: what lies behind the signature
//! has an answer for everything, and a certificate is valid only where its claims can be read.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::{NOW, ground};
use specs::hcert::{MAX_CHARS, seal};
use verifier::verdict::Step;

pub(super) const TARGET: Target =
    Target { name: "signed", max_len: 4096, replays: 4_000, seeds: |corpus| corpus.of(Kind::Claims), run };

fn run(input: &[u8]) {
    let text = seal(&ground().sign(input));
    let verdict = ground().verifier.check(&text, NOW);
    assert_eq!(verdict.verdict, verdict.reason.class());
    if text.len() <= MAX_CHARS {
        assert_eq!(verdict.passed(Step::Signature), Some(true), "{:?}", verdict.checks);
    }
    assert!(!verdict.is_valid() || (verdict.holder.is_some() && verdict.claims.is_some()));
    assert!(serde_json::to_string(&verdict).is_ok());
    assert!(!verifier::inspect::report(&text).text.is_empty());
}
