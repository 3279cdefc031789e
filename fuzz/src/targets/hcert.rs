//! The text of a certificate: what opens, opens the same after it was sealed again.

use crate::Target;
use crate::corpus::Kind;
use specs::foreign;
use specs::hcert::{MAX_CHARS, open, seal};

pub(super) const TARGET: Target =
    Target { name: "hcert", max_len: MAX_CHARS + 64, replays: 10_000, seeds: |corpus| corpus.of(Kind::Text), run };

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let recognised = foreign::recognise(text);
    let Ok(opened) = open(text) else { return };
    assert_eq!(recognised, None, "what we read is not a foreign format");
    let message = opened.sign1();
    assert!(message.payload.len() <= opened.cose().len());
    // Sealing may take more room than another compressor took, so only what fits is opened again.
    let sealed = seal(opened.cose());
    if sealed.len() <= MAX_CHARS {
        assert_eq!(open(&sealed).map(|again| again.cose().to_vec()).as_deref(), Ok(opened.cose()));
    }
    let _ = opened.claims();
}
