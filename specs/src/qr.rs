//! Certificate text as a QR symbol (ISO/IEC 18004): our own always in the alphanumeric mode, formats of others in the
//! segments that they prescribe; error correction by use, four modules of quiet zone. The symbol is drawn as SVG, and as
//! PNG with the feature `png`.

use qrcode::bits::Bits;
use qrcode::types::QrResult;
use qrcode::{Color, EcLevel, QrCode, Version};

/// Most characters that any symbol can hold: version 40, level L, alphanumeric mode.
pub const MAX_CHARS: usize = 4_296;

/// Modules of white around the symbol, on each side.
pub const QUIET_ZONE: usize = 4;

/// Widest picture that is drawn, in pixels.
#[cfg(feature = "png")]
pub const MAX_PIXELS: u32 = 8_192;

/// Where the symbol will be read from; decides the error correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// A screen: level M. Larger modules help cheap cameras more than redundancy does.
    Screen,
    /// Paper, which is folded, soiled and printed with little toner: level Q.
    Paper,
}

/// Part of a text, with the mode in which it is written (ISO/IEC 18004 section 7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// The 45 characters of the alphanumeric mode: two in 11 bits.
    Alphanumeric(&'a str),
    /// Decimal digits: three in 10 bits.
    Numeric(&'a str),
    /// Any bytes: 8 bits each.
    Bytes(&'a str),
}

/// Error correction levels of ISO/IEC 18004.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// About 7 % of the codewords can be restored.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
}

/// A drawn QR symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    modules: Vec<bool>,
    width: usize,
    version: u8,
    level: Level,
}

/// Why no symbol could be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no text.
    #[error("there is no text to draw")]
    Empty,
    /// More text than any symbol holds.
    #[error("{chars} characters do not fit into a QR symbol")]
    TooLong {
        /// Characters of the text.
        chars: usize,
    },
    /// A character outside the mode of its segment. Our certificates never need one outside the alphanumeric mode; another
    /// mode would break readers.
    #[error("the character '{}' at {at} is not in the mode of its segment", character.escape_debug())]
    Character {
        /// The character.
        character: char,
        /// Its place, in bytes from the start of its segment.
        at: usize,
    },
    /// The picture would be wider than [`MAX_PIXELS`], or the scale is 0.
    #[cfg(feature = "png")]
    #[error("a scale of {0} pixels per module cannot be drawn")]
    Scale(u32),
    /// The picture could not be written.
    #[cfg(feature = "png")]
    #[error("the picture could not be written: {0}")]
    Picture(String),
}

impl Error {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Empty => "qr-empty",
            Error::TooLong { .. } => "qr-too-long",
            Error::Character { .. } => "qr-character",
            #[cfg(feature = "png")]
            Error::Scale(_) => "qr-scale",
            #[cfg(feature = "png")]
            Error::Picture(_) => "qr-picture",
        }
    }
}

impl Use {
    /// The levels to try: the one that the use asks for, then lower ones, so that a text too long for it is still drawn.
    pub fn levels(self) -> &'static [Level] {
        match self {
            Use::Screen => &[Level::M, Level::L],
            Use::Paper => &[Level::Q, Level::M, Level::L],
        }
    }
}

impl Symbol {
    /// Draws the smallest symbol that holds `text` at the level of its use. A lower level is taken only if the text does not
    /// fit into version 40 at that level.
    pub fn encode(text: &str, used: Use) -> Result<Symbol, Error> {
        Symbol::encode_segments(&[Segment::Alphanumeric(text)], used)
    }

    /// The same for a text in segments: SMART Health Cards are [`Segment::Bytes`] and [`Segment::Numeric`].
    pub fn encode_segments(segments: &[Segment<'_>], used: Use) -> Result<Symbol, Error> {
        let chars = segments.iter().map(|segment| segment.text().len()).sum();
        if chars == 0 {
            return Err(Error::Empty);
        }
        segments.iter().try_for_each(|segment| segment.check())?;
        for &level in used.levels() {
            for version in 1..=40 {
                if let Some(symbol) = draw(segments, version, level) {
                    return Ok(symbol);
                }
            }
        }
        Err(Error::TooLong { chars })
    }

    /// Whether the module in this column and row is dark. Row by row from the top left, without the quiet zone.
    pub fn modules(&self) -> &[bool] {
        &self.modules
    }

    /// Modules along one side, without the quiet zone: 17 + 4 * version.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Version of the symbol, 1 to 40.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The error correction level that was taken.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The symbol as an SVG document, one unit per module with the quiet zone, black on white. The dark modules are one path.
    pub fn svg(&self) -> String {
        let side = self.width + 2 * QUIET_ZONE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{}\"/></svg>",
            self.svg_path()
        )
    }

