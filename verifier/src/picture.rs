//! Opens a picture (PNG, JPEG), with bounds on its size and memory, and reads the QR symbol in it.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits};

use crate::scan::{self, Error};

/// The largest width or height, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The most memory that decoding may take, in bytes.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;

/// Whether the bytes begin like a picture that [`read`] can open.
#[must_use]
pub fn is_picture(bytes: &[u8]) -> bool {
    format(bytes).is_some()
}

/// Reads the QR symbol in a PNG or JPEG file.
///
/// # Errors
/// [`Error`]: not such a picture, too large, or no readable symbol.
pub fn read(bytes: &[u8]) -> Result<String, Error> {
    let format = format(bytes).ok_or(Error::Broken)?;
    // Asked of the header first: a small file can unpack to a picture that nobody wants to hold in memory.
    let head = ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = head.into_dimensions().map_err(|_| Error::Broken)?;
    if u64::from(width) * u64::from(height) > scan::MAX_PIXELS {
        return Err(Error::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| Error::Broken)?;
    let (width, height) = (picture.width(), picture.height());
    scan::read_luma(width, height, &on_white(picture))
}

/// Brightness, with what is transparent laid on white: paper is what a screen would show behind the symbol.
fn on_white(picture: DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.into_luma8().into_raw();
    }
    picture
        .into_luma_alpha8()
        .pixels()
        .map(|pixel| {
            let [grey, alpha] = pixel.0.map(u16::from);
            u8::try_from((grey * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        })
        .collect()
}

fn format(bytes: &[u8]) -> Option<ImageFormat> {
    image::guess_format(bytes).ok().filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_is_said_to_be_none() {
        assert!(!is_picture(b"HC1:6BF"));
        assert!(!is_picture(b""));
        assert_eq!(read(b"HC1:6BF"), Err(Error::Broken));
        assert_eq!(read(b"\x89PNG\r\n\x1a\n and no more"), Err(Error::Broken));
        assert_eq!(read(b"\xff\xd8\xff\xe0 and no more"), Err(Error::Broken));
    }

    #[test]
    fn a_large_picture_is_refused_by_its_header() {
        // 16,000 × 16,000 pixels of grey, and not one byte of them.
        let png =
            hex::decode("89504e470d0a1a0a0000000d4948445200003e8000003e80080000000064158002000000004944415435af061e");
        assert_eq!(read(&png.unwrap()), Err(Error::TooLarge));
    }

    #[test]
    fn a_transparent_background_is_white() {
        let mut picture = image::LumaA([0_u8, 0]);
        let clear = image::GrayAlphaImage::from_pixel(1, 1, picture);
        assert_eq!(on_white(DynamicImage::ImageLumaA8(clear)), [255]);
        picture.0[1] = 255;
        let black = image::GrayAlphaImage::from_pixel(1, 1, picture);
        assert_eq!(on_white(DynamicImage::ImageLumaA8(black)), [0]);
    }
}
