//! Names in the letters of travel documents (fields `fnt`, `gnt`): ICAO Doc 9303 part 3, with the choices that the EU
//! certificate makes among its alternatives, and right for Vietnamese. The page is `specs/transliteration.md`.
//!
//! One algorithm for every issuer: where two transliterated differently, one person became two at the border.

use std::iter::Peekable;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest transliterated name, in characters (EU schema 1.3.x).
pub const MAX_CHARS: usize = 80;

/// A name in `A`-`Z` and `<`.
///
/// Letters of the Latin and Cyrillic scripts are written as the tables say; other marks are dropped. Blanks, hyphens,
/// slashes and underscores become one `<` between words; apostrophes, dots, commas, digits and everything else are
/// omitted. So are letters of all other scripts: for such a name the caller passes the Latin spelling of the holder's
/// identity document instead. At most [`MAX_CHARS`] characters, never a `<` at either end, never two together. The
/// result does not depend on how the input is normalised.
pub fn transliterate(name: &str) -> String {
    let mut out = String::with_capacity(name.len().min(MAX_CHARS));
    let mut word_ended = false;
    // Compatibility decomposition: base letters and marks apart, and the full-width letters, ligatures and
    // no-break blanks that copy and paste brings are turned into plain ones.
    let mut letters = name.nfkd().peekable();
    while let Some(letter) = letters.next() {
        if is_separator(letter) {
            word_ended = !out.is_empty();
            continue;
        }
        let marks = Marks::take(&mut letters);
        for upper in letter.to_uppercase() {
            let written = write(upper, marks);
            for latin in written.chars() {
                let wanted = 1 + usize::from(word_ended);
                if out.len() + wanted > MAX_CHARS {
                    return out;
                }
                if word_ended {
                    out.push('<');
                    word_ended = false;
                }
                out.push(latin);
            }
        }
    }
    out
}

/// Family name and given names of a Vietnamese full name: the first word, and all that follows (middle name and given
/// name belong together: `Nguyễn`, `Thị Hồng Nhung`). A single word is the family name, as in travel documents. Both come
/// in normal form C with single blanks.
///
/// This is a proposal for a form to fill in, not a fact: a few family names have two words (Tôn Thất, Âu Dương), and what
/// stands in the identity document goes before it.
pub fn split_vietnamese_name(full: &str) -> (String, String) {
    let full: String = full.nfc().collect();
    let mut words = full.split_whitespace();
    let family = words.next().unwrap_or_default().to_owned();
    let given = words.collect::<Vec<_>>().join(" ");
    (family, given)
}

/// The marks on a letter that change how it is written. All others, the tones and horns of Vietnamese among them, only drop.
#[derive(Clone, Copy, Default)]
struct Marks {
    diaeresis: bool,
    ring: bool,
}

impl Marks {
    /// Takes the combining marks that follow a base letter.
    fn take(letters: &mut Peekable<impl Iterator<Item = char>>) -> Marks {
        let mut marks = Marks::default();
        while let Some(mark) = letters.next_if(|&next| is_combining_mark(next)) {
            marks.diaeresis |= mark == '\u{308}';
            marks.ring |= mark == '\u{30a}';
        }
        marks
    }
}

