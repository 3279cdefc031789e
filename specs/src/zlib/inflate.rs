//! DEFLATE (RFC 1951), decoding only: for messages of a few hundred bytes in front of a signature check.
//!
//! Libraries are made for long streams: the state that they set up takes longer than a certificate takes to decode. Here
//! nothing is allocated but the content, which never grows beyond what the caller allows. Strict where the RFC leaves no
//! room: a code that is over-subscribed or, but for a lone distance code, incomplete is refused, and so is a distance
//! beyond the beginning. A property test and a fuzz target hold it to the answers of `miniz_oxide`.

use super::Error;

/// The longest code word.
const MAX_LENGTH: usize = 15;
/// Code words up to this length are found in one step: of literals and lengths, and of the two smaller codes.
const FAST_LITERALS: usize = 1 << 9;
const FAST_OTHERS: usize = 1 << 7;

/// Decodes one stream from the beginning of `bytes` into at most `most` bytes; also says how many bytes it took.
pub(super) fn inflate(bytes: &[u8], most: usize) -> Result<(Vec<u8>, usize), Error> {
    let mut bits = Bits { bytes, at: 0, held: 0, count: 0 };
    // Most certificates fit the first time.
    let mut out = Output { content: Vec::with_capacity(bytes.len().saturating_mul(3).min(most)), most };
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out)?,
            1 => {
                let (literals, distances) = fixed();
                block(&mut bits, &mut out, &literals, &distances)?;
            }
            2 => {
                let (literals, distances) = dynamic(&mut bits)?;
                block(&mut bits, &mut out, &literals, &distances)?;
            }
            _ => return Err(Error::Corrupt),
        }
        if last {
            return Ok((out.content, bits.position()));
        }
    }
}

/// The content so far, and how long it may get.
struct Output {
    content: Vec<u8>,
    most: usize,
}

impl Output {
    fn room(&self, more: usize) -> Result<(), Error> {
        if more > self.most - self.content.len() { Err(Error::TooLong) } else { Ok(()) }
    }

    /// Repeats what stands that many bytes back.
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), Error> {
        self.room(length)?;
        let start = self.content.len().checked_sub(distance).ok_or(Error::Corrupt)?;
        if distance >= length {
            self.content.extend_from_within(start..start + length);
        } else {
            // The copy goes on in what it has written.
            let mut left = length;
            while left > 0 {
                let part = left.min(self.content.len() - start);
                self.content.extend_from_within(start..start + part);
                left -= part;
            }
        }
        Ok(())
    }
}

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte that is not held.
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Holds at least the 48 bits that a length and its distance have together at most, or all that are left.
    #[inline]
    fn refill(&mut self) {
        if self.count >= 48 {
            return;
        }
        if let Some(eight) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            // Bits of a byte that is not counted yet are the same when it comes again.
            self.held |= u64::from_le_bytes(*eight) << self.count;
            let whole = (63 - self.count) / 8;
            self.at += whole as usize;
            self.count += whole * 8;
            return;
        }
        while let (Some(byte), true) = (self.bytes.get(self.at), self.count < 56) {
            self.held |= u64::from(*byte) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    #[inline]
    fn drop(&mut self, count: u32) -> Result<(), Error> {
        self.count = self.count.checked_sub(count).ok_or(Error::Corrupt)?;
        self.held >>= count;
        Ok(())
    }

    /// The next bits, at most 16, as a number.
    fn take(&mut self, count: u32) -> Result<usize, Error> {
        self.refill();
        self.take_held(count)
    }

    /// The same, where enough of them are held.
    #[inline]
    fn take_held(&mut self, count: u32) -> Result<usize, Error> {
        let number = (self.held & ((1 << count) - 1)) as usize;
        self.drop(count)?;
        Ok(number)
    }

    /// Whole bytes that were taken, the one begun counted.
    fn position(&self) -> usize {
        self.at - (self.count / 8) as usize
    }
}

/// A canonical prefix code (RFC 1951 section 3.2.2).
struct Code<const SYMBOLS: usize, const FAST: usize> {
    /// For each beginning of a code word, 2^n of them for n bits: the symbol and, in the lowest four bits, its length; 0 where it is longer or is
    /// none.
    fast: [u16; FAST],
    /// How many code words have each length.
    counts: [u16; MAX_LENGTH + 1],
    /// The symbols in the order of their code words.
    symbols: [u16; SYMBOLS],
}

impl<const SYMBOLS: usize, const FAST: usize> Code<SYMBOLS, FAST> {
    /// The code with these lengths, 0 for a symbol that has none.
    fn new(lengths: &[u8]) -> Result<Self, Error> {
        let mut code = Self { fast: [0; FAST], counts: [0; MAX_LENGTH + 1], symbols: [0; SYMBOLS] };
        for length in lengths {
            code.counts[usize::from(*length)] += 1;
        }
        code.counts[0] = 0;
        let (mut places, mut words) = ([0_u16; MAX_LENGTH + 1], [0_u16; MAX_LENGTH + 1]);
        let (mut left, mut used) = (1_i32, 0);
        for length in 1..=MAX_LENGTH {
            left = 2 * left - i32::from(code.counts[length]);
            if left < 0 {
                return Err(Error::Corrupt);
            }
            places[length] = used;
            words[length] = (words[length - 1] + code.counts[length - 1]) << 1;
            used += code.counts[length];
        }
        // A single distance may have a code of one bit, half of which then means nothing; and a block of literals has none.
        let lone = used <= 1 && code.counts[1] == used;
        if left > 0 && !lone {
            return Err(Error::Corrupt);
        }
        for (symbol, length) in (0_u16..).zip(lengths) {
            let at = usize::from(*length);
            if at == 0 {
                continue;
            }
            code.symbols[usize::from(places[at])] = symbol;
            places[at] += 1;
            let word = words[at];
            words[at] += 1;
            if 1 << at <= FAST {
                let first = usize::from(word.reverse_bits() >> (16 - length));
                let entry = symbol << 4 | u16::from(*length);
                for slot in code.fast[first..].iter_mut().step_by(1 << length) {
                    *slot = entry;
                }
            }
        }
        Ok(code)
    }

