//! Samples a symbol on the grey picture: where paper is bent, the picture blurred or the symbol small, black and white alone
//! say too little. The three finder patterns say where the modules lie on flat paper, a [`Lattice`] where they lie indeed.

use rxing::Point;
use rxing::common::BitMatrix;
use rxing::common::cpp_essentials::{ConcentricPattern, FindConcentricPatternCorners};
use rxing::qrcode::common::Version;
use rxing::qrcode::cpp_port::detector::FinderPatternSet;

use super::grey::Grey;
use super::lattice::Lattice;
use super::plane::{Plane, Vector};

/// The sides that are tried, beside the one that the finder patterns suggest, in versions.
const VERSIONS_OFF: i32 = 3;
/// How well the timing patterns must be seen, of 2, for the finder patterns to be those of a symbol.
const LEAST_TIMING: f32 = 0.7;
/// How much of its neighbours' brightness is taken from a module, for a blurred picture.
const SHARPENING: [f32; 3] = [0.0, 0.12, 0.25];

/// The modules of the symbol at these finder patterns, read with more and more contrast; `None` where they are those of no
/// symbol. `picture` is the same in black and white.
pub(super) fn sample(grey: &Grey<'_>, picture: &BitMatrix, set: &FinderPatternSet) -> Option<Vec<BitMatrix>> {
    let lattice = Lattice::new(grey, flat(grey, picture, set)?)?;
    let darkness = lattice.darkness(grey);
    Some(SHARPENING.iter().filter_map(|much| modules(&darkness, lattice.flat.side, *much)).collect())
}

/// Where the modules lie if the symbol is flat: as a whole, and at each of its finder patterns (top left, top right, bottom
/// left).
pub(super) struct Flat {
    /// Modules in a row.
    pub(super) side: usize,
    pub(super) plane: Plane,
    pub(super) finders: [Plane; 3],
}

/// The side is what the symbol says of its version, or the one with which the timing patterns are seen best.
fn flat(grey: &Grey<'_>, picture: &BitMatrix, set: &FinderPatternSet) -> Option<Flat> {
    let size = (set.tl.size + set.tr.size + set.bl.size) as f32 / 21.0;
    let (right, down) = (set.tr.p - set.tl.p, set.bl.p - set.tl.p);
    let length = |vector: Point| vector.x.hypot(vector.y);
    let between = (length(right) + length(down)) / (2.0 * size);
    let corners = [set.tl, set.tr, set.bl].map(|pattern| corners(picture, pattern, right / between, down / between));
    let with = |version: i32| {
        let side = usize::try_from(17 + 4 * version).ok()?;
        let (near, far) = (3.5, side as f32 - 3.5);
        let middles = [(near, near), (far, near), (near, far)].map(|(x, y)| Vector { x, y });
        let pairs: [Vec<_>; 3] =
            std::array::from_fn(|at| corners[at].iter().map(|(way, to)| (middles[at] + *way, *to)).collect());
        let plane = Plane::through(&pairs.concat(), side as f32)?;
        let [tl, tr, bl] = pairs.map(|pairs| Plane::through(&pairs, side as f32).unwrap_or(plane));
        Some(Flat { side, plane, finders: [tl, tr, bl] })
    };
    let suggested = ((between + 7.0 - 17.0) / 4.0).round() as i32;
    if let Some(said) = with(suggested).and_then(|flat| version(grey, &flat)) {
        return with(said);
    }
    let mut best: Option<(f32, Flat)> = None;
    for version in (suggested - VERSIONS_OFF).max(1)..=(suggested + VERSIONS_OFF).min(40) {
        let Some(flat) = with(version) else { continue };
        let seen = timing(grey, &flat.plane, flat.side);
        if best.as_ref().is_none_or(|(most, ..)| seen > *most) {
            best = Some((seen, flat));
        }
    }
    best.filter(|(seen, ..)| *seen > LEAST_TIMING).map(|(_, flat)| flat)
}

