//! Pictures that look like symbols wherever the scanner looks, and are none that it can read.

use std::hint::black_box;

use specs::qr::{Symbol, Use};
use tests::stopwatch::{Contender, print, race};
use verifier::scan;

const ROUNDS: usize = 5;
/// The frame of a camera.
const FRAME: (usize, usize) = (640, 480);
/// A photograph that is tried patiently as it is; a larger one is shrunk first.
const PHOTOGRAPH: (usize, usize) = (2_000, 2_000);
/// Modules of a row of a finder pattern with the white around it.
const FINDER: usize = 9;

/// One byte of brightness for each pixel.
struct Picture {
    width: usize,
    height: usize,
    luma: Vec<u8>,
}

/// Prints what they cost beside a frame that shows a certificate.
pub(crate) fn measure() {
    let honest = Symbol::encode(&"HC1:6BF-LACHAN 0123456789 $%*+-./:".repeat(9), Use::Screen).expect("fits a symbol");
    let largest = Symbol::encode(&"A".repeat(specs::qr::MAX_CHARS), Use::Screen).expect("fits a symbol");
    let beyond_repair = |x: usize, y: usize| (x * 31 + y * 17 + x * y) % 5 < 2;
    let frames = [
        ("a certificate", Picture::symbol(FRAME, &honest, 4, |_, _| false)),
        ("noise", Picture::noise(FRAME)),
        ("finder patterns everywhere, 2 pixels a module", Picture::finders(FRAME, 2)),
        ("finder patterns everywhere, 4 pixels a module", Picture::finders(FRAME, 4)),
        ("finder patterns everywhere, 8 pixels a module", Picture::finders(FRAME, 8)),
        ("the largest symbol, two modules of five turned", Picture::symbol(FRAME, &largest, 2, beyond_repair)),
    ];
    let contenders = frames.iter().map(|(name, picture)| {
        Contender::new(*name, |_| drop(black_box(scan::read_frame(picture.width(), picture.height(), &picture.luma))))
    });
    let measured = race(contenders.collect(), 4, 1, ROUNDS);
    print("one frame of a camera (640x480), scanner; ratio: against the honest one", &measured);
    let photographs = [
        ("a certificate", Picture::symbol(PHOTOGRAPH, &honest, 8, |_, _| false)),
        ("noise", Picture::noise(PHOTOGRAPH)),
        ("finder patterns everywhere, 4 pixels a module", Picture::finders(PHOTOGRAPH, 4)),
        ("the largest symbol, two modules of five turned", Picture::symbol(PHOTOGRAPH, &largest, 8, beyond_repair)),
    ];
    let contenders = photographs.iter().map(|(name, picture)| {
        Contender::new(*name, |_| drop(black_box(scan::read_luma(picture.width(), picture.height(), &picture.luma))))
    });
    print("a photograph (2000x2000), tried patiently", &race(contenders.collect(), 1, 1, 3));
}

impl Picture {
    fn drawn((width, height): (usize, usize), dark: impl Fn(usize, usize) -> bool) -> Self {
        let luma = (0..width * height).map(|at| if dark(at % width, at / width) { 0 } else { 255 }).collect();
        Self { width, height, luma }
    }

    /// The symbol with so many pixels a module in the middle; a module between its three patterns is turned where `turned`
    /// says so.
    fn symbol(size: (usize, usize), symbol: &Symbol, scale: usize, turned: impl Fn(usize, usize) -> bool) -> Self {
        let (side, modules) = (symbol.width(), symbol.modules());
        let corner = |x: usize, y: usize| (x < FINDER || x + FINDER > side) && (y < FINDER || y + FINDER > side);
        let (left, top) = ((size.0 - side * scale) / 2, (size.1 - side * scale) / 2);
        Self::drawn(size, |x, y| {
            let (Some(x), Some(y)) = (x.checked_sub(left), y.checked_sub(top)) else { return false };
            let (x, y) = (x / scale, y / scale);
            x < side && y < side && modules[y * side + x] != (turned(x, y) && !corner(x, y))
        })
    }

    /// A sheet of finder patterns (ISO/IEC 18004, 6.3.3).
    fn finders(size: (usize, usize), scale: usize) -> Self {
        Self::drawn(size, |x, y| {
            let (x, y) = (x / scale % FINDER, y / scale % FINDER);
            // How far from the middle: 0 and 1 dark, 2 light, 3 dark, 4 light.
            matches!(x.abs_diff(FINDER / 2).max(y.abs_diff(FINDER / 2)), 0 | 1 | 3)
        })
    }

    /// As good as random, and the same in every run.
    fn noise(size: (usize, usize)) -> Self {
        Self::drawn(size, |x, y| {
            let mixed = ((y * size.0 + x) as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 63 == 1
        })
    }

    fn width(&self) -> u32 {
        u32::try_from(self.width).expect("a small picture")
    }

    fn height(&self) -> u32 {
        u32::try_from(self.height).expect("a small picture")
    }
}
