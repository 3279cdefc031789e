//! What every symbol of a size has in common, whatever it says: finder, timing and alignment patterns, and the white around.

use rxing::qrcode::common::Version;

/// White around the symbol that is reckoned with, in modules.
const QUIET: i32 = 2;

/// What every symbol of that size has: 1 where it is dark, -1 where it is light, 0 where it says something.
pub(super) struct Known {
    side: i32,
    /// Rows and columns of the alignment patterns; none in the smallest symbol.
    pub(super) centres: Vec<usize>,
    signs: Vec<i8>,
}

impl Known {
    pub(super) fn new(side: usize) -> Option<Self> {
        let version = Version::getVersionForNumber(u32::try_from((side - 17) / 4).ok()?).ok()?;
        let centres: Vec<i32> = version.getAlignmentPatternCenters().iter().map(|at| *at as i32).collect();
        let side = side as i32;
        let all = (-QUIET..side + QUIET).flat_map(|y| (-QUIET..side + QUIET).map(move |x| (x, y)));
        let signs = all.map(|(x, y)| sign(side, &centres, x, y)).collect();
        let centres = centres.iter().filter_map(|at| usize::try_from(*at).ok()).collect();
        Some(Self { side, centres, signs })
    }

    /// `None` beyond the white that is reckoned with.
    pub(super) fn at(&self, x: i32, y: i32) -> Option<i8> {
        let range = -QUIET..self.side + QUIET;
        let inside = range.contains(&x) && range.contains(&y);
        inside.then(|| self.signs[((y + QUIET) * (self.side + 2 * QUIET) + x + QUIET) as usize])
    }
}

fn sign(side: i32, centres: &[i32], x: i32, y: i32) -> i8 {
    let from = |(cx, cy): (i32, i32)| (x - cx).abs().max((y - cy).abs());
    let of = |dark: bool| if dark { 1 } else { -1 };
    if x.min(y) < 0 || x.max(y) >= side {
        return -1;
    }
    let finders = [(3, 3), (side - 4, 3), (3, side - 4)];
    if let Some(ring) = finders.map(from).into_iter().find(|ring| *ring <= 4) {
        return of(ring == 3 || ring <= 1);
    }
    if x == 6 || y == 6 {
        return of((x + y) % 2 == 0);
    }
    let patterns = centres.iter().flat_map(|cx| centres.iter().map(|cy| (*cx, *cy)));
    let ring = patterns
        .filter(|centre| {
            !finders.iter().any(|finder| (finder.0 - centre.0).abs().max((finder.1 - centre.1).abs()) <= 6)
        })
        .map(from)
        .min();
    ring.filter(|ring| *ring <= 2).map_or(0, |ring| of(ring != 1))
}
