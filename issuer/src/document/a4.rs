//! The sheet: 210 x 297 mm, fields above, QR codes at the foot.
//!
//! The QR codes stand in the lowest quarter, each in its own half: a sheet folded in two, three or four, along or across,
//! is never folded through a code (printed codes were most often unreadable because of a fold; see the layout changes of
//! the Corona-Warn-App documentation, issue 644).

use super::canvas::{Block, Canvas, Ink, Style};
use super::content::{Code, Content, Value};
use super::face::Face;
use super::grid::{Field, Grid, Kind, Metrics, both};
use super::{Error, Page, symbol, words};

pub(super) const WIDTH: f32 = 210.0;
pub(super) const HEIGHT: f32 = 297.0;
/// Left and right.
const MARGIN: f32 = 18.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// Side of a QR code with its quiet zone.
pub(super) const SIDE: f32 = 58.0;
/// Upper edge of the QR codes: below the fold at three quarters.
pub(super) const CODES_TOP: f32 = 227.0;
/// Upper edge of the QR codes' captions.
const CAPTIONS_TOP: f32 = 212.5;
const TITLE_TOP: f32 = 20.0;
const FIELDS_TOP: f32 = 42.0;

const METRICS: Metrics = Metrics {
    label: 8.0,
    name: 19.0,
    value: 12.0,
    second: 9.5,
    code: 10.5,
    smallest: 6.5,
    padding: 1.6,
    gutter: 8.0,
    rule: 0.15,
};

/// The sheet of a dose's certificates.
///
/// # Errors
/// [`Error::Qr`], [`Error::QrTooDense`], [`Error::DoesNotFit`].
pub(super) fn lay_out(content: &Content) -> Result<Page<'_>, Error> {
    let name = Value { vi: content.name.clone(), en: Some(content.transliterated.clone()) };
    let id = Value::plain(&content.id);
    let pair = |left, right| vec![left, right];
    let rows = [
        vec![Field { label: words::NAME, value: &name, kind: Kind::Name }],
        pair(
            Field::words(words::BIRTH_DATE, &content.birth_date),
            Field::words(words::NATIONALITY, &content.nationality),
        ),
        pair(
            Field::words(words::DISEASE, &content.disease),
            Field::words(words::DOSES_RECEIVED, &content.doses_received),
        ),
        pair(
            Field::words(words::INJECTED_ON, &content.injected_on),
            Field::words(words::DOSE_NUMBER, &content.dose_number),
        ),
        vec![Field::words(words::VACCINE, &content.vaccine)],
        pair(Field::words(words::PRODUCT, &content.product), Field::words(words::MANUFACTURER, &content.manufacturer)),
        vec![Field { label: words::ID, value: &id, kind: Kind::Code }],
        vec![
            Field::words(words::AUTHORITY, &content.authority),
            Field::words(words::ISSUED, &content.issued_on),
            Field::words(words::EXPIRES, &content.expires_on),
        ],
    ];
    let check = Check::new();
    let space = CAPTIONS_TOP - 5.0 - check.height() - 3.0 - FIELDS_TOP;
    let grid = Grid::fit(&rows, INNER, space, METRICS, 12)?;
    let codes = content.codes.iter().map(|code| Printed::new(code, &content.id)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page {
        size: (WIDTH, HEIGHT),
        title: words::TITLE.vi.to_owned(),
        draw: Box::new(move |canvas| {
            if content.demo {
                for y in [88.0, 168.0] {
                    canvas.watermark(WIDTH / 2.0, y, 24.0, 52.0, words::DEMO_MARK);
                }
            }
            if content.demo {
                banner(canvas);
            }
            title(canvas);
            grid.draw(canvas, MARGIN, FIELDS_TOP);
            check.draw(canvas, CAPTIONS_TOP - 5.0 - check.height());
            for (code, column) in codes.iter().zip(0_u8..) {
                code.draw(canvas, middle(column) - SIDE / 2.0);
            }
        }),
    })
}

/// The middle of the left or right half of the sheet's inner width.
pub(super) fn middle(column: u8) -> f32 {
    MARGIN + INNER * (1.0 + 2.0 * f32::from(column)) / 4.0
}

