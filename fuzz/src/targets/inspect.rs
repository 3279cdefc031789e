//! The report on every layer: there is one for each text, without characters that would act on a terminal.

use crate::Target;
use crate::corpus::Kind;
use specs::hcert::MAX_CHARS;
use verifier::inspect::report;

pub(super) const TARGET: Target =
    Target { name: "inspect", max_len: MAX_CHARS + 64, replays: 4_000, seeds: |corpus| corpus.of(Kind::Text), run };

fn run(input: &[u8]) {
    let report = report(&String::from_utf8_lossy(input));
    assert!(!report.text.is_empty());
    let acts = |letter: char| {
        (letter.is_control() && letter != '\n') || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!report.text.contains(acts), "{:?}", report.text);
}