    /// The symbol of the next code word, where enough bits are held.
    #[inline]
    fn next_held(&self, bits: &mut Bits<'_>) -> Result<usize, Error> {
        let entry = self.fast[bits.held as usize % FAST];
        if entry == 0 {
            return self.next_slowly(bits);
        }
        bits.drop(u32::from(entry & 15))?;
        Ok(usize::from(entry >> 4))
    }

    /// Bit by bit: the code words of each length are consecutive numbers.
    fn next_slowly(&self, bits: &mut Bits<'_>) -> Result<usize, Error> {
        let (mut word, mut first, mut place) = (0_usize, 0_usize, 0_usize);
        for count in &self.counts[1..] {
            let count = usize::from(*count);
            word |= bits.take_held(1)?;
            if word < first + count {
                return Ok(usize::from(self.symbols[place + word - first]));
            }
            place += count;
            first = (first + count) << 1;
            word <<= 1;
        }
        Err(Error::Corrupt)
    }
}

type Literals = Code<288, FAST_LITERALS>;
type Distances = Code<32, FAST_OTHERS>;

fn fixed() -> (Literals, Distances) {
    let mut lengths = [8; 288];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    let whole = "the RFC's own codes are whole";
    (Code::new(&lengths).expect(whole), Code::new(&[5; 32]).expect(whole))
}

/// The codes that stand at the head of a block (RFC 1951 section 3.2.7).
fn dynamic(bits: &mut Bits<'_>) -> Result<(Literals, Distances), Error> {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let (literals, distances) = (bits.take(5)? + 257, bits.take(5)? + 1);
    let described = bits.take(4)? + 4;
    if literals > 286 || distances > 30 {
        return Err(Error::Corrupt);
    }
    let mut lengths = [0; 19];
    for place in &ORDER[..described] {
        lengths[*place] = bits.take(3)? as u8;
    }
    let code = Code::<19, FAST_OTHERS>::new(&lengths)?;
    let mut lengths = [0; 286 + 30];
    let (mut at, all) = (0, literals + distances);
    while at < all {
        bits.refill();
        let (length, times) = match code.next_held(bits)? {
            length @ 0..16 => (length as u8, 1),
            16 => (*lengths[..at].last().ok_or(Error::Corrupt)?, 3 + bits.take_held(2)?),
            17 => (0, 3 + bits.take_held(3)?),
            _ => (0, 11 + bits.take_held(7)?),
        };
        lengths[..all].get_mut(at..at + times).ok_or(Error::Corrupt)?.fill(length);
        at += times;
    }
    // A block without an end never ends.
    if lengths[256] == 0 {
        return Err(Error::Corrupt);
    }
    Ok((Code::new(&lengths[..literals])?, Code::new(&lengths[literals..all])?))
}

fn stored(bits: &mut Bits<'_>, out: &mut Output) -> Result<(), Error> {
    // The bits up to the next byte have no meaning (section 3.2.4). Every writer clears them; a bit that could be flipped
    // unseen has no place in a certificate.
    if bits.take(bits.count % 8)? != 0 {
        return Err(Error::Corrupt);
    }
    let (length, check) = (bits.take(16)?, bits.take(16)?);
    if length != check ^ 0xffff {
        return Err(Error::Corrupt);
    }
    let start = bits.position();
    let content = bits.bytes.get(start..start + length).ok_or(Error::Corrupt)?;
    out.room(length)?;
    out.content.extend_from_slice(content);
    (bits.at, bits.held, bits.count) = (start + length, 0, 0);
    Ok(())
}

/// Lengths (section 3.2.5): the smallest of each symbol from 257 on, and how many bits more it has.
#[rustfmt::skip]
const LENGTHS: [(u16, u8); 29] = [
    (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2), (23, 2),
    (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5), (163, 5),
    (195, 5), (227, 5), (258, 0),
];
/// Distances in the same way, from symbol 0 on.
#[rustfmt::skip]
const DISTANCES: [(u16, u8); 30] = [
    (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3), (33, 4), (49, 4), (65, 5), (97, 5),
    (129, 6), (193, 6), (257, 7), (385, 7), (513, 8), (769, 8), (1025, 9), (1537, 9), (2049, 10), (3073, 10), (4097, 11),
    (6145, 11), (8193, 12), (12289, 12), (16385, 13), (24577, 13),
];

fn block(bits: &mut Bits<'_>, out: &mut Output, literals: &Literals, distances: &Distances) -> Result<(), Error> {
    loop {
        bits.refill();
        match literals.next_held(bits)? {
            literal @ 0..256 => {
                out.room(1)?;
                out.content.push(literal as u8);
            }
            256 => return Ok(()),
            symbol => {
                let (smallest, more) = *LENGTHS.get(symbol - 257).ok_or(Error::Corrupt)?;
                let length = usize::from(smallest) + bits.take_held(more.into())?;
                let (smallest, more) = *DISTANCES.get(distances.next_held(bits)?).ok_or(Error::Corrupt)?;
                out.copy(usize::from(smallest) + bits.take_held(more.into())?, length)?;
            }
        }
    }
}
