//! The card: 85.6 x 53.98 mm (ISO/IEC 7810 ID-1), for people without a phone. The front has who and when with the first QR
//! code, the back has the rest with the second.

use super::canvas::{Block, Canvas, Ink, Style};
use super::content::{Code, Content, Value};
use super::face::Face;
use super::grid::{Field, Grid, Kind, Metrics, both};
use super::words::{self, Both, Label};
use super::{Error, Page, symbol};

pub(super) const WIDTH: f32 = 85.6;
pub(super) const HEIGHT: f32 = 53.98;
/// Side of a QR code with its quiet zone, as large as the card allows beside legible words.
pub(super) const SIDE: f32 = 42.0;
/// Height of the coloured head.
const HEAD: f32 = 8.0;
/// Height of the strip at the foot of a demonstration.
const FOOT: f32 = 3.0;
const MARGIN: f32 = 3.0;
pub(super) const CODE_LEFT: f32 = WIDTH - SIDE - 0.8;
pub(super) const CODE_TOP: f32 = HEAD + (HEIGHT - HEAD - FOOT - SIDE) / 2.0;
/// Width left of the QR code.
const COLUMN: f32 = CODE_LEFT - MARGIN;

const METRICS: Metrics = Metrics {
    label: 4.4,
    name: 9.5,
    value: 6.4,
    second: 5.0,
    code: 5.0,
    smallest: 3.9,
    padding: 0.4,
    gutter: 1.5,
    rule: 0.0,
};
/// How far type may be made smaller: to 0.88, and for very long words to 0.52 (but never below [`Metrics::smallest`]).
const STEPS: [u8; 2] = [3, 12];

/// Front and back.
///
/// # Errors
/// [`Error::Qr`], [`Error::QrTooDense`], [`Error::DoesNotFit`].
pub(super) fn lay_out(content: &Content) -> Result<Vec<Page<'_>>, Error> {
    let mut codes = content.codes.iter();
    let (first, second) = (codes.next(), codes.next());
    // The transliteration is not one of the eleven fields: it gives way to a very long name.
    let front = |transliterated: Option<&str>, steps| {
        let name = Value { vi: content.name.clone(), en: transliterated.map(str::to_owned) };
        let pair =
            |left: (Label, _), right: (Label, _)| vec![Field::words(left.0, left.1), Field::words(right.0, right.1)];
        let rows = [
            vec![Field { label: words::NAME, value: &name, kind: Kind::Name }],
            pair((words::BIRTH_DATE, &content.birth_date), (words::NATIONALITY, &content.nationality)),
            pair((words::DISEASE, &content.disease), (words::DOSES_RECEIVED, &content.doses_received)),
            pair((words::INJECTED_ON, &content.injected_on), (words::DOSE_NUMBER, &content.dose_number)),
            pair((words::ISSUED, &content.issued_on), (words::EXPIRES, &content.expires_on)),
        ];
        side(content, &rows, words::FRONT, first, None, steps)
    };
    let front = match front(Some(&content.transliterated), STEPS[0]) {
        Err(Error::DoesNotFit) => front(None, STEPS[1])?,
        other => other?,
    };
    let id = Value::plain(&content.id);
    let back = [
        vec![Field::words(words::VACCINE, &content.vaccine)],
        vec![Field::words(words::PRODUCT, &content.product)],
        vec![Field::words(words::MANUFACTURER, &content.manufacturer)],
        vec![Field { label: words::ID, value: &id, kind: Kind::Code }],
        vec![Field::words(words::AUTHORITY, &content.authority)],
    ];
    let back = side(content, &back, words::BACK, second, Some(words::CHECK_SHORT), STEPS[1])?;
    Ok(vec![front, back])
}

/// One side: head, fields, a QR code, and a note under the fields.
fn side<'a>(
    content: &'a Content,
    rows: &[Vec<Field<'_>>],
    title: Both,
    code: Option<&'a Code>,
    note: Option<Both>,
    steps: u8,
) -> Result<Page<'a>, Error> {
    let width = if code.is_some() { COLUMN } else { WIDTH - 2.0 * MARGIN };
    let note = note.map(|note| both(note.vi, note.en, Face::Regular, 4.4, 4.2, width));
    let note_height = note.iter().flatten().map(Block::height).sum::<f32>();
    let top = HEAD + 0.9;
    let bottom = HEIGHT - FOOT - 0.5 - note_height;
    let grid = Grid::fit(rows, width, bottom - top, METRICS, steps)?;
    let code = match code {
        Some(code) => Some((symbol::for_paper(&code.text, SIDE)?, words::caption(code.profile))),
        None => None,
    };
    Ok(Page {
        size: (WIDTH, HEIGHT),
        title: format!("{} / {}", title.vi, title.en),
        draw: Box::new(move |canvas| {
            if content.demo {
                canvas.watermark(CODE_LEFT / 2.0, (HEAD + HEIGHT) / 2.0, 45.0, 24.0, "DEMO");
            }
            head(canvas, content.demo, code.as_ref().map(|(_, caption)| *caption));
            grid.draw(canvas, MARGIN, top);
            if let Some(note) = &note {
                canvas.paragraph(|canvas| {
                    let mut y = bottom;
                    for block in note {
                        canvas.block(MARGIN, y, block);
                        y += block.height();
                    }
                });
            }
            if let Some((symbol, caption)) = &code {
                let alternative = format!("{} / {}", caption.vi, caption.en);
                canvas.symbol(CODE_LEFT, CODE_TOP, SIDE, symbol, &alternative);
            }
        }),
    })
}

/// The coloured head: what this is, and over the QR code which one it is. A demonstration says so at the foot as well.
fn head(canvas: &mut Canvas<'_>, demo: bool, caption: Option<Both>) {
    let ink = if demo { Ink::Red } else { Ink::Blue };
    canvas.rectangle(0.0, 0.0, WIDTH, HEAD, ink);
    let white = |text: &str, style: Style, width: f32| Block::fitted(style.ink(Ink::White), 3.5, text, width, 1);
    let column = |words: Both, size: f32, width: f32| {
        [white(words.vi, Style::vi(Face::Bold, size), width), white(words.en, Style::en(5.4), width)]
    };
    let title = column(words::TITLE, 8.0, COLUMN);
    canvas.heading(1, words::TITLE.vi, |canvas| two_rows(canvas, MARGIN, HEAD, &title));
    if let Some(caption) = caption {
        let caption = column(caption, 6.4, SIDE - 4.0);
        canvas.paragraph(|canvas| two_rows(canvas, CODE_LEFT + 2.0, HEAD, &caption));
    }
    if demo {
        let both = format!("{} / {}", words::DEMO.vi, words::DEMO.en);
        let line = white(&both, Style { language: None, ..Style::vi(Face::Bold, 5.6) }, WIDTH - 2.0 * MARGIN);
        canvas.rectangle(0.0, HEIGHT - FOOT, WIDTH, FOOT, ink);
        let top = HEIGHT - FOOT + (FOOT - line.height()) / 2.0;
        canvas.paragraph(|canvas| canvas.centred(WIDTH / 2.0, top, &line));
    }
}

/// Two rows, in the middle of a head of this height.
fn two_rows(canvas: &mut Canvas<'_>, x: f32, height: f32, [vi, en]: &[Block; 2]) {
    let top = (height - vi.height() - en.height()) / 2.0;
    canvas.block(x, top, vi);
    canvas.block(x, top + vi.height(), en);
}
