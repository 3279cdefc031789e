//! Base32 (RFC 4648, section 6) without padding: upper-case letters and 2 to 7, five bits each.

/// The bytes of the text; `None` for another character, a length that no bytes have, or bits left over that are not zero.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut count) = (0_u32, 0);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'2'..=b'7' => character - b'2' + 26,
            _ => return None,
        };
        (held, count) = (held << 5 | u32::from(value), count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(held >> count).ok()?);
            held &= (1 << count) - 1;
        }
    }
    // A whole character left over would be one too many.
    (count < 5 && held == 0).then_some(bytes)
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
