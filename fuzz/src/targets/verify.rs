//! The whole way from a text to a verdict: there is an answer for each, and a good signature only on what was signed.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::{NOW, ground, signed_part};
use specs::hcert::MAX_CHARS;
use verifier::verdict::Step;

pub(super) const TARGET: Target =
    Target { name: "verify", max_len: MAX_CHARS + 64, replays: 4_000, seeds: |corpus| corpus.of(Kind::Text), run };

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let verdict = ground().verifier.check(&text, NOW);
    assert_eq!(verdict.verdict, verdict.reason.class());
    let signed = verdict.passed(Step::Signature) == Some(true);
    if signed {
        let signed = signed_part(&text).expect("a text with a good signature opens");
        assert!(ground().signed.contains(&signed), "a signature that nobody made");
    }
    assert!(signed || (verdict.holder.is_none() && verdict.claims.is_none()), "nothing is shown that nobody signed");
    assert!(serde_json::to_string(&verdict).is_ok());
}
