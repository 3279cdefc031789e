//! From a picture in black and white to the text of the QR symbol in it. Finding and sampling the symbol, its Reed-Solomon
//! code and its tables are `rxing`'s; the segments are read here, because only three kinds of them occur in certificates,
//! and the tables of all the world's character sets weigh more than the rest of the verifier.

use rxing::common::reedsolomon::{PredefinedGenericGF, ReedSolomonDecoder};
use rxing::common::{BitMatrix, BitSource, DetectorRXingResult as _};
use rxing::qrcode::common::Version;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, SampleQR};
use rxing::qrcode::decoder::{BitMatrixParser, DataBlock, DataMask};
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Exceptions, LuminanceSource as _, RXingResult, Reader,
};

use super::finder;
use super::grey::Grey;
use super::grid;

/// The characters of the alphanumeric mode, in the order of their values (ISO/IEC 18004, table 5).
const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/// How many sets of three finder patterns are tried, the likeliest first: a bound on work in a picture made of them.
const MAX_SETS: usize = 24;
/// How many of them are looked at again on the grey picture, and how many sampled there, which costs most.
const MAX_GREY_SETS: usize = 8;
const MAX_SAMPLED: usize = 2;

/// Reads the first symbol that can be read.
pub(super) struct SymbolReader;

impl Reader for SymbolReader {
    fn decode<B: Binarizer>(&mut self, image: &mut BinaryBitmap<B>) -> Result<RXingResult, Exceptions> {
        self.decode_with_hints(image, &DecodeHints::default())
    }

    fn decode_with_hints<B: Binarizer>(
        &mut self,
        image: &mut BinaryBitmap<B>,
        hints: &DecodeHints,
    ) -> Result<RXingResult, Exceptions> {
        let luma = image.get_source().get_matrix().into_owned();
        let mut grey = Grey { width: image.get_width(), height: image.get_height(), luma: &luma, inverted: false };
        let mut found = read(image.get_black_matrix(), &grey);
        if found.is_none() && hints.AlsoInverted == Some(true) {
            image.invert();
            grey.inverted = true;
            found = read(image.get_black_matrix(), &grey);
            image.invert();
        }
        let text = found.ok_or(Exceptions::NOT_FOUND)?;
        Ok(RXingResult::new_timestamp(&text, Vec::new(), Vec::new(), BarcodeFormat::QR_CODE, 0))
    }
}

fn read(picture: &BitMatrix, grey: &Grey<'_>) -> Option<String> {
    let patterns = FindFinderPatterns(picture, true, 0);
    let sets = finder::sets(patterns);
    let either = |modules: &BitMatrix| decode(modules).or_else(|| decode(&mirrored(modules)?));
    let quick = sets.iter().take(MAX_SETS).find_map(|set| either(SampleQR(picture, set).ok()?.getBits()));
    quick.or_else(|| {
        let sampled = sets.iter().take(MAX_GREY_SETS).filter_map(|set| grid::sample(grey, picture, set));
        sampled.take(MAX_SAMPLED).find_map(|modules| modules.iter().find_map(either))
    })
}

/// The text of a sampled symbol.
fn decode(modules: &BitMatrix) -> Option<String> {
    let mut parser = BitMatrixParser::new(modules.clone()).ok()?;
    let format = parser.readFormatInformation().ok()?;
    let (level, mask) = (format.getErrorCorrectionLevel(), DataMask::try_from(format.getDataMask()).ok()?);
    // The side says the version. What the symbol writes of it lies where a tilted one is sampled worst.
    let version = Version::getVersionForNumber(modules.getHeight().checked_sub(17)? / 4).ok()?;
    let codewords = codewords(modules, &version.buildFunctionPattern().ok()?, &mask);
    let corrector = ReedSolomonDecoder::new(PredefinedGenericGF::QrCodeField256.into());
    let mut data = Vec::new();
    for block in DataBlock::getDataBlocks(&codewords, version, level).ok()? {
        let wanted = usize::try_from(block.getNumDataCodewords()).ok()?;
        let mut words = block.getCodewords().to_vec();
        let surplus = i32::try_from(words.len().checked_sub(wanted)?).ok()?;
        corrector.decode(&mut words, surplus).ok()?;
        data.extend_from_slice(words.get(..wanted)?);
    }
    text(&data, version.getVersionNumber())
}

/// The modules that are no pattern, in the order of the standard (7.7.3): pairs of columns from the right, up and down by
/// turns, past the column of the timing pattern.
fn codewords(modules: &BitMatrix, patterns: &BitMatrix, mask: &DataMask) -> Vec<u8> {
    let side = modules.getHeight();
    let mut bits = Vec::new();
    for (turn, right) in (7..side).rev().step_by(2).chain([5, 3, 1]).enumerate() {
        for step in 0..side {
            let y = if turn % 2 == 0 { side - 1 - step } else { step };
            for x in [right, right - 1] {
                if !patterns.get(x, y) {
                    bits.push(modules.get(x, y) != mask.isMasked(y, x));
                }
            }
        }
    }
    // What is left over is no whole codeword and says nothing.
    let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| (byte << 1) | u8::from(*bit));
    bits.chunks_exact(8).map(byte).collect()
}

