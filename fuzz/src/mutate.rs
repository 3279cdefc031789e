//! Mutations of seeds that are the same on every run and machine: what libFuzzer does, without its eyes. For tests on
//! stable Rust and for comparing with other implementations.

/// Numbers that look random and are the same every time (xorshift64*, Vigna 2016).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same for the same number.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        (number % bound as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}

/// Bytes at which parsers decide: ends of ranges, heads of CBOR, tags of DER.
const TELLING: [u8; 24] = [
    0x00, 0x01, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x30, 0x3b, 0x40, 0x5f, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xd2,
    0xf6, 0xf7, 0xf9, 0xfb, 0xff,
];

/// One to four changes of `seed`, at places that the dice choose: a bit, a byte, a piece left out, doubled, moved or
/// taken from `other`, an end cut off. At most `max_len` bytes.
#[must_use]
pub fn mutated(seed: &[u8], other: &[u8], max_len: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        change(&mut bytes, other, dice);
    }
    bytes.truncate(max_len);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    if bytes.is_empty() {
        bytes.push(dice.byte());
        return;
    }
    let at = dice.below(bytes.len());
    // Short pieces mostly: they keep what is around them meaningful.
    let reach = (bytes.len() - at).min(if dice.below(4) == 0 { usize::MAX } else { 16 });
    let piece = at..at + 1 + dice.below(reach);
    match dice.below(9) {
        0 | 1 => bytes[at] ^= 1 << dice.below(8),
        2 => bytes[at] = TELLING[dice.below(TELLING.len())],
        3 => bytes[at] = dice.byte(),
        4 => bytes.insert(at, TELLING[dice.below(TELLING.len())]),
        5 => drop(bytes.drain(piece)),
        6 => {
            let copy = bytes[piece].to_vec();
            let to = dice.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        7 if !other.is_empty() => {
            let from = dice.below(other.len());
            let length = 1 + dice.below((other.len() - from).min(64));
            bytes.splice(piece, other[from..from + length].iter().copied());
        }
        _ => bytes.truncate(at),
    }
}
