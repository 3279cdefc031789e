//! A picture in grey, read between its pixels.

use super::plane::Vector;

/// A picture in grey; with `inverted`, light counts as dark.
pub(super) struct Grey<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) luma: &'a [u8],
    pub(super) inverted: bool,
}

impl Grey<'_> {
    /// Darkness between pixels, from 0 to 255; beyond the edge that of the edge.
    pub(super) fn dark(&self, at: Vector) -> f32 {
        let (x, y) =
            ((at.x - 0.5).clamp(0.0, (self.width - 1) as f32), (at.y - 0.5).clamp(0.0, (self.height - 1) as f32));
        let (left, top) = (x as usize, y as usize);
        let (right, below) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (across, down) = (x - left as f32, y - top as f32);
        let pixel = |x: usize, y: usize| f32::from(self.luma[y * self.width + x]);
        let upper = pixel(left, top) * (1.0 - across) + pixel(right, top) * across;
        let lower = pixel(left, below) * (1.0 - across) + pixel(right, below) * across;
        let light = upper * (1.0 - down) + lower * down;
        if self.inverted { light } else { 255.0 - light }
    }
}