/// A symbol seen in a mirror or through the paper has its rows and columns exchanged.
fn mirrored(modules: &BitMatrix) -> Option<BitMatrix> {
    let side = modules.getHeight();
    let mut other = BitMatrix::with_single_dimension(side).ok()?;
    for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
        if modules.get(x, y) {
            other.set(y, x);
        }
    }
    Some(other)
}

/// The segments put together (ISO/IEC 18004, 7.4). A segment of another kind than digits, alphanumeric characters and bytes
/// is none of a certificate, and the symbol is not read.
fn text(data: &[u8], version: u32) -> Option<String> {
    let size = match version {
        0..=9 => 0,
        10..=26 => 1,
        _ => 2,
    };
    let mut bits = BitSource::new(data);
    let mut read = Vec::new();
    while bits.available() >= 4 {
        match take(&mut bits, 4)? {
            0 => break,
            1 => digits(&mut bits, [10, 12, 14][size], &mut read)?,
            2 => alphanumeric(&mut bits, [9, 11, 13][size], &mut read)?,
            4 => {
                let count = take(&mut bits, [8, 16, 16][size])?;
                for _ in 0..count {
                    read.push(u8::try_from(take(&mut bits, 8)?).ok()?);
                }
            }
            7 => character_set(&mut bits)?,
            _ => return None,
        }
    }
    // What is no UTF-8 is ISO 8859-1, whose bytes are the first characters of Unicode.
    Some(String::from_utf8(read).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect()))
}

fn take(bits: &mut BitSource<'_>, count: usize) -> Option<u32> {
    bits.readBits(count).ok()
}

/// Three digits in ten bits; two in seven or one in four at the end.
fn digits(bits: &mut BitSource<'_>, count_bits: usize, read: &mut Vec<u8>) -> Option<()> {
    let mut left = take(bits, count_bits)?;
    while left > 0 {
        let (width, digits) = match left {
            1 => (4, 1),
            2 => (7, 2),
            _ => (10, 3),
        };
        let value = take(bits, width)?;
        for place in (0..digits).rev() {
            let digit = value / 10_u32.pow(place);
            // A value above 999 is no three digits.
            read.push(
                b'0' + u8::try_from(if place + 1 == digits { digit } else { digit % 10 }).ok().filter(|d| *d < 10)?,
            );
        }
        left -= digits;
    }
    Some(())
}

/// Two characters in eleven bits, one in six at the end.
fn alphanumeric(bits: &mut BitSource<'_>, count_bits: usize, read: &mut Vec<u8>) -> Option<()> {
    let character = |value: u32| ALPHANUMERIC.get(usize::try_from(value).ok()?).copied();
    let mut left = take(bits, count_bits)?;
    while left > 0 {
        if left == 1 {
            read.push(character(take(bits, 6)?)?);
            return Some(());
        }
        let pair = take(bits, 11)?;
        read.extend([character(pair / 45)?, character(pair % 45)?]);
        left -= 2;
    }
    Some(())
}

/// The number of a character set, one to three bytes. Certificates are ASCII or UTF-8; the number changes nothing.
fn character_set(bits: &mut BitSource<'_>) -> Option<()> {
    match take(bits, 8)? {
        0..0x80 => Some(()),
        0x80..0xC0 => take(bits, 8).map(|_| ()),
        0xC0..0xE0 => take(bits, 16).map(|_| ()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits as text, filled up to whole bytes.
    fn bytes(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
        bits.chunks(8).map(|byte| (0..8).fold(0, |sum, at| sum << 1 | byte.get(at).copied().unwrap_or(0))).collect()
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        // ISO/IEC 18004, 7.4.3: 01234567 in a symbol of version 1.
        assert_eq!(text(&bytes("0001 0000001000 0000001100 0101011001 1000011 0000"), 1).as_deref(), Some("01234567"));
        // 7.4.4: AC-42.
        assert_eq!(text(&bytes("0010 000000101 00111001110 11100111001 000010 0000"), 1).as_deref(), Some("AC-42"));
    }

    #[test]
    fn bytes_are_utf_8_or_else_latin_and_the_set_named_before_changes_nothing() {
        assert_eq!(text(&bytes("0100 00000010 11000011 10100001 0000"), 1).as_deref(), Some("á"));
        assert_eq!(text(&bytes("0111 00011010 0100 00000001 11100001 0000"), 1).as_deref(), Some("á"));
    }

    #[test]
    fn segments_add_up_and_the_end_needs_no_mark() {
        assert_eq!(text(&bytes("0001 0000000001 0111 0010 000000001 001010"), 1).as_deref(), Some("7A"));
        assert_eq!(text(&bytes("0001 0000000001 0111 000"), 1).as_deref(), Some("7"));
    }

    #[test]
    fn what_is_cut_off_or_impossible_is_not_read() {
        for (bits, what) in [
            ("0001 0000001000 0000001100", "digits that end early"),
            ("0001 0000000011 1111111111 0000", "three digits above 999"),
            ("0001 0000000001 1111 0000", "one digit above 9"),
            ("0010 000000010 11111111111 0000", "a pair above 44, 44"),
            ("0100 00000010 11000011", "bytes that end early"),
            ("1000 00000001 0000000000000", "Kanji"),
            ("0111 11111111", "a character set of four bytes"),
        ] {
            assert_eq!(text(&bytes(bits), 1), None, "{what}");
        }
    }
}
