//! Base45: what is decoded is written again the same.

use crate::Target;
use crate::corpus::Kind;
use specs::base45::{MAX_CHARS, decode, encode};
use specs::hcert::PREFIX;

pub(super) const TARGET: Target = Target {
    name: "base45",
    max_len: MAX_CHARS + 64,
    replays: 20_000,
    seeds: |corpus| {
        let texts = corpus.of(Kind::Text);
        texts.iter().filter_map(|text| text.strip_prefix(PREFIX.as_bytes())).map(<[u8]>::to_vec).collect()
    },
    run,
};

fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(bytes) = decode(text) {
        assert!(text.len() <= MAX_CHARS);
        assert_eq!(encode(&bytes), text);
    }
    assert_eq!(decode(&encode(input)).ok().as_deref(), (encode(input).len() <= MAX_CHARS).then_some(input));
}
