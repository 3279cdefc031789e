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

/// True where `point` is an encoding with y < p of a point that is not of small order. Says nothing about the curve.
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

/// Is there an x for this y on -x^2 + y^2 = 1 + d x^2 y^2? aws-lc takes any 32 bytes for a key and fails at the first
/// signature; asked here, a bad key is refused by both back ends at the same place. Costs some microseconds, once per key.
pub(crate) fn on_curve(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    let y2 = Field::from_bytes(&y).squared();
    // x^2 = (y^2 - 1) / (d y^2 + 1); a quotient is a square exactly when the product is one. The divisor is never zero.
    let product = y2.plus(MINUS_ONE).times(D.times(y2).plus(ONE));
    // Euler's criterion with the exponent (p - 1) / 2 = 2^254 - 10: ones from bit 253 down, but for bits 3 and 0.
    let mut power = ONE;
    for bit in (0..254).rev() {
        power = power.squared();
        if bit != 3 && bit != 0 {
            power = power.times(product);
        }
    }
    power.is(ONE) || product.is(Field([0; 4]))
}

/// A number modulo 2^255 - 19: four digits of 64 bits, lowest first, any number below 2^256 standing for its remainder.
#[derive(Clone, Copy)]
struct Field([u64; 4]);

const ONE: Field = Field([1, 0, 0, 0]);
const MINUS_ONE: Field = Field([0xffff_ffff_ffff_ffec, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff]);
/// The curve's d = -121665 / 121666.
const D: Field = Field([0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73]);

impl Field {
    fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut digits = [0; 4];
        for (digit, chunk) in digits.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *digit = u64::from_le_bytes(*chunk);
        }
        Self(digits)
    }

    fn plus(self, other: Self) -> Self {
        let mut sum = [0; 8];
        let mut carry = 0;
        for (digit, (left, right)) in sum.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            let total = u128::from(left) + u128::from(right) + carry;
            *digit = total as u64;
            carry = total >> 64;
        }
        sum[4] = carry as u64;
        Self::folded(sum)
    }

    fn times(self, other: Self) -> Self {
        let mut product = [0_u64; 8];
        for (i, left) in self.0.into_iter().enumerate() {
            let mut carry = 0;
            for (j, right) in other.0.into_iter().enumerate() {
                let total = u128::from(left) * u128::from(right) + u128::from(product[i + j]) + carry;
                product[i + j] = total as u64;
                carry = total >> 64;
            }
            product[i + 4] = carry as u64;
        }
        Self::folded(product)
    }

    fn squared(self) -> Self {
        self.times(self)
    }

    /// 2^256 = 38 modulo p, so the upper half counts 38 times, and so does what is carried out of that.
    fn folded(wide: [u64; 8]) -> Self {
        let mut digits = [0; 4];
        let mut carry = 0;
        let (low, high) = wide.split_at(4);
        for (digit, (low, high)) in digits.iter_mut().zip(low.iter().zip(high)) {
            let total = u128::from(*low) + 38 * u128::from(*high) + carry;
            *digit = total as u64;
            carry = total >> 64;
        }
        while carry != 0 {
            carry *= 38;
            for digit in &mut digits {
                let total = u128::from(*digit) + carry;
                *digit = total as u64;
                carry = total >> 64;
            }
        }
        Self(digits)
    }

    /// Equal modulo p: below 2^256 there are at most three representatives, p apart.
    fn is(self, other: Self) -> bool {
        self.reduced() == other.reduced()
    }

    fn reduced(self) -> [u64; 4] {
        const P: [u64; 4] = [0xffff_ffff_ffff_ffed, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff];
        let mut digits = self.0;
        while digits.iter().rev().ge(P.iter().rev()) {
            let mut borrow = false;
            for (digit, p) in digits.iter_mut().zip(P) {
                let (less, first) = digit.overflowing_sub(p);
                let (less, second) = less.overflowing_sub(u64::from(borrow));
                (*digit, borrow) = (less, first || second);
            }
        }
        digits
    }
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
    fn the_curve_is_recognised() {
        assert!(on_curve(&point("5866666666666666666666666666666666666666666666666666666666666666")));
        for y in SMALL_ORDER {
            assert!(on_curve(&y), "{}", hex::encode(y));
        }
        // Counted apart from this code, with Python's integers: for which small y there is an x.
        let small = (0..32u8).filter(|y| on_curve(&[&[*y][..], &[0; 31]].concat().try_into().unwrap()));
        assert_eq!(
            small.collect::<Vec<_>>(),
            [0, 1, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 19, 21, 23, 24, 25, 26, 27, 28, 29, 30]
        );
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
