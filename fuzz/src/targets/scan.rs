//! Grey pictures of at most 120 pixels in width: some answer for each, in bounded time.

use crate::Target;
use specs::qr::{Symbol, Use};
use verifier::scan::{Error, read_luma};

pub(super) const TARGET: Target = Target { name: "scan", max_len: 1 + 120 * 120, replays: 60, seeds: |_| seeds(), run };

/// The first byte is the width, the rest are pixels; rows that are not whole are left out.
fn run(input: &[u8]) {
    let Some((width, pixels)) = input.split_first() else { return };
    let width = usize::from(*width).clamp(1, 120);
    let height = pixels.len() / width;
    let (across, down) = (u32::try_from(width).unwrap_or(0), u32::try_from(height).unwrap_or(0));
    match read_luma(across, down, &pixels[..width * height]) {
        Ok(text) => assert!(text.len() <= 8 * 1024, "no symbol holds that much"),
        Err(error) => assert_eq!(error == Error::Size, height == 0),
    }
}

/// Symbols with one and two pixels a module and some white around.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![vec![21; 1 + 21 * 21]];
    for text in ["HC1:6BF", "HC1:6BF-LACHAN 0123456789 $%*+-./: 0123456789 ABCDEFGH", "shc:/56762909"] {
        let Ok(symbol) = Symbol::encode(text, Use::Screen) else { continue };
        for scale in [1, 2] {
            let side = (symbol.width() + 8) * scale;
            let mut picture = vec![255_u8; side * side];
            for (at, _) in symbol.modules().iter().enumerate().filter(|(_, dark)| **dark) {
                let (x, y) = ((at % symbol.width() + 4) * scale, (at / symbol.width() + 4) * scale);
                for row in y..y + scale {
                    picture[row * side + x..row * side + x + scale].fill(0);
                }
            }
            picture.insert(0, side as u8);
            seeds.push(picture);
        }
    }
    seeds
}
