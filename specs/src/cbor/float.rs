//! The three widths of float and the shortest one that keeps the value (RFC 8949 sections 3.3 and 4.2.1).

/// A float as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shortest {
    Half(u16),
    Single(u32),
    Double(u64),
}

/// The shortest form of the value; every NaN becomes the quiet half NaN `7e00`.
pub(super) fn shortest(value: f64) -> Shortest {
    if value.is_nan() {
        return Shortest::Half(0x7e00);
    }
    let single = value as f32;
    if f64::from(single).to_bits() != value.to_bits() {
        return Shortest::Double(value.to_bits());
    }
    match single_to_half(single) {
        Some(half) => Shortest::Half(half),
        None => Shortest::Single(single.to_bits()),
    }
}

/// The value of a half-precision float (RFC 8949 appendix D).
pub(super) fn half_to_double(half: u16) -> f64 {
    let exponent = i32::from(half >> 10 & 0x1f);
    let fraction = f64::from(half & 0x3ff);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if half & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// The half that has exactly this value, if there is one. Not for NaN.
fn single_to_half(single: f32) -> Option<u16> {
    let bits = single.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 127;
    let fraction = bits & 0x7f_ffff;
    let magnitude = match exponent {
        -127 if fraction == 0 => 0,
        128 => 0x7c00,
        -14..=15 if fraction.trailing_zeros() >= 13 => ((exponent + 15) as u16) << 10 | (fraction >> 13) as u16,
        // Below 2^-14 a half has no hidden bit left: 24 bits of significand are shifted into at most 10.
        -24..=-15 => {
            let significand = fraction | 0x80_0000;
            let shift = (-1 - exponent) as u32;
            if significand.trailing_zeros() < shift {
                return None;
            }
            (significand >> shift) as u16
        }
        _ => return None,
    };
    Some(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_its_own_shortest_form() {
        for half in 0..=u16::MAX {
            let value = half_to_double(half);
            let expected = if value.is_nan() { 0x7e00 } else { half };
            assert_eq!(shortest(value), Shortest::Half(expected), "{half:04x}");
        }
    }

    #[test]
    fn between_the_halves() {
        assert_eq!(shortest(100_000.0), Shortest::Single(0x47c3_5000));
        assert_eq!(shortest(3.402_823_466_385_288_6e38), Shortest::Single(0x7f7f_ffff));
        assert_eq!(shortest(1.1), Shortest::Double(0x3ff1_9999_9999_999a));
        assert_eq!(shortest(65_504.0), Shortest::Half(0x7bff));
        assert_eq!(shortest(65_505.0), Shortest::Single(0x477f_e100));
        // Half of the smallest half, and the smallest single, which a half cannot say.
        assert_eq!(shortest(2f64.powi(-25)), Shortest::Single(0x3300_0000));
        assert_eq!(shortest(2f64.powi(-149)), Shortest::Single(1));
        assert_eq!(shortest(f64::from_bits(1)), Shortest::Double(1));
    }
}
