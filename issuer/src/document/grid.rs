//! Fields in rows: a small bilingual label, under it the value in Vietnamese and, where it differs, in English.

use super::Error;
use super::canvas::{Block, Canvas, Ink, Style};
use super::content::Value;
use super::face::Face;
use super::words::Label;

/// One field to be set.
pub(super) struct Field<'a> {
    pub(super) label: Label,
    pub(super) value: &'a Value,
    pub(super) kind: Kind,
}

/// How a value is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words in both languages.
    Words,
    /// Large, and no language: the name, with its transliteration as the second text.
    Name,
    /// Small, and no language: an identifier.
    Code,
}

impl<'a> Field<'a> {
    pub(super) fn words(label: Label, value: &'a Value) -> Self {
        Self { label, value, kind: Kind::Words }
    }
}

/// Sizes of type in points, distances in millimetres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metrics {
    pub(super) label: f32,
    pub(super) name: f32,
    pub(super) value: f32,
    pub(super) second: f32,
    pub(super) code: f32,
    /// Nothing is set smaller than this.
    pub(super) smallest: f32,
    /// Above and below the contents of a row.
    pub(super) padding: f32,
    /// Between fields of a row.
    pub(super) gutter: f32,
    /// Thickness of the rule over each row but the first.
    pub(super) rule: f32,
}

impl Metrics {
    fn scaled(self, by: f32) -> Self {
        let size = |size: f32| (size * by).max(self.smallest);
        Self {
            label: size(self.label),
            name: size(self.name),
            value: size(self.value),
            second: size(self.second),
            code: size(self.code),
            padding: self.padding * by,
            ..self
        }
    }
}

/// Rows of fields, measured.
pub(super) struct Grid {
    rows: Vec<Row>,
    width: f32,
    metrics: Metrics,
}

struct Row {
    cells: Vec<Cell>,
    height: f32,
}

struct Cell {
    /// From the left edge of the grid.
    x: f32,
    label: Labelled,
    value: Vec<Block>,
}

impl Grid {
    /// Sets rows into a space: at full size if they fit, else smaller step by step (4 % each, at most `steps`). Space
    /// that is left over is given to the rows, within reason.
    ///
    /// # Errors
    /// [`Error::DoesNotFit`].
    pub(super) fn fit(
        rows: &[Vec<Field<'_>>],
        width: f32,
        height: f32,
        metrics: Metrics,
        steps: u8,
    ) -> Result<Self, Error> {
        let mut grid = (0..=steps)
            .map(|step| Self::set(rows, width, metrics.scaled(1.0 - 0.04 * f32::from(step))))
            .find(|grid| grid.height() <= height)
            .ok_or(Error::DoesNotFit)?;
        let sides = 2.0 * grid.rows.len().max(1) as f32;
        let more = ((height - grid.height()) / sides).min(metrics.padding);
        grid.metrics.padding += more;
        for row in &mut grid.rows {
            row.height += 2.0 * more;
        }
        Ok(grid)
    }

    pub(super) fn height(&self) -> f32 {
        self.rows.iter().map(|row| row.height).sum()
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, x: f32, y: f32) {
        let mut top = y;
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 && self.metrics.rule > 0.0 {
                canvas.rectangle(x, top, self.width, self.metrics.rule, Ink::Hairline);
            }
            for cell in &row.cells {
                cell.draw(canvas, x, top + self.metrics.padding);
            }
            top += row.height;
        }
    }

