//! The two faces in which paper is set, and how text becomes glyphs and lines.
//!
//! Text is measured and drawn with the same glyphs, shaped by HarfBuzz's rules, so that what was measured to fit does fit.

use std::sync::OnceLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Feature, ShapePlan, UnicodeBuffer, script};
use unicode_normalization::char::is_combining_mark;

use super::canvas::MM_PER_POINT;

const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");

/// A face of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

/// Glyphs in one row.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// Width in units of the font size.
    em: f32,
}

impl Line {
    /// Width in millimetres at this size in points.
    pub(super) fn width(&self, size: f32) -> f32 {
        self.em * size * MM_PER_POINT
    }
}

impl Face {
    /// The font as the PDF embeds it.
    pub(super) fn font(self) -> Font {
        self.loaded().font.clone()
    }

    /// One row of text, however wide. In any normal form; marks are placed by the font.
    pub(super) fn line(self, text: &str) -> Line {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        if buffer.script() == script::UNKNOWN {
            buffer.set_script(script::LATIN);
        }
        let Loaded { font, shaper, plans: [plain, with_marks] } = self.loaded();
        let marks = text.chars().any(is_combining_mark);
        let shaped = match buffer.script() {
            script::LATIN => rustybuzz::shape_with_plan(shaper, if marks { with_marks } else { plain }, buffer),
            _ => rustybuzz::shape(shaper, &features(marks), buffer),
        };
        let units = font.units_per_em();
        let (infos, positions) = (shaped.glyph_infos(), shaped.glyph_positions());
        let mut glyphs = Vec::with_capacity(infos.len());
        let mut em = 0.0;
        for (index, (info, position)) in infos.iter().zip(positions).enumerate() {
            let start = info.cluster as usize;
            let later = infos.iter().skip(index).find(|other| other.cluster != info.cluster);
            let end = later.map_or(text.len(), |other| other.cluster as usize);
            let advance = position.x_advance as f32 / units;
            em += advance;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                position.x_offset as f32 / units,
                position.y_offset as f32 / units,
                0.0,
                start..end,
                None,
            ));
        }
        Line { text: text.to_owned(), glyphs, em }
    }

    /// Whether the font has every letter of the text.
    pub(super) fn covers(self, text: &str) -> bool {
        self.line(text).glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0)
    }

    /// Text in rows of at most `width` millimetres at `size` points. Rows end between words; a word that is wider than
    /// a row is broken, after a colon or another joint if there is one in its second half.
    pub(super) fn wrap(self, text: &str, size: f32, width: f32) -> Vec<Line> {
        let limit = width / (size * MM_PER_POINT);
        let fits = |text: &str| self.line(text).em <= limit;
        let space = self.line(" ").em;
        let mut rows: Vec<String> = Vec::new();
        let (mut row, mut taken) = (String::new(), 0.0);
        for word in text.split_whitespace() {
            let em = self.line(word).em;
            if !row.is_empty() && taken + space + em <= limit {
                row.push(' ');
                row.push_str(word);
                taken += space + em;
                continue;
            }
            if !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            let mut rest = word;
            while !fits(rest) {
                let (head, tail) = rest.split_at(breaking_point(rest, fits));
                rows.push(head.to_owned());
                rest = tail;
            }
            row = rest.to_owned();
            taken = self.line(rest).em;
        }
        if !row.is_empty() {
            rows.push(row);
        }
        rows.iter().map(|row| self.line(row)).collect()
    }

    fn loaded(self) -> &'static Loaded {
        static LOADED: OnceLock<[Loaded; 2]> = OnceLock::new();
        let [regular, bold] = LOADED.get_or_init(|| [Loaded::new(REGULAR), Loaded::new(BOLD)]);
        match self {
            Self::Regular => regular,
            Self::Bold => bold,
        }
    }
}

struct Loaded {
    font: Font,
    shaper: rustybuzz::Face<'static>,
    /// How Latin letters are shaped, without and with combining marks. Making a plan costs more than using it.
    plans: [ShapePlan; 2],
}

/// One glyph for one letter, so that what is copied out of the PDF is what was put in: no ligatures, and nothing taken
/// apart unless marks have to be placed (this font writes ị as i and a dot, and readers lose the space after that).
fn features(marks: bool) -> Vec<Feature> {
    let off = |tag| Feature::new(Tag::from_bytes(tag), 0, ..);
    let all = [off(b"liga"), off(b"ccmp")];
    all.into_iter().take(if marks { 1 } else { 2 }).collect()
}

impl Loaded {
    fn new(bytes: &'static [u8]) -> Self {
        let font = Font::new(bytes.into(), 0).expect("the font is part of this build and a test loads it");
        let shaper = rustybuzz::Face::from_slice(bytes, 0).expect("the font is part of this build and a test loads it");
        let plan = |marks| ShapePlan::new(&shaper, Direction::LeftToRight, Some(script::LATIN), None, &features(marks));
        let plans = [plan(false), plan(true)];
        Self { font, shaper, plans }
    }
}

/// Bytes of the longest beginning of a word that fits: at least one letter with its marks, and never the whole word.
fn breaking_point(word: &str, fits: impl Fn(&str) -> bool) -> usize {
    let ends = || word.char_indices().skip(1).map(|(at, _)| at);
    let letter = |at: &usize| {
        let next = word.get(*at..).and_then(|rest| rest.chars().next());
        !next.is_some_and(is_combining_mark)
    };
    let fitting: Vec<usize> = ends().filter(letter).take_while(|&at| word.get(..at).is_some_and(&fits)).collect();
    let longest = fitting.last().copied().or_else(|| ends().find(letter)).unwrap_or(word.len());
    let joint = fitting
        .iter()
        .rev()
        .copied()
        .find(|&at| word.get(..at).is_some_and(|head| head.ends_with([':', '/', '-', '<'])) && 2 * at >= longest);
    joint.unwrap_or(longest)
}