fn banner(canvas: &mut Canvas<'_>) {
    let vi = Block::wrapped(Style::vi(Face::Bold, 12.0).ink(Ink::White), words::DEMO.vi, INNER);
    let en = Block::wrapped(Style { face: Face::Bold, ..Style::en(9.5) }.ink(Ink::White), words::DEMO.en, INNER);
    canvas.rectangle(0.0, 0.0, WIDTH, 15.0, Ink::Red);
    canvas.paragraph(|canvas| {
        canvas.centred(WIDTH / 2.0, 3.6, &vi);
        canvas.centred(WIDTH / 2.0, 3.6 + vi.height(), &en);
    });
}

fn title(canvas: &mut Canvas<'_>) {
    let vi = Block::wrapped(Style::vi(Face::Bold, 24.0).ink(Ink::Blue), &words::TITLE.vi.to_uppercase(), INNER);
    let en = Block::wrapped(Style::en(12.5), &words::TITLE.en.to_uppercase(), INNER);
    canvas.heading(1, words::TITLE.vi, |canvas| {
        canvas.block(MARGIN, TITLE_TOP, &vi);
        canvas.block(MARGIN, TITLE_TOP + vi.height() - 0.8, &en);
    });
    canvas.rectangle(MARGIN, FIELDS_TOP - 1.6, INNER, 0.7, Ink::Blue);
}

/// How to check, in two columns.
struct Check {
    columns: [(Block, Block); 2],
}

impl Check {
    fn new() -> Self {
        let width = (INNER - METRICS.gutter) / 2.0;
        let head = words::HOW_TO_CHECK;
        let column = |style: Style, head: &str, text: &str| {
            let head = Block::wrapped(Style { face: Face::Bold, ..style }, head, width);
            (head, Block::wrapped(style, text, width))
        };
        let english = Style::en(7.5);
        Self {
            columns: [
                column(Style::vi(Face::Regular, 7.5), head.vi, words::CHECK.vi),
                column(english, head.en, words::CHECK.en),
            ],
        }
    }

    fn height(&self) -> f32 {
        self.columns.iter().map(|(head, text)| head.height() + text.height()).fold(0.0, f32::max)
    }

    fn draw(&self, canvas: &mut Canvas<'_>, top: f32) {
        canvas.rectangle(MARGIN, top - 2.4, INNER, 0.35, Ink::Blue);
        for ((head, text), x) in self.columns.iter().zip([MARGIN, WIDTH / 2.0 + METRICS.gutter / 2.0]) {
            canvas.heading(2, words::HOW_TO_CHECK.vi, |canvas| canvas.block(x, top, head));
            canvas.paragraph(|canvas| canvas.block(x, top + head.height(), text));
        }
    }
}

/// A QR code with what stands above it.
struct Printed {
    symbol: specs::qr::Symbol,
    caption: [Block; 2],
    /// Its identifier, where that is not the one printed above.
    id: Option<Block>,
    alternative: String,
}

impl Printed {
    fn new(code: &Code, printed_id: &str) -> Result<Self, Error> {
        let caption = words::caption(code.profile);
        let width = (INNER - METRICS.gutter) / 2.0;
        let id = (code.id != printed_id).then(|| {
            let style = Style { language: None, ..Style::en(7.0) };
            Block::fitted(style, 5.0, &code.id, width, 1)
        });
        Ok(Self {
            symbol: symbol::for_paper(&code.text, SIDE)?,
            caption: both(caption.vi, caption.en, Face::Bold, 10.0, 8.5, width),
            id,
            alternative: format!("{} / {}", caption.vi, caption.en),
        })
    }

    fn draw(&self, canvas: &mut Canvas<'_>, left: f32) {
        let middle = left + SIDE / 2.0;
        canvas.paragraph(|canvas| {
            let mut y = CAPTIONS_TOP;
            for block in self.caption.iter().chain(&self.id) {
                canvas.centred(middle, y, block);
                y += block.height();
            }
        });
        canvas.symbol(left, CODES_TOP, SIDE, &self.symbol, &self.alternative);
    }
}
