//! Base32 (RFC 4648, section 6) without padding: upper-case letters and 2 to 7, five bits each.

/// The bytes of the text; `None` for another character, a length that no bytes have, or bits left over that are not zero.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let (groups, last) = text.as_bytes().as_chunks::<8>();
    let mut bytes = vec![0; text.len() * 5 / 8];
    let (fives, rest) = bytes.as_chunks_mut::<5>();
    // Looked at once, at the end.
    let mut all = 0;
    let mut number = |group: &[u8]| {
        group.iter().fold(0_u64, |bits, &character| {
            let value = VALUES[usize::from(character)];
            all |= value;
            bits << 5 | u64::from(value)
        })
    };
    for (group, five) in groups.iter().zip(fives) {
        let [_, _, _, number @ ..] = number(group).to_be_bytes();
        *five = number;
    }
    let (bits, left) = (number(last), 5 * last.len() % 8);
    let whole = (bits >> left).to_be_bytes();
    rest.copy_from_slice(&whole[whole.len() - rest.len()..]);
    // A whole character left over would be one too many.
    (all < NONE && left < 5 && bits.trailing_zeros() as usize >= left).then_some(bytes)
}

/// More than the value of any character.
const NONE: u8 = 32;

/// The value of each byte as a character, and [`NONE`] for those that are none.
const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < alphabet.len() {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::decode;
    use data_encoding::BASE32_NOPAD;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standard_are_read() {
        for (text, bytes) in [
            ("", ""),
            ("MY", "f"),
            ("MZXQ", "fo"),
            ("MZXW6", "foo"),
            ("MZXW6YQ", "foob"),
            ("MZXW6YTB", "fooba"),
            ("MZXW6YTBOI", "foobar"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_read() {
        for (text, what) in [
            ("my", "lower case"),
            ("MY======", "padding"),
            ("M1", "a digit outside the alphabet"),
            ("M", "one character"),
            ("MZX", "three characters"),
            ("MZXW6Y", "six characters"),
            ("MZ", "bits left over"),
            ("M Y", "a space"),
        ] {
            assert_eq!(decode(text), None, "{what}");
        }
    }

    proptest! {
        #[test]
        fn bytes_there_and_back(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&BASE32_NOPAD.encode(&bytes)), Some(bytes));
        }

        #[test]
        fn a_second_reader_says_the_same(text in "[A-Z2-7]{0,20}|[A-Z2-8a=]{0,20}|\\PC{0,20}") {
            prop_assert_eq!(decode(&text), BASE32_NOPAD.decode(text.as_bytes()).ok());
        }
    }
}