/// A finder pattern's middle and the corners of its dark ring: their way from the middle in modules, and their place in the
/// picture.
fn corners(picture: &BitMatrix, pattern: ConcentricPattern, right: Point, down: Point) -> Vec<(Vector, Vector)> {
    let mut places = vec![(Vector::default(), Vector { x: pattern.p.x, y: pattern.p.y })];
    let Some(corners) = FindConcentricPatternCorners(picture, pattern.p, pattern.size, 2) else { return places };
    for (x, y) in [(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)] {
        let about = pattern.p + right * x + down * y;
        let distance = |point: &Point| (point.x - about.x).hypot(point.y - about.y);
        if let Some(nearest) = corners.0.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) {
            places.push((Vector { x, y }, Vector { x: nearest.x, y: nearest.y }));
        }
    }
    places
}

/// What a symbol of version 7 or later says of its version, beside the finder patterns at the top right and bottom left.
fn version(grey: &Grey<'_>, flat: &Flat) -> Option<i32> {
    let end = flat.side as f32 - 0.5;
    let [_, tr, bl] = &flat.finders;
    let read = |place: &dyn Fn(f32, f32) -> Vector, middle: Vector, plane: &Plane| {
        let dark = |at: Vector| grey.dark(plane.project(at));
        // The dark middle of the pattern and the light ring around it.
        let ways = [(-2.0, 0.0), (2.0, 0.0), (0.0, -2.0), (0.0, 2.0)].map(|(x, y)| middle + Vector { x, y });
        let threshold = (dark(middle) + ways.into_iter().map(dark).sum::<f32>() / 4.0) / 2.0;
        let bits = (0..6).rev().flat_map(|long| (8..=10).map(move |short| (long as f32 + 0.5, end - short as f32)));
        bits.fold(0, |bits, (long, short)| bits << 1 | i32::from(dark(place(long, short)) > threshold))
    };
    let right = read(&|long, short| Vector { x: short, y: long }, Vector { x: end - 3.0, y: 3.5 }, tr);
    let left = read(&|long, short| Vector { x: long, y: short }, Vector { x: 3.5, y: end - 3.0 }, bl);
    let said = Version::DecodeVersionInformation(right, left).ok()?;
    i32::try_from(said.getVersionNumber()).ok()
}

/// How well the two timing patterns are seen: 2 at best.
fn timing(grey: &Grey<'_>, plane: &Plane, side: usize) -> f32 {
    let seen = |place: &dyn Fn(f32) -> Vector| {
        let row: Vec<f32> = (8..side - 8).map(|at| grey.dark(plane.project(place(at as f32 + 0.5)))).collect();
        let mean = row.iter().sum::<f32>() / row.len() as f32;
        let sign = |at: usize| if at.is_multiple_of(2) { 1.0 } else { -1.0 };
        let signed: f32 = row.iter().enumerate().map(|(at, dark)| sign(at) * (dark - mean)).sum();
        signed / row.iter().map(|dark| (dark - mean).abs()).sum::<f32>().max(1.0)
    };
    seen(&|at| Vector { x: at, y: 6.5 }) + seen(&|at| Vector { x: 6.5, y: at })
}

/// Black and white: darker than the modules around, or not.
fn modules(darkness: &[f32], side: usize, sharpening: f32) -> Option<BitMatrix> {
    let at = |x: usize, y: usize| darkness[y * side + x];
    let sharp = |x: usize, y: usize| {
        let (left, right) = (x.saturating_sub(1), (x + 1).min(side - 1));
        let (above, below) = (y.saturating_sub(1), (y + 1).min(side - 1));
        at(x, y) * (1.0 + 4.0 * sharpening) - (at(left, y) + at(right, y) + at(x, above) + at(x, below)) * sharpening
    };
    let mut modules = BitMatrix::with_single_dimension(side as u32).ok()?;
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
        let (columns, rows) = (x.saturating_sub(4)..(x + 5).min(side), y.saturating_sub(4)..(y + 5).min(side));
        let count = columns.len() * rows.len();
        let sum: f32 =
            rows.flat_map(|row| columns.clone().map(move |column| (column, row))).map(|(x, y)| at(x, y)).sum();
        if sharp(x, y) > sum / count as f32 {
            modules.set(x as u32, y as u32);
        }
    }
    Some(modules)
}