    /// The dark modules as the data of one SVG path, a rectangle for each horizontal run; the quiet zone is the offset.
    pub fn svg_path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.modules.chunks(self.width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|left, right| left == right) {
                if run.first() == Some(&true) {
                    path.push_str(&format!("M{} {}h{}v1h-{}z", x + QUIET_ZONE, y + QUIET_ZONE, run.len(), run.len()));
                }
                x += run.len();
            }
        }
        path
    }

    /// The symbol as a PNG picture in shades of grey, `scale` pixels per module, with the quiet zone.
    #[cfg(feature = "png")]
    pub fn png(&self, scale: u32) -> Result<Vec<u8>, Error> {
        let (side, pixels) = self.luma(scale)?;
        let mut png = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut png);
        image::ImageEncoder::write_image(encoder, &pixels, side, side, image::ExtendedColorType::L8)
            .map_err(|error| Error::Picture(error.to_string()))?;
        Ok(png)
    }

    /// Side in pixels, and one byte per pixel: 0 dark, 255 light.
    #[cfg(feature = "png")]
    fn luma(&self, scale: u32) -> Result<(u32, Vec<u8>), Error> {
        let side = u32::try_from(self.width + 2 * QUIET_ZONE)
            .ok()
            .and_then(|modules| modules.checked_mul(scale))
            .filter(|&side| side > 0 && side <= MAX_PIXELS)
            .ok_or(Error::Scale(scale))?;
        let (wide, scale) = (side as usize, scale as usize);
        let mut pixels = vec![255; wide * wide];
        for (y, row) in pixels.chunks_mut(wide).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                if self.dark(x / scale, y / scale) {
                    *pixel = 0;
                }
            }
        }
        Ok((side, pixels))
    }

    /// Whether the module at this place, counted with the quiet zone, is dark.
    #[cfg(feature = "png")]
    fn dark(&self, x: usize, y: usize) -> bool {
        let (Some(x), Some(y)) = (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) else { return false };
        x < self.width && self.modules.get(y * self.width + x).copied().unwrap_or(false)
    }
}

/// The 45 characters of the alphanumeric mode.
fn is_alphanumeric(character: char) -> bool {
    matches!(character, '0'..='9' | 'A'..='Z' | ' ' | '$' | '%' | '*' | '+' | '-' | '.' | '/' | ':')
}

impl<'a> Segment<'a> {
    fn text(self) -> &'a str {
        match self {
            Segment::Alphanumeric(text) | Segment::Numeric(text) | Segment::Bytes(text) => text,
        }
    }

    fn check(self) -> Result<(), Error> {
        let belongs: fn(char) -> bool = match self {
            Segment::Alphanumeric(_) => is_alphanumeric,
            Segment::Numeric(_) => |character| character.is_ascii_digit(),
            Segment::Bytes(_) => |_| true,
        };
        match self.text().char_indices().find(|&(_, character)| !belongs(character)) {
            Some((at, character)) => Err(Error::Character { character, at }),
            None => Ok(()),
        }
    }

    /// Bits of the segment: mode, count, and the characters, of which a last incomplete group takes fewer.
    fn bits(self, version: u8) -> usize {
        let class = match version {
            1..=9 => 0,
            10..=26 => 1,
            _ => 2,
        };
        let length = self.text().len();
        let (count, bits) = match self {
            Segment::Alphanumeric(_) => ([9, 11, 13], 11 * (length / 2) + 6 * (length % 2)),
            Segment::Numeric(_) => ([10, 12, 14], 10 * (length / 3) + [0, 4, 7][length % 3]),
            Segment::Bytes(_) => ([8, 16, 16], 8 * length),
        };
        4 + count[class] + bits
    }

    fn push(self, bits: &mut Bits) -> QrResult<()> {
        match self {
            Segment::Alphanumeric(text) => bits.push_alphanumeric_data(text.as_bytes()),
            Segment::Numeric(text) => bits.push_numeric_data(text.as_bytes()),
            Segment::Bytes(text) => bits.push_byte_data(text.as_bytes()),
        }
    }
}

