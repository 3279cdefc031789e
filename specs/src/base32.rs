//! Base32 (RFC 4648, section 6) without padding: upper-case letters and 2 to 7, five bits each.

use data_encoding::BASE32_NOPAD;

/// The bytes of the text; `None` for another character, a length that no bytes have, or bits left over that are not zero.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

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
}
