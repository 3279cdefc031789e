//! Finds and reads a QR symbol in a grey picture. Pure Rust and without a clock, so that the same code serves the
//! command line, the browser's camera and the tests. It only reads: what the text is worth, [`crate::Verifier`] says.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, FilteredImageReader, Luma8Source, MultiFormatReader, Reader,
    common::HybridBinarizer,
};

/// The most pixels a picture may have (64 million): a bound on memory and work, not on any real photograph.
pub const MAX_PIXELS: u64 = 64_000_000;

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
/// First as the picture is; then smoothed, in other sizes and with black and white exchanged, which costs more.
///
/// # Errors
/// [`Error`]; never a panic, whatever the picture.
pub fn read_luma(width: u32, height: u32, luma: &[u8]) -> Result<String, Error> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        return Err(Error::TooLarge);
    }
    if pixels == 0 || usize::try_from(pixels) != Ok(luma.len()) {
        return Err(Error::Size);
    }
    // The reader is a large port of other people's code; a mistake in it must not take the verifier down.
    catch_unwind(AssertUnwindSafe(|| plain(width, height, luma).or_else(|| patient(width, height, luma))))
        .ok()
        .flatten()
        .ok_or(Error::NotFound)
}

fn plain(width: u32, height: u32, luma: &[u8]) -> Option<String> {
    let source = Luma8Source::new_with_slice(luma, width, height).ok()?;
    let found = MultiFormatReader::default()
        .decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints(false))
        .ok()?;
    Some(found.getText().to_owned())
}

fn patient(width: u32, height: u32, luma: &[u8]) -> Option<String> {
    let source = Luma8Source::new_with_slice(luma, width, height).ok()?;
    let found = FilteredImageReader::new(MultiFormatReader::default())
        .decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints(true))
        .ok()?;
    Some(found.getText().to_owned())
}

fn hints(also_inverted: bool) -> DecodeHints {
    DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        AlsoInverted: Some(also_inverted),
        ..DecodeHints::default()
    }
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