/// The symbol of this version and level, or `None` if the text does not fit.
fn draw(segments: &[Segment<'_>], version: u8, level: Level) -> Option<Symbol> {
    let ec_level = match level {
        Level::L => EcLevel::L,
        Level::M => EcLevel::M,
        Level::Q => EcLevel::Q,
    };
    let mut bits = Bits::new(Version::Normal(i16::from(version)));
    if segments.iter().map(|segment| segment.bits(version)).sum::<usize>() > bits.max_len(ec_level).ok()? {
        return None;
    }
    segments.iter().try_for_each(|segment| segment.push(&mut bits)).ok()?;
    bits.push_terminator(ec_level).ok()?;
    let code = QrCode::with_bits(bits, ec_level).ok()?;
    let width = code.width();
    let modules = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
    Some(Symbol { modules, width, version, level })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(chars: usize) -> String {
        "HC1:".chars().chain("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".chars().cycle()).take(chars).collect()
    }

    #[test]
    fn capacities_are_those_of_the_standard_in_alphanumeric_mode() {
        // Characters that fill a version at M (screen) and Q (paper): ISO/IEC 18004 table 7.
        for (used, capacities) in [
            (Use::Screen, [(1_u8, 20), (10, 311), (15, 600), (22, 1134), (25, 1451), (40, 3391)]),
            (Use::Paper, [(1, 16), (10, 221), (15, 426), (22, 823), (25, 1041), (40, 2420)]),
        ] {
            for (version, chars) in capacities {
                let full = Symbol::encode(&text(chars), used).unwrap();
                assert_eq!((full.version(), full.level()), (version, used.levels()[0]));
                assert_eq!(full.width(), 17 + 4 * usize::from(version));
                assert_eq!(full.modules().len(), full.width() * full.width());
                if version < 40 {
                    assert_eq!(Symbol::encode(&text(chars + 1), used).unwrap().version(), version + 1);
                }
            }
        }
    }

    #[test]
    fn the_level_falls_only_when_version_40_is_full() {
        let level = |chars, used| Symbol::encode(&text(chars), used).map(|symbol| (symbol.version(), symbol.level()));
        assert_eq!(level(2421, Use::Paper), Ok((34, Level::M)));
        assert_eq!(level(3392, Use::Paper), Ok((36, Level::L)));
        assert_eq!(level(3392, Use::Screen), Ok((36, Level::L)));
        assert_eq!(level(4296, Use::Screen), Ok((40, Level::L)));
        assert_eq!(level(4297, Use::Screen), Err(Error::TooLong { chars: 4297 }));
    }

    #[test]
    fn other_characters_are_refused_by_name() {
        assert_eq!(Symbol::encode("HC1:abc", Use::Screen), Err(Error::Character { character: 'a', at: 4 }));
        assert_eq!(Symbol::encode("HC1:Ộ", Use::Paper), Err(Error::Character { character: 'Ộ', at: 4 }));
        assert_eq!(Symbol::encode("", Use::Paper), Err(Error::Empty));
    }

    #[test]
    fn segments_take_the_room_that_the_standard_says() {
        // ISO/IEC 18004 table 7: digits, and bytes, that fill a version at M.
        for (version, digits, bytes) in [(1, 34, 14), (10, 513, 213), (22, 1_872, 779), (40, 5_596, 2_331)] {
            let (digits, bytes) = ("7".repeat(digits), "b".repeat(bytes));
            for segment in [Segment::Numeric(&digits), Segment::Bytes(&bytes)] {
                let full = Symbol::encode_segments(&[segment], Use::Screen).unwrap();
                assert_eq!((full.version(), full.level()), (version, Level::M));
            }
        }
        // The largest SMART Health Card in one symbol: 1,195 characters, version 22 at level L.
        let digits = "7".repeat(2 * 1_195);
        let card = [Segment::Bytes("shc:/"), Segment::Numeric(&digits)];
        assert!(draw(&card, 22, Level::L).is_some() && draw(&card, 21, Level::L).is_none());
        let more = "7".repeat(2 * 1_196);
        assert!(draw(&[Segment::Bytes("shc:/"), Segment::Numeric(&more)], 22, Level::L).is_none());
    }

    #[test]
    fn each_segment_has_its_characters() {
        let refused = |segment| Symbol::encode_segments(&[Segment::Bytes("b"), segment], Use::Screen).unwrap_err();
        assert_eq!(refused(Segment::Numeric("12a")), Error::Character { character: 'a', at: 2 });
        assert_eq!(refused(Segment::Alphanumeric("a")), Error::Character { character: 'a', at: 0 });
        assert_eq!(Symbol::encode_segments(&[], Use::Screen), Err(Error::Empty));
        let long = "7".repeat(7_090);
        assert_eq!(
            Symbol::encode_segments(&[Segment::Numeric(&long)], Use::Screen),
            Err(Error::TooLong { chars: 7_090 })
        );
    }

    #[test]
    fn the_svg_covers_exactly_the_dark_modules() {
        let symbol = Symbol::encode("HC1:LA CHAN", Use::Screen).unwrap();
        let svg = symbol.svg();
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""));
        // The finder pattern: seven dark modules at the corner, after four of white.
        assert!(symbol.svg_path().starts_with("M4 4h7v1h-7z"));
        let drawn: usize = symbol
            .svg_path()
            .split('M')
            .filter(|part| !part.is_empty())
            .map(|part| part.split(['h', 'v']).nth(1).unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(drawn, symbol.modules().iter().filter(|&&dark| dark).count());
    }

    #[cfg(feature = "png")]
    #[test]
    fn the_png_is_the_symbol_enlarged_with_its_quiet_zone() {
        let symbol = Symbol::encode("HC1:LA CHAN", Use::Screen).unwrap();
        let picture = image::load_from_memory(&symbol.png(3).unwrap()).unwrap().into_luma8();
        assert_eq!(picture.dimensions(), (87, 87));
        for (x, y, pixel) in picture.enumerate_pixels() {
            let module = |at: u32| (at as usize / 3).checked_sub(QUIET_ZONE).filter(|&at| at < symbol.width());
            let dark = match (module(x), module(y)) {
                (Some(x), Some(y)) => symbol.modules()[y * symbol.width() + x],
                _ => false,
            };
            assert_eq!(pixel.0[0], if dark { 0 } else { 255 });
        }
        assert_eq!(symbol.png(0), Err(Error::Scale(0)));
        assert_eq!(symbol.png(1_000_000), Err(Error::Scale(1_000_000)));
    }
}
