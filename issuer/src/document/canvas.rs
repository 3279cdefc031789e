//! A page to draw on, in millimetres from its upper left corner, that keeps the structure for screen readers as it goes.

use std::num::NonZeroU16;

use krilla::color::{Color, luma, rgb};
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, Tag, TagGroup, TagKind};
use specs::language::Language;
use specs::qr::{QUIET_ZONE, Symbol};

use super::face::{Face, Line};

/// Millimetres in a typographic point.
pub(super) const MM_PER_POINT: f32 = 25.4 / 72.0;

/// Millimetres as points.
pub(super) fn points(mm: f32) -> f32 {
    mm / MM_PER_POINT
}

/// Colours. Everything that must survive a weak black printer is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    /// For what repeats in English; still dark enough for a copy of a copy.
    Grey,
    /// Thin rules.
    Hairline,
    White,
    /// The head of a card.
    Blue,
    /// Demonstration.
    Red,
    /// Demonstration, behind the words.
    Pale,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) face: Face,
    /// Size in points.
    pub(super) size: f32,
    pub(super) ink: Ink,
    /// For screen readers; none for what is no language (names, codes).
    pub(super) language: Option<Language>,
}

impl Style {
    pub(super) fn vi(face: Face, size: f32) -> Self {
        Self { face, size, ink: Ink::Black, language: Some(Language::Vi) }
    }

    pub(super) fn en(size: f32) -> Self {
        Self { face: Face::Regular, size, ink: Ink::Grey, language: Some(Language::En) }
    }

    pub(super) fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// From one row to the next, in millimetres. Vietnamese stacks marks on capitals (Ẫ, Ổ): less makes them touch a g above.
    pub(super) fn leading(&self) -> f32 {
        self.size * 1.37 * MM_PER_POINT
    }

    /// From the top of a row to its base line.
    fn ascent(&self) -> f32 {
        self.size * 1.06 * MM_PER_POINT
    }
}

/// Rows of text, measured.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) style: Style,
    pub(super) lines: Vec<Line>,
}

impl Block {
    /// Text wrapped to a width in millimetres.
    pub(super) fn wrapped(style: Style, text: &str, width: f32) -> Self {
        Self { style, lines: style.face.wrap(text, style.size, width) }
    }

    /// Text at the largest size between the style's and `smallest` at which it needs at most `rows` rows; at the
    /// smallest it takes what it needs.
    pub(super) fn fitted(style: Style, smallest: f32, text: &str, width: f32, rows: usize) -> Self {
        let mut size = style.size;
        loop {
            let block = Self::wrapped(Style { size, ..style }, text, width);
            if block.lines.len() <= rows || size <= smallest {
                return block;
            }
            size = (size - 0.25).max(smallest);
        }
    }

    pub(super) fn height(&self) -> f32 {
        self.lines.iter().map(|_| self.style.leading()).sum()
    }

    /// Width of the widest row.
    pub(super) fn width(&self) -> f32 {
        self.lines.iter().map(|line| line.width(self.style.size)).fold(0.0, f32::max)
    }
}

