//! Finds and reads a QR symbol in a grey picture. Pure Rust and without a clock, so that the same code serves the
//! command line, the browser's camera and the tests. It only reads: what the text is worth, [`crate::Verifier`] says.

mod finder;
mod grey;
mod grid;
mod known;
mod lattice;
mod plane;
mod symbol;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::HybridBinarizer;
use rxing::{BinaryBitmap, DecodeHints, FilteredImageReader, Luma8Source, Reader as _};
use symbol::SymbolReader;

/// The most pixels a picture may have (24 million): a bound on memory and work, of any picture that somebody may have
/// made to keep us busy.
pub const MAX_PIXELS: u64 = 24_000_000;
/// The most pixels of the picture that is tried again and again; a larger one is shrunk for that.
const PATIENT_PIXELS: u64 = 4_000_000;
/// No symbol has fewer modules in a row than this (ISO/IEC 18004, version 1).
const LEAST_SIDE: u32 = 21;

/// Why no text came out of a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Width times height is not the number of bytes given, or is nothing.
    #[error("the picture's size does not fit its bytes")]
    Size,
    /// More than [`MAX_PIXELS`].
    #[error("the picture has more than {MAX_PIXELS} pixels")]
    TooLarge,
    /// Not a PNG or JPEG picture, a broken one, or one that would take too much memory.
    #[error("the picture cannot be opened: it is broken or of an unknown kind")]
    Broken,
    /// No QR symbol, or one too damaged for its error correction.
    #[error("no readable QR symbol in the picture")]
    NotFound,
}

impl Error {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Size => "picture-size",
            Self::TooLarge => "picture-too-large",
            Self::Broken => "picture-broken",
            Self::NotFound => "qr-unreadable",
        }
    }
}

/// Reads the QR symbol in a picture of `width` × `height` pixels, one byte of brightness each, row by row.
/// First as the picture is; then smoothed, in other sizes and with black and white exchanged, which costs more and is
/// therefore done with at most four million pixels.
///
/// # Errors
/// [`Error`]; never a panic, whatever the picture.
pub fn read_luma(width: u32, height: u32, luma: &[u8]) -> Result<String, Error> {
    bounded(width, height, luma)?;
    // The reader is a large port of other people's code; a mistake in it must not take the verifier down.
    catch_unwind(AssertUnwindSafe(|| plain(width, height, luma, false).or_else(|| patient(width, height, luma))))
        .ok()
        .flatten()
        .ok_or(Error::NotFound)
}

/// Reads the QR symbol in one frame of a camera, with a single try as it is and one with black and white exchanged: the
/// next frame comes soon, and a person waits.
///
/// # Errors
/// As [`read_luma`].
pub fn read_frame(width: u32, height: u32, luma: &[u8]) -> Result<String, Error> {
    bounded(width, height, luma)?;
    catch_unwind(AssertUnwindSafe(|| plain(width, height, luma, true))).ok().flatten().ok_or(Error::NotFound)
}

/// The brightness of pixels of four bytes each (red, green, blue, opacity; ITU-R BT.601), on white where they are
/// transparent. A last pixel that is not whole is left out.
#[must_use]
pub fn luma_of_rgba(rgba: &[u8]) -> Vec<u8> {
    let brightness = |pixel: &[u8]| {
        let [red, green, blue, opacity] = [pixel[0], pixel[1], pixel[2], pixel[3]].map(u32::from);
        let grey = (red * 306 + green * 601 + blue * 117) >> 10;
        u8::try_from((grey * opacity + 255 * (255 - opacity)) / 255).unwrap_or(u8::MAX)
    };
    rgba.chunks_exact(4).map(brightness).collect()
}

/// The picture's size fits its bytes and is within bounds.
fn bounded(width: u32, height: u32, luma: &[u8]) -> Result<(), Error> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        return Err(Error::TooLarge);
    }
    if pixels == 0 || usize::try_from(pixels) != Ok(luma.len()) {
        return Err(Error::Size);
    }
    if width.min(height) < LEAST_SIDE {
        return Err(Error::NotFound);
    }
    Ok(())
}

fn plain(width: u32, height: u32, luma: &[u8], also_inverted: bool) -> Option<String> {
    let source = Luma8Source::new_with_slice(luma, width, height).ok()?;
    let found = SymbolReader
        .decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints(also_inverted))
        .ok()?;
    Some(found.getText().to_owned())
}

