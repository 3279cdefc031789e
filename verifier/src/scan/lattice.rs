//! A symbol on bent paper: a lattice of points over the symbol, each one moved to where the modules around it stand out most.
//! The alignment patterns say where to begin, the neighbours of a point where to look for it.

use super::grey::Grey;
use super::grid::Flat;
use super::known::Known;
use super::plane::{Plane, Vector};

/// From one point of the lattice to the next, in modules. Every side is a multiple of it, and one.
const STEP: usize = 4;
/// How many modules to each side of a point speak for its place.
const REACH: i32 = 4;
/// How much a point of the lattice goes by its neighbours.
const LOYALTY: f32 = 0.8;
/// How far an alignment pattern is looked for around where it should be, in modules.
const ALIGNMENT_REACH: i32 = 8;
/// How much like one it must look, of 1.
const LEAST_ALIGNMENT: f32 = 0.7;

/// The plane, bent: by how much each point of the lattice lies beside it, in pixels.
pub(super) struct Lattice {
    pub(super) flat: Flat,
    across: usize,
    moved: Vec<Vector>,
}

impl Lattice {
    pub(super) fn new(grey: &Grey<'_>, flat: Flat) -> Option<Self> {
        let known = Known::new(flat.side)?;
        let anchors = Anchors::new(grey, &flat, &known);
        let across = (flat.side - 1) / STEP + 1;
        // How far each point lies from where the anchors have it. Those above and to the left say where to begin with the next.
        let mut off: Vec<Vector> = Vec::with_capacity(across * across);
        let settled = |place, start| settle(grey, anchors.plane(place), &known, place, start);
        for (at, place) in points(across).enumerate() {
            let left = (at % across > 0).then(|| off[at - 1]);
            let above = at.checked_sub(across).map(|above| off[above]);
            let start = match (left, above) {
                (Some(left), Some(above)) => (left + above) * 0.5,
                (one, other) => one.or(other).unwrap_or_default(),
            };
            off.push(settled(place, start * LOYALTY));
        }
        // Once more from where most of the neighbours lie, for some came to rest on the next module.
        let moved = points(across).enumerate().map(|(at, place)| {
            let middle = middle(place.0, place.1);
            let found = anchors.plane(place).project(middle) + settled(place, median(&off, across, at));
            found - flat.plane.project(middle)
        });
        let moved = moved.collect();
        Some(Self { flat, across, moved })
    }

    /// How dark each module is, row by row.
    pub(super) fn darkness(&self, grey: &Grey<'_>) -> Vec<f32> {
        let taps = [(0.0, 0.0), (-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)];
        let place = |x: usize, y: usize| {
            let (column, row) = ((x / STEP).min(self.across - 2), (y / STEP).min(self.across - 2));
            let (right, down) = ((x - column * STEP) as f32 / STEP as f32, (y - row * STEP) as f32 / STEP as f32);
            let at = |column: usize, row: usize| self.moved[row * self.across + column];
            let upper = at(column, row) * (1.0 - right) + at(column + 1, row) * right;
            let lower = at(column, row + 1) * (1.0 - right) + at(column + 1, row + 1) * right;
            (middle(x, y), upper * (1.0 - down) + lower * down)
        };
        let all = (0..self.flat.side).flat_map(|y| (0..self.flat.side).map(move |x| place(x, y)));
        all.map(|(at, moved)| {
            let dark = |(x, y): &(f32, f32)| grey.dark(self.flat.plane.project(at + Vector { x: *x, y: *y }) + moved);
            taps.iter().map(dark).sum::<f32>() / 5.0
        })
        .collect()
    }
}

/// The middle of a module.
fn middle(x: usize, y: usize) -> Vector {
    Vector { x: x as f32 + 0.5, y: y as f32 + 0.5 }
}

/// The modules that the points of the lattice are, row by row.
fn points(across: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..across).flat_map(move |row| (0..across).map(move |column| (column * STEP, row * STEP)))
}

/// The middle one of a point and its neighbours, across and down.
fn median(off: &[Vector], across: usize, at: usize) -> Vector {
    let (column, row) = (at % across, at / across);
    let near = |at: usize| at.saturating_sub(1)..(at + 2).min(across);
    let values = || near(row).flat_map(|row| near(column).map(move |column| off[row * across + column]));
    let middle = |mut values: Vec<f32>| {
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    };
    Vector { x: middle(values().map(|off| off.x).collect()), y: middle(values().map(|off| off.y).collect()) }
}

/// The alignment patterns and the inner corners of the finder patterns: between four of them the paper counts as flat.
struct Anchors {
    /// Their rows and columns, in modules.
    centres: Vec<usize>,
    /// The plane between each four, row by row.
    cells: Vec<Plane>,
}

