//! Whether a text is in Unicode's normal form C. The tables and the rules of single characters are those of crate
//! `unicode-normalization`; putting them together is done here, because the crate's own iterator brings the tables of the
//! compatibility forms with it, which weigh more than everything that a verifier needs for reading certificates. A property
//! test holds the two to the same answers.

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// Whether the text is in normal form C (Unicode Standard Annex 15).
pub(crate) fn is_nfc(text: &str) -> bool {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => true,
        IsNormalized::No => false,
        IsNormalized::Maybe => text.chars().eq(composed(text)),
    }
}

/// Decomposed, put in order and composed again.
fn composed(text: &str) -> Vec<char> {
    let mut letters: Vec<(u8, char)> = Vec::new();
    for letter in text.chars() {
        decompose_canonical(letter, |part| letters.push((canonical_combining_class(part), part)));
    }
    for marks in letters.split_mut(|(class, _)| *class == 0) {
        marks.sort_by_key(|(class, _)| *class);
    }
    let mut composed: Vec<char> = Vec::with_capacity(letters.len());
    // The last letter that marks may join, and the class of the last mark between that did not.
    let (mut starter, mut passed) = (None, None);
    for (class, letter) in letters {
        let is_open = passed.is_none_or(|passed| passed < class);
        let joined = starter.filter(|_| is_open).and_then(|at: usize| Some((at, compose(composed[at], letter)?)));
        if let Some((at, whole)) = joined {
            composed[at] = whole;
            continue;
        }
        passed = Some(class);
        if class == 0 {
            (starter, passed) = (Some(composed.len()), None);
        }
        composed.push(letter);
    }
    composed
}

#[cfg(test)]
mod tests {
    use super::{composed, is_nfc};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    #[test]
    fn vietnamese_and_the_examples_of_the_annex() {
        for (text, expected) in [
            ("Nguyễn Thị Hồng Nhung", true),
            ("Nguye\u{302}\u{303}n", false),
            ("\u{212b}", false),
            ("\u{1e9b}\u{323}", true),
            ("a\u{328}\u{301}", false),
            ("q\u{307}\u{323}", false),
            ("q\u{323}\u{307}", true),
            ("\u{1100}\u{1161}", false),
            ("\u{ac00}", true),
            ("\u{301}a", true),
        ] {
            assert_eq!(is_nfc(text), expected, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_crate_says_the_same(text in "([a-zA-ZđĐơƯ가\\u{1100}\\u{1161}\\u{11a8}\\u{212b}\\u{1e9b}]|[\\u{300}-\\u{34f}]|\\PC){0,12}") {
            prop_assert_eq!(is_nfc(&text), unicode_normalization::is_nfc(&text));
            prop_assert_eq!(composed(&text), text.nfc().collect::<Vec<_>>());
        }
    }
}
