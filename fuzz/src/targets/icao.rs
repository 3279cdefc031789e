//! Transliteration of names: nothing but letters and single fillers between them, whatever comes, and the same again.

use crate::Target;
use crate::corpus::Kind;
use specs::icao::{MAX_CHARS, split_vietnamese_name, transliterate};

pub(super) const TARGET: Target =
    Target { name: "icao", max_len: 512, replays: 20_000, seeds: |corpus| corpus.of(Kind::Words), run };

fn run(input: &[u8]) {
    let name = String::from_utf8_lossy(input);
    let latin = transliterate(&name);
    assert!(latin.len() <= MAX_CHARS);
    assert!(latin.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'<'), "{latin}");
    assert!(!latin.starts_with('<') && !latin.ends_with('<') && !latin.contains("<<"), "{latin}");
    assert_eq!(transliterate(&latin.replace('<', " ")), latin);
    let (family, given) = split_vietnamese_name(&name);
    assert!(!family.contains(char::is_whitespace) && given.trim() == given);
}