fn patient(width: u32, height: u32, luma: &[u8]) -> Option<String> {
    let (width, height, luma) = shrunk(width, height, luma)?;
    if width.min(height) < LEAST_SIDE || !is_enlarged_within_bounds(width, height) {
        return None;
    }
    let source = Luma8Source::new_with_slice(&luma, width, height).ok()?;
    let found = FilteredImageReader::new(SymbolReader)
        .decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints(true))
        .ok()?;
    Some(found.getText().to_owned())
}

/// The picture itself, or where it is too large the averages of squares of it.
fn shrunk(width: u32, height: u32, luma: &[u8]) -> Option<(u32, u32, Cow<'_, [u8]>)> {
    let pixels = |factor: u32| u64::from(width / factor) * u64::from(height / factor);
    // Ends at 3 for all that has at most MAX_PIXELS.
    let factor = (1..=width.max(height)).find(|factor| pixels(*factor) <= PATIENT_PIXELS)?;
    if factor == 1 {
        return Some((width, height, Cow::Borrowed(luma)));
    }
    let (side, row) = (usize::try_from(factor).ok()?, usize::try_from(width).ok()?);
    let (across, area) = (row / side, factor * factor);
    let mut small = Vec::new();
    for band in luma.chunks_exact(row * side) {
        let mut sums = vec![0_u32; across];
        for line in band.chunks_exact(row) {
            for (sum, square) in sums.iter_mut().zip(line.chunks_exact(side)) {
                *sum += square.iter().map(|grey| u32::from(*grey)).sum::<u32>();
            }
        }
        small.extend(sums.iter().map(|sum| u8::try_from(sum / area).unwrap_or(u8::MAX)));
    }
    Some((width / factor, height / factor, Cow::Owned(small)))
}

/// The reader makes a picture with a side below 150 pixels three times as large until that side has 500. With one that is
/// also very long this would take all memory there is.
fn is_enlarged_within_bounds(width: u32, height: u32) -> bool {
    let (mut least, mut pixels) = (u64::from(width.min(height)), u64::from(width) * u64::from(height));
    if least < 150 {
        while least < 500 {
            (least, pixels) = (least * 3, pixels * 9);
        }
    }
    pixels <= 4 * PATIENT_PIXELS
}

