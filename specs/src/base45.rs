//! Base45 (RFC 9285): bytes as the 45 characters that a QR symbol packs best.
//!
//! Alphabet and encoder are those of crate `base45`. Decoding is done here, because the crate takes longer over it than
//! all other layers together (with it `bench verify` gives 0.85 for Ed25519 instead of 0.91), sets no bound, and lets pass a
//! last pair of characters that stands for more than a byte; a property test holds the two decoders to the same answers
//! otherwise.

/// The most characters a certificate may have with its prefix: what the largest QR symbol holds in alphanumeric mode.
pub const MAX_CHARS: usize = 4_296;

/// Why a text is not Base45.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Longer than [`MAX_CHARS`].
    #[error("{length} characters where {MAX_CHARS} are allowed")]
    TooLong {
        /// Characters (bytes) given.
        length: usize,
    },
    /// A character outside the alphabet, a group that stands for more than its bytes can hold, or one character alone.
    #[error("not Base45")]
    NotBase45,
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TooLong { .. } => "base45-too-long",
            Error::NotBase45 => "base45",
        }
    }
}

/// The text for the bytes: three characters for two bytes, two for a last single byte.
pub fn encode(bytes: &[u8]) -> String {
    base45::encode(bytes)
}

/// The bytes of the text. Lower case is not in the alphabet.
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    if text.len() > MAX_CHARS {
        return Err(Error::TooLong { length: text.len() });
    }
    let (groups, rest) = text.as_bytes().as_chunks::<3>();
    let length = 2 * groups.len() + rest.len() / 2;
    #[expect(clippy::slow_vector_initialization, reason = "glibc's calloc takes longer than these zeroes")]
    let mut bytes = Vec::with_capacity(length);
    bytes.resize(length, 0);
    let (pairs, last) = bytes.as_chunks_mut::<2>();
    // What is not in the alphabet counts more than any sum may be, so one look at all sums together refuses both.
    let mut all = 0;
    for ([one, two, three], pair) in groups.iter().zip(pairs) {
        let sum = value::<1>(*one) + value::<45>(*two) + value::<2025>(*three);
        all |= sum;
        *pair = (sum as u16).to_be_bytes();
    }
    if all > u32::from(u16::MAX) {
        return Err(Error::NotBase45);
    }
    match (rest, last) {
        ([], []) => Ok(bytes),
        ([one, two], [last]) => {
            *last = u8::try_from(value::<1>(*one) + value::<45>(*two)).map_err(|_| Error::NotBase45)?;
            Ok(bytes)
        }
        _ => Err(Error::NotBase45),
    }
}

fn value<const TIMES: u32>(char: u8) -> u32 {
    let table = const { &values(TIMES) };
    table[usize::from(char)]
}

/// So many times the value of each byte as a character, and 2^16 for those that are none.
const fn values(times: u32) -> [u32; 256] {
    let mut values = [1 << 16; 256];
    let mut value = 0;
    while value < base45::alphabet::TABLE.len() {
        values[base45::alphabet::TABLE[value] as usize] = times * value as u32;
        value += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vectors_of_rfc_9285() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0"), ("", "")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Ok(bytes.as_bytes()));
        }
    }

    #[test]
    fn the_largest_groups() {
        assert_eq!(decode("FGW").as_deref(), Ok(&[0xff, 0xff][..]));
        assert_eq!(decode("U5").as_deref(), Ok(&[0xff][..]));
    }

    #[test]
    fn groups_that_overflow() {
        // RFC 9285 section 6 names GGW; V5 is 256 and :: is 2024 for one byte.
        for text in ["GGW", ":::", "V5", "::", "FGWV5"] {
            assert_eq!(decode(text), Err(Error::NotBase45), "{text}");
        }
    }

    #[test]
    fn what_is_not_base45() {
        for text in ["A", "BB8A", "bb8", "BB\u{38}\n", "B=8", "ＢＢ８", "BB8é"] {
            assert_eq!(decode(text), Err(Error::NotBase45), "{text}");
        }
    }

    #[test]
    fn longer_than_any_qr_symbol() {
        assert_eq!(decode(&"0".repeat(MAX_CHARS)).map(|bytes| bytes.len()), Ok(MAX_CHARS / 3 * 2));
        assert_eq!(decode(&"0".repeat(MAX_CHARS + 1)), Err(Error::TooLong { length: MAX_CHARS + 1 }));
    }

    proptest! {
        #[test]
        fn there_and_back(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Ok(bytes));
        }

        #[test]
        fn one_text_for_one_sequence_of_bytes(text in "[0-9A-Z $%*+./:-]{0,40}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }

        #[test]
        fn the_crate_decodes_alike(text in "[0-9A-Za-z $%*+./:-]{0,40}|[0-9A-Z]{0,40}") {
            match decode(&text) {
                Ok(bytes) => prop_assert_eq!(base45::decode(&text), Ok(bytes)),
                // But for a last pair that it cuts down to its low byte.
                Err(_) if text.len() % 3 == 2 => {}
                Err(_) => prop_assert!(base45::decode(&text).is_err()),
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = decode(&text);
        }
    }
}