impl Anchors {
    fn new(grey: &Grey<'_>, flat: &Flat, known: &Known) -> Self {
        let centres = if known.centres.is_empty() { vec![6, flat.side - 7] } else { known.centres.clone() };
        let last = centres.len() - 1;
        let mut moved: Vec<Vector> = Vec::new();
        let at_finder = |finder: usize, column: usize, row: usize| {
            let middle = middle(centres[column], centres[row]);
            flat.finders[finder].project(middle) - flat.plane.project(middle)
        };
        let ends = [at_finder(0, 0, 0), at_finder(1, last, 0), at_finder(2, 0, last)];
        for (row, column) in (0..=last).flat_map(|row| (0..=last).map(move |column| (row, column))) {
            let at = |column: usize, row: usize| moved[row * (last + 1) + column];
            let between = |from: Vector, to: Vector, step: usize| from + (to - from) * (step as f32 / last as f32);
            let expected = match (column, row) {
                (0, 0) => ends[0],
                (column, 0) if column == last => ends[1],
                (0, row) if row == last => ends[2],
                (column, 0) => between(ends[0], ends[1], column),
                (0, row) => between(ends[0], ends[2], row),
                (column, row) => at(column - 1, row) + at(column, row - 1) - at(column - 1, row - 1),
            };
            let is_finder = (column % last == 0 && row % last == 0) && (column, row) != (last, last);
            let place = (centres[column], centres[row]);
            moved.push(if is_finder { expected } else { found(grey, &flat.plane, known, place, expected) });
        }
        let corner = |column: usize, row: usize| {
            let middle = middle(centres[column], centres[row]);
            (middle, flat.plane.project(middle) + moved[row * (last + 1) + column])
        };
        let cell = |column: usize, row: usize| {
            let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| corner(column + right, row + down));
            Plane::through(&corners, flat.side as f32).unwrap_or(flat.plane)
        };
        let cells = (0..last).flat_map(|row| (0..last).map(move |column| (column, row)));
        let cells = cells.map(|(column, row)| cell(column, row)).collect();
        Self { centres, cells }
    }

    /// The plane around that module.
    fn plane(&self, (x, y): (usize, usize)) -> &Plane {
        let cells = self.centres.len() - 1;
        let cell = |at: usize| self.centres[1..cells].iter().filter(|centre| **centre < at).count();
        &self.cells[cell(y) * cells + cell(x)]
    }
}

/// Looks for an alignment pattern around `expected`; where none is seen, that is kept.
fn found(grey: &Grey<'_>, plane: &Plane, known: &Known, (x, y): (usize, usize), expected: Vector) -> Vector {
    let [right, down] = axes(plane, middle(x, y));
    let steps = ALIGNMENT_REACH * 2;
    let mut best = (LEAST_ALIGNMENT, expected);
    for (column, row) in (-steps..=steps).flat_map(|column| (-steps..=steps).map(move |row| (column, row))) {
        let (column, row) = (column as f32 / 2.0, row as f32 / 2.0);
        let tried = expected + right * column + down * row;
        // Of two that look alike, the nearer one.
        let seen = likeness(grey, plane, known, (x, y), tried) - column.hypot(row) * 0.01;
        if seen > best.0 {
            best = (seen, tried);
        }
    }
    best.1
}

/// How much the modules around one look like the patterns there, from -1 to 1.
fn likeness(grey: &Grey<'_>, plane: &Plane, known: &Known, (x, y): (usize, usize), moved: Vector) -> f32 {
    let mut sums = [0.0; 6];
    for (right, down) in square(3) {
        let sign = f32::from(known.at(x as i32 + right, y as i32 + down).unwrap_or(0));
        if sign != 0.0 {
            let dark = grey.dark(plane.project(middle(x, y) + Vector { x: right as f32, y: down as f32 }) + moved);
            for (sum, value) in sums.iter_mut().zip([1.0, sign, dark, sign * sign, dark * dark, sign * dark]) {
                *sum += value;
            }
        }
    }
    let [count, signs, darks, signs2, darks2, both] = sums;
    let spread = (signs2 * count - signs * signs) * (darks2 * count - darks * darks);
    if spread > 1.0 { (both * count - signs * darks) / spread.sqrt() } else { 0.0 }
}

/// Every way of at most so many steps in rows and columns.
fn square(reach: i32) -> impl Iterator<Item = (i32, i32)> {
    (-reach..=reach).flat_map(move |right| (-reach..=reach).map(move |down| (right, down)))
}

/// What a module's step to the right and one down are in the picture, in pixels.
fn axes(plane: &Plane, at: Vector) -> [Vector; 2] {
    [Vector { x: 1.0, y: 0.0 }, Vector { x: 0.0, y: 1.0 }].map(|way| plane.project(at + way) - plane.project(at))
}

/// Moves a point of the lattice from `start` to where the modules around it stand out most.
fn settle(grey: &Grey<'_>, plane: &Plane, known: &Known, (x, y): (usize, usize), start: Vector) -> Vector {
    let mut best = (f32::MIN, start);
    let [right, down] = axes(plane, middle(x, y));
    for (reach, step) in [(2, 0.25), (1, 0.125)] {
        let middle = best.1;
        for (columns, rows) in square(reach) {
            let tried = middle + right * (columns as f32 * step) + down * (rows as f32 * step);
            let seen = contrast(grey, plane, known, (x, y), tried);
            if seen > best.0 {
                best = (seen, tried);
            }
        }
    }
    best.1
}

/// How much the modules around one differ, those of the patterns in the right direction.
fn contrast(grey: &Grey<'_>, plane: &Plane, known: &Known, (x, y): (usize, usize), moved: Vector) -> f32 {
    let mut seen = [(0.0_f32, 0_i8); ((2 * REACH + 1) * (2 * REACH + 1)) as usize];
    let (mut sum, mut count) = (0.0, 0);
    for (right, down) in square(REACH) {
        let Some(sign) = known.at(x as i32 + right, y as i32 + down) else { continue };
        let at = middle(x, y) + Vector { x: right as f32, y: down as f32 };
        let dark = grey.dark(plane.project(at) + moved);
        seen[count] = (dark, sign);
        (sum, count) = (sum + dark, count + 1);
    }
    let mean = sum / count as f32;
    let off = |(dark, sign): &(f32, i8)| match sign {
        0 => (dark - mean).abs(),
        sign => f32::from(*sign) * (dark - mean),
    };
    seen[..count].iter().map(off).sum()
}