fn hints(also_inverted: bool) -> DecodeHints {
    DecodeHints { AlsoInverted: Some(also_inverted), ..DecodeHints::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_lies_is_refused_before_any_work() {
        assert_eq!(read_luma(0, 0, &[]), Err(Error::Size));
        assert_eq!(read_luma(2, 2, &[0; 3]), Err(Error::Size));
        assert_eq!(read_luma(u32::MAX, u32::MAX, &[0; 3]), Err(Error::TooLarge));
    }

    #[test]
    fn a_picture_without_a_symbol_is_unreadable() {
        assert_eq!(read_luma(64, 64, &[255; 64 * 64]), Err(Error::NotFound));
        assert_eq!(read_luma(1, 1, &[0]), Err(Error::NotFound));
    }

    #[test]
    fn a_drawn_symbol_is_read_upright_and_inverted() {
        let text = "HC1:6BF-LACHAN 0123456789 $%*+-./:";
        let symbol = specs::qr::Symbol::encode(text, specs::qr::Use::Screen).unwrap();
        let (side, luma) = picture(&symbol);
        assert_eq!(read_luma(side, side, &luma).as_deref(), Ok(text));
        let negative: Vec<u8> = luma.iter().map(|grey| 255 - grey).collect();
        assert_eq!(read_luma(side, side, &negative).as_deref(), Ok(text));
        assert_eq!(read_frame(side, side, &luma).as_deref(), Ok(text));
        assert_eq!(read_frame(side, side, &negative).as_deref(), Ok(text));
        assert_eq!(read_frame(side, side + 1, &luma), Err(Error::Size));
    }

    #[test]
    fn a_symbol_on_bent_paper_is_read() {
        let text = "HC1:".to_owned() + &"6BF-LACHAN 0123456789 $%*+-./:".repeat(12);
        let symbol = specs::qr::Symbol::encode(&text, specs::qr::Use::Screen).unwrap();
        let (side, luma) = picture(&symbol);
        let at = |x: f64, y: f64| {
            let inside = |value: f64| (0.0..f64::from(side)).contains(&value).then_some(value as usize);
            inside(x).zip(inside(y)).map_or(255, |(x, y)| luma[y * side as usize + x])
        };
        // A wave across, as deep as three modules, and the light comes from one side.
        for depth in [0.0, 6.0, 12.0] {
            let bent: Vec<u8> = (0..side * side)
                .map(|pixel| (f64::from(pixel % side), f64::from(pixel / side)))
                .map(|(x, y)| {
                    let wave = depth * (x / f64::from(side) * std::f64::consts::PI).sin();
                    let light = 0.4 + 0.6 * x / f64::from(side);
                    (f64::from(at(x, y + wave - depth / 2.0)) * light) as u8
                })
                .collect();
            assert_eq!(read_frame(side, side, &bent).as_deref(), Ok(text.as_str()), "{depth} pixels deep");
        }
    }

    #[test]
    fn a_symbol_of_two_pixels_a_module_between_the_pixels_is_read() {
        let text = "HC1:".to_owned() + &"6BF-LACHAN 0123456789 $%*+-./:".repeat(12);
        let symbol = specs::qr::Symbol::encode(&text, specs::qr::Use::Screen).unwrap();
        let (side, luma) = picture(&symbol);
        // Every pixel is the mean of a square of the picture of four pixels a module.
        let small = (f64::from(side) / 2.1) as u32;
        let mean = |x: u32, y: u32| {
            let range = |at: u32| (f64::from(at) * 2.1) as u32..(f64::from(at + 1) * 2.1) as u32;
            let values = || range(y).flat_map(|y| range(x).map(move |x| (x, y)));
            let sum: u32 = values().map(|(x, y)| u32::from(luma[(y * side + x) as usize])).sum();
            (sum / values().count() as u32) as u8
        };
        let shrunk: Vec<u8> = (0..small * small).map(|pixel| mean(pixel % small, pixel / small)).collect();
        assert_eq!(read_frame(small, small, &shrunk).as_deref(), Ok(text.as_str()));
    }

    #[test]
    fn colours_become_brightness_on_white_paper() {
        let rgba = [0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 255, 0, 0, 0, 0, 7, 7];
        assert_eq!(luma_of_rgba(&rgba), [0, 255, 76, 255]);
    }

    #[test]
    fn more_pixels_than_a_photograph_needs_are_refused() {
        let (width, height) = (6_000, 4_001);
        assert_eq!(read_luma(width, height, &vec![255; 6_000 * 4_001]), Err(Error::TooLarge));
    }

    #[test]
    fn a_long_thin_picture_is_not_enlarged_until_memory_ends() {
        for thin in [1, 2, 20, 21, 149] {
            let size = thin * 16_384;
            let picture: Vec<u8> = (0..size).map(|at| if at % 3 == 0 { 0 } else { 255 }).collect();
            let thin = u32::try_from(thin).unwrap();
            assert_eq!(read_luma(16_384, thin, &picture), Err(Error::NotFound));
        }
        assert!(is_enlarged_within_bounds(21, 21) && is_enlarged_within_bounds(149, 400));
        assert!(!is_enlarged_within_bounds(16_384, 21) && !is_enlarged_within_bounds(149, 16_384));
    }

    #[test]
    fn what_is_tried_patiently_has_at_most_four_million_pixels() {
        for (width, height, expected) in
            [(2_000, 2_000, (2_000, 2_000)), (2_001, 2_000, (1_000, 1_000)), (6_000, 4_000, (2_000, 1_333))]
        {
            let luma = vec![7; usize::try_from(width * height).unwrap()];
            let (across, down, small) = shrunk(width, height, &luma).unwrap();
            assert_eq!((across, down), expected);
            assert_eq!(small.len(), usize::try_from(across * down).unwrap());
            assert!(small.iter().all(|grey| *grey == 7));
        }
        // Two columns and a remainder: the averages are those of the squares.
        let stripes = [[0, 100].repeat(1_000), vec![9]].concat().repeat(2_000);
        let (across, down, small) = shrunk(2_001, 2_000, &stripes).unwrap();
        assert_eq!((across, down, small.first(), small.last()), (1_000, 1_000, Some(&50), Some(&50)));
    }

    /// Four pixels a module, four modules of white around.
    fn picture(symbol: &specs::qr::Symbol) -> (u32, Vec<u8>) {
        let width = symbol.width();
        let side = (width + 8) * 4;
        let modules = symbol.modules();
        let mut luma = vec![255; side * side];
        for (at, dark) in modules.iter().enumerate() {
            if *dark {
                let (x, y) = ((at % width + 4) * 4, (at / width + 4) * 4);
                for row in y..y + 4 {
                    luma[row * side + x..row * side + x + 4].fill(0);
                }
            }
        }
        (u32::try_from(side).unwrap(), luma)
    }
}