fn is_separator(letter: char) -> bool {
    // U+2010..U+2015 are the hyphens and dashes, U+2212 the minus sign.
    letter.is_whitespace() || matches!(letter, '-' | '<' | '/' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// One upper-case base letter with its marks. Empty: omitted.
fn write(upper: char, marks: Marks) -> &'static str {
    match (upper, marks) {
        ('A', Marks { diaeresis: true, .. }) => "AE",
        ('O', Marks { diaeresis: true, .. }) => "OE",
        ('U', Marks { diaeresis: true, .. }) => "UE",
        ('A', Marks { ring: true, .. }) => "AA",
        _ => LATIN_PLAIN.get(ascii_index(upper)).copied().unwrap_or_else(|| tables(upper)),
    }
}

/// Place of a plain letter in the alphabet; beyond it for any other character.
fn ascii_index(upper: char) -> usize {
    if upper.is_ascii_uppercase() { usize::from(upper as u8 - b'A') } else { usize::MAX }
}

const LATIN_PLAIN: [&str; 26] = [
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W",
    "X", "Y", "Z",
];

/// Letters that do not decompose into a plain letter and marks: Doc 9303 part 3, section 6, tables A (Latin) and B
/// (Cyrillic). Upper case only; what decomposes (Й, Ё, Ї) has been taken apart before.
fn tables(upper: char) -> &'static str {
    match upper {
        // Latin
        'Đ' | 'Ð' | 'Ɖ' => "D",
        'Æ' => "AE",
        'Ø' | 'Œ' => "OE",
        'Þ' => "TH",
        'ẞ' | 'ß' => "SS",
        'Ł' => "L",
        'Ħ' => "H",
        'Ŧ' => "T",
        'Ŋ' => "N",
        'ĸ' => "Q",
        'Ə' => "E",
        // Cyrillic
        'А' => "A",
        'Б' => "B",
        'В' => "V",
        'Г' | 'Ґ' => "G",
        'Д' | 'Ђ' => "D",
        'Е' | 'Э' => "E",
        'Є' | 'Ъ' => "IE",
        'Ж' => "ZH",
        'З' => "Z",
        'И' | 'І' => "I",
        'Ј' => "J",
        'К' => "K",
        'Л' => "L",
        'Љ' => "LJ",
        'М' => "M",
        'Н' => "N",
        'Њ' => "NJ",
        'О' => "O",
        'П' => "P",
        'Р' => "R",
        'С' => "S",
        'Т' => "T",
        'Ћ' => "C",
        'У' | 'Ѫ' => "U",
        'Ф' => "F",
        'Х' => "KH",
        'Ц' => "TS",
        'Ч' => "CH",
        'Џ' | 'Ѕ' => "DZ",
        'Ш' => "SH",
        'Щ' => "SHCH",
        'Ы' | 'Ѵ' => "Y",
        'Ю' => "IU",
        'Я' => "IA",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn vectors() -> Value {
        serde_json::from_str(include_str!("../vectors/transliteration.json")).unwrap()
    }

    #[test]
    fn names_of_the_vectors_in_every_normal_form() {
        for case in vectors()["names"].as_array().unwrap() {
            let (name, expected) = (case["name"].as_str().unwrap(), case["icao"].as_str().unwrap());
            assert_eq!(transliterate(name), expected, "{name}");
            assert_eq!(transliterate(&name.nfc().collect::<String>()), expected, "{name} as NFC");
            assert_eq!(transliterate(&name.nfd().collect::<String>()), expected, "{name} as NFD");
        }
    }

    #[test]
    fn vietnamese_names_of_the_vectors_are_split() {
        for case in vectors()["split"].as_array().unwrap() {
            let full = case["full"].as_str().unwrap();
            let (family, given) = split_vietnamese_name(full);
            assert_eq!(
                (family.as_str(), given.as_str()),
                (case["family"].as_str().unwrap(), case["given"].as_str().unwrap())
            );
            assert_eq!(split_vietnamese_name(&full.nfd().collect::<String>()), (family, given));
        }
    }

    #[test]
    fn every_vietnamese_letter_is_one_plain_letter() {
        let letters = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ";
        for letter in letters.chars() {
            for form in [letter.to_string(), letter.to_uppercase().to_string()] {
                let written = transliterate(&form);
                assert_eq!(written.len(), 1, "{form} became {written}");
                let plain = form.nfd().next().unwrap().to_ascii_uppercase();
                let plain = if matches!(plain, 'đ' | 'Đ') { 'D' } else { plain };
                assert_eq!(written, plain.to_string());
            }
        }
    }

    #[test]
    fn long_names_are_cut_without_a_filler_at_the_end() {
        assert_eq!(transliterate(&"a".repeat(500)), "A".repeat(80));
        let at_the_edge = format!("{} bc", "a".repeat(78));
        assert_eq!(transliterate(&at_the_edge), format!("{}<B", "A".repeat(78)));
        let filler_last = format!("{} bc", "a".repeat(79));
        assert_eq!(transliterate(&filler_last), "A".repeat(79));
    }

    proptest! {
        #[test]
        fn output_is_letters_and_single_inner_fillers(name in "\\PC{0,120}") {
            let written = transliterate(&name);
            prop_assert!(written.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'<'));
            prop_assert!(written.len() <= MAX_CHARS);
            prop_assert!(!written.contains("<<") && !written.starts_with('<') && !written.ends_with('<'));
        }

        #[test]
        fn normal_forms_give_the_same_and_a_second_pass_changes_nothing(name: String) {
            let written = transliterate(&name);
            prop_assert_eq!(&transliterate(&name.nfc().collect::<String>()), &written);
            prop_assert_eq!(&transliterate(&name.nfd().collect::<String>()), &written);
            prop_assert_eq!(&transliterate(&written), &written);
        }

        #[test]
        fn stacked_marks_in_any_order_drop(base in "[aeiouyAEIOUY]", marks in "[\u{300}\u{301}\u{302}\u{303}\u{306}\u{309}\u{31b}\u{323}]{0,4}") {
            prop_assert_eq!(transliterate(&format!("{base}{marks}")), base.to_uppercase());
        }
    }
}