/// A page.
pub(super) struct Canvas<'a> {
    surface: Surface<'a>,
    nodes: Vec<Node>,
    open: Option<TagGroup>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(surface: Surface<'a>) -> Self {
        Self { surface, nodes: Vec::new(), open: None }
    }

    /// The structure of the page.
    pub(super) fn finish(self) -> Vec<Node> {
        self.surface.finish();
        self.nodes
    }

    /// What `draw` writes is one heading of this level.
    pub(super) fn heading(&mut self, level: u16, title: &str, draw: impl FnOnce(&mut Self)) {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        self.group(Tag::Hn(level, Some(title.to_owned())).into(), draw);
    }

    /// What `draw` writes is one paragraph.
    pub(super) fn paragraph(&mut self, draw: impl FnOnce(&mut Self)) {
        self.group(Tag::P.into(), draw);
    }

    /// Rows of text with their upper left corner at `(x, y)`; only within a heading or paragraph.
    pub(super) fn block(&mut self, x: f32, y: f32, block: &Block) {
        for (line, row) in block.lines.iter().zip(0_u16..) {
            self.line(x, y + f32::from(row) * block.style.leading(), line, &block.style);
        }
    }

    /// The same, each row centred on `x`.
    pub(super) fn centred(&mut self, x: f32, y: f32, block: &Block) {
        for (line, row) in block.lines.iter().zip(0_u16..) {
            let left = x - line.width(block.style.size) / 2.0;
            self.line(left, y + f32::from(row) * block.style.leading(), line, &block.style);
        }
    }

    /// A filled rectangle without meaning of its own.
    pub(super) fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let mut path = PathBuilder::new();
        push(&mut path, points(x), points(y), points(width), points(height));
        self.surface.start_tagged(artifact(ArtifactType::Layout));
        self.fill(path.finish().as_ref(), ink);
        self.surface.end_tagged();
    }

    /// A QR symbol with its quiet zone in a white square of `side` millimetres.
    pub(super) fn symbol(&mut self, x: f32, y: f32, side: f32, symbol: &Symbol, alternative: &str) {
        // Drawn in whole modules and then scaled: exact edges and a shorter file.
        let across = (symbol.width() + 2 * QUIET_ZONE) as f32;
        let module = points(side) / across;
        let transform = Transform::from_row(module, 0.0, 0.0, module, points(x), points(y));
        let mut ground = PathBuilder::new();
        push(&mut ground, 0.0, 0.0, across, across);
        let mut dark = PathBuilder::new();
        for (row, modules) in symbol.modules().chunks(symbol.width()).enumerate() {
            let mut column = QUIET_ZONE;
            for run in modules.chunk_by(|left, right| left == right) {
                if run.first() == Some(&true) {
                    push(&mut dark, column as f32, (row + QUIET_ZONE) as f32, run.len() as f32, 1.0);
                }
                column += run.len();
            }
        }
        self.group(Tag::Figure(Some(alternative.to_owned())).into(), |canvas| {
            let identifier = canvas.surface.start_tagged(ContentTag::Other);
            canvas.surface.push_transform(&transform);
            canvas.fill(ground.finish().as_ref(), Ink::White);
            canvas.fill(dark.finish().as_ref(), Ink::Black);
            canvas.surface.pop();
            canvas.surface.end_tagged();
            canvas.keep(identifier);
        });
    }

    /// Pale words across the page, rising by `degrees`, centred on `(x, y)`. Drawn as shapes, so that they are in
    /// nobody's way who copies or reads out the text.
    pub(super) fn watermark(&mut self, x: f32, y: f32, degrees: f32, size: f32, text: &str) {
        let line = Face::Bold.line(text);
        let start = Point::from_xy(points(x - line.width(size) / 2.0), points(y) + size * 0.36);
        self.surface.start_tagged(artifact(ArtifactType::Watermark));
        self.surface.push_transform(&Transform::from_rotate_at(-degrees, points(x), points(y)));
        self.ink(Ink::Pale);
        self.surface.draw_glyphs(start, &line.glyphs, Face::Bold.font(), &line.text, size, true);
        self.surface.pop();
        self.surface.end_tagged();
    }

    fn line(&mut self, x: f32, y: f32, line: &Line, style: &Style) {
        let language = style.language.map(|language| match language {
            Language::Vi => "vi",
            Language::En => "en",
        });
        let identifier = self.surface.start_tagged(ContentTag::Span(SpanTag::empty().with_lang(language)));
        self.ink(style.ink);
        let start = Point::from_xy(points(x), points(y + style.ascent()));
        self.surface.draw_glyphs(start, &line.glyphs, style.face.font(), &line.text, style.size, false);
        self.surface.end_tagged();
        self.keep(identifier);
    }

    fn group(&mut self, tag: TagKind, draw: impl FnOnce(&mut Self)) {
        let outer = self.open.replace(TagGroup::new(tag));
        draw(self);
        let group = std::mem::replace(&mut self.open, outer);
        match (group, &mut self.open) {
            (Some(group), Some(outer)) => outer.push(group),
            (Some(group), None) => self.nodes.push(group.into()),
            (None, _) => {}
        }
    }

    fn keep(&mut self, identifier: Identifier) {
        match &mut self.open {
            Some(group) => group.push(identifier),
            None => self.nodes.push(identifier.into()),
        }
    }

    fn fill(&mut self, path: Option<&Path>, ink: Ink) {
        self.ink(ink);
        if let Some(path) = path {
            self.surface.draw_path(path);
        }
    }

    fn ink(&mut self, ink: Ink) {
        let color: Color = match ink {
            Ink::Black => luma::Color::black().into(),
            Ink::Grey => luma::Color::new(70).into(),
            Ink::Hairline => luma::Color::new(150).into(),
            Ink::White => luma::Color::white().into(),
            Ink::Blue => rgb::Color::new(16, 62, 122).into(),
            Ink::Red => rgb::Color::new(178, 24, 24).into(),
            Ink::Pale => rgb::Color::new(250, 226, 224).into(),
        };
        let fill = Fill { paint: color.into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero };
        self.surface.set_fill(Some(fill));
    }
}

fn artifact(kind: ArtifactType) -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(kind))
}

fn push(path: &mut PathBuilder, x: f32, y: f32, width: f32, height: f32) {
    if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rectangle);
    }
}