    fn set(rows: &[Vec<Field<'_>>], width: f32, metrics: Metrics) -> Self {
        let rows = rows.iter().map(|fields| {
            let columns = fields.len().max(1) as f32;
            let column = (width - metrics.gutter * (columns - 1.0)) / columns;
            let cells = fields.iter().zip(0_u8..);
            let mut cells: Vec<Cell> = cells
                .map(|(field, index)| Cell::set(field, f32::from(index) * (column + metrics.gutter), column, metrics))
                .collect();
            // Values of a row stand on one line, also when one of the labels has two rows.
            let label = cells.iter().map(|cell| cell.label.height).fold(0.0, f32::max);
            for cell in &mut cells {
                cell.label.height = label;
            }
            let tallest = cells.iter().map(Cell::height).fold(0.0, f32::max);
            Row { cells, height: tallest + 2.0 * metrics.padding }
        });
        Self { rows: rows.collect(), width, metrics }
    }
}

impl Cell {
    fn set(field: &Field<'_>, x: f32, width: f32, metrics: Metrics) -> Self {
        let label = Labelled::set(field.label, width, metrics);
        let no_language = |style: Style| Style { language: None, ..style };
        let bold = |size| Style::vi(Face::Bold, size);
        let mut value = Vec::new();
        match field.kind {
            Kind::Words => {
                let smallest = metrics.value * 0.8;
                value.push(Block::fitted(bold(metrics.value), smallest, &field.value.vi, width, 1));
            }
            Kind::Name => {
                let smallest = metrics.value;
                let style = no_language(bold(metrics.name));
                value.push(Block::fitted(style, smallest, &field.value.vi, width, 2));
            }
            Kind::Code => {
                let style = no_language(bold(metrics.code));
                value.push(Block::fitted(style, metrics.smallest, &field.value.vi, width, 1));
            }
        }
        if let Some(en) = &field.value.en {
            let style = if field.kind == Kind::Words {
                Style::en(metrics.second)
            } else {
                no_language(Style::en(metrics.second))
            };
            value.push(Block::fitted(style, metrics.smallest, en, width, 1));
        }
        Self { x, label, value }
    }

    fn height(&self) -> f32 {
        self.label.height + self.value.iter().map(Block::height).sum::<f32>()
    }

    fn draw(&self, canvas: &mut Canvas<'_>, left: f32, top: f32) {
        let x = left + self.x;
        canvas.paragraph(|canvas| {
            for (dx, dy, block) in &self.label.blocks {
                canvas.block(x + dx, top + dy, block);
            }
        });
        let mut y = top + self.label.height;
        canvas.paragraph(|canvas| {
            for block in &self.value {
                canvas.block(x, y, block);
                y += block.height();
            }
        });
    }
}

/// A label: number, Vietnamese and English in one row, or the English in a row of its own where the cell is narrow.
struct Labelled {
    /// Distance from the cell's left and upper edge.
    blocks: Vec<(f32, f32, Block)>,
    height: f32,
}

impl Labelled {
    fn set(Label { number, words }: Label, width: f32, metrics: Metrics) -> Self {
        let row = |style: Style, text: &str| Block { style, lines: vec![style.face.line(text)] };
        let mut blocks = Vec::with_capacity(3);
        let mut x = 0.0;
        if let Some(number) = number {
            let style = Style { language: None, ..Style::vi(Face::Bold, metrics.label) };
            let block = row(style, &format!("{number}. "));
            x = block.width();
            blocks.push((0.0, 0.0, block));
        }
        let vi = row(Style::vi(Face::Regular, metrics.label), words.vi);
        let en = row(Style::en(metrics.label), &format!(" / {}", words.en));
        let mut height = vi.height();
        let after = x + vi.width();
        blocks.push((x, 0.0, vi));
        if after + en.width() <= width {
            blocks.push((after, 0.0, en));
        } else {
            let en = Block::fitted(Style::en(metrics.label), metrics.smallest, words.en, width - x, 1);
            let taken = en.height();
            blocks.push((x, height, en));
            height += taken;
        }
        Self { blocks, height }
    }
}

/// A text in both languages, one under the other, each wrapped to the width.
pub(super) fn both(vi: &str, en: &str, face: Face, size: f32, second: f32, width: f32) -> [Block; 2] {
    [Block::wrapped(Style::vi(face, size), vi, width), Block::wrapped(Style::en(second), en, width)]
}
