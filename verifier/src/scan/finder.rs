//! Which three of the finder patterns in a picture belong together.

use rxing::Point;
use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::qrcode::cpp_port::detector::FinderPatternSet;

/// How many patterns are looked at, the largest first: a bound on work in a picture that is made of them.
const MAX_PATTERNS: usize = 24;
/// The cosine of the angle at the corner at most; a camera held askew makes a right angle sharp or blunt.
const MAX_COSINE: f32 = 0.78;
/// How much longer one side, or larger one pattern, may look than another.
const MAX_RATIO: f32 = 2.5;
/// Modules between two patterns: from the smallest symbol to the largest, with room for error.
const BETWEEN: std::ops::RangeInclusive<f32> = 10.0..=240.0;

/// All sets of three that may be those of a symbol, the likeliest first.
pub(super) fn sets(mut patterns: Vec<ConcentricPattern>) -> Vec<FinderPatternSet> {
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.size));
    patterns.truncate(MAX_PATTERNS);
    let mut sets = Vec::new();
    for (at, first) in patterns.iter().enumerate() {
        for (next, second) in patterns.iter().enumerate().skip(at + 1) {
            for third in &patterns[next + 1..] {
                for (tl, a, b) in [(first, second, third), (second, first, third), (third, first, second)] {
                    sets.extend(set(*tl, *a, *b));
                }
            }
        }
    }
    sets.sort_by(|left: &(f32, _), right| left.0.total_cmp(&right.0));
    sets.into_iter().map(|(_, set)| set).collect()
}

/// The set with its corner at `tl`, and how unlikely it is.
fn set(tl: ConcentricPattern, a: ConcentricPattern, b: ConcentricPattern) -> Option<(f32, FinderPatternSet)> {
    let (to_a, to_b) = (a.p - tl.p, b.p - tl.p);
    let (long_a, long_b) = (length(to_a), length(to_b));
    let module = (tl.size + a.size + b.size) as f32 / 21.0;
    let ratio = long_a.max(long_b) / long_a.min(long_b).max(1.0);
    let cosine = (to_a.x * to_b.x + to_a.y * to_b.y) / (long_a * long_b).max(1.0);
    let sizes = [tl.size, a.size, b.size].map(|size| size as f32);
    let growth = sizes.into_iter().fold(0.0, f32::max) / sizes.into_iter().fold(f32::MAX, f32::min).max(1.0);
    let between = [long_a / module, long_b / module];
    if cosine.abs() > MAX_COSINE
        || ratio > MAX_RATIO
        || growth > MAX_RATIO
        || between.iter().any(|side| !BETWEEN.contains(side))
    {
        return None;
    }
    // With the picture's downward axis, the way to the right and then down turns clockwise.
    let (tr, bl) = if to_a.x * to_b.y - to_a.y * to_b.x > 0.0 { (a, b) } else { (b, a) };
    Some((cosine.abs() + ratio.ln() + growth.ln(), FinderPatternSet { bl, tl, tr }))
}

fn length(way: Point) -> f32 {
    way.x.hypot(way.y)
}
