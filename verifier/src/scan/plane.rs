//! A flat sheet as a camera sees it: the projection from the symbol's modules to the picture's pixels.

use std::ops::{Add, Mul, Sub};

/// A place or a way, in modules or in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Add for Vector {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

impl Sub for Vector {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }
}

impl Mul<f32> for Vector {
    type Output = Self;

    fn mul(self, by: f32) -> Self {
        Self { x: self.x * by, y: self.y * by }
    }
}

/// A projective map; its last coefficient is 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane([f32; 8]);

impl Plane {
    /// The map that fits these pairs best, each a place in the symbol, which is `side` modules wide, and its place in the
    /// picture: least squares of the linear equations. `None` where the places lie so that there is none.
    pub(super) fn through(pairs: &[(Vector, Vector)], side: f32) -> Option<Self> {
        // Numbers around 1 keep the equations well-conditioned.
        let count = pairs.len() as f64;
        let mean = pairs
            .iter()
            .fold((0.0, 0.0), |sum, (_, to)| (sum.0 + f64::from(to.x) / count, sum.1 + f64::from(to.y) / count));
        let (half, side) = (f64::from(side) / 2.0, f64::from(side));
        let spread =
            pairs.iter().map(|(_, to)| (f64::from(to.x) - mean.0).hypot(f64::from(to.y) - mean.1)).fold(1.0, f64::max);
        let mut equations = [[0.0; 9]; 8];
        for (from, to) in pairs {
            let (u, v) = (f64::from(from.x) / half - 1.0, f64::from(from.y) / half - 1.0);
            let (x, y) = ((f64::from(to.x) - mean.0) / spread, (f64::from(to.y) - mean.1) / spread);
            for row in [[u, v, 1.0, 0.0, 0.0, 0.0, -u * x, -v * x, x], [0.0, 0.0, 0.0, u, v, 1.0, -u * y, -v * y, y]] {
                for (line, by) in equations.iter_mut().zip(row) {
                    for (sum, value) in line.iter_mut().zip(row) {
                        *sum += by * value;
                    }
                }
            }
        }
        let [a, b, c, d, e, f, g, h] = solved(equations)?;
        // Back to modules and pixels: u = 2 U / side - 1, X = x spread + mean.
        let last = 1.0 - g - h;
        let scale = 2.0 / side;
        let row = |a: f64, b: f64, c: f64, mean: f64| {
            let (a, b, c) = (a * spread + g * mean, b * spread + h * mean, c * spread + mean);
            [a * scale / last, b * scale / last, (c - a - b) / last]
        };
        let ([a, b, c], [d, e, f]) = (row(a, b, c, mean.0), row(d, e, f, mean.1));
        Some(Self([a, b, c, d, e, f, g * scale / last, h * scale / last].map(|value| value as f32)))
    }

    /// Where a place in the symbol, in modules, lies in the picture, in pixels.
    pub(super) fn project(&self, at: Vector) -> Vector {
        let [a, b, c, d, e, f, g, h] = self.0;
        let depth = g * at.x + h * at.y + 1.0;
        Vector { x: (a * at.x + b * at.y + c) / depth, y: (d * at.x + e * at.y + f) / depth }
    }
}

/// Gauss's elimination with the largest pivot.
fn solved(mut rows: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for at in 0..8 {
        let pivot = (at..8).max_by(|left, right| rows[*left][at].abs().total_cmp(&rows[*right][at].abs()))?;
        rows.swap(at, pivot);
        let row = rows[at];
        if row[at].abs() < 1e-12 {
            return None;
        }
        for (other, line) in rows.iter_mut().enumerate() {
            if other != at {
                let by = line[at] / row[at];
                for (value, above) in line.iter_mut().zip(row) {
                    *value -= by * above;
                }
            }
        }
    }
    Some(std::array::from_fn(|at| rows[at][8] / rows[at][at]))
}

#[cfg(test)]
mod tests {
    use super::{Plane, Vector};

    #[test]
    fn the_map_through_five_places_of_a_projection_is_that_projection() {
        let seen = |u: f32, v: f32| {
            let depth = 0.002 * u - 0.001 * v + 1.0;
            Vector { x: (4.0 * u + 0.5 * v + 100.0) / depth, y: (-0.3 * u + 3.5 * v + 80.0) / depth }
        };
        let places = [(3.5, 3.5), (65.5, 3.5), (3.5, 65.5), (60.0, 58.0), (30.0, 62.5)];
        let pairs = places.map(|(u, v)| (Vector { x: u, y: v }, seen(u, v)));
        let plane = Plane::through(&pairs, 69.0).unwrap();
        for (u, v) in [(0.0, 0.0), (69.0, 69.0), (34.5, 20.5)] {
            let off = plane.project(Vector { x: u, y: v }) - seen(u, v);
            assert!(off.x.hypot(off.y) < 0.05, "{off:?}");
        }
    }

    #[test]
    fn places_on_a_line_have_no_map() {
        let pairs = [1.0, 2.0, 3.0, 4.0].map(|at| (Vector { x: at, y: at }, Vector { x: at, y: at }));
        assert!(Plane::through(&pairs, 21.0).is_none());
    }
}
