//! What both back ends refuse of an Ed25519 point before they calculate: encodings that are not canonical, and points of
//! small order. RFC 8032 leaves both to the implementer, and libraries differ; here the answer is one, and cheap.

/// The y coordinates (little-endian, sign bit clear) of the eight points whose order divides eight: 0, 1, p-1 and the two of
/// order eight. Each stands for both signs of x.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    hex32(b"0100000000000000000000000000000000000000000000000000000000000000"),
    hex32(b"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    hex32(b"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    hex32(b"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
];

/// The field prime 2^255 - 19, little-endian.
const PRIME: [u8; 32] = hex32(b"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

/// True where `point` is an encoding with y < p of a point that is not of small order. Whether it lies on the curve is for the
/// back end to find out.
pub(crate) fn acceptable(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    let canonical = y.iter().rev().lt(PRIME.iter().rev());
    canonical && !SMALL_ORDER.contains(&y)
}

/// The 64 bytes of an Ed25519 signature, if its length is right and its R is [`acceptable`].
pub(crate) fn signature(bytes: &[u8]) -> Option<&[u8; 64]> {
    let signature: &[u8; 64] = bytes.try_into().ok()?;
    let r = signature.first_chunk::<32>()?;
    acceptable(r).then_some(signature)
}

const fn hex32(text: &[u8; 64]) -> [u8; 32] {
    const fn nibble(digit: u8) -> u8 {
        match digit {
            b'0'..=b'9' => digit - b'0',
            _ => digit - b'a' + 10,
        }
    }
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        bytes[at] = nibble(text[2 * at]) << 4 | nibble(text[2 * at + 1]);
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(text: &str) -> [u8; 32] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn the_base_point_is_acceptable() {
        assert!(acceptable(&point("5866666666666666666666666666666666666666666666666666666666666666")));
    }

    #[test]
    fn small_order_points_are_refused_with_either_sign() {
        for y in SMALL_ORDER {
            for sign in [0, 0x80] {
                let mut encoded = y;
                encoded[31] |= sign;
                assert!(!acceptable(&encoded), "{}", hex::encode(encoded));
            }
        }
    }

    #[test]
    fn y_of_p_or_more_is_refused() {
        for low in 0xed..=0xff {
            let mut encoded = PRIME;
            encoded[0] = low;
            assert!(!acceptable(&encoded));
            encoded[31] |= 0x80;
            assert!(!acceptable(&encoded));
        }
        let mut below = PRIME;
        below[0] = 0xeb;
        assert!(acceptable(&below), "p-2 is canonical and not of small order");
    }
}
